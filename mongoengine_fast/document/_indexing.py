"""Creating a document class's indexes, and comparing them with the database's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from mongoengine_fast._sessions import session_option
from mongoengine_fast.base.metaclasses import TopLevelDocumentMetaclass

__all__ = ("IndexManagement", "includes_cls")


def includes_cls(fields: Sequence[Any]) -> bool:
    """Whether ``_cls`` is the first key of an index, given as key names or as pairs of key and direction."""
    first: Any = None
    if len(fields):
        if isinstance(fields[0], str):
            first = fields[0]
        elif isinstance(fields[0], (list, tuple)) and len(fields[0]):
            first = fields[0][0]
    return first == "_cls"


def _shares_collection(one: Any, other: Any) -> bool:
    return one._get_collection().full_name == other._get_collection().full_name


def _gather_family(cls: Any, found: list[Any]) -> None:
    """Append to *found* the class, and those above, below and beside it in the same collection."""
    if cls not in found and isinstance(cls, TopLevelDocumentMetaclass):
        found.append(cls)

    for base in cls.__bases__:
        if (
            isinstance(base, TopLevelDocumentMetaclass)
            and not base._meta.get("abstract")
            and _shares_collection(base, cls)
            and base not in found
        ):
            found.append(base)
            _gather_family(base, found)

    # Upstream looks below a class only if the last of its bases is a document class.
    if not isinstance(cls.__bases__[-1], TopLevelDocumentMetaclass):
        return
    for subclass in cls.__subclasses__():
        if _shares_collection(subclass, cls) and subclass not in found:
            found.append(subclass)
            _gather_family(subclass, found)


def _existing_keys(index_information: Iterable[dict[str, Any]]) -> list[list[tuple[str, Any]]]:
    """Return the keys of each index in the database, a text index by the fields it covers."""
    existing = []
    for info in index_information:
        keys: list[tuple[str, Any]] = []
        for key in info["key"]:
            if key[0] == "_fts":
                keys += [(field, key[1]) for field in info["weights"]]
            elif key[0] != "_ftsx":
                keys.append(key)
        existing.append(keys)
    return existing


def _without_text_order(keys: Iterable[Any]) -> list[Any]:
    """Return the keys of an index in a form to compare: the server keeps no order among the fields of a text index."""
    ordered: list[Any] = []
    for is_text, group in groupby(map(tuple, keys), lambda key: key[1:] == ("text",)):
        run = list(group)
        ordered += sorted(run) if is_text else run
    return ordered


class IndexManagement:
    """Index operations on document classes. They are administration and stay on pymongo."""

    __slots__ = ()

    @classmethod
    def create_index(cls, keys: Any, background: bool = False, **kwargs: Any) -> str:
        """Create one index unless it exists, and return its name.

        :param keys: a field name or a list of them, each with an optional prefix for its kind (see
            `_build_index_spec`), or a dict of ``fields`` and options
        :param background: build it in the background
        :param kwargs: further options of pymongo's ``create_index``
        """
        options = cls._build_index_spec(keys).copy()
        fields = options.pop("fields")
        options["background"] = background
        options.update(kwargs)
        return cls._get_collection().create_index(fields, **options, **session_option())

    @classmethod
    def ensure_indexes(cls) -> None:
        """Create all indexes that ``meta`` and the fields ask for and that do not exist.

        Happens by itself when the class's collection is first used, unless ``meta`` has ``auto_create_index: False``;
        with ``auto_create_index_on_save: True`` also at each save.
        """
        background = cls._meta.get("index_background", False)
        # The server does not know this option of ours.
        common = {key: value for key, value in (cls._meta.get("index_opts") or {}).items() if key != "cls"}
        collection = cls._get_collection()
        session = session_option()

        has_cls_index = False
        for spec in cls._meta["index_specs"] or ():
            options = {**common, **spec}
            fields = options.pop("fields")
            options.pop("cls", None)
            has_cls_index = has_cls_index or includes_cls(fields)
            collection.create_index(fields, background=background, **options, **session)

        # Queries for one class of several need an index on `_cls`, and any that starts with it will do.
        if not has_cls_index and cls._meta.get("index_cls", True) and cls._meta.get("allow_inheritance"):
            collection.create_index("_cls", background=background, **common, **session)

    @classmethod
    def list_indexes(cls) -> list[Any]:
        """Return the keys, without options, of all indexes the collection should have.

        Counts the classes above, below and beside this one that share its collection.
        """
        if cls._meta.get("abstract"):
            return []

        classes: list[Any] = []
        _gather_family(cls, classes)
        indexes: list[Any] = []
        for klass in classes:
            for spec in klass._meta["index_specs"] or ():
                if spec["fields"] not in indexes:
                    indexes.append(spec["fields"])

        if [("_id", 1)] not in indexes:
            indexes.append([("_id", 1)])
        if cls._meta.get("index_cls", True) and cls._meta.get("allow_inheritance"):
            indexes.append([("_cls", 1)])
        return indexes

    @classmethod
    def compare_indexes(cls) -> dict[str, list[Any]]:
        """Return ``{"missing": [...], "extra": [...]}``: what the database lacks, and what it has beyond need."""
        required = cls.list_indexes()
        existing = _existing_keys(cls._get_collection().index_information().values())
        comparable_existing = [_without_text_order(keys) for keys in existing]
        comparable_required = [_without_text_order(keys) for keys in required]
        missing = [keys for keys in required if _without_text_order(keys) not in comparable_existing]
        extra = [keys for keys in existing if _without_text_order(keys) not in comparable_required]

        # An index on `_cls` alone is not missed where a required one starts with it.
        if [("_cls", 1)] in missing and any(includes_cls(keys) and keys not in extra for keys in existing):
            missing.remove([("_cls", 1)])
        return {"missing": missing, "extra": extra}
