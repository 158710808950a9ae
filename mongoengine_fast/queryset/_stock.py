"""Short cuts are allowed only where nobody has changed what they would skip."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, ClassVar


class StockCheck:
    """Tells whether a class still has the library's own version of some attributes.

    Programs subclass querysets, and assign methods onto the stock classes at any time,
    so the question is asked anew at each call; it takes a fraction of a microsecond.

    Args:
        names: the attributes a short cut replaces.
    """

    _made: ClassVar[list[StockCheck]] = []

    def __init__(self, *names: str) -> None:
        self._read = attrgetter(*names)
        self._expected: Any = None
        StockCheck._made.append(self)

    def __call__(self, cls: type) -> bool:
        return self._read(cls) == self._expected

    def expect(self, base: type) -> None:
        """Take the attributes `base` has now for the library's own."""
        self._expected = self._read(base)

    @classmethod
    def remember(cls, base: type) -> None:
        """Take the attributes `base` has now for the library's own, in all checks so far."""
        for check in cls._made:
            check.expect(base)
