"""The field of enumerations."""

from __future__ import annotations

from enum import Enum
from typing import Any

from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks


class EnumField(BaseField):
    """A member of an `enum.Enum`, stored as its value.

    Members and values are both accepted, on documents and in queries.

    Args:
        enum: the enumeration; its values must be something BSON can hold.
        choices: the acceptable members; all by default.

    Raises:
        ValueError: a choice is not a member of the enumeration.
    """

    _holds_one_value = True
    _is_enum_field = True

    def __init__(self, enum: type[Enum], **kwargs: Any) -> None:
        self._enum_cls = enum
        choices = kwargs.get("choices")
        if choices:
            strangers = [choice for choice in choices if not isinstance(choice, enum)]
            if strangers:
                raise ValueError(f"Invalid choices: {strangers!r}")
        else:
            kwargs["choices"] = list(enum)
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        """Check that the value is a member, or the value of one."""
        if isinstance(value, self._enum_cls):
            super().validate(value)
            return
        try:
            self._enum_cls(value)
        except ValueError:
            self.error(f"{value} is not a valid {self._enum_cls}")

    def to_python(self, value: Any) -> Any:
        """Return the member of a value, or the value itself if there is none."""
        value = super().to_python(value)
        if isinstance(value, self._enum_cls):
            return value
        try:
            return self._enum_cls(value)
        except ValueError:
            return value

    def __set__(self, instance: Any, value: Any) -> None:
        super().__set__(instance, self.to_python(value))

    def to_mongo(self, value: Any) -> Any:
        """Return the value of a member; other values are left alone."""
        return value.value if isinstance(value, self._enum_cls) else value

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a member of a query or an update; None stays None."""
        if value is None:
            return None
        return super().prepare_query_value(op, self.to_mongo(value))


register_hooks(EnumField, to_mongo="enum")
