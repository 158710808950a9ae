"""A find command that has been decided on but not sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from mongoengine_fast import lanes
from mongoengine_fast._sessions import session_option

_LANE_ARGS = frozenset(("projection", "no_cursor_timeout", "allow_disk_use"))


class FindSpec:
    """What a pymongo cursor would hold before its first round trip.

    A queryset that has started to be read keeps what it reads; later calls such as
    `only()` on its clones do not change that, calls such as `limit()` do. The
    specification is that memory, without the cost of a cursor.

    Args:
        collection: the pymongo collection, with the read options of the query.
        filter: MongoDB's filter, `$where` included.
        args: keyword arguments of `Collection.find`.
        modifiers: values by the name of the `Cursor` method that takes them.
    """

    __slots__ = ("args", "collection", "filter", "modifiers")

    def __init__(
        self,
        collection: Any,
        filter: Mapping[str, Any],
        args: dict[str, Any],
        modifiers: dict[str, Any],
    ) -> None:
        self.collection = collection
        self.filter = filter
        self.args = args
        self.modifiers = modifiers

    def copy(self) -> FindSpec:
        """Return a copy whose modifiers may be changed."""
        return FindSpec(self.collection, self.filter, self.args, dict(self.modifiers))

    @property
    def for_lanes(self) -> bool:
        """Whether a lane can run it; if not, only the cursor of its own collection can.

        A subclass may have added arguments, a pymongo cursor refuses some values, and what cursors of other clients can
        do is theirs: programs see mongomock's results and errors.
        """
        if lanes.is_foreign(self.collection):
            return False
        if not (self.modifiers or self.args):
            return True
        for name in ("skip", "batch_size"):
            number = self.modifiers.get(name)
            if number is not None and not (isinstance(number, int) and number >= 0):
                return False
        if not isinstance(self.modifiers.get("limit", 0), int):
            return False
        sort = self.modifiers.get("sort")
        return (sort is None or isinstance(sort, (list, tuple))) and self.args.keys() <= _LANE_ARGS

    def open(self, loader: Any) -> Any:
        """Return the rows as a lane cursor; nothing is sent before the first is asked for."""
        return lanes.find(self.collection, self.filter, loader=loader, **self.args, **self.modifiers)

    def row(self, index: int, loader: Any) -> Any:
        """Fetch one row by its position; a limit does not apply, as in pymongo.

        Raises:
            IndexError: `index` is negative or there is no such row.
        """
        if index < 0:
            raise IndexError("Cursor instances do not support negative indices")
        row = self.peek(index, loader)
        if row is None:
            raise IndexError("no such item for Cursor instance")
        return row

    def peek(self, index: int, loader: Any) -> Any:
        """Fetch one row by its position, or None where there is none."""
        if not self.modifiers and not index:
            return lanes.find_one(self.collection, self.filter, loader=loader, **self.args)
        modifiers = dict(self.modifiers)
        modifiers.pop("limit", None)
        index += modifiers.get("skip") or 0
        if index:
            modifiers["skip"] = index
        return lanes.find_one(self.collection, self.filter, loader=loader, **self.args, **modifiers)

    def slice(self, bounds: slice) -> None:
        """Take skip and limit from a slice, in place of any set before.

        Raises:
            IndexError: the slice has a step, a negative start, or ends before it starts.
        """
        if bounds.step is not None:
            raise IndexError("Cursor instances do not support slice steps")
        start = bounds.start or 0
        if start < 0:
            raise IndexError("Cursor instances do not support negative indices")
        limit = 0
        if bounds.stop is not None:
            limit = bounds.stop - start
            if limit < 0:
                raise IndexError(f"stop index must be greater than start index for slice {bounds!r}")
        self.modifiers.update(skip=start, limit=limit)

    def distinct(self, key: str) -> list[Any]:
        """Return the distinct values of a field, named as in the database."""
        names = {"max_time_ms": "maxTimeMS", "comment": "comment", "collation": "collation"}
        options = {
            option: self.modifiers[name] for name, option in names.items() if self.modifiers.get(name) is not None
        }
        return lanes.distinct(self.collection, key, self.filter or None, **options)

    def to_cursor(self) -> Any:
        """Return the equivalent cursor of the collection."""
        if lanes.is_foreign(self.collection):
            lanes.count_foreign("find")
        cursor = self.collection.find(self.filter, **self.args, **session_option())
        for name, value in self.modifiers.items():
            getattr(cursor, name)(value)
        return cursor


class PymongoRows:
    """The rows of a pymongo cursor, with the interface of a lane cursor.

    Args:
        cursor: the cursor, which may be in use already.
        convert: makes a row of each raw document.
    """

    __slots__ = ("_convert", "_cursor")

    def __init__(self, cursor: Any, convert: Callable[[Any], Any]) -> None:
        self._cursor = cursor
        self._convert = convert

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        return self._convert(next(self._cursor))

    def next_batch(self, n: int) -> list[Any]:
        """Return some of the next `n` rows; none only at the end."""
        # One at a time: a row that cannot be converted must not take others with it.
        return [self._convert(raw) for raw in islice(self._cursor, min(n, 1))]

    def close(self) -> None:
        """Close the cursor."""
        self._cursor.close()
