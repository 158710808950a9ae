"""Bringing a document up to the database's state, and following its references."""

from __future__ import annotations

from typing import Any

from bson.dbref import DBRef
from pymongo.read_preferences import ReadPreference

from mongoengine_fast.base.datastructures import BaseDict, BaseList, EmbeddedDocumentList
from mongoengine_fast.base.roles import is_embedded_document
from mongoengine_fast.common import _import_class
from mongoengine_fast.errors import InvalidDocumentError, InvalidQueryError, OperationError

__all__ = ("Reloading",)


class Reloading:
    """Everything that replaces values of a document by those in the database."""

    __slots__ = ()

    def modify(self, query: Any = None, **update: Any) -> bool:
        """Update the stored document and take over all its values, in one step that nothing can come between.

        :param query: a dict of query arguments, or a `Q`, that the stored document must match
        :param update: what to change, in the words of `QuerySet.update`

        Returns ``False``, and leaves this object as it is, when no document matches. Unsaved changes are lost
        otherwise. Raises `InvalidDocumentError` without a primary key, and `InvalidQueryError` for a query about
        another document.
        """
        query = {} if query is None else query
        if self.pk is None:
            raise InvalidDocumentError("The document does not have a primary key.")

        id_field = self._meta["id_field"]
        query = query.copy() if isinstance(query, dict) else query.to_query(self)
        if id_field not in query:
            query[id_field] = self.pk
        elif query[id_field] != self.pk:
            raise InvalidQueryError("Invalid document modify query: it must modify only this document.")
        query.update(self._object_key)

        updated = self._qs(**query).modify(new=True, **update)
        if updated is None:
            return False
        for name in self._fields_ordered:
            setattr(self, name, self._reload(name, updated[name]))
        self._changed_fields = updated._changed_fields
        self._created = False
        return True

    def select_related(self, max_depth: int = 1) -> Any:
        """Fetch the referenced documents, down to *max_depth* levels, in one query for each collection."""
        _import_class("DeReference")()([self], max_depth + 1)
        return self

    def reload(self, *fields: Any, **kwargs: Any) -> Any:
        """Read the document again from the primary, and return it.

        :param fields: names of the fields to read, all when none are given; a number first is *max_depth*
        :param max_depth: how many levels of references to fetch as well, 1 by default

        Raises the class's `DoesNotExist` when it is not in the database, or has no primary key.
        """
        max_depth = 1
        if fields and isinstance(fields[0], int):
            max_depth, fields = fields[0], fields[1:]
        elif "max_depth" in kwargs:
            max_depth = kwargs["max_depth"]
        if self.pk is None:
            raise self.DoesNotExist("Document does not exist")

        stored = (
            self._qs.read_preference(ReadPreference.PRIMARY)
            .filter(**self._object_key)
            .only(*fields)
            .limit(1)
            .select_related(max_depth=max_depth)
        )
        if not stored:
            raise self.DoesNotExist("Document does not exist")
        stored = stored[0]

        for name in stored._data:
            if not fields or name in fields:
                self._take_over(name, stored)
        if fields:
            self._changed_fields = list(set(self._changed_fields) - set(fields))
        else:
            self._changed_fields = stored._changed_fields
        self._created = False
        return self

    def _take_over(self, name: str, stored: Any) -> None:
        """Set one attribute to what *stored* has; remove it if *stored* has none."""
        try:
            setattr(self, name, self._reload(name, stored[name]))
        except (KeyError, AttributeError):
            try:
                # Not every key of the data is a name one can ask the document for.
                setattr(self, name, self._reload(name, stored._data.get(name)))
            except KeyError:
                delattr(self, name)

    def _reload(self, key: str, value: Any) -> Any:
        """Return *value*, read by another object of this document, as a value of this one."""
        if isinstance(value, BaseDict):
            return BaseDict([(name, self._reload(name, item)) for name, item in value.items()], self, key)
        if isinstance(value, EmbeddedDocumentList):
            return EmbeddedDocumentList([self._reload(key, item) for item in value], self, key)
        if isinstance(value, BaseList):
            return BaseList([self._reload(key, item) for item in value], self, key)
        if is_embedded_document(value):
            value._instance = None
            value._changed_fields = []
        return value

    def to_dbref(self) -> DBRef:
        """Return a `bson.DBRef` to this document; `OperationError` if it was never saved."""
        if self.pk is None:
            raise OperationError("Only saved documents can have a valid dbref")
        return DBRef(self.__class__._get_collection_name(), self.pk)
