"""How a class statement becomes a document class.

`DocumentMetaclass` collects fields, hierarchy and delete rules for every kind of document; `TopLevelDocumentMetaclass`
adds what only documents with a collection have: merged ``meta``, indexes, a primary key, a manager, exceptions.
Programs subclass both and call ``super().__new__``, so each keeps the four-argument ``__new__`` and the class methods
`_get_bases`, `_import_classes` and `get_auto_id_names`.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mongoengine_fast.base.common import _document_registry
from mongoengine_fast.base.fields import BaseField, ComplexBaseField, ObjectIdField
from mongoengine_fast.base.serialization import install_choice_displays
from mongoengine_fast.common import _import_class
from mongoengine_fast.errors import InvalidDocumentError
from mongoengine_fast.queryset import (
    DO_NOTHING,
    DoesNotExist,
    MultipleObjectsReturned,
    QuerySetManager,
)

__all__ = ("DocumentMetaclass", "TopLevelDocumentMetaclass")


class PrimaryKeyAlias:
    """`id` of a class whose primary key has another name: the same value, by any other name.

    A new document that is given its key counts as stored from then on, but not when the key is called `id`.
    """

    __slots__ = ("field",)

    def __init__(self, field: BaseField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self.field.__get__(instance, owner)

    def __set__(self, instance: Any, value: Any) -> None:
        created = instance._created
        self.field.__set__(instance, value)
        instance._created = created


class MetaDict(dict):
    """The ``meta`` of a class while it is put together from its bases: indexes add up, anything else is replaced."""

    _merge_options = ("indexes",)

    def merge(self, new_options: Mapping[str, Any]) -> None:
        """Take *new_options* over what is there."""
        for option, value in new_options.items():
            if option in self._merge_options:
                self[option] = self.get(option, []) + value
            else:
                self[option] = value


class BasesTuple(tuple):
    """All bases of a class, each once and in order of discovery; marks a tuple that is already flattened."""


def _merge_base_meta(meta: MetaDict, base: type) -> None:
    """Merge what *base* brings: ``meta`` of a plain mixin, ``_meta`` of a document class."""
    if hasattr(base, "meta"):
        meta.merge(base.meta)
    elif hasattr(base, "_meta"):
        meta.merge(base._meta)


def _settle_document_meta(attrs: dict[str, Any], bases: Iterable[type]) -> None:
    """Give the class being made its ``_meta``: its own, or what its bases say except being abstract."""
    if "meta" in attrs:
        attrs["_meta"] = attrs.pop("meta")
    if "_meta" in attrs:
        return
    meta = MetaDict()
    for base in reversed(tuple(bases)):
        _merge_base_meta(meta, base)
    meta["abstract"] = False
    attrs["_meta"] = meta


def _named_fields(namespace: Mapping[str, Any]) -> dict[str, BaseField]:
    """Return the fields among a class's attributes, each told its name (and database name, if it has none)."""
    fields = {}
    for name, value in namespace.items():
        if isinstance(value, BaseField):
            value.name = name
            if not value.db_field:
                value.db_field = name
            fields[name] = value
    return fields


def _reject_shared_db_names(fields: Iterable[BaseField]) -> None:
    """Raise ``InvalidDocumentError`` if two fields of one class body want the same name in the database."""
    uses: dict[str, int] = {}
    for field in fields:
        uses[field.db_field] = uses.get(field.db_field, 0) + 1
    shared = [name for name, count in uses.items() if count > 1]
    if shared:
        raise InvalidDocumentError(f"Multiple db_fields defined for: {', '.join(shared)} ")


def _settle_fields(attrs: dict[str, Any], bases: Iterable[type]) -> None:
    """Collect inherited and own fields into ``_fields`` and the maps derived from it."""
    fields: dict[str, BaseField] = {}
    for base in reversed(tuple(bases)):
        if hasattr(base, "_fields"):
            fields.update(base._fields)
        if not hasattr(base, "_meta"):
            fields.update(_named_fields(base.__dict__))

    own = _named_fields(attrs)
    _reject_shared_db_names(own.values())
    fields.update(own)

    db_names = {name: getattr(field, "db_field", name) for name, field in fields.items()}
    attrs["_fields"] = fields
    attrs["_db_field_map"] = db_names
    attrs["_reverse_db_field_map"] = {db_name: name for name, db_name in db_names.items()}
    in_order = sorted((field.creation_counter, field.name) for field in fields.values())
    attrs["_fields_ordered"] = tuple(name for _, name in in_order)


