"""From ``meta["indexes"]``, unique fields and geo fields to what pymongo's ``create_index`` takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pymongo

from mongoengine_fast.common import _import_class

__all__ = ("GEOHAYSTACK", "IndexSpecs")

# pymongo 4 no longer has haystack indexes.
GEOHAYSTACK = getattr(pymongo, "GEOHAYSTACK", None)

_DIRECTION_BY_PREFIX = {
    "+": pymongo.ASCENDING,
    "-": pymongo.DESCENDING,
    "$": pymongo.TEXT,
    "#": pymongo.HASHED,
    "(": pymongo.GEOSPHERE,
    "*": pymongo.GEO2D,
}
_PREFIXES = (*_DIRECTION_BY_PREFIX, ")")

_GEO_FIELD_CLASSES = (
    "EmbeddedDocumentField",
    "GeoPointField",
    "PointField",
    "LineStringField",
    "PolygonField",
)

# Compared with the exact class name, as upstream: fields derived from these are not looked into.
_LISTS_OF_FIELDS = frozenset({"EmbeddedDocumentListField", "ListField", "SortedListField"})


def _split_direction(key: str) -> tuple[str, Any]:
    """Split ``"-name"`` into the name and pymongo's direction; ``NotImplementedError`` for a haystack index."""
    if not key.startswith(_PREFIXES):
        return key, pymongo.ASCENDING
    if key[0] == ")":
        if GEOHAYSTACK is None:
            raise NotImplementedError
        return key[1:], GEOHAYSTACK
    return key[1:], _DIRECTION_BY_PREFIX[key[0]]


def _merge_specs(specs: list[dict[str, Any]], more: Iterable[dict[str, Any]]) -> None:
    """Add *more* to *specs*, completing a spec that is already there for the same keys."""
    by_keys = {tuple(spec["fields"]): spec for spec in specs}
    for spec in more:
        present = by_keys.get(tuple(spec["fields"]))
        if present is None:
            specs.append(spec)
        else:
            present.update(spec)


class IndexSpecs:
    """Works out the indexes a document class asks for."""

    __slots__ = ()

    @classmethod
    def _build_index_specs(cls, meta_indexes: Iterable[Any]) -> list[dict[str, Any]]:
        """Return one spec for each index: those of ``meta``, of geo fields and of unique fields."""
        geo_specs = cls._geo_indices()
        unique_specs = cls._unique_with_indexes()
        specs = [cls._build_index_spec(spec) for spec in meta_indexes]
        _merge_specs(specs, geo_specs)
        _merge_specs(specs, unique_specs)
        return specs

    @classmethod
    def _build_index_spec(cls, spec: str | list[Any] | tuple[Any, ...] | Mapping[str, Any]) -> dict[str, Any]:
        """Turn one entry of ``meta["indexes"]`` into options with ``fields`` as pymongo's list of key and direction.

        A key may start with ``+ - $ # ( *`` for ascending, descending, text, hashed, 2dsphere and 2d. ``_cls`` comes
        first where the class allows inheritance, unless the index is sparse, a geo index, or says ``cls: False``.
        Raises ``LookUpError`` for an unknown field.
        """
        if isinstance(spec, str):
            spec = {"fields": [spec]}
        elif isinstance(spec, (list, tuple)):
            spec = {"fields": list(spec)}
        elif isinstance(spec, dict):
            spec = dict(spec)

        include_cls = cls._wants_cls_key(spec)
        if "cls" in spec:
            spec.pop("cls")

        keys: list[tuple[str, Any]] = []
        direction = None
        for key in spec["fields"]:
            # A pair was built for a base class already and is inherited as it is.
            if isinstance(key, (list, tuple)):
                continue
            key, direction = _split_direction(key)
            keys.append((cls._index_key_path(key), direction))

        # The last direction decides, as upstream.
        is_geo = direction in (pymongo.GEO2D, pymongo.GEOSPHERE)
        is_haystack = GEOHAYSTACK is not None and direction == GEOHAYSTACK
        if include_cls and not is_geo and not is_haystack:
            keys.insert(0, ("_cls", 1))
        if keys:
            spec["fields"] = keys
        return spec

    @classmethod
    def _wants_cls_key(cls, spec: Mapping[str, Any]) -> bool:
        """Whether ``_cls`` belongs in front of this index."""
        if not cls._meta.get("allow_inheritance") or spec.get("sparse", False):
            return False
        if not spec.get("cls", True) or "_cls" in spec["fields"]:
            return False
        return bool(spec.get("cls", False) or cls._meta.get("index_cls", True))

    @classmethod
    def _index_key_path(cls, key: str) -> str:
        """Translate an attribute path to the database's, leaving alone what is no field."""
        parts = key.split(".")
        if parts in (["pk"], ["id"], ["_id"]):
            return "_id"
        return ".".join([getattr(step, "db_field", step) for step in cls._lookup_field(parts)])

    @classmethod
    def _unique_index_for(cls, field: Any, namespace: str) -> dict[str, Any]:
        """Return the spec of the index that keeps *field* unique, alone or together with its ``unique_with``."""
        keys = [field.db_field]
        sparse = field.sparse
        if field.unique_with:
            if isinstance(field.unique_with, str):
                field.unique_with = [field.unique_with]
            partners = []
            for path in field.unique_with:
                steps = cls._lookup_field(path.split("."))
                partners.append(".".join([step.db_field for step in steps]))
                steps[-1].required = True
                sparse = not sparse and steps[-1].name not in cls.__dict__
            keys += partners
        fields = [(f"{namespace}{key}", pymongo.ASCENDING) for key in keys]
        return {"fields": fields, "unique": True, "sparse": sparse}

    @classmethod
    def _unique_with_indexes(cls, namespace: str = "") -> list[dict[str, Any]]:
        """Return the specs of all unique fields of this class and of the documents embedded in it.

        :param namespace: put before each key, with its dot. Fields named in ``unique_with`` become required.
        """
        specs = []
        for name, field in cls._fields.items():
            if field.unique:
                specs.append(cls._unique_index_for(field, namespace))
            if field.__class__.__name__ in _LISTS_OF_FIELDS:
                field = field.field
            if field.__class__.__name__ == "EmbeddedDocumentField" and field.document_type != cls:
                specs += field.document_type._unique_with_indexes(f"{name}.")
        return specs

    @classmethod
    def _geo_indices(cls, inspected: list[type] | None = None, parent_field: str | None = None) -> list[dict[str, Any]]:
        """Return the specs for geo fields here and in embedded documents.

        :param inspected: classes seen on the way, to stop at a class that embeds itself
        :param parent_field: database name of the field that embeds this class
        """
        inspected = inspected or []
        inspected.append(cls)
        wanted = tuple(_import_class(name) for name in _GEO_FIELD_CLASSES)

        specs = []
        for field in cls._fields.values():
            if not isinstance(field, wanted):
                continue
            if hasattr(field, "document_type"):
                embedded = field.document_type
                if embedded not in inspected and hasattr(embedded, "_geo_indices"):
                    specs += embedded._geo_indices(inspected, parent_field=field.db_field)
            elif field._geo_index:
                key = f"{parent_field}.{field.db_field}" if parent_field else field.db_field
                specs.append({"fields": [(key, field._geo_index)]})
        return specs
