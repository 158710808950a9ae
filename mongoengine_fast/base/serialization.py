"""Documents as JSON, and the readable form of fields with choices."""

from __future__ import annotations

from functools import partial
from typing import Any

from bson import json_util

from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.pymongo_support import with_json_options

__all__ = ("ChoiceDisplay", "JsonSupport", "display_value", "install_choice_displays")

_MISSING = object()


class JsonSupport:
    """To and from MongoDB's extended JSON."""

    __slots__ = ()

    def to_json(self, *args: Any, **kwargs: Any) -> str:
        """Return this document as extended JSON.

        :param use_db_field: name keys as the database does (the default) or as the attributes of this class
        :param json_options: a `bson.json_util.JSONOptions`; leaving it out is deprecated

        Everything else is handed to `bson.json_util.dumps`.
        """
        use_db_field = kwargs.pop("use_db_field", True)
        kwargs = with_json_options(kwargs)
        return json_util.dumps(self.to_mongo(use_db_field), *args, **kwargs)

    @classmethod
    def from_json(cls, json_data: str, created: bool = False, **kwargs: Any) -> Any:
        """Build a document from extended JSON.

        :param json_data: the text
        :param created: ``True`` says the document is new whatever it contains, so that saving inserts it; with
            ``False`` a document that has a primary key counts as already stored
        :param json_options: a `bson.json_util.JSONOptions`; leaving it out is deprecated

        Everything else is handed to `bson.json_util.loads`. Raises what that and `_from_son` raise.
        """
        kwargs = with_json_options(kwargs)
        return cls._from_son(json_util.loads(json_data, **kwargs), created=created)


def display_value(document: Any, field: Any) -> Any:
    """The label of the field's present value, labels joined for a list; the bare value without labels."""
    value = getattr(document, field.name)
    if not (field.choices and isinstance(field.choices[0], (list, tuple))):
        return value
    if value is None:
        return None
    # By exact name, as upstream: a subclass of a list field counts as a single value.
    values = value if field.__class__.__name__ in ("ListField", "SortedListField") else [value]
    separator = getattr(field, "display_sep", " ")
    # The labels are asked for each item, as upstream: choices that are no pairs do no harm where there is no item.
    return separator.join([str(dict(field.choices).get(item, item)) for item in values or []])


class ChoiceDisplay:
    """Class attribute behind ``get_<field>_display``.

    Upstream sets a function on every instance, which therefore wins over a method of that name in the class body;
    one descriptor a class does the same without work for each document. It asks the field for its choices when it is
    used, and steps aside for what it replaced when there are none. Nothing is seen of it through the class.
    """

    __slots__ = ("field_name", "name", "replaced")

    def __init__(self, field_name: str, name: str, replaced: Any = _MISSING) -> None:
        self.field_name = field_name
        self.name = name
        self.replaced = replaced

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is not None:
            field = instance._fields.get(self.field_name)
            if field is not None and field.choices:
                return partial(display_value, instance, field=field)
        if self.replaced is _MISSING:
            if instance is None:
                raise AttributeError(f"type object {owner.__name__!r} has no attribute {self.name!r}")
            raise AttributeError(f"{type(instance).__name__!r} object has no attribute {self.name!r}")
        bind = getattr(type(self.replaced), "__get__", None)
        return self.replaced if bind is None else bind(self.replaced, instance, owner)


def _static_attribute(cls: type, name: str) -> Any:
    for klass in cls.__mro__:
        if name in klass.__dict__:
            return klass.__dict__[name]
    return _MISSING


def install_choice_displays(cls: Any) -> None:
    """Give *cls* a `ChoiceDisplay` for each field that has choices and none yet.

    To be called again when a field got choices after its class was made.
    """
    for field_name, field in cls._fields.items():
        if not field.choices:
            continue
        name = f"get_{field_name}_display"
        present = _static_attribute(cls, name)
        if isinstance(present, (ChoiceDisplay, BaseField)):
            continue
        setattr(cls, name, ChoiceDisplay(field_name, name, present))
