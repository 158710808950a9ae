"""Replacing references by the documents they name, with one query per collection."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bson import SON, DBRef  # noqa: F401

from mongoengine_fast import lanes
from mongoengine_fast._native import attach_objects, bind, find_references
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.datastructures import (  # noqa: F401  programs look for them here
    BaseDict,
    BaseList,
    EmbeddedDocumentList,
    LazyReference,
)
from mongoengine_fast.base.metaclasses import TopLevelDocumentMetaclass
from mongoengine_fast.base.roles import is_document, is_embedded_document
from mongoengine_fast.common import provide_classes
from mongoengine_fast.connection import get_db
from mongoengine_fast.document import Document, EmbeddedDocument  # noqa: F401  programs look for them here
from mongoengine_fast.fields import DictField, ListField, MapField, ReferenceField  # noqa: F401  MapField too
from mongoengine_fast.queryset import QuerySet


def _is_any_document(value: Any) -> bool:
    return is_document(value) or is_embedded_document(value)


def _map_leaves(items: Any, convert: Callable[[Any], Any]) -> Any:
    """Copy nested lists and dicts, converting what is in them."""

    def visit(value: Any) -> Any:
        if isinstance(value, (dict, list)):
            return _map_leaves(value, convert)
        return convert(value)

    if hasattr(items, "items"):
        return {key: visit(value) for key, value in items.items()}
    return [visit(value) for value in items]


class DeReference:
    """Follows the references in documents and containers.

    An instance is called with what to look through; the documents referred to are
    collected, fetched by class, and put in the place of the references.
    """

    max_depth: int
    reference_map: dict[Any, set[Any]]
    object_map: dict[tuple[str, Any], Any]

    def __call__(self, items: Any, max_depth: int = 1, instance: Any = None, name: str | None = None) -> Any:
        """Return `items` with references replaced by documents.

        Args:
            items: a list, dict or queryset of documents, references and other values.
            max_depth: how many references deep to go.
            instance: the document (or its class) the items belong to; it is told of
                later changes of the containers returned.
            name: the field of `instance` they are the value of.
        """
        if items is None or isinstance(items, str):
            return items
        if isinstance(items, QuerySet):
            # Not list(), which would ask for the length.
            items = [item for item in items]  # noqa: C416

        self.max_depth = max_depth
        doc_type = None
        if instance and (_is_any_document(instance) or isinstance(instance, TopLevelDocumentMetaclass)):
            doc_type = instance._fields.get(name)
            while hasattr(doc_type, "field"):
                doc_type = doc_type.field
            if isinstance(doc_type, ReferenceField):
                field, doc_type = doc_type, doc_type.document_type
                values = items.values() if hasattr(items, "items") else items
                if all(value.__class__ == doc_type for value in values):
                    return items
                if not field.dbref:
                    items = self._typed_references(items, field)

        self.reference_map = self._find_references(items)
        self.object_map = self._fetch_objects(doc_type=doc_type)
        return self._attach_objects(items, 0, instance, name)

    def _typed_references(self, items: Any, field: Any) -> Any:
        """Return items with bare primary keys made into references of a field."""

        def convert(value: Any) -> Any:
            if isinstance(value, DBRef) or is_document(value):
                return value
            return field.to_python(value)

        return _map_leaves(items, convert)

    def _find_references(self, items: Any, depth: int = 0) -> dict[Any, set[Any]]:
        """Return the primary keys referred to, by document class or collection name."""
        return find_references(items, self.max_depth, depth)

    def _fetch_objects(self, doc_type: Any = None) -> dict[tuple[str, Any], Any]:
        """Fetch what was found to be referred to, by collection name and primary key."""
        objects: dict[tuple[str, Any], Any] = {}
        for target, ids in self.reference_map.items():
            # A class has a manager; what has none is the name of a collection.
            manager = getattr(target, "objects", None)
            if manager is not None:
                name = target._get_collection_name()
                keys = [key for key in ids if (name, key) not in objects]
                # A manager that takes arguments is a function that makes the queryset.
                queryset = manager() if isinstance(manager, partial) else manager
                for key, document in queryset.in_bulk(keys).items():
                    objects[(name, key)] = document
                continue
            if isinstance(doc_type, (ListField, DictField)):
                continue
            keys = [key for key in ids if (target, key) not in objects]
            for document in self._fetch_by_name(target, keys, doc_type):
                objects[(target, document.id)] = document
        return objects

    def _fetch_by_name(self, name: str, keys: list[Any], doc_type: Any) -> list[Any]:
        """Fetch documents from a collection of which only the name is known."""
        db = doc_type._get_db() if doc_type else get_db()
        rows = lanes.find(db[name], {"_id": {"$in": keys}})
        if doc_type:
            return [doc_type._from_son(row) for row in rows]
        default = "".join(word.capitalize() for word in name.split("_"))
        return [get_document(row.get("_cls", default))._from_son(row) for row in rows]

    def _attach_objects(self, items: Any, depth: int = 0, instance: Any = None, name: str | None = None) -> Any:
        """Return items with references replaced by what was fetched."""
        return attach_objects(items, self.object_map, self.max_depth, depth, instance, name, self._attach_document)

    def _attach_document(self, items: Any, depth: int) -> Any:
        """Make a document of stored data that tells its class, and attach to that."""
        document = get_document(items["_cls"])._from_son(items)
        cls = document._data.pop("_cls", None)
        del items["_cls"]
        document._data = self._attach_objects(document._data, depth, document, None)
        if cls is not None:
            document._data["_cls"] = cls
        return document


bind("top_level_metaclass", TopLevelDocumentMetaclass)
provide_classes(__name__, ("DeReference",))