def _settle_hierarchy(name: str, attrs: dict[str, Any], bases: Iterable[type]) -> list[type]:
    """Work out the dotted class name and the superclasses; return the document classes among *bases*.

    Raises ``ValueError`` when a base does not allow to be inherited from.
    """
    names = [name]
    documents = []
    for base in bases:
        meta = getattr(base, "_meta", None)
        is_root = getattr(base, "_is_base_cls", True)
        if not is_root and not ({} if meta is None else meta).get("abstract", True):
            names.append(base.__name__)
        if hasattr(base, "_meta") and not meta.get("allow_inheritance") and not meta.get("abstract"):
            raise ValueError(
                f"Document {base.__name__} may not be subclassed. "
                'To enable inheritance, use the "allow_inheritance" meta attribute.'
            )
        if hasattr(base, "_class_name"):
            documents.append(base)

    class_name = ".".join(reversed(names))
    attrs["_class_name"] = class_name
    attrs["_superclasses"] = (*documents[0]._superclasses, documents[0]._class_name) if documents else ()
    attrs["_subclasses"] = (class_name,)
    attrs["_types"] = attrs["_subclasses"]
    return documents


def _announce_to_superclasses(new_class: type, document_bases: Iterable[type]) -> None:
    """Add the new class to the subclasses its superclasses know of."""
    for base in document_bases:
        if new_class._class_name not in base._subclasses:
            base._subclasses += (new_class._class_name,)
        base._types = base._subclasses


def _follow_cached_reference(field: Any, is_embedded: bool) -> None:
    """Let the class a cached reference points at know, so that saving there refreshes the copy here."""
    if is_embedded:
        raise InvalidDocumentError("CachedReferenceFields is not allowed in EmbeddedDocuments")
    if field.auto_sync:
        field.start_listener()
    field.document_type._cached_reference_fields.append(field)


def _delete_rule_of(field: Any, dict_field_class: type) -> tuple[Any, Any]:
    """Return the reverse delete rule of *field* (or of what it contains) and the field that carries it."""
    if not (isinstance(field, ComplexBaseField) and hasattr(field, "field")):
        return getattr(field, "reverse_delete_rule", DO_NOTHING), field
    rule = getattr(field.field, "reverse_delete_rule", DO_NOTHING)
    if isinstance(field, dict_field_class) and rule != DO_NOTHING:
        raise InvalidDocumentError(
            f"Reverse delete rules are not supported for {field.__class__.__name__} (field: {field.name})"
        )
    return rule, field.field


def _bind_field(new_class: type, field: Any, known: tuple[type, type, type, type]) -> None:
    """Tie one field to the finished class: owner, cached references, delete rules; check its name."""
    document_class, embedded_class, dict_field_class, cached_reference_class = known
    is_embedded = issubclass(new_class, embedded_class)
    if field.owner_document is None:
        field.owner_document = new_class
    if isinstance(field, cached_reference_class):
        _follow_cached_reference(field, is_embedded)

    rule, holder = _delete_rule_of(field, dict_field_class)
    if rule != DO_NOTHING:
        if is_embedded:
            raise InvalidDocumentError(
                f"Reverse delete rules are not supported for EmbeddedDocuments (field: {field.name})"
            )
        holder.document_type.register_delete_rule(new_class, field.name, rule)

    if field.name and hasattr(document_class, field.name) and not is_embedded:
        raise InvalidDocumentError(f"{field.name} is a document method and not a valid field name")


class _ClassNameOfInstances:
    """What `_cls` is where documents do not store it: the class's name on instances, nothing on the class."""

    __slots__ = ()

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            raise AttributeError(f"type object {owner.__name__!r} has no attribute '_cls'")
        return instance._class_name


_CLASS_NAME = _ClassNameOfInstances()


