"""The querysets programs use: one that keeps its results, and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mongoengine_fast.errors import OperationError
from mongoengine_fast.queryset._stock import StockCheck
from mongoengine_fast.queryset.base import (
    CASCADE,
    DENY,
    DO_NOTHING,
    NULLIFY,
    PULL,
    BaseQuerySet,
)

__all__ = (
    "CASCADE",
    "DENY",
    "DO_NOTHING",
    "NULLIFY",
    "PULL",
    "QuerySet",
    "QuerySetNoCache",
)

# Rows a repr shows at most.
REPR_OUTPUT_SIZE = 20
# Rows the cache grows by.
ITER_CHUNK_SIZE = 100
# Rows fetched in one native call where all of them are wanted anyway.
_READ_ALL_SIZE = 10_000

_MID_ITERATION = ".. queryset mid-iteration .."

_own_next = StockCheck("__next__")
_own_filling = StockCheck("__next__", "_iter_results", "_populate_cache")
_own_cached_iteration = StockCheck("__iter__", "__next__", "_iter_results", "_populate_cache")
_own_plain_iteration = StockCheck("__iter__", "__next__")


def _shorten(rows: list[Any]) -> str:
    """Return the repr of rows, of which there is one too many if there are more."""
    if len(rows) > REPR_OUTPUT_SIZE:
        rows[-1] = "...(remaining elements truncated)..."
    return repr(rows)


class QuerySet(BaseQuerySet):
    """A query on the documents of a class, which keeps the results it has read.

    Args:
        document: the document class.
        collection: its pymongo collection.
    """

    _has_more = True
    _len: int | None = None
    _result_cache: list[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the results, reading from the database only what was not read yet."""
        self._iter = True
        if self._has_more:
            return self._iter_results()
        return iter(self._result_cache)

    def _reads_plainly(self) -> bool:
        return _own_cached_iteration(self.__class__)

    def __len__(self) -> int:
        """Return the number of results, all of which are read for that."""
        if self._len is not None:
            return self._len
        if self._has_more:
            if _own_filling(self.__class__):
                while self._has_more:
                    self._fill(_READ_ALL_SIZE)
            else:
                list(self._iter_results())
        self._len = len(self._result_cache)
        return self._len

    def __repr__(self) -> str:
        if self._iter:
            return _MID_ITERATION
        self._populate_cache()
        return _shorten(self._result_cache[: REPR_OUTPUT_SIZE + 1])

    def _iter_results(self) -> Iterator[Any]:
        """Iterate over the cache, growing it until the query is exhausted."""
        if self._result_cache is None:
            self._result_cache = []
        position = 0
        while True:
            # Others may make the cache grow meanwhile: len(), or a second iteration.
            rows = self._result_cache[position:]
            if rows:
                position += len(rows)
                yield from rows
            elif self._has_more:
                self._populate_cache()
            else:
                return

    def _populate_cache(self) -> None:
        """Read `ITER_CHUNK_SIZE` more rows into the cache."""
        if self._result_cache is None:
            self._result_cache = []
        if not self._has_more:
            return
        if _own_next(self.__class__):
            self._fill(ITER_CHUNK_SIZE)
            return
        try:
            for _ in range(ITER_CHUNK_SIZE):
                self._result_cache.append(next(self))
        except StopIteration:
            self._has_more = False

    def _fill(self, size: int) -> None:
        """Read `size` rows into the cache, as far as there are so many."""
        if self._result_cache is None:
            self._result_cache = []
        while size > 0:
            rows = self._pull(size)
            if not rows:
                self._has_more = False
                return
            self._result_cache += rows
            size -= len(rows)

    def count(self, with_limit_and_skip: bool = False) -> int:
        """Return how many documents the query finds.

        Args:
            with_limit_and_skip: count those that `skip` and `limit` leave; that number
                is kept.
        """
        if with_limit_and_skip is False:
            return super().count(with_limit_and_skip)
        if self._len is None:
            self._len = super().count(with_limit_and_skip)
        return self._len

    def no_cache(self) -> Any:
        """Return the same query as a queryset that does not keep its results.

        Raises:
            OperationError: results have been read already.
        """
        if self._result_cache is not None:
            raise OperationError("QuerySet already cached")
        return self._clone_into(QuerySetNoCache(self._document, self._collection))


class QuerySetNoCache(BaseQuerySet):
    """A query on the documents of a class, which reads them anew for each iteration.

    Args:
        document: the document class.
        collection: its pymongo collection.
    """

    def _reads_plainly(self) -> bool:
        return _own_plain_iteration(self.__class__)

    def cache(self) -> Any:
        """Return the same query as a queryset that keeps its results."""
        return self._clone_into(QuerySet(self._document, self._collection))

    def __repr__(self) -> str:
        if self._iter:
            return _MID_ITERATION
        rows = []
        for _ in range(REPR_OUTPUT_SIZE + 1):
            try:
                rows.append(next(self))
            except StopIteration:
                break
        self.rewind()
        return _shorten(rows)

    def __iter__(self) -> Iterator[Any]:
        """Start over from the first result."""
        queryset = self.clone() if self._iter else self
        queryset.rewind()
        return queryset


_own_next.expect(QuerySet)
_own_filling.expect(QuerySet)
_own_cached_iteration.expect(QuerySet)
_own_plain_iteration.expect(QuerySetNoCache)
