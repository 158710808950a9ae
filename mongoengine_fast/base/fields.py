"""The field classes everything else derives from.

Reading and writing a field's value on a document, and the state that says
whether references are followed, live in the native `FieldCore`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pymongo
from bson import SON, DBRef, ObjectId

from mongoengine_fast._native import FieldCore
from mongoengine_fast.base import geometry
from mongoengine_fast.base.common import UPDATE_OPERATORS
from mongoengine_fast.base.datastructures import BaseDict, BaseList, EmbeddedDocumentList  # noqa: F401
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.base.roles import (
    is_base_document,
    is_document,
    is_embedded_document,
)
from mongoengine_fast.common import _import_class
from mongoengine_fast.errors import DeprecatedError, ValidationError

__all__ = ("BaseField", "ComplexBaseField", "GeoJsonBaseField", "ObjectIdField")

_NOT_SAVED = "You can only reference documents once they have been saved to the database"


@contextlib.contextmanager
def _no_dereference_for_fields(*fields: BaseField) -> Iterator[None]:
    """Leave the references of some fields unfollowed while the context lasts."""
    try:
        for field in fields:
            field._incr_no_dereference_context()
        yield None
    finally:
        for field in fields:
            field._decr_no_dereference_context()


def _check_db_field(db_field: Any) -> None:
    if db_field is None:
        return
    if not isinstance(db_field, str):
        raise TypeError("db_field should be a string.")
    if db_field.startswith("$") or "." in db_field or "\0" in db_field:
        raise ValueError(
            'field names cannot contain dots (".") or null characters '
            '("\\0"), and they must not start with a dollar sign ("$").'
        )


class BaseField(FieldCore):
    """A field of a document: a descriptor that also converts and validates values.

    Args:
        db_field: name of the field in the database; the attribute's name by default.
        required: whether the document is invalid without a value.
        default: value, or callable that makes the value, of a field that was
            not given one or was given None.
        unique: whether values must be unique in the collection (makes an index).
        unique_with: name(s) of the field(s) together with which the value must
            be unique (makes an index).
        primary_key: whether this field is the document's `_id`.
        validation: callable that receives the value and raises
            `ValidationError` if it will not do.
        choices: the acceptable values, or (value, label) pairs.
        null: whether None is kept, instead of being replaced by the default.
        sparse: whether documents without a value are exempt from `unique`.
        **kwargs: free metadata (`verbose_name`, `help_text`, ...), set as attributes.

    Raises:
        TypeError: `db_field` is not a string, or metadata would hide an attribute.
        ValueError: `db_field` has a dot or a null character, or begins with "$".
    """

    name: str | None = None  # given by the metaclass of the document
    _geo_index: Any = False
    _auto_gen = False  # whether `generate()` can provide a value

    # Fields are ordered by when they were made; those that the mapper adds by
    # itself count downwards, and so come first.
    creation_counter = 0
    auto_creation_counter = -1

    # How the native core reads and writes the value.
    _native_get = "plain"
    _native_set = "plain"

    # What the field is, for code that cannot import its class.
    _is_complex_field = False
    _is_list_field = False
    _is_sorted_list_field = False
    _is_embedded_list_field = False
    _is_dict_field = False
    _is_embedded_field = False
    _is_generic_embedded_field = False
    _is_dynamic_field = False
    _is_reference_field = False
    _is_cached_reference_field = False
    _is_generic_reference_field = False
    _is_lazy_reference_field = False
    _is_generic_lazy_reference_field = False
    _is_file_field = False
    _is_enum_field = False
    _is_sequence_field = False
    #: No dict is ever a value of it.
    _holds_one_value = False

    def __init__(
        self,
        db_field: str | None = None,
        required: bool = False,
        default: Any = None,
        unique: bool = False,
        unique_with: Any = None,
        primary_key: bool = False,
        validation: Callable[[Any], None] | None = None,
        choices: Any = None,
        null: bool = False,
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        self.db_field = "_id" if primary_key else db_field
        self.required = required or primary_key
        self.default = default
        self.unique = bool(unique or unique_with)
        self.unique_with = unique_with
        self.primary_key = primary_key
        self.validation = validation
        self.choices = choices
        self.null = null
        self.sparse = sparse
        self._owner_document: Any = None

        _check_db_field(self.db_field)
        if kwargs:
            conflicts = kwargs.keys() & set(dir(self))
            if conflicts:
                raise TypeError(f"{type(self).__name__} already has attribute(s): {', '.join(conflicts)}")
            for attribute, value in kwargs.items():
                setattr(self, attribute, value)

        if self.db_field == "_id":
            self.creation_counter = BaseField.auto_creation_counter
            BaseField.auto_creation_counter -= 1
        else:
            self.creation_counter = BaseField.creation_counter
            BaseField.creation_counter += 1

    def error(self, message: Any = "", errors: Any = None, field_name: str | None = None) -> NoReturn:
        """Raise a `ValidationError` about this field.

        Args:
            message: what is wrong.
            errors: the errors of the parts of the value.
            field_name: the name to report, this field's by default.
        """
        raise ValidationError(message, errors=errors, field_name=field_name or self.name)

    def to_python(self, value: Any) -> Any:
        """Convert a value from the database into what the program sees."""
        return value

    def to_mongo(self, value: Any) -> Any:
        """Convert a value of the program into what the database stores."""
        return self.to_python(value)

    def _to_mongo_safe_call(self, value: Any, use_db_field: bool = True, fields: Any = None) -> Any:
        """Call `to_mongo` with those of the optional arguments that it declares."""
        declared = self.to_mongo.__code__.co_varnames
        kwargs: dict[str, Any] = {}
        if "fields" in declared:
            kwargs["fields"] = fields
        if "use_db_field" in declared:
            kwargs["use_db_field"] = use_db_field
        return self.to_mongo(value, **kwargs)

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update into what the database compares.

        Args:
            op: the operator ("gt", "set", ...), or None for equality.

        Raises:
            ValidationError: an update would store a value that is not valid.
        """
        if op in UPDATE_OPERATORS:
            self.validate(value)
        return value

    def validate(self, value: Any, clean: bool = True) -> None:
        """Check a value; subclasses raise `ValidationError` through `error`."""

    def _validate_choices(self, value: Any) -> None:
        allowed = self.choices
        # Choices may be a set, which has no first item but by iteration.
        if isinstance(next(iter(allowed)), (list, tuple)):
            allowed = [choice for choice, _ in allowed]

        if is_document(value) or is_embedded_document(value):
            if not isinstance(value, tuple(allowed)):
                self.error("Value must be an instance of %s" % allowed)  # noqa: UP031
            return
        values = value if isinstance(value, (list, tuple)) else [value]
        if not set(values) <= set(allowed):
            self.error(f"Value must be one of {allowed!s}")

    def _validate(self, value: Any, **kwargs: Any) -> None:
        """Check a value against the choices, the `validation` callable and `validate`."""
        if self.choices:
            self._validate_choices(value)
        if self.validation is not None:
            self._run_validation(value)
        self.validate(value, **kwargs)

    def _run_validation(self, value: Any) -> None:
        if not callable(self.validation):
            raise ValueError(f'validation argument for `"{self.name}"` must be a callable.')
        try:
            if self.validation(value) is not None:
                # Such callables returned True or False before MongoEngine 0.18.
                raise DeprecatedError(
                    f"validation argument for `{self.name}` must not return anything, "
                    "it should raise a ValidationError if validation fails"
                )
        except ValidationError as exc:
            self.error(str(exc))

    @property
    def owner_document(self) -> Any:
        """The document class that declares this field."""
        return self._owner_document

    @owner_document.setter
    def owner_document(self, owner_document: Any) -> None:
        self._set_owner_document(owner_document)

    def _set_owner_document(self, owner_document: Any) -> None:
        self._owner_document = owner_document


