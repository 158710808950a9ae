"""Fields of dates and times."""

from __future__ import annotations

import datetime
import time
from typing import Any

from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.fields import extras
from mongoengine_fast.fields.text import StringField

# Accepted without dateutil: format, and how many numbers it yields.
_FORMATS = (
    ("%Y-%m-%d %H:%M:%S", 6),
    ("%Y-%m-%d %H:%M", 5),
    ("%Y-%m-%d", 3),
)


class DateTimeField(BaseField):
    """A `datetime.datetime`; the database keeps milliseconds.

    Dates, strings and callables are converted. With the `dateutil` package
    strings may have any form its parser knows, without it
    ``YYYY-MM-DD[ HH:MM[:SS[.microseconds]]]``.
    """

    _holds_one_value = True

    def validate(self, value: Any) -> None:
        """Check that the value is, or can be read as, a date and time."""
        if not isinstance(self.to_mongo(value), (datetime.datetime, datetime.date)):
            self.error('cannot parse date "%s"' % value)  # noqa: UP031

    def to_mongo(self, value: Any) -> Any:
        """Return a datetime, or None for what is not a date."""
        if value is None or isinstance(value, datetime.datetime):
            return value
        if isinstance(value, datetime.date):
            return datetime.datetime(value.year, value.month, value.day)
        if callable(value):
            return value()
        return self._parse_datetime(value) if isinstance(value, str) else None

    @staticmethod
    def _parse_datetime(value: str) -> datetime.datetime | None:
        value = value.strip()
        if not value:
            return None
        if extras.dateutil:
            try:
                return extras.dateutil.parser.parse(value)
            except (TypeError, ValueError, OverflowError):
                return None
        return _parse_plain_datetime(value)

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update."""
        return super().prepare_query_value(op, self.to_mongo(value))


def _parse_plain_datetime(value: str) -> datetime.datetime | None:
    microseconds = 0
    if "." in value:
        # `time.strptime` knows no fractions of a second.
        try:
            value, fraction = value.split(".")
            microseconds = int(fraction)
        except ValueError:
            return None
    for form, count in _FORMATS:
        try:
            numbers = time.strptime(value, form)[:count]
            return datetime.datetime(*numbers, microsecond=microseconds)
        except ValueError:
            continue
    return None


class DateField(DateTimeField):
    """A `datetime.date`, stored as midnight of that day."""

    def to_mongo(self, value: Any) -> Any:
        """Return midnight of the day, or None for what is not a date."""
        value = super().to_mongo(value)
        if isinstance(value, datetime.datetime):
            return datetime.datetime(value.year, value.month, value.day)
        return value

    def to_python(self, value: Any) -> Any:
        """Return a date for a datetime; anything else is left alone."""
        value = super().to_python(value)
        if isinstance(value, datetime.datetime):
            return datetime.date(value.year, value.month, value.day)
        return value


class ComplexDateTimeField(StringField):
    """A `datetime.datetime` to the microsecond, stored as a string.

    The string is "YYYY,MM,DD,HH,MM,SS,NNNNNN", so that its order is that of time.

    Args:
        separator: what stands between the numbers.
    """

    def __init__(self, separator: str = ",", **kwargs: Any) -> None:
        self.separator = separator
        self.format = separator.join(f"%{letter}" for letter in "YmdHMSf")
        super().__init__(**kwargs)

    def _convert_from_datetime(self, val: datetime.datetime) -> str:
        return val.strftime(self.format)

    def _convert_from_string(self, data: str) -> datetime.datetime:
        return datetime.datetime(*map(int, data.split(self.separator)))

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        data = super().__get__(instance, owner)
        if data is None or isinstance(data, datetime.datetime):
            return data
        return self._convert_from_string(data)

    def __set__(self, instance: Any, value: Any) -> None:
        super().__set__(instance, value)
        # Read again: the default may have taken the place of None.
        value = instance._data[self.name]
        if isinstance(value, datetime.datetime):
            instance._data[self.name] = self._convert_from_datetime(value)

    def validate(self, value: Any) -> None:
        """Check that the value is a datetime, or the stored form of one."""
        if not isinstance(self.to_python(value), datetime.datetime):
            self.error("Only datetime objects may used in a ComplexDateTimeField")

    def to_python(self, value: Any) -> Any:
        """Return a datetime, or the value itself if it is not the stored form of one."""
        try:
            return self._convert_from_string(value)
        except Exception:
            return value

    def to_mongo(self, value: Any) -> str:
        """Return the stored form of a datetime."""
        return self._convert_from_datetime(self.to_python(value))

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a datetime of a query or an update; None stays None."""
        if value is None:
            return None
        return super().prepare_query_value(op, self._convert_from_datetime(value))


register_hooks(DateTimeField, to_mongo="datetime", validate="datetime")
