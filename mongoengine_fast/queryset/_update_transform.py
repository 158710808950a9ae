"""Translation of an update."""

from __future__ import annotations

from typing import Any

from mongoengine_fast.base.common import UPDATE_OPERATORS
from mongoengine_fast.common import _import_class
from mongoengine_fast.errors import InvalidQueryError
from mongoengine_fast.queryset._operators import COMPARISON_OPERATORS
from mongoengine_fast.queryset._transform_values import (
    _prepare_query_for_iterable,
    handle_raw_query,
    lookup_fields,
)

_MONGO_NAMES = {
    "push_all": "pushAll",
    "pull_all": "pullAll",
    "dec": "inc",
    "add_to_set": "addToSet",
    "set_on_insert": "setOnInsert",
}
_COMPARISONS = frozenset(COMPARISON_OPERATORS)


def update(_doc_cls: Any = None, **update: Any) -> dict[str, Any]:
    """Translate keyword changes into a MongoDB update document.

    Args:
        _doc_cls: the document class whose fields the keys name; without one
            names and values are taken as they are.
        update: new values by `operator__path__to__field` (`set` when there is no
            operator); `__raw__` holds an update in MongoDB's own form.

    Raises:
        InvalidQueryError: a path the class does not have, a value its field
            refuses, or `pull_all` below the first level.
    """
    compiled: dict[str, Any] = {}
    for key, value in update.items():
        if key == "__raw__":
            handle_raw_query(value, compiled)
            continue
        change = _plain_setting(_doc_cls, key, value) if _doc_cls else None
        op = "$set"
        if change is None:
            op, change = _translate(_doc_cls, key, value)
        present = compiled.setdefault(op, change)
        if present is not change and isinstance(present, dict):
            present.update(change)
    return compiled


def _plain_setting(document: Any, key: str, value: Any) -> dict[str, Any] | None:
    """Return the operand of most changes, a new value for a plain field of the class itself; None for all others."""
    name = key[5:] if key.startswith("set__") else key
    field = document._fields.get(name)
    if field is None or "__" in name or (name is key and name in UPDATE_OPERATORS) or hasattr(field, "field"):
        return None
    if isinstance(field, _import_class("GeoJsonBaseField")):
        return None
    if value is not None or field.required:
        value = field.prepare_query_value("set", value)
    return {field.db_field: value}


def _translate(document: Any, key: str, value: Any) -> tuple[str, dict[str, Any]]:
    """Translate one change into an update operator and its operand."""
    op, parts, match, value = _split_key(key, value)
    fields: list[Any] = []
    if document:
        parts, fields, field = _resolve(document, parts)
        if isinstance(field, _import_class("GeoJsonBaseField")):
            value = field.to_mongo(value)
        value = _prepare(field, op, match, value)
    if match:
        value = {"$" + match: value}

    path = parts[0] if len(parts) == 1 else ".".join(parts)
    if "pull" in op and "." in path:
        return "$" + op, _nested_pull(op, parts, fields, value)
    if op == "addToSet" and isinstance(value, list):
        return "$addToSet", {path: {"$each": value}}
    if op in ("push", "pushAll"):
        return _push(op, parts, value)
    return "$" + op, {path: value}


def _split_key(key: str, value: Any) -> tuple[Any, list[str], str | None, Any]:
    """Split `pull__tags__in` into operator, path and the comparison of a `pull`."""
    parts = key.split("__")
    if len(parts) < 3 and parts[0] not in UPDATE_OPERATORS:
        parts.insert(0, "set")
    op = None
    if parts[0] in UPDATE_OPERATORS:
        op = parts.pop(0)
        if op == "dec":
            value = -value
        op = _MONGO_NAMES.get(op, op)
    match = None
    # A single name is a field, even one that is called like an operator ("type").
    if len(parts) > 1:
        if parts[-1] in _COMPARISONS:
            match = parts.pop()
        # A trailing "__" says that the last word is a field, not an operator.
        if parts[-1] == "":
            match = parts.pop()
    return op, parts, match, value


def _resolve(document: Any, names: list[str]) -> tuple[list[str], list[Any], Any]:
    """Return the database names of a path, the fields on it and the one that takes the value.

    The fields on the path include, after each container, the field of its items.
    """
    path: list[str] = []
    fields: list[Any] = []
    ends_in_container = False
    for step in lookup_fields(document, names):
        if isinstance(step, str):
            # "S" stands for the positional operator, which no keyword could spell.
            path.append("$" if step == "S" else step)
            continue
        path.append(step.db_field)
        fields.append(step)
        ends_in_container = hasattr(step, "field")
        if ends_in_container:
            fields.append(step.field)
    return path, fields, fields[-2] if ends_in_container else fields[-1]


def _prepare(field: Any, op: str | None, match: str | None, value: Any) -> Any:
    """Have the field convert the operand of an update operator."""
    if op == "set":
        return field.prepare_query_value(op, value) if field.required or value is not None else value
    if op == "unset":
        return 1
    if op in ("pushAll", "pullAll"):
        return [field.prepare_query_value(op, item) for item in value]
    if op == "inc":
        return field.prepare_query_value(op, value)
    if op in ("push", "addToSet", "setOnInsert") and isinstance(value, (list, tuple, set)):
        return [field.prepare_query_value(op, item) for item in value]
    if op in (None, "push", "pull", "addToSet", "setOnInsert") and (field.required or value is not None):
        if op == "pull" and match in ("in", "nin") and not isinstance(value, dict):
            return _prepare_query_for_iterable(field, op, value)
        return field.prepare_query_value(op, value)
    return value


def _nested_pull(op: str, parts: list[str], fields: list[Any], value: Any) -> Any:
    """Write a pull from inside an embedded document.

    The server takes a dotted path only as far as the last list; what lies deeper is
    a condition on the list's items, spelled as nested documents.
    """
    if op == "pullAll":
        raise InvalidQueryError("pullAll operations only support a single field depth")
    classes = [field.__class__ for field in fields]
    for name in ("ListField", "EmbeddedDocumentListField"):
        container = _import_class(name)
        if container in classes:
            depth = len(classes) - classes[::-1].index(container)
            parts = [".".join(parts[:depth]), *parts[depth:]]
            break
    for part in reversed(parts):
        value = {part: value}
    return value


def _push(op: str, parts: list[str], value: Any) -> tuple[str, dict[str, Any]]:
    """Write a push; a number at the end of the path is the position to insert at."""
    position = int(parts.pop()) if parts[-1].isdigit() else None
    path = ".".join(parts)
    if position is None and op == "push":
        return "$push", {path: value}
    if not isinstance(value, (set, tuple, list)):
        value = [value]
    if position is None:
        return "$push", {path: {"$each": value}}
    return "$" + op, {path: {"$each": value, "$position": position}}
