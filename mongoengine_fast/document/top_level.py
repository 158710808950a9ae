"""Documents that live in a collection of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from mongoengine_fast._native import load_documents
from mongoengine_fast.base.assembly import assemble
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.document import BaseDocument
from mongoengine_fast.base.metaclasses import TopLevelDocumentMetaclass
from mongoengine_fast.base.plan import DocumentLoader, register_dynamic_hooks
from mongoengine_fast.context_managers import switch_collection, switch_db
from mongoengine_fast.document._collections import CollectionAccess
from mongoengine_fast.document._indexing import IndexManagement
from mongoengine_fast.document._reloading import Reloading
from mongoengine_fast.document._saving import Saving, note_library_steps
from mongoengine_fast.queryset import QuerySet

__all__ = ("Document", "DynamicDocument")


if TYPE_CHECKING:

    class _Parts(Saving, Reloading, IndexManagement, CollectionAccess, BaseDocument): ...

else:
    _Parts = BaseDocument


class Document(_Parts, metaclass=TopLevelDocumentMetaclass):
    """Base class of documents stored in a collection.

    Subclasses declare fields as class attributes and options in a dict ``meta``:

    * ``collection``: its name, or a function of the class; the class's name in snake case when left out
    * ``db_alias``: the connection to use
    * ``allow_inheritance``: whether the class may be derived from; stored documents then carry their class in ``_cls``
    * ``abstract``: a class that is only derived from
    * ``indexes``, ``index_background``, ``index_opts``, ``index_cls``, ``auto_create_index``,
      ``auto_create_index_on_save``: see `ensure_indexes` and `_build_index_spec`
    * ``ordering``: the order of queries that name none
    * ``max_documents``, ``max_size`` (bytes): make the collection a capped one; 10 MiB when only the first is given
    * ``timeseries``: options that make it a time series collection
    * ``strict``: ``False`` keeps stored values that no field is declared for, instead of raising `FieldDoesNotExist`
    * ``shard_key``, ``cascade``, ``queryset_class``
    """

    __module__ = "mongoengine_fast.document"

    my_metaclass = TopLevelDocumentMetaclass

    __slots__ = ()

    @property
    def pk(self) -> Any:
        """The primary key, whatever its field is called; ``None`` before it is known."""
        if "id_field" not in self._meta:
            return None
        return getattr(self, self._meta["id_field"])

    @pk.setter
    def pk(self, value: Any) -> None:
        setattr(self, self._meta["id_field"], value)

    def __hash__(self) -> int:
        """Hash the primary key; without one, the object's identity."""
        if self.pk is None:
            return object.__hash__(self)
        return hash(self.pk)

    @classmethod
    def from_db(cls, stored: Any, validate: bool = False, codec_options: CodecOptions[Any] | None = None) -> Document:
        """Return the document of what MongoDB holds, as a query would have returned it.

        :param stored: BSON bytes, a `bson.raw_bson.RawBSONDocument` or a mapping, with the names used in the
            database. Bytes are decoded field by field when somebody looks.
        :param validate: check all fields now; what the database returns is not checked otherwise
        :param codec_options: how bytes are decoded, as `Collection.codec_options`

        Raises `ValidationError` for a value that is not valid, `FieldDoesNotExist` and `InvalidDocumentError` for
        what a query would refuse, `bson.errors.InvalidBSON` for bytes that are no document, `TypeError` for anything
        else.
        """
        if isinstance(stored, RawBSONDocument):
            stored = stored.raw
        if isinstance(stored, (bytes, bytearray, memoryview)):
            (document,) = load_documents(DocumentLoader(cls), [bytes(stored)], codec_options)
        elif isinstance(stored, Mapping):
            document = DocumentLoader(cls).from_dict(dict(stored))
        else:
            raise TypeError(f"{cls.__name__}.from_db takes BSON bytes or a mapping, not {type(stored).__name__}")
        if validate:
            document.validate()
        return document

    @property
    def _qs(self) -> Any:
        """A fresh queryset over this document's class and collection."""
        queryset_class = self._meta.get("queryset_class", QuerySet)
        return queryset_class(self.__class__, self._get_collection())

    @property
    def _object_key(self) -> dict[str, Any]:
        """Query arguments that find this document: its primary key, and the shard key if there is one."""
        key = {"pk": self.pk}
        for path in self.__class__._meta.get("shard_key", ()):
            names = path.split(".")
            value: Any = self
            for name in names:
                value = getattr(value, name)
            key["__".join(names)] = value
        return key

    def switch_db(self, db_alias: str, keep_created: bool = True) -> Document:
        """Let this one object read and write another database, and return it.

        :param db_alias: the connection to use from now on
        :param keep_created: ``False`` makes the next save treat the document as new
        """
        with switch_db(self.__class__, db_alias) as cls:
            collection = cls._get_collection()
            db = cls._get_db()
        self._get_db = lambda: db
        return self._live_in(collection, keep_created)

    def switch_collection(self, collection_name: str, keep_created: bool = True) -> Document:
        """Let this one object read and write another collection of its database, and return it.

        :param collection_name: the collection to use from now on
        :param keep_created: ``False`` makes the next save treat the document as new
        """
        with switch_collection(self.__class__, collection_name) as cls:
            collection = cls._get_collection()
        return self._live_in(collection, keep_created)

    def _live_in(self, collection: Any, keep_created: bool) -> Document:
        self._get_collection = lambda: collection
        self._collection = collection
        if not keep_created:
            self._created = True
        return self

    @classmethod
    def register_delete_rule(cls, document_cls: Any, field_name: str, rule: int) -> None:
        """Have deletions of this class's documents obey *rule* for references in *field_name* of *document_cls*.

        Holds for the subclasses of both. Called for each reference field with a ``reverse_delete_rule``.
        """
        referenced = [get_document(name) for name in cls._subclasses if name != cls.__name__] + [cls]
        referring = [get_document(name) for name in document_cls._subclasses if name != document_cls.__name__]
        referring.append(document_cls)
        for target in referenced:
            rules = target._meta.get("delete_rules") or {}
            for source in referring:
                rules[(source, field_name)] = rule
            target._meta["delete_rules"] = rules


assemble(Document, Saving, Reloading, IndexManagement, CollectionAccess)
note_library_steps(Document)


class DynamicDocument(Document, metaclass=TopLevelDocumentMetaclass):
    """A document that takes attributes it has no fields for, and stores them like fields of their own.

    Such an attribute cannot start with an underscore. Deleting it removes it from the database at the next save.
    """

    __module__ = "mongoengine_fast.document"

    my_metaclass = TopLevelDocumentMetaclass

    _dynamic = True

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, self._set_dynamic(name, value))

    def __delattr__(self, *args: Any, **kwargs: Any) -> None:
        """Remove a dynamic attribute at the next save; put a declared field back to its default."""
        name = args[0]
        if name in self._dynamic_fields:
            setattr(self, name, None)
            self._dynamic_fields[name].null = False
        else:
            super().__delattr__(*args, **kwargs)


register_dynamic_hooks(DynamicDocument)
