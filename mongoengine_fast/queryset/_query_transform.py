"""Translation of a query."""

from __future__ import annotations

import contextlib
from typing import Any

from bson import SON, DBRef, ObjectId

from mongoengine_fast.errors import InvalidQueryError
from mongoengine_fast.queryset._geo import _geo_operator
from mongoengine_fast.queryset._operators import (
    GEO_OPERATORS,
    MATCH_OPERATORS,
    STRING_OPERATORS,
)
from mongoengine_fast.queryset._transform_values import (
    _prepare_query_for_iterable,
    handle_raw_query,
    lookup_fields,
)
from mongoengine_fast.strict import is_strict, require_trusted, require_values

_OPERATORS = frozenset(MATCH_OPERATORS)
_GEO = frozenset(GEO_OPERATORS)
_STRING = frozenset(STRING_OPERATORS)
# Operators whose operand is one value of the field.
_ONE_VALUE = _STRING | {None, "ne", "gt", "gte", "lt", "lte", "not"}
_MANY_VALUES = frozenset(("in", "nin", "all", "near"))
# Operators whose operand has a form of its own.
_STRUCTURED = _GEO | {"match", "elemMatch"}
_DISTANCES = ("$maxDistance", "$minDistance")
_NEAR = ("$near", "$nearSphere")


def query(_doc_cls: Any = None, **kwargs: Any) -> dict[str, Any]:
    """Translate keyword conditions into a MongoDB filter.

    Args:
        _doc_cls: the document class whose fields the keys name; without one
            names and values are taken as they are.
        kwargs: conditions by `path__to__field__operator`; `__raw__` holds a filter in
            MongoDB's own form.

    Raises:
        InvalidQueryError: a path the class does not have, a value its field refuses, or what strict queries
            (`mongoengine_fast.strict`) refuse.
        TypeError: an operator for several values is given a single one.
    """
    compiled: dict[str, Any] = {}
    strict = is_strict(_doc_cls)
    clashes: dict[str, list[Any]] = {}
    # Sorted, so that the same conditions always make the same filter.
    for key in sorted(kwargs) if len(kwargs) > 1 else kwargs:
        value = kwargs[key]
        if key == "__raw__":
            require_trusted(_doc_cls, "__raw__", value)
            handle_raw_query(value, compiled)
            continue
        if strict:
            _require_values(_doc_cls, key, value)
        path, condition = _translate(_doc_cls, key, value)
        if path not in compiled:
            compiled[path] = condition
        elif isinstance(compiled[path], dict) and isinstance(condition, dict):
            compiled[path].update(condition)
            compiled[path] = _order_distances(compiled[path])
        else:
            clashes.setdefault(path, []).append(condition)
    for path, conditions in clashes.items():
        conditions.append(compiled.pop(path))
        compiled.setdefault("$and", []).extend({path: one} for one in conditions)
    return compiled


def _require_values(document: Any, key: str, value: Any) -> None:
    """Refuse operators in the place of the values of one condition."""
    names, _, op, _ = _split_key(key)
    field = None
    if document and op not in _STRUCTURED:
        # A path that the class does not have is the translation's to report.
        with contextlib.suppress(InvalidQueryError):
            field = lookup_fields(document, names)[-1]
    require_values(document, key, field, value)


def _translate(document: Any, key: str, value: Any) -> tuple[str, Any]:
    """Translate one condition into a database path and what must hold there."""
    if document and "__" not in key:
        field = document._fields.get(key)
        # Most conditions: a field of the class itself, equal to a value.
        if field is not None and not (field._is_cached_reference_field or field._is_generic_reference_field):
            return field.db_field, field.prepare_query_value(None, value)
    names, positions, op, negate = _split_key(key)
    field = None
    if document:
        names, field, value = _resolve(document, names, op, value)
    if op:
        value = _apply_operator(field, op, value)
    if negate:
        value = {"$not": value}
    if len(names) == 1 and not positions:
        return names[0], value
    for index, position in positions:
        names.insert(index, position)
    return ".".join(names), value


