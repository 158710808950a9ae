"""Trying values out on a class with one field."""

from collections.abc import Iterable
from typing import Any

from tests.fields.describing import outcome

__all__ = ("thing", "tried")


def tried(cls: Any, values: Iterable[Any], field: str = "value") -> list[str]:
    """What becomes of each value when it is read, validated and converted."""
    lines = []
    for value in values:
        lines.append(
            outcome(
                lambda value=value: getattr(cls(**{field: value}), field),
                lambda value=value: cls(**{field: value}).validate(),
                lambda value=value: cls(**{field: value}).to_mongo(),
            )
        )
        lines.append(outcome(lambda value=value: cls(**{field: value}).to_mongo()))
    return lines


def thing(me: Any, field: Any) -> Any:
    """A document class with *field* as `value`."""
    return type("Thing", (me.Document,), {"value": field})
