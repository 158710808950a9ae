"""Fields of numbers and truth values."""

from __future__ import annotations

import decimal
from typing import Any

from bson.decimal128 import Decimal128, create_decimal128_context
from bson.int64 import Int64

from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks


class IntField(BaseField):
    """An `int`; what `int()` accepts is converted.

    Args:
        min_value, max_value: inclusive bounds.
    """

    _holds_one_value = True

    def __init__(self, min_value: int | None = None, max_value: int | None = None, **kwargs: Any) -> None:
        self.min_value = min_value
        self.max_value = max_value
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return an integer, or the value itself if it is not a number."""
        try:
            return int(value)
        except (TypeError, ValueError):
            return value

    def validate(self, value: Any) -> None:
        """Check that the value is a number within the bounds."""
        try:
            value = int(value)
        except (TypeError, ValueError):
            self.error("%s could not be converted to int" % value)  # noqa: UP031
        if self.min_value is not None and value < self.min_value:
            self.error("Integer value is too small")
        if self.max_value is not None and value > self.max_value:
            self.error("Integer value is too large")

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update; None stays None."""
        if value is None:
            return None
        return super().prepare_query_value(op, int(value))


class LongField(IntField):
    """An `int` that is always stored in 64 bits."""

    def to_mongo(self, value: Any) -> Int64:
        """Return a 64-bit integer."""
        return Int64(value)


class FloatField(BaseField):
    """A `float`; integers are acceptable.

    Args:
        min_value, max_value: inclusive bounds.
    """

    _holds_one_value = True

    def __init__(self, min_value: float | None = None, max_value: float | None = None, **kwargs: Any) -> None:
        self.min_value = min_value
        self.max_value = max_value
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return a float, or the value itself if it is text that is not a number."""
        try:
            return float(value)
        except ValueError:
            return value

    def validate(self, value: Any) -> None:
        """Check that the value is a number within the bounds."""
        if isinstance(value, int):
            try:
                value = float(value)
            except OverflowError:
                self.error("The value is too large to be converted to float")
        if not isinstance(value, float):
            self.error("FloatField only accepts float and integer values")
        if self.min_value is not None and value < self.min_value:
            self.error("Float value is too small")
        if self.max_value is not None and value > self.max_value:
            self.error("Float value is too large")

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update; None stays None."""
        if value is None:
            return None
        return super().prepare_query_value(op, float(value))


class DecimalField(BaseField):
    """A `decimal.Decimal` that the database holds as a float, or as a string.

    Floats lose precision and strings sort as text: `Decimal128Field` does neither.

    Args:
        min_value, max_value: inclusive bounds.
        force_string: store a string.
        precision: digits kept after the decimal point.
        rounding: a rounding mode of the `decimal` module.
    """

    _holds_one_value = True

    def __init__(
        self,
        min_value: Any = None,
        max_value: Any = None,
        force_string: bool = False,
        precision: int = 2,
        rounding: str = decimal.ROUND_HALF_UP,
        **kwargs: Any,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.force_string = force_string
        if precision < 0 or not isinstance(precision, int):
            self.error("precision must be a positive integer")
        self.precision = precision
        self.rounding = rounding
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """Return a rounded decimal, or the value itself if it is not a number."""
        try:
            number = decimal.Decimal("%s" % value)  # noqa: UP031
        except (TypeError, ValueError, decimal.InvalidOperation):
            return value
        step = decimal.Decimal((0, (0,), -self.precision))
        return number.quantize(step, rounding=self.rounding)

    def to_mongo(self, value: Any) -> float | str:
        """Return what is stored, rounded: a float, or a string with `force_string`."""
        stored = str if self.force_string else float
        return stored(self.to_python(value))

    def validate(self, value: Any) -> None:
        """Check that the value is a number within the bounds."""
        if not isinstance(value, decimal.Decimal):
            text = value if isinstance(value, str) else str(value)
            try:
                value = decimal.Decimal(text)
            except (TypeError, ValueError, decimal.InvalidOperation) as exc:
                self.error(f"Could not convert value to decimal: {exc}")
        if self.min_value is not None and value < self.min_value:
            self.error("Decimal value is too small")
        if self.max_value is not None and value > self.max_value:
            self.error("Decimal value is too large")

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update; None stays None."""
        if value is None:
            return None
        return super().prepare_query_value(op, self.to_mongo(value))


class Decimal128Field(BaseField):
    """A `decimal.Decimal`, stored exactly as a 128-bit decimal (34 digits).

    Args:
        min_value, max_value: inclusive bounds.
    """

    _holds_one_value = True

    DECIMAL_CONTEXT = create_decimal128_context()

    def __init__(self, min_value: Any = None, max_value: Any = None, **kwargs: Any) -> None:
        self.min_value = min_value
        self.max_value = max_value
        super().__init__(**kwargs)

    def to_mongo(self, value: Any) -> Decimal128 | None:
        """Return a `Decimal128`; None stays None."""
        if value is None or isinstance(value, Decimal128):
            return value
        if not isinstance(value, decimal.Decimal):
            with decimal.localcontext(self.DECIMAL_CONTEXT) as context:
                value = context.create_decimal(value)
        return Decimal128(value)

    def to_python(self, value: Any) -> decimal.Decimal | None:
        """Return a decimal; None stays None."""
        if value is None:
            return None
        return self.to_mongo(value).to_decimal()

    def validate(self, value: Any) -> None:
        """Check that the value is a number within the bounds."""
        if not isinstance(value, Decimal128):
            try:
                value = Decimal128(value)
            except (TypeError, ValueError, decimal.InvalidOperation) as exc:
                self.error(f"Could not convert value to Decimal128: {exc}")
        if self.min_value is not None and value.to_decimal() < self.min_value:
            self.error("Decimal value is too small")
        if self.max_value is not None and value.to_decimal() > self.max_value:
            self.error("Decimal value is too large")

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update."""
        return super().prepare_query_value(op, self.to_mongo(value))


class BooleanField(BaseField):
    """A `bool`."""

    _holds_one_value = True

    def to_python(self, value: Any) -> Any:
        """Return the truth of the value."""
        try:
            return bool(value)
        except (ValueError, TypeError):
            return value

    def validate(self, value: Any) -> None:
        """Check that the value is True or False."""
        if not isinstance(value, bool):
            self.error("BooleanField only accepts boolean values")


register_hooks(IntField, to_python="int", validate="int")
register_hooks(LongField, to_mongo="long")
register_hooks(FloatField, to_python="float", validate="float")
register_hooks(BooleanField, to_python="bool", validate="bool")
