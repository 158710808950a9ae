"""The base of all documents: what the native core leaves to Python.

Construction, attribute access, change tracking, `to_mongo` and `validate` are native (`DocumentCore`). Here is what
runs rarely, or what programs override: loading from a dict, the delta, dynamic attributes, pickling.
"""

from __future__ import annotations

import numbers
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pymongo  # noqa: F401
from bson import SON, DBRef, ObjectId, json_util  # noqa: F401

from mongoengine_fast import signals  # noqa: F401
from mongoengine_fast._native import DocumentCore, detached_fields, document_of_dict
from mongoengine_fast.base.assembly import assemble
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.datastructures import (  # noqa: F401
    BaseDict,
    BaseList,
    EmbeddedDocumentList,
    LazyReference,
    StrictDict,
)
from mongoengine_fast.base.fields import ComplexBaseField  # noqa: F401
from mongoengine_fast.base.indexes import GEOHAYSTACK as GEOHAYSTACK
from mongoengine_fast.base.indexes import IndexSpecs
from mongoengine_fast.base.lookup import FieldLookup
from mongoengine_fast.base.plan import register_dynamic_hooks, register_stock_hooks
from mongoengine_fast.base.roles import is_embedded_document
from mongoengine_fast.base.serialization import JsonSupport, display_value, install_choice_displays
from mongoengine_fast.common import _import_class, provide_classes
from mongoengine_fast.errors import (  # noqa: F401
    FieldDoesNotExist,
    InvalidDocumentError,
    LookUpError,
    OperationError,
    ValidationError,
)
from mongoengine_fast.pymongo_support import LEGACY_JSON_OPTIONS  # noqa: F401

__all__ = ("NON_FIELD_ERRORS", "BaseDocument")

NON_FIELD_ERRORS = "__all__"

_STATE = ("_changed_fields", "_initialised", "_created", "_dynamic_fields", "_fields_ordered")


if TYPE_CHECKING:

    class _Parts(DocumentCore, FieldLookup, IndexSpecs, JsonSupport): ...

else:
    _Parts = DocumentCore


