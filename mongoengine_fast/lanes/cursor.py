"""The cursor of a find, the same for every lane; nothing is sent before the first item is asked for."""

from __future__ import annotations

from typing import Any

from mongoengine_fast.lanes import json_text, native_reads, plain
from mongoengine_fast.lanes.choice import Unusual, choose, decline, in_session
from mongoengine_fast.lanes.counters import NATIVE


class LaneCursor:
    """Iterator over the items of a find.

    An item is a ``dict`` (the collection's codec options), or what the loader makes of a row. pymongo's own
    exceptions are raised. Use :meth:`next_batch` to take many items at once.
    """

    __slots__ = ("_arguments", "_loader", "_rows", "_session", "_where", "alive", "collection", "lane")

    def __init__(self, collection: Any, arguments: dict[str, Any], where: Any, loader: Any, session: Any) -> None:
        #: The pymongo collection that is read.
        self.collection = collection
        #: The lane that carries this cursor; None until the first item is asked for.
        self.lane: str | None = None
        #: False once there is certainly nothing more to come.
        self.alive = True
        self._arguments = arguments
        self._where = where
        self._loader = loader
        self._session = session
        self._rows: Any = None

    def __iter__(self) -> LaneCursor:
        return self

    def __next__(self) -> Any:
        rows = self._rows
        if rows is None:
            rows = self._open()
        try:
            return rows.next()
        except StopIteration:
            self.alive = False
            raise

    next = __next__

    def next_batch(self, number: int) -> list[Any]:
        """Return a list of up to *number* items; an empty list means that there are no more."""
        rows = self._rows
        if rows is None:
            rows = self._open()
        items: list[Any] = rows.next_batch(number)
        if not items:
            self.alive = False
        return items

    def to_json(self, json_options: Any) -> str:
        """Return all items that are left as `bson.json_util.dumps` writes a list of them."""
        rows = self._rows
        if rows is None:
            rows = self._open()
        self.alive = False
        return json_text.text_of(rows, self.lane == NATIVE, json_options, self.collection.codec_options)

    def close(self) -> None:
        """Stop: the server's cursor is closed, and no more items come."""
        self.alive = False
        if self._rows is None:
            self._rows = _NOTHING
        else:
            self._rows.close()
            self._rows = _NOTHING

    def rewind(self) -> LaneCursor:
        """Go back to the state before the first item; the next item asks the server again."""
        if self._rows is not None:
            self._rows.close()
        self._rows = None
        self.alive = True
        return self

    def _open(self) -> Any:
        route = choose(self.collection, "find", self._session)
        if route.lane is NATIVE:
            try:
                self._rows = native_reads.open_find(route, self._arguments, self._where, self._loader)
            except Unusual as unusual:
                route = decline(route, "find", unusual)
            except BaseException:
                # A pymongo cursor whose find has failed is at its end, too.
                self.close()
                raise
        self.lane = route.lane
        if self._rows is None:
            arguments = {**self._arguments, **in_session(self._session)}
            self._rows = plain.open_rows(self.collection, route, arguments, self._where, self._loader)
        return self._rows

    def __enter__(self) -> LaneCursor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Nothing:
    """The rows of a closed cursor."""

    def next(self) -> Any:
        raise StopIteration

    def next_batch(self, number: int) -> list[Any]:
        return []

    def close(self) -> None:
        pass


_NOTHING = _Nothing()
