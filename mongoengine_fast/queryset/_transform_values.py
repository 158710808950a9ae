"""What the translation of queries and that of updates have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongoengine_fast.base.roles import is_base_document
from mongoengine_fast.errors import InvalidQueryError


def handle_raw_query(value: Mapping[str, Any], mongo_query: dict[str, Any]) -> None:
    """Add a raw specification to one under construction.

    An operator that is there already is extended when it holds a dict, and wins otherwise.
    """
    for op, condition in value.items():
        present = mongo_query.setdefault(op, condition)
        if present is not condition and isinstance(present, dict):
            present.update(condition)


def lookup_fields(document: Any, path: list[str]) -> list[Any]:
    """Return the fields (or plain strings) a path goes through.

    Raises:
        InvalidQueryError: the model has no such path.
    """
    try:
        return document._lookup_field(path)
    except Exception as err:
        raise InvalidQueryError(err)


def _prepare_query_for_iterable(field: Any, op: str, value: Any) -> list[Any]:
    """Prepare each item of the operand of `in`, `nin`, `all` or `near`.

    Raises:
        TypeError: the operand is a document or cannot be iterated over.
    """
    # Documents are iterable, but taking one for a list of its field names is never meant.
    if is_base_document(value):
        raise TypeError(
            "When using the `in`, `nin`, `all`, or "
            "`near`-operators you can't use a "
            "`Document`, you must wrap your object "
            "in a list (object -> [object])."
        )
    if not hasattr(value, "__iter__"):
        raise TypeError("The `in`, `nin`, `all`, or `near`-operators must be applied to an iterable (e.g. a list).")
    return [field.prepare_query_value(op, item) for item in value]