def _split_key(key: str) -> tuple[list[str], list[tuple[int, str]], str | None, bool]:
    """Split `tags__0__not__gte` into names, list positions, operator and negation."""
    if "__" not in key and not key.isdigit():
        return [key], [], None, False
    # From the right: of three underscores the first one belongs to the name before.
    parts = key.rsplit("__")
    positions = [(index, part) for index, part in enumerate(parts) if part.isdigit()]
    if positions:
        parts = [part for part in parts if not part.isdigit()]
    op = None
    if len(parts) > 1 and parts[-1] in _OPERATORS:
        op = parts.pop()
    # A trailing "__" says that the last word is a field, not an operator.
    if len(parts) > 1 and parts[-1] == "":
        parts.pop()
    negate = len(parts) > 1 and parts[-1] == "not"
    if negate:
        parts.pop()
    return parts, positions, op, negate


def _resolve(document: Any, names: list[str], op: str | None, value: Any) -> tuple[list[str], Any, Any]:
    """Return the database names of a path, the field it ends in and the prepared value."""
    fields = lookup_fields(document, names)
    path: list[str] = []
    real: list[Any] = []
    for step in fields:
        if isinstance(step, str):
            path.append(step)
            continue
        real.append(step)
        if getattr(step, "_is_cached_reference_field", False) and fields[-1] == step:
            path.append(f"{step.db_field}._id")
        else:
            path.append(step.db_field)
    field = real[-1]

    if op in _ONE_VALUE:
        value = field.prepare_query_value(op, value)
        if getattr(field, "_is_cached_reference_field", False) and value:
            value = value["_id"]
    elif op in _MANY_VALUES and not isinstance(value, dict):
        value = _prepare_query_for_iterable(field, op, value)

    if getattr(field, "_is_generic_reference_field", False):
        several = op in _MANY_VALUES and isinstance(value, list)
        path[-1] += _place_in_generic_reference(value if several else [value])
    return path, field, value


def _place_in_generic_reference(values: list[Any]) -> str:
    """Return where in a generic reference, which is stored as {_cls, _ref}, such values lie.

    Raises:
        ValueError: some values lie in one place, some in another.
    """
    kinds = {kind for kind in (DBRef, ObjectId) for value in values if isinstance(value, kind)}
    if len(kinds) > 1:
        raise ValueError(
            "The `in`, `nin`, `all`, or `near`-operators cannot be applied to mixed queries of DBRef/ObjectId"
        )
    if not kinds or not all(isinstance(value, tuple(kinds)) for value in values):
        return ""
    return "._ref" if DBRef in kinds else "._ref.$id"


def _apply_operator(field: Any, op: str, value: Any) -> Any:
    if op in _GEO:
        return _geo_operator(field, op, value)
    if op in ("match", "elemMatch"):
        if (
            isinstance(value, dict)
            and getattr(field, "_is_list_field", False)
            and getattr(field.field, "_is_embedded_field", False)
        ):
            return {"$elemMatch": query(field.field.document_type, **value)}
        return {"$elemMatch": field.prepare_query_value(op, value)}
    if op in _STRING:
        return value  # the field has already made a regular expression of it
    return {"$" + op: value}


def _order_distances(condition: dict[str, Any]) -> dict[str, Any]:
    """Put limits of distance where the server wants them: inside `$near`, or after it."""
    limits = {key: condition[key] for key in _DISTANCES if key in condition}
    if not limits or not any(key in condition for key in _NEAR):
        return condition
    ordered = SON((key, value) for key, value in condition.items() if key not in limits)
    shapes = [key for key in _NEAR if isinstance(condition.get(key), dict)]
    for key in shapes:
        ordered[key] = SON(ordered[key])
        ordered[key].update(limits)
    if not shapes:
        ordered.update(limits)
    return ordered
