"""Every operation through the methods of a pymongo-like collection: the pymongo and the python lane."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pymongo.errors import NotPrimaryError, OperationFailure

from mongoengine_fast import _native
from mongoengine_fast.lanes import faults
from mongoengine_fast.lanes.routes import Route


def given(**options: Any) -> dict[str, Any]:
    """Return the options that are not None: pymongo-like collections are called with those only."""
    return {name: value for name, value in options.items() if value is not None}


def as_mapping(document: Any) -> Any:
    """Return what a pymongo-like collection stores for *document*: a mapping, or a document's ``to_mongo()``."""
    if isinstance(document, dict) or not hasattr(document, "to_mongo"):
        return document
    return document.to_mongo()


def as_mappings(documents: Any) -> Any:
    """Return what ``insert_many`` of a pymongo-like collection takes for *documents*."""
    if isinstance(documents, (list, tuple)):
        return [as_mapping(document) for document in documents]
    return documents


def split_documents(batch: bytes) -> Iterator[bytes]:
    """Cut a batch of concatenated BSON documents into its documents."""
    position = 0
    while position < len(batch):
        end = position + int.from_bytes(batch[position : position + 4], "little")
        yield batch[position:end]
        position = end


def open_rows(collection: Any, route: Route, arguments: dict[str, Any], where: Any, loader: Any) -> Rows:
    """Make the pymongo(-like) cursor of a find; the server is not asked yet."""
    raw = loader is not None and route.raw_rows
    cursor = (collection.find_raw_batches if raw else collection.find)(**arguments)
    if where is not None:
        cursor.where(where)
    return RawRows(cursor, loader, collection.codec_options) if raw else MappingRows(cursor, loader)


class Rows:
    """Rows of a pymongo-like cursor turned into items; the base of the two ways to read them."""

    def __init__(self, cursor: Any, loader: Any) -> None:
        self._cursor = cursor
        self._loader = loader
        self._error: Exception | None = None

    def next(self) -> Any:
        """Return the next item or raise StopIteration."""
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return self._take()

    def next_batch(self, number: int) -> list[Any]:
        """Return up to *number* items: fewer at the end, or before a row that cannot be loaded.

        The error of such a row is raised by the next call, so that the rows before it are not lost.
        """
        items: list[Any] = []
        try:
            while len(items) < number:
                items.append(self.next())
        except StopIteration:
            pass
        except Exception as error:
            if not items:
                raise
            self._error = error
        return items

    def _take(self) -> Any:
        raise NotImplementedError

    @property
    def alive(self) -> bool:
        """Whether there may be more rows."""
        return bool(getattr(self._cursor, "alive", False))

    def close(self) -> None:
        """Give the server's cursor back."""
        self._error = None
        self._cursor.close()


class MappingRows(Rows):
    """Rows that arrive as mappings."""

    def _take(self) -> Any:
        row = next(self._cursor)
        return row if self._loader is None else self._loader.from_dict(row)


class RawRows(Rows):
    """Rows that arrive as batches of BSON bytes."""

    def __init__(self, cursor: Any, loader: Any, codec_options: Any) -> None:
        super().__init__(cursor, loader)
        self._codec_options = codec_options
        self._ready: list[Any] = []

    def _take(self) -> Any:
        while not self._ready:
            self._fill(self._next_batch())
        item = self._ready.pop()
        if isinstance(item, _Failed):
            raise item.error
        return item

    def _next_batch(self) -> bytes:
        try:
            return next(self._cursor)
        except (OperationFailure, NotPrimaryError) as error:
            # A cursor of raw batches leaves parts of the server's reply raw, also in the text of its error.
            raise faults.with_plain_details(error, self._cursor.collection.database.client) from None

    def _fill(self, batch: bytes) -> None:
        try:
            items = list(self._load(split_documents(batch)))
        except Exception:
            items = list(self._one_by_one(batch))
        items.reverse()
        self._ready = items

    def _load(self, documents: Iterable[bytes]) -> list[Any]:
        return _native.load_documents(self._loader, documents, self._codec_options)

    def _one_by_one(self, batch: bytes) -> Iterator[Any]:
        for document in split_documents(batch):
            try:
                yield from self._load([document])
            except Exception as error:
                yield _Failed(error)

    @property
    def alive(self) -> bool:
        return bool(self._ready) or super().alive

    def close(self) -> None:
        self._ready = []
        super().close()


class _Failed:
    """A row that raised when it was loaded, in its place among those that did not."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error
