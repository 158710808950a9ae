"""Fields of bytes and of UUIDs."""

from __future__ import annotations

import uuid
from typing import Any

from bson import Binary

from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks


class BinaryField(BaseField):
    """`bytes`.

    Args:
        max_bytes: greatest length, in bytes.
    """

    _holds_one_value = True

    def __init__(self, max_bytes: int | None = None, **kwargs: Any) -> None:
        self.max_bytes = max_bytes
        super().__init__(**kwargs)

    def __set__(self, instance: Any, value: Any) -> None:
        if isinstance(value, bytearray):
            value = bytes(value)
        super().__set__(instance, value)

    def to_mongo(self, value: Any) -> Binary:
        """Return the bytes as BSON binary data."""
        return Binary(value)

    def validate(self, value: Any) -> None:
        """Check the type and the length."""
        if not isinstance(value, (bytes, Binary)):
            self.error("BinaryField only accepts instances of (bytes, Binary, Binary)")
        if self.max_bytes is not None and len(value) > self.max_bytes:
            self.error("Binary value is too long")

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert bytes of a query or an update; None stays None."""
        if value is None:
            return None
        return super().prepare_query_value(op, self.to_mongo(value))


class UUIDField(BaseField):
    """A `uuid.UUID`.

    Args:
        binary: store binary data, in the representation the connection was
            made with; otherwise a string.
    """

    _holds_one_value = True

    _binary: bool | None = None

    def __init__(self, binary: bool = True, **kwargs: Any) -> None:
        self._binary = binary
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return a UUID for a stored string, or the value itself if it is not one."""
        if self._binary:
            return value
        try:
            return uuid.UUID(value if isinstance(value, str) else str(value))
        except (ValueError, TypeError, AttributeError):
            return value

    def to_mongo(self, value: Any) -> Any:
        """Return a UUID or a string, whichever is stored."""
        if not self._binary:
            return str(value)
        return uuid.UUID(value) if isinstance(value, str) else value

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update; None stays None."""
        return None if value is None else self.to_mongo(value)

    def validate(self, value: Any) -> None:
        """Check that the value is, or spells, a UUID."""
        if isinstance(value, uuid.UUID):
            return
        text = value if isinstance(value, str) else str(value)
        try:
            uuid.UUID(text)
        except (ValueError, TypeError, AttributeError) as exc:
            self.error(f"Could not convert to UUID: {exc}")


register_hooks(UUIDField, to_python="uuid", to_mongo="uuid", validate="uuid")