def _convert_items(value: Any, convert: Callable[[Any], Any]) -> Any:
    """Apply a conversion to the items of a mapping or an iterable.

    Returns:
        A dict or a list; `value` itself when it has no items.
    """
    if hasattr(value, "items"):
        return {key: convert(item) for key, item in value.items()}
    try:
        # Not list(value), which would ask a query set for its length.
        items = [item for item in value]  # noqa: C416
    except TypeError:
        return value
    return [convert(item) for item in items]


class ComplexBaseField(BaseField):
    """Base of fields that hold containers, in which documents may be nested.

    References in the container are followed all at once when it is first read.

    Args:
        field: field of the items, or None for items of any kind.

    Raises:
        TypeError: `field` is not a field instance.
    """

    _native_get = "complex"
    _native_set = "complex"
    _is_complex_field = True

    def __init__(self, field: BaseField | None = None, **kwargs: Any) -> None:
        if not (field is None or isinstance(field, BaseField)):
            raise TypeError(f"field argument must be a Field instance (e.g {type(self).__name__}(StringField()))")
        self.field = field
        super().__init__(**kwargs)

    @staticmethod
    def _lazy_load_refs(instance: Any, name: str, ref_values: Any, *, max_depth: int) -> Any:
        """Return a container with the documents its references stand for."""
        dereference = _import_class("DeReference")()
        return dereference(ref_values, max_depth=max_depth, instance=instance, name=name)

    def to_python(self, value: Any) -> Any:
        """Convert a container, or a single nested value, from the database."""
        if isinstance(value, str):
            return value
        if hasattr(value, "to_python"):
            return value.to_python()
        if is_base_document(value):
            # Not what the database holds, but nothing better can be made of it.
            return value
        if not self.field:
            return _convert_items(value, self._item_to_python)
        self.field.set_auto_dereferencing(self._auto_dereference)
        return _convert_items(value, self.field.to_python)

    def _item_to_python(self, item: Any) -> Any:
        """Convert an item of a container that declares no field for its items."""
        if is_document(item):
            return self._reference_to(item)
        if hasattr(item, "to_python"):
            return item.to_python()
        return self.to_python(item)

    def _reference_to(self, document: Any) -> DBRef:
        if document.pk is None:
            self.error(_NOT_SAVED)
        return DBRef(document._get_collection_name(), document.pk)

    def to_mongo(self, value: Any, use_db_field: bool = True, fields: Any = None) -> Any:
        """Convert a container, or a single nested value, for the database."""
        if isinstance(value, str):
            return value
        if hasattr(value, "to_mongo"):
            if is_document(value):
                return _import_class("GenericReferenceField")().to_mongo(value)
            return _model_to_mongo(value, use_db_field, fields)

        if self.field:

            def convert(item: Any) -> Any:
                return self.field._to_mongo_safe_call(item, use_db_field, fields)

        else:

            def convert(item: Any) -> Any:
                return self._item_to_mongo(item, use_db_field, fields)

        return _convert_items(value, convert)

    def _item_to_mongo(self, item: Any, use_db_field: bool, fields: Any) -> Any:
        """Convert an item of a container that declares no field for its items."""
        if is_document(item):
            if item.pk is None:
                self.error(_NOT_SAVED)
            if getattr(item, "_meta", {}).get("allow_inheritance"):
                return self._reference_to(item)
            # The stored document of such a class does not name it, so the
            # reference has to.
            return _import_class("GenericReferenceField")().to_mongo(item)
        if hasattr(item, "to_mongo"):
            return _model_to_mongo(item, use_db_field, fields)
        return self.to_mongo(item, use_db_field, fields)

    def validate(self, value: Any) -> None:
        """Check the items against their field, and that a required container has some."""
        if self.field:
            errors: dict[Any, Any] = {}
            items = value.items() if hasattr(value, "items") else enumerate(value)
            for key, item in items:
                try:
                    self.field._validate(item)
                except ValidationError as error:
                    errors[key] = error.errors or error
                except (ValueError, AssertionError) as error:
                    errors[key] = error
            if errors:
                kind = type(self.field).__name__
                self.error(f"Invalid {kind} item ({value})", errors=errors)
        if self.required and not value:
            self.error("Field is required and cannot be empty")

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update."""
        return self.to_mongo(value)

    def lookup_member(self, member_name: str) -> Any:
        """Return the field that a name means within the items, or None."""
        return self.field.lookup_member(member_name) if self.field else None

    def _set_owner_document(self, owner_document: Any) -> None:
        if self.field:
            self.field.owner_document = owner_document
        self._owner_document = owner_document


def _model_to_mongo(value: Any, use_db_field: bool, fields: Any) -> Any:
    """Convert an object that knows how to convert itself, and name an embedded class."""
    data = value.to_mongo(use_db_field, fields)
    if is_embedded_document(value):
        data["_cls"] = value.__class__.__name__
    return data


class ObjectIdField(BaseField):
    """A `bson.ObjectId`; strings of 24 hexadecimal digits are converted."""

    _holds_one_value = True

    def to_python(self, value: Any) -> Any:
        """Return an ObjectId, or the value itself if it cannot be one."""
        if isinstance(value, ObjectId):
            return value
        try:
            return ObjectId(value)
        except Exception:
            return value

    def to_mongo(self, value: Any) -> ObjectId:
        """Return an ObjectId.

        Raises:
            ValidationError: the value cannot be one.
        """
        if isinstance(value, ObjectId):
            return value
        try:
            return ObjectId(str(value))
        except Exception as exc:
            self.error(str(exc))

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update; None stays None."""
        return None if value is None else self.to_mongo(value)

    def validate(self, value: Any) -> None:
        """Check that the value is, or spells, an ObjectId."""
        try:
            ObjectId(str(value))
        except Exception:
            self.error("Invalid ObjectID")


