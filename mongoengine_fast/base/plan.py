"""What the native core has to know of a document class, found out by looking at the class.

A plan lists the fields with the operations the core may do itself. Whatever a program has overridden, in a class or on
a single field, is left to Python. The core asks for a plan when a class is first used, and again when it notices that a
field or a hook has changed since.
"""

from __future__ import annotations

import copy
import re
import time
import uuid
from datetime import datetime
from typing import Any

from bson import ObjectId

from mongoengine_fast._native import DocumentCore, DocumentLoader, FieldCore, Plan, bind
from mongoengine_fast.base.common import _document_registry, get_document
from mongoengine_fast.base.datastructures import BaseDict, BaseList, EmbeddedDocumentList, LazyReference
from mongoengine_fast.base.hooks import NATIVE_HOOKS
from mongoengine_fast.errors import FieldDoesNotExist, InvalidDocumentError, OperationError, ValidationError
from mongoengine_fast.signals import post_init, pre_init

__all__ = ("DocumentLoader", "compile_plan", "register_dynamic_hooks", "register_stock_hooks")

FIELD_HOOKS = (
    "__get__",
    "__set__",
    "to_python",
    "to_mongo",
    "validate",
    "_validate",
    "_lazy_load_refs",
    "build_lazyref",
)
_LOADING = ("__init__", "__new__", "__setattr__", "_from_son")
_METHODS = {
    "__setattr__": "own_setattr",
    "to_mongo": "own_to_mongo",
    "validate": "own_validate",
    "clean": "own_clean",
    "_mark_as_changed": "own_mark",
    "_get_changed_fields": "own_changed",
    "_clear_changed_fields": "own_clear",
}
# Defaults of which nobody can tell when, or how often, they are called.
_PURE = (uuid.uuid1, uuid.uuid4, ObjectId, datetime.now, datetime.utcnow, time.time)
_CALL = type.__dict__["__call__"]
# What undeclared attributes of dynamic documents pass through.
_DYNAMIC_HOOKS = ("__setattr__", "_set_dynamic", "_BaseDocument__expand_dynamic_values")
_STATE = ("_fields", "_fields_ordered", "_dynamic", "_meta", "STRICT")
DOCUMENT_HOOKS = tuple(dict.fromkeys((*_LOADING, *_METHODS, *_STATE, *_DYNAMIC_HOOKS, "__del__")))

# By hook name, what counts as the package's own: everything else is the program's.
_stock_hooks: dict[str, list[Any]] = {name: [] for name in (*_LOADING, *_METHODS)}
_dynamic_hooks: dict[str, list[Any]] = {name: [] for name in _DYNAMIC_HOOKS}


def register_stock_hooks(cls: type) -> None:
    """Declare the document hooks that *cls* itself defines to be the package's own."""
    _register(cls, _stock_hooks)


def register_dynamic_hooks(cls: type) -> None:
    """Declare the hooks that *cls* itself defines for dynamic documents to be the package's own."""
    _register(cls, _dynamic_hooks)


def _register(cls: type, hooks: dict[str, list[Any]]) -> None:
    for name, known in hooks.items():
        if name in cls.__dict__:
            known.append(cls.__dict__[name])


def _static(cls: type, name: str) -> Any:
    """The attribute as it stands in a class, not bound."""
    for klass in cls.__mro__:
        if name in klass.__dict__:
            return klass.__dict__[name]
    return None


def _is_stock(cls: type, name: str, hooks: dict[str, list[Any]] = _stock_hooks) -> bool:
    found = _static(cls, name)
    return any(found is known for known in hooks[name])


def _is_made_plainly(cls: Any) -> bool:
    """Neither the class nor its metaclass has a say in how its documents are made.

    That is also said of dynamic classes none of whose hooks that undeclared attributes pass through is the program's.
    """
    own = _dynamic_hooks if cls._dynamic else {}
    return _static(type(cls), "__call__") is _CALL and all(
        _is_stock(cls, name, own if name in own else _stock_hooks) for name in dict.fromkeys((*_LOADING, *own))
    )


def _op(field: Any, hook: str) -> str:
    """The native operation for a hook of a field, "python" if there is none."""
    if hook in field.__dict__:
        return "python"
    return NATIVE_HOOKS.get(_static(type(field), hook), "python")


def _validate_op(field: Any) -> str:
    """The native operation for `validate`, if what it asks in Python is the package's own as well."""
    op = _op(field, "validate")
    # Dates are valid when they can be stored.
    if op == "datetime" and _op(field, "to_mongo") != "datetime":
        return "python"
    limits = (getattr(field, name, None) for name in ("min_length", "max_length"))
    return op if all(limit is None or _is_length(limit) for limit in limits) else "python"


def _is_length(limit: Any) -> bool:
    """Whether a limit is a number of items, and not just something that can be compared with one."""
    return type(limit) is int and 0 <= limit < 2**63


def _length(field: Any, name: str) -> int | None:
    limit = getattr(field, name, None)
    return limit if _is_length(limit) else None


