"""A dict with a fixed set of keys."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ("StrictDict",)


def _slot_name(owner: Any, key: str) -> str:
    # Keys of a `StrictDict` that are also methods are stored under another name.
    return f"_reserved_{key}" if key in owner._special_fields else key


class StrictDict:
    """A mapping that only admits keys fixed by its class; see `create`."""

    __module__ = "mongoengine_fast.base.datastructures"
    __slots__: tuple[str, ...] = ()
    _special_fields = {"get", "pop", "iteritems", "items", "keys", "create"}
    _classes: dict[frozenset[str], type] = {}

    def __init__(self, **kwargs: Any) -> None:
        for key, value in kwargs.items():
            setattr(self, key, value)

    def __getitem__(self, key: str) -> Any:
        slot = _slot_name(self, key)
        try:
            return getattr(self, slot)
        except AttributeError:
            raise KeyError(slot) from None

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, _slot_name(self, key), value)

    def __contains__(self, key: str) -> bool:
        return hasattr(self, key)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or `default`."""
        try:
            return self[key]
        except KeyError:
            return default

    def pop(self, key: str, default: Any = None) -> Any:
        """Remove a key and return its value, or `default`."""
        value = self.get(key, default)
        with contextlib.suppress(AttributeError):
            delattr(self, key)
        return value

    def iteritems(self) -> Iterator[tuple[str, Any]]:
        """Iterate over the pairs that have a value."""
        return ((key, self[key]) for key in self)

    def items(self) -> list[tuple[str, Any]]:
        """Return the pairs that have a value."""
        return list(self.iteritems())

    def iterkeys(self) -> Iterator[str]:
        """Iterate over the keys that have a value."""
        return iter(self)

    def keys(self) -> list[str]:
        """Return the keys that have a value."""
        return list(iter(self))

    def __iter__(self) -> Iterator[str]:
        return (key for key in self.__slots__ if hasattr(self, key))

    def __len__(self) -> int:
        return len(self.items())

    __hash__ = None

    def __eq__(self, other: Any) -> bool:
        return list(self.items()) == list(other.items())

    def __ne__(self, other: Any) -> bool:
        return not (self == other)

    @classmethod
    def create(cls, allowed_keys: Iterable[str]) -> type[StrictDict]:
        """Return the subclass that admits exactly the given keys."""
        slots = tuple(_slot_name(cls, key) for key in allowed_keys)
        known = frozenset(slots)
        if known not in cls._classes:

            class SpecificStrictDict(cls):  # type: ignore[valid-type, misc]
                __module__ = cls.__module__
                __slots__ = slots

                def __repr__(self) -> str:
                    pairs = (f'"{key!s}": {value!r}' for key, value in self.items())
                    return "{" + ", ".join(pairs) + "}"

            cls._classes[known] = SpecificStrictDict
        return cls._classes[known]