class DocumentMetaclass(type):
    """Makes embedded document classes, and the part of top-level ones that both have in common."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> Any:
        flattened_bases = mcs._get_bases(bases)

        # The library's own roots name their metaclass in their body and get nothing derived.
        root_metaclass = attrs.get("my_metaclass")
        if root_metaclass and issubclass(root_metaclass, DocumentMetaclass):
            return super().__new__(mcs, name, bases, attrs)

        attrs["_is_document"] = attrs.get("_is_document", False)
        attrs["_cached_reference_fields"] = []
        _settle_document_meta(attrs, flattened_bases)
        if attrs["_meta"].get("allow_inheritance"):
            attrs["_cls"] = _import_class("StringField")()
        else:
            attrs.setdefault("_cls", _CLASS_NAME)
        _settle_fields(attrs, flattened_bases)
        document_bases = _settle_hierarchy(name, attrs, flattened_bases)

        new_class = super().__new__(mcs, name, bases, attrs)

        _announce_to_superclasses(new_class, document_bases)
        known = mcs._import_classes()
        if issubclass(new_class, known[0]):
            new_class._collection = None
        _document_registry[new_class._class_name] = new_class
        for field in new_class._fields.values():
            _bind_field(new_class, field, known)
        install_choice_displays(new_class)
        return new_class

    @classmethod
    def _get_bases(mcs, bases: tuple[type, ...]) -> BasesTuple:
        """Return *bases* and their bases, depth first, each once and without ``object``."""
        if isinstance(bases, BasesTuple):
            return bases
        return BasesTuple(dict.fromkeys(mcs.__get_bases(bases)))

    @classmethod
    def __get_bases(mcs, bases: Iterable[type]) -> Iterator[type]:
        for base in bases:
            if base is not object:
                yield base
                yield from mcs.__get_bases(base.__bases__)

    @classmethod
    def _import_classes(mcs) -> tuple[type, type, type, type]:
        """Return the later-defined classes that class creation tests against."""
        return (
            _import_class("Document"),
            _import_class("EmbeddedDocument"),
            _import_class("DictField"),
            _import_class("CachedReferenceField"),
        )


def _root_meta() -> dict[str, Any]:
    """What every top-level document class inherits unless its own ``meta`` says otherwise."""
    return {
        "abstract": True,
        "max_documents": None,
        "max_size": None,
        "ordering": [],
        "indexes": [],
        "id_field": None,
        "index_background": False,
        "index_opts": None,
        "delete_rules": None,
        # None: as the parent does; for a class without parents, no.
        "allow_inheritance": None,
    }


def _start_meta(attrs: dict[str, Any], is_root: bool) -> None:
    """Replace ``meta`` by a first ``_meta`` in *attrs* and set the flags of a top-level document class."""
    if is_root:
        attrs["_meta"] = _root_meta()
        attrs["_meta"].update(attrs.get("meta", {}))
    else:
        # The very dict of the class body: stock fills in the one its user wrote, and programs share such dicts.
        attrs["_meta"] = attrs.get("meta", {})
        attrs["_meta"]["abstract"] = attrs["_meta"].get("abstract", False)
    attrs["_is_base_cls"] = is_root
    attrs["_is_document"] = True

    if "objects" in attrs and hasattr(attrs["objects"], "queryset_class"):
        attrs["_meta"]["queryset_class"] = attrs["objects"].queryset_class
    attrs.pop("meta", None)


def _refuse_own_collection(name: str, meta: dict[str, Any], parent: Any) -> None:
    """Drop, with a warning, a collection name that a subclass of a stored class tries to set."""
    if parent and "collection" in meta and not parent._meta.get("abstract", True):
        warnings.warn(f"Trying to set a collection on a subclass ({name})", SyntaxWarning, stacklevel=1)
        del meta["collection"]


def _merge_meta(name: str, own_meta: Mapping[str, Any], bases: Iterable[type]) -> MetaDict:
    """Merge the ``meta`` of all bases, oldest first, and the class's own; name the collection.

    Raises ``ValueError`` when a class below an inheritable one sets ``allow_inheritance`` to ``False``.
    """
    bases = tuple(bases)
    meta = MetaDict()
    for base in reversed(bases):
        _merge_base_meta(meta, base)
        if getattr(base, "_is_document", False) and not base._meta.get("abstract"):
            collection = meta.get("collection", None)
            if callable(collection):
                meta["collection"] = collection(base)
    meta.merge(own_meta)

    directly_below_root = all(base._meta.get("abstract") for base in bases if hasattr(base, "_meta"))
    if not directly_below_root and meta["allow_inheritance"] is False and not meta["abstract"]:
        raise ValueError('Only direct subclasses of Document may set "allow_inheritance" to False')

    if "collection" not in meta:
        meta["collection"] = _collection_name_for(name)
    return meta


def _collection_name_for(class_name: str) -> str:
    """``BlogPost`` -> ``blog_post``."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in class_name).strip("_").lower()