def _field_spec(field: Any) -> dict[str, Any]:
    cls = type(field)
    inner = getattr(field, "field", None) if field._is_complex_field else None
    own_build = field._is_lazy_reference_field and _op(field, "build_lazyref") != "lazy_reference"
    spec = {
        "field": field,
        "name": field.name,
        "db_field": field.db_field,
        "get": field._native_get,
        "set": field._native_set,
        "own_get": _static(cls, "__get__") is not FieldCore.__dict__["__get__"],
        "own_set": _static(cls, "__set__") is not FieldCore.__dict__["__set__"],
        "own_lazy_load": _own_lazy_load(field),
        "own_build": own_build,
        "to_python": "python" if own_build else _op(field, "to_python"),
        "to_mongo": _op(field, "to_mongo"),
        "validate": _validate_op(field),
        "plain_validation": _op(field, "_validate") == "base" and not field.choices and field.validation is None,
        "inner": None if inner is None else _field_spec(inner),
    }
    spec.update(_properties(field))
    return spec


def _is_pure(default: Any) -> bool:
    # A method of a built-in class is another object each time that it is asked for.
    return any(default is known or (type(default) is type(known) and default == known) for known in _PURE)


def _own_lazy_load(field: Any) -> bool:
    if not field._is_complex_field:
        return False
    return "_lazy_load_refs" in field.__dict__ or _static(type(field), "_lazy_load_refs") is not _stock_lazy_load(field)


def _stock_lazy_load(field: Any) -> Any:
    """The `_lazy_load_refs` of the class that introduced it."""
    found = None
    for klass in type(field).__mro__:
        if "_lazy_load_refs" in klass.__dict__:
            found = klass.__dict__["_lazy_load_refs"]
    return found


def _properties(field: Any) -> dict[str, Any]:
    regex = getattr(field, "regex", None)
    any_reference = (
        field._is_reference_field
        or field._is_generic_reference_field
        or field._is_lazy_reference_field
        or field._is_generic_lazy_reference_field
    )
    return {
        "required": field.required,
        "null": field.null,
        "default": field.default,
        "pure_default": _is_pure(field.default),
        "auto_gen": field._auto_gen,
        "is_file": field._is_file_field,
        "takes_clean": field._is_embedded_field or field._is_generic_embedded_field,
        "is_reference": field._is_reference_field,
        "is_generic_reference": field._is_generic_reference_field,
        "is_any_reference": any_reference or field._is_cached_reference_field,
        "is_lazy_reference": field._is_lazy_reference_field or field._is_generic_lazy_reference_field,
        "is_embedded_list": field._is_embedded_list_field,
        "is_enum": field._is_enum_field,
        "sorted_by": bool(field._is_sorted_list_field and field._ordering),
        "dbref": bool(getattr(field, "dbref", False)),
        "binary": bool(getattr(field, "_binary", False)),
        "max_length": _length(field, "max_length"),
        "min_length": _length(field, "min_length"),
        "has_regex": regex is not None,
        "regex_match": regex.match if type(regex) is re.Pattern else None,
        "min_value": getattr(field, "min_value", None),
        "max_value": getattr(field, "max_value", None),
    }


def _field_classes(fields: Any) -> set[type]:
    classes = set()
    for field in fields:
        while field is not None:
            classes.add(type(field))
            field = getattr(field, "field", None) if field._is_complex_field else None
    return classes


def compile_plan(cls: Any) -> Plan:
    """Return the plan of a document class, which it also keeps."""
    meta = cls._meta
    spec = {flag: not _is_stock(cls, name) for name, flag in _METHODS.items()}
    spec["own_del"] = _static(cls, "__del__") is not None
    spec["is_document"] = cls._is_document
    spec["is_embedded"] = getattr(cls, "_is_embedded_document", False)
    spec["dynamic"] = cls._dynamic
    plain = not cls.STRICT and _is_made_plainly(cls)
    spec["lazy_load"] = plain and not cls._dynamic
    spec["plain_dynamic"] = plain and cls._dynamic
    spec["id_field"] = meta.get("id_field")
    spec["shard_key"] = meta.get("shard_key", ())
    fields = list(cls._fields.values())
    watched = [
        (cls, (*DOCUMENT_HOOKS, *cls._fields)),
        *((field_class, FIELD_HOOKS) for field_class in _field_classes(fields)),
    ]
    plan = Plan(cls, [_field_spec(field) for field in fields], list(cls._fields_ordered), spec, watched)
    type.__setattr__(cls, "_native_plan", plan)
    return plan


def detach_fields(cls: Any) -> dict[str, Any]:
    """Return copies of a class's fields that do not dereference, for documents loaded that way."""
    fields = copy.deepcopy(cls._fields)
    for field in fields.values():
        field.set_auto_dereferencing(False)
    return fields


_stock_hooks["__setattr__"].append(object.__dict__["__setattr__"])
for _name in _stock_hooks:
    if _name in DocumentCore.__dict__:
        _stock_hooks[_name].append(DocumentCore.__dict__[_name])

for _name, _object in {
    "base_list": BaseList,
    "base_dict": BaseDict,
    "embedded_document_list": EmbeddedDocumentList,
    "lazy_reference": LazyReference,
    "validation_error": ValidationError,
    "field_does_not_exist": FieldDoesNotExist,
    "operation_error": OperationError,
    "invalid_document_error": InvalidDocumentError,
    "compile_plan": compile_plan,
    "get_document": get_document,
    "document_registry": _document_registry,
    "detach_fields": detach_fields,
    "pre_init": pre_init,
    "post_init": post_init,
}.items():
    bind(_name, _object)