class BaseDocument(_Parts):  # noqa: PLW1641 - Document hashes by its key
    """What top-level and embedded documents have in common.

    Args:
        **values: the values of fields by attribute name; what is missing gets its default.

    Raises:
        FieldDoesNotExist: a value was given for something that is no field.
        TypeError: positional arguments were given.
    """

    __slots__ = ()

    _dynamic = False
    _dynamic_lock = True
    STRICT = False
    _is_base_document = True
    _is_document = False

    def clean(self) -> None:
        """Hook that runs before the fields are validated; raise `ValidationError` to refuse the document as a whole."""

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields_ordered)

    def __getitem__(self, name: str) -> Any:
        try:
            if name in self._fields_ordered:
                return getattr(self, name)
        except AttributeError:
            pass
        raise KeyError(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if not self._dynamic and name not in self._fields:
            raise KeyError(name)
        setattr(self, name, value)

    def __contains__(self, name: str) -> bool:
        return getattr(self, name, None) is not None

    def __len__(self) -> int:
        return len(self._data)

    def __repr__(self) -> str:
        try:
            text = self.__str__()
        except (UnicodeEncodeError, UnicodeDecodeError):
            text = "[Bad Unicode data]"
        kind = str if text is None else type(text)
        return kind(f"<{self.__class__.__name__}: {text}>")

    def __str__(self) -> str:
        if hasattr(self, "__unicode__"):
            return self.__unicode__()
        return f"{self.__class__.__name__} object"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, self.__class__) and getattr(other, "id", None) is not None:
            return self.id == other.id
        if isinstance(other, DBRef):
            return self._get_collection_name() == other.collection and self.id == other.id
        if self.id is None:
            return self is other
        return False

    def __ne__(self, other: object) -> bool:
        return not self.__eq__(other)

    def __getstate__(self) -> dict[str, Any]:
        state = {name: getattr(self, name) for name in _STATE if hasattr(self, name)}
        state["_data"] = self.to_mongo()
        return state

    def __setstate__(self, data: dict[str, Any]) -> None:
        is_built_here = isinstance(data["_data"], SON)
        if is_built_here:
            data["_data"] = self.__class__._from_son(data["_data"])._data
        for name in ("_changed_fields", "_initialised", "_created", "_data", "_dynamic_fields"):
            if name in data:
                setattr(self, name, data[name])
        if "_fields_ordered" in data and self._dynamic:
            # A class that lost or gained fields since keeps its own order.
            self._fields_ordered = data["_fields_ordered"]
        for name in data.get("_dynamic_fields") or ():
            setattr(self, name, data["_data"].get(name))
        if is_built_here:
            _own_parts(self)

    def get_text_score(self) -> float:
        """Return how well the document matched a text search.

        Raises:
            InvalidDocumentError: the document does not come from a search that asked for scores.
        """
        if "_text_score" not in self._data:
            raise InvalidDocumentError(
                "This document is not originally built from a text query "
                "(or text_score was not set on search_text() call)"
            )
        return self._data["_text_score"]

    @classmethod
    def _get_collection_name(cls) -> str | None:
        """The name of the collection; ``None`` for abstract and embedded documents."""
        return cls._meta.get("collection")

    def _set_dynamic(self, name: str, value: Any) -> Any:
        """Prepare an attribute of a dynamic document for being set; returns the value to set."""
        if self._dynamic_lock:
            return value
        if name.startswith("_"):
            return value
        if name not in self._fields_ordered:
            field = _import_class("DynamicField")(db_field=name, null=True)
            field.name = name
            self._dynamic_fields[name] = field
            self._fields_ordered += (name,)
        value = self.__expand_dynamic_values(name, value)
        if name in self._dynamic_fields:
            self._data[name] = value
            if hasattr(self, "_changed_fields"):
                self._mark_as_changed(name)
        return value

    def __expand_dynamic_values(self, name: str, value: Any) -> Any:
        """Make documents of dicts that name a class, and tracked containers of plain ones."""
        if isinstance(value, dict):
            if "_cls" in value:
                return get_document(value["_cls"])(**value)
            expanded = {key: self.__expand_dynamic_values(f"{name}.{key}", item) for key, item in value.items()}
            return BaseDict(expanded, self, name)
        if isinstance(value, (list, tuple)):
            items = [self.__expand_dynamic_values(f"{name}.{index}", item) for index, item in enumerate(value)]
            return BaseList(items, self, name)
        return value

    def __set_field_display(self) -> None:
        """See to it that fields with choices have their ``get_<field>_display``."""
        install_choice_displays(self.__class__)

    def __get_field_display(self, field: Any) -> Any:
        """The label of a field's present value."""
        return display_value(self, field)

    def _to_mongo_in_python(self, use_db_field: bool, fields: Any) -> SON[str, Any]:
        """`to_mongo` for what is asked for rarely: attribute names, part of the fields, dynamic documents."""
        fields = fields or []
        roots = {path.split(".")[0] for path in fields}
        data: SON[str, Any] = SON([("_id", None), ("_cls", self._class_name)])
        for name in self:
            if roots and name not in roots:
                continue
            field = self._fields.get(name)
            if field is None and self._dynamic:
                field = self._dynamic_fields.get(name)
            value = self._data.get(name)
            if value is not None:
                value = field.to_mongo(value, **_to_mongo_options(field, name, use_db_field, fields))
            if value is None and field._auto_gen:
                value = field.generate()
                self._data[name] = value
            if value is not None or field.null:
                data[field.db_field if use_db_field else field.name] = value
        if not self._meta.get("allow_inheritance"):
            data.pop("_cls")
        if "_id" in data and data["_id"] is None:
            key = self._data.get("id") if self._is_document else None
            if key is None:
                del data["_id"]
            else:
                data["_id"] = key
        return data

    def _delta(self) -> tuple[dict[str, Any], dict[str, int]]:
        """What to set and what to unset so that the stored document becomes this one, by database path."""
        if not hasattr(self, "_changed_fields"):
            set_data = self.to_mongo()
            set_data.pop("_id", None)
            empty = [path for path, value in set_data.items() if not value]
        else:
            set_data, empty = self._stored_changes()
        return self._split_changes(set_data, empty)

    def _split_changes(self, set_data: dict[str, Any], empty: list[str]) -> tuple[dict[str, Any], dict[str, int]]:
        """Move those of the *empty* values that mean that a key has to go from *set_data* to what is to be unset."""
        unset_data = {}
        for path in empty:
            value = set_data[path]
            if isinstance(value, numbers.Number):
                continue
            if self._is_unset(path, value):
                del set_data[path]
                unset_data[path] = 1
        return set_data, unset_data

    def _is_unset(self, path: str, value: Any) -> bool:
        """Whether an empty value means that the key has to go: always, unless the default says something else."""
        parts = path.split(".")
        if self._dynamic and parts[0] in self._dynamic_fields:
            return True
        default = None
        if path in self._fields:
            default = self._fields[path].default
        else:
            owner: Any = self
            *way, last = parts
            for part in way:
                owner = _step(owner, part)
            if hasattr(owner, "_fields"):
                field = owner._fields.get(owner._reverse_db_field_map.get(last, last))
                default = None if field is None else field.default
        if callable(default):
            default = default()
        return value == default

    @staticmethod
    def _nestable_types_changed_fields(changed_fields: list[str], base_key: str, data: Any) -> None:
        """Add the changed paths below *base_key* in a container to *changed_fields*."""
        for key, value in data.items() if hasattr(data, "items") else enumerate(data):
            path = f"{base_key}{key}"
            if path in changed_fields:
                continue
            if hasattr(value, "_get_changed_fields"):
                changed_fields += [f"{path}.{changed}" for changed in value._get_changed_fields() if changed]
            elif isinstance(value, (list, tuple, dict)):
                BaseDocument._nestable_types_changed_fields(changed_fields, f"{path}.", value)

    @staticmethod
    def _nestable_types_clear_changed_fields(data: Any) -> None:
        """Clear the changes of the embedded documents in a container."""
        for value in data.values() if hasattr(data, "items") else data:
            if hasattr(value, "_get_changed_fields") and not getattr(value, "_is_document", False):
                value._clear_changed_fields()
            elif isinstance(value, (list, tuple, dict)):
                BaseDocument._nestable_types_clear_changed_fields(value)

    @classmethod
    def _from_son(cls, son: Any, _auto_dereference: bool = True, created: bool = False) -> Any:
        """Build a document of this class, or of the subclass named in ``_cls``, from what the driver returned.

        Raises:
            ValueError: *son* is no dict.
            InvalidDocumentError: a stored value does not fit its field.
        """
        if son and not isinstance(son, dict):
            raise ValueError(f"The source SON object needs to be of type 'dict' but a '{type(son)}' was found")
        if _auto_dereference:
            made = document_of_dict(cls, son, created)
            if made is not None:
                return made
        class_name = son.get("_cls", cls._class_name)
        data = {cls._db_field_map.get(str(key), str(key)): value for key, value in son.items()}
        if class_name != cls._class_name:
            cls = get_document(class_name)  # noqa: PLW0642 - the subclass that was stored
        problems = {}
        fields = cls._fields if _auto_dereference else detached_fields(cls)
        for name, field in fields.items():
            field.set_auto_dereferencing(_auto_dereference)
            if field.db_field not in data:
                continue
            value = data[field.db_field]
            try:
                data[name] = value if value is None else field.to_python(value)
                if name != field.db_field:
                    del data[field.db_field]
            except (AttributeError, ValueError) as error:
                problems[name] = error
        if problems:
            reasons = "\n".join(f"Field '{name}' - {error}" for name, error in problems.items())
            raise InvalidDocumentError(f"Invalid data to create a `{cls._class_name}` instance.\n{reasons}")
        if cls.STRICT:
            data = {key: value for key, value in data.items() if key in cls._fields}
        obj = cls(__auto_convert=False, _created=created, **data)
        obj._changed_fields = []
        if not _auto_dereference:
            obj._no_dereference = True
            obj._fields = fields
        return obj