def _settle_primary_key(new_class: Any) -> None:
    """Find the field declared as primary key; ``ValueError`` if it is not the one inherited."""
    for name, field in new_class._fields.items():
        if not field.primary_key:
            continue
        current = new_class._meta.get("id_field")
        if current and current != name:
            raise ValueError("Cannot override primary key field")
        if not current:
            new_class._meta["id_field"] = name
            new_class.id = _as_id(name, field)


def _as_id(name: str, field: BaseField) -> Any:
    """What `id` is where the primary key is called `name`."""
    return field if name == "id" else PrimaryKeyAlias(field)


def _add_automatic_key(new_class: Any, name: str, db_name: str) -> None:
    """Give the class an ObjectId primary key, always the first of its fields."""
    # Looked up at this moment: programs assign a configured `ObjectIdField` to this module.
    field = ObjectIdField(db_field=db_name)
    new_class._meta["id_field"] = name
    new_class._fields[name] = field
    field.name = name
    new_class.id = _as_id(name, field)
    if name != "id":
        # Upstream has no descriptor of that name either: what is assigned stays with the object and is never stored.
        setattr(new_class, name, None)
    new_class._db_field_map[name] = db_name
    new_class._reverse_db_field_map[db_name] = name
    new_class._fields_ordered = (name, *new_class._fields_ordered)


def _attach_exceptions(new_class: type, module: str | None, bases: Iterable[type]) -> None:
    """Give the class its own ``DoesNotExist`` and ``MultipleObjectsReturned`` below those of its bases."""
    for root in (DoesNotExist, MultipleObjectsReturned):
        name = root.__name__
        parents = tuple(getattr(base, name) for base in bases if hasattr(base, name)) or (root,)
        setattr(new_class, name, type(name, parents, {"__module__": module}))


class TopLevelDocumentMetaclass(DocumentMetaclass):
    """Makes classes of documents that live in a collection of their own."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> Any:
        flattened_bases = mcs._get_bases(bases)
        _start_meta(attrs, is_root=attrs.get("my_metaclass") == TopLevelDocumentMetaclass)

        parent = next((base for base in flattened_bases if base.__class__ == TopLevelDocumentMetaclass), None)
        _refuse_own_collection(name, attrs["_meta"], parent)

        if attrs["_is_base_cls"] or attrs["_meta"].get("abstract"):
            if parent and not parent._meta.get("abstract", False):
                raise ValueError("Abstract document cannot have non-abstract base")
            return super().__new__(mcs, name, bases, attrs)

        attrs["_meta"] = _merge_meta(name, attrs["_meta"], flattened_bases)
        new_class = super().__new__(mcs, name, bases, attrs)

        meta = new_class._meta
        meta["index_specs"] = new_class._build_index_specs(meta["indexes"])
        collection = meta.get("collection")
        if callable(collection):
            meta["collection"] = collection(new_class)

        if not any("objects" in vars(klass) for klass in new_class.__mro__):
            new_class.objects = QuerySetManager()

        _settle_primary_key(new_class)
        if not meta.get("id_field"):
            _add_automatic_key(new_class, *mcs.get_auto_id_names(new_class))
        _attach_exceptions(new_class, attrs.get("__module__"), flattened_bases)
        return new_class

    @classmethod
    def get_auto_id_names(mcs, new_class: Any) -> tuple[str, str]:
        """Return a free attribute name and a free database name for an automatic primary key.

        ``("id", "_id")``, or ``("auto_id_0", "_auto_id_0")`` and so on when a field has taken either.
        """
        taken = set(new_class._fields)
        taken_db = {field.db_field for field in new_class._fields.values()}
        numbered = ((f"auto_id_{number}", f"_auto_id_{number}") for number in itertools.count())
        for name, db_name in itertools.chain([("id", "_id")], numbered):
            if name not in taken and db_name not in taken_db:
                return name, db_name
        raise AssertionError("unreachable: the numbers do not end")
