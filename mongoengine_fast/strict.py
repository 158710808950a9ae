"""Queries that take no operators from values: opt-in, for programs that pass on what users send.

MongoEngine hands a dict that is compared with a field to the server, where ``{"$ne": None}`` is an operator and not a
value. That stays the default. With `set_strict_queries`, or ``meta = {"strict_queries": True}`` for a class and those
derived from it, such values are refused::

    User.objects(token=request.json["token"])    # {"$ne": None} raises InvalidQueryError
    User.objects(__raw__=trusted({"age": {"$gt": 5}}))    # the program's own words

Method: refuse structure where a value is meant, as recommended by OWASP
(https://cheatsheetseries.owasp.org/cheatsheets/Injection_Prevention_Cheat_Sheet.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from mongoengine_fast.errors import InvalidQueryError

__all__ = ("is_strict", "set_strict_queries", "trusted")

_Value = TypeVar("_Value")
_by_default = False


class _Trusted:
    """Marks what the program itself wrote."""


class _TrustedDict(_Trusted, dict[str, Any]):
    pass


class _TrustedList(_Trusted, list[Any]):
    pass


class _TrustedText(_Trusted, str):
    pass


def set_strict_queries(enabled: bool) -> bool:
    """Make queries of all classes strict, or none; ``meta["strict_queries"]`` of a class has precedence.

    Args:
        enabled: whether queries are strict from now on, in the whole process.

    Returns:
        What it was before.
    """
    global _by_default
    before, _by_default = _by_default, bool(enabled)
    return before


def is_strict(document: Any) -> bool:
    """Return whether queries for a document class are strict; without a class, what holds for all."""
    own = getattr(document, "_meta", {}).get("strict_queries")
    return _by_default if own is None else bool(own)


def trusted(value: _Value) -> _Value:
    """Return a copy of a filter, an update, a pipeline or an expression that strict queries take as the program's own.

    Args:
        value: a dict or a list for ``__raw__``, a text for `QuerySet.where`.

    Raises:
        TypeError: it is something else.
    """
    for kind, marked in ((Mapping, _TrustedDict), (list, _TrustedList), (str, _TrustedText)):
        if isinstance(value, kind):
            return marked(value)  # type: ignore[return-value]
    raise TypeError(f"trusted() takes a dict, a list or a text, not {type(value).__name__}")


def require_trusted(document: Any, what: str, value: Any) -> None:
    """Refuse MongoDB's own language in a strict query, unless the program has marked it as its own.

    Raises:
        InvalidQueryError: it has not.
    """
    if is_strict(document) and not isinstance(value, _Trusted):
        raise InvalidQueryError(
            f"{_name(document)}: strict queries take {what} only as trusted(...), not as {type(value).__name__}"
        )


def require_values(document: Any, key: str, field: Any, value: Any) -> None:
    """Refuse operators in the place of values; *field* is None where the class does not say what a path ends in.

    Raises:
        InvalidQueryError: a dict is compared with a field that holds none, or a key starts with a dollar.
    """
    if getattr(field, "_holds_one_value", False) and _has_dict(value):
        raise InvalidQueryError(
            f"{_name(document)}: strict queries take no dict for '{key}', a {type(field).__name__}; "
            f"the value is a {type(value).__name__}"
        )
    if _has_operator(value):
        raise InvalidQueryError(
            f"{_name(document)}: strict queries take no keys that start with '$' in the value of '{key}'"
        )


def _name(document: Any) -> str:
    return getattr(document, "__name__", "query")


def _has_dict(value: Any) -> bool:
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(_has_dict(item) for item in value)
    return isinstance(value, Mapping)


def _has_operator(value: Any) -> bool:
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(_has_operator(item) for item in value)
    if not isinstance(value, Mapping):
        return False
    return any(str(key).startswith("$") or _has_operator(item) for key, item in value.items())
