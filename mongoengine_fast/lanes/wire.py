"""pymongo's arguments to the native lane's: validated the way pymongo does, or declined so that pymongo does."""

from __future__ import annotations

from typing import Any

from bson.son import SON
from pymongo.collation import Collation

from mongoengine_fast.lanes import driver
from mongoengine_fast.lanes.choice import Unusual

_MAPPINGS = (dict, SON)


def mapping(value: Any) -> Any:
    """Return *value* if it is a plain mapping."""
    if type(value) is dict or isinstance(value, _MAPPINGS):
        return value
    raise Unusual("an unusual mapping")


def whole_number(value: Any) -> int:
    """Return *value* if it is a whole number that fits 32 bits."""
    if type(value) is int and -0x80000000 < value < 0x80000000:
        return value
    raise Unusual("an unusual number")


def collation(value: Any) -> Any:
    """Return a collation as a document."""
    if isinstance(value, Collation):
        return value.document
    return mapping(value)


def hint(value: Any) -> Any:
    """Return an index hint as its name or its key document."""
    if isinstance(value, str):
        return value
    try:
        return driver.index_document(value)
    except (TypeError, ValueError):
        raise Unusual("an unusual hint") from None


def sort(value: Any) -> Any:
    """Return a sort order as a document."""
    try:
        return driver.index_document(value)
    except (TypeError, ValueError):
        raise Unusual("an unusual sort order") from None


def projection(value: Any) -> Any:
    """Return a projection as a document."""
    if isinstance(value, _MAPPINGS):
        return value
    try:
        return driver.fields_document(value, "projection")
    except TypeError:
        raise Unusual("an unusual projection") from None


def reading_filter(value: Any) -> Any:
    """Return the filter of a find; those that pymongo rewrites are left to it."""
    if value.__class__ is not dict:
        if value is None:
            return {}
        value = mapping(value)
    if "$query" in value or "query" in value:
        raise Unusual("a filter with the key query")
    return value


def updating(operation: str, update: Any) -> None:
    """Check an update or a replacement the way pymongo does, with its exceptions."""
    if operation in ("replace_one", "find_one_and_replace"):
        if hasattr(update, "to_mongo"):
            return
        driver.validate_ok_for_replace(update)
    else:
        driver.validate_ok_for_update(update)


def insertable(document: Any) -> Any:
    """Return a document the native lane inserts: a mapping or a Document instance."""
    if isinstance(document, _MAPPINGS) or hasattr(document, "to_mongo"):
        return document
    raise Unusual("an unusual document")