class GeoJsonBaseField(BaseField):
    """Base of the GeoJSON fields: an object with `type` and `coordinates`.

    Values may be given as coordinates alone.

    Args:
        auto_index: whether the field gets a "2dsphere" index by itself.
    """

    _geo_index = pymongo.GEOSPHERE
    _type = "GeoBase"

    def __init__(self, auto_index: bool = True, *args: Any, **kwargs: Any) -> None:
        self._name = f"{self._type}Field"
        if not auto_index:
            self._geo_index = False
        super().__init__(*args, **kwargs)

    def validate(self, value: Any) -> None:
        """Check the shape of the coordinates, longitude and latitude in degrees."""
        if isinstance(value, dict):
            if set(value) != {"type", "coordinates"}:
                self.error(f"{self._name} can only accept a valid GeoJson dictionary or lists of (x, y)")
            if value["type"] != self._type:
                self.error(f'{self._name} type must be "{self._type}"')
            self.validate(value["coordinates"])
            return
        if not isinstance(value, (list, tuple)):
            self.error(f"{self._name} can only accept lists of [x, y]")

        complaint = getattr(self, f"_validate_{self._type.lower()}")(value)
        if complaint:
            self.error(complaint)

    # Methods, so that a subclass can change what it takes for a point.
    _validate_point = geometry.validate_point
    _validate_linestring = geometry.validate_linestring
    _validate_polygon = geometry.validate_polygon
    _validate_multipoint = geometry.validate_multipoint
    _validate_multilinestring = geometry.validate_multilinestring
    _validate_multipolygon = geometry.validate_multipolygon

    def to_mongo(self, value: Any) -> Any:
        """Return a GeoJSON object for coordinates; objects are stored as they are."""
        if isinstance(value, dict):
            return value
        return SON([("type", self._type), ("coordinates", value)])


register_hooks(
    BaseField,
    to_python="identity",
    to_mongo="via_to_python",
    validate="none",
    _validate="base",
)
register_hooks(ComplexBaseField, to_python="complex", to_mongo="complex", validate="complex")
register_hooks(ObjectIdField, to_python="objectid", to_mongo="objectid", validate="objectid")