def _to_mongo_options(field: Any, name: str, use_db_field: bool, fields: list[str]) -> dict[str, Any]:
    """The optional arguments that a field's `to_mongo` declares."""
    declared = field.to_mongo.__code__.co_varnames
    options: dict[str, Any] = {}
    if fields and "fields" in declared:
        prefix = f"{name}."
        options["fields"] = [path.replace(prefix, "") for path in fields if path.startswith(prefix)]
    if "use_db_field" in declared:
        options["use_db_field"] = use_db_field
    return options


def _own_parts(document: Any) -> None:
    """Tell the embedded documents of a copy that they are part of it, and no longer of what their values came from."""
    owner = weakref.proxy(document)
    for value in list(document._data.values()):
        for part in value if isinstance(value, (list, tuple)) else (value,):
            if is_embedded_document(part):
                part._instance = owner


def _step(owner: Any, part: str) -> Any:
    """One step of a database path into live documents and containers."""
    if isinstance(owner, list) and part.isdigit():
        return owner[int(part)]
    if isinstance(owner, dict):
        return owner.get(part)
    return getattr(owner, owner._reverse_db_field_map.get(part, part))


assemble(BaseDocument, FieldLookup, IndexSpecs, JsonSupport)
provide_classes(__name__, ("BaseDocument",))
register_stock_hooks(BaseDocument)
register_dynamic_hooks(BaseDocument)
