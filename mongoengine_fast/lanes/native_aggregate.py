"""Aggregation on the native lane."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from mongoengine_fast.lanes import wire
from mongoengine_fast.lanes.choice import Unusual
from mongoengine_fast.lanes.driver import CommandCursor
from mongoengine_fast.lanes.routes import Route

# So many rows of a batch are made at once.
_CHUNK = 1000


class AggregateCursor(CommandCursor):  # type: ignore[type-arg]
    """The dicts an aggregation returns.

    It is a ``CommandCursor`` for those who ask, as JSON encoders of web frameworks do, and replaces all that one does.
    """

    def __init__(self, collection: Any, cursor: Any, batch_size: int) -> None:
        self._collection = collection
        self._cursor = cursor
        self._batch_size = batch_size
        self._ready: list[Any] = []
        self._killed = False

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if not self._ready:
            if self._killed:
                raise StopIteration
            self._ready = self._cursor.arrived(_CHUNK)
            self._ready.reverse()
            if not self._ready:
                raise StopIteration
        return self._ready.pop()

    next = __next__

    def __del__(self) -> None:
        # The native cursor tidies up after itself.
        pass

    def try_next(self) -> Any:
        """Return the next dict, or None at the end."""
        return next(self, None)

    def to_list(self, length: int | None = None) -> list[Any]:
        """Return the remaining dicts, at most *length* of them."""
        rows: list[Any] = []
        while length is None or len(rows) < length:
            row = next(self, self)
            if row is self:
                break
            rows.append(row)
        return rows

    def batch_size(self, batch_size: int) -> AggregateCursor:
        """Accept a batch size for later batches; TypeError or ValueError as pymongo's for a bad one."""
        # Each version of pymongo words it differently what is wrong with one.
        CommandCursor.batch_size(SimpleNamespace(), batch_size)  # type: ignore[arg-type]
        self._batch_size = 2 if batch_size == 1 else batch_size
        return self

    @property
    def alive(self) -> bool:
        """Whether there may be more dicts."""
        return bool(self._ready) or (not self._killed and bool(self._cursor.alive))

    @property
    def address(self) -> Any:
        """The server's host and port."""
        return self._collection.database.client.address

    @property
    def session(self) -> None:
        """Always None: an explicit session goes through pymongo."""
        return None

    def close(self) -> None:
        """Close the server's cursor; rows that have arrived can still be read, as in pymongo."""
        if not self._killed:
            self._killed = True
            self._cursor.close()

    def __enter__(self) -> AggregateCursor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


AggregateCursor.__name__ = AggregateCursor.__qualname__ = CommandCursor.__name__
if not hasattr(CommandCursor, "to_list"):  # pymongo before 4.9
    del AggregateCursor.to_list


def aggregate(route: Route, collection: Any, pipeline: Any, options: dict[str, Any]) -> AggregateCursor:
    """Send a pipeline that only reads."""
    if not isinstance(pipeline, list):
        raise Unusual("a pipeline that is no list")
    if pipeline and (not isinstance(pipeline[-1], dict) or "$out" in pipeline[-1] or "$merge" in pipeline[-1]):
        raise Unusual("a pipeline that writes")
    if pipeline and isinstance(pipeline[0], dict) and "$changeStream" in pipeline[0]:
        # Rows come one at a time, and for ever.
        raise Unusual("a change stream")
    sent = dict(options)
    for name in ("explain", "aggregate", "pipeline", "readConcern", "writeConcern", "maxAwaitTimeMS"):
        if name in sent:
            raise Unusual(f"the option {name} of aggregate")
    comment = sent.pop("comment", None)
    if comment is not None:
        sent["comment"] = comment
    let = sent.pop("let", None)
    if let is not None:
        sent["let"] = wire.mapping(let)
    batch_size = sent.pop("batchSize", None)
    cursor = dict(wire.mapping(sent.pop("cursor", None) or {}))
    if batch_size is not None:
        batch_size = wire.whole_number(batch_size)
        if batch_size < 0:
            raise Unusual("a negative batch size")
        cursor["batchSize"] = batch_size
    sent["cursor"] = cursor
    collation = sent.pop("collation", None)
    if collation is not None:
        sent["collation"] = wire.collation(collation)
    # A batch size of 1 would close the cursor: pymongo asks for 2 from the second batch on.
    later = 2 if batch_size == 1 else batch_size or 0
    native = route.native.aggregate(pipeline, sent, later, comment, None)
    return AggregateCursor(collection, native, later)
