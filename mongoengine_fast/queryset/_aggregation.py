"""Aggregation pipelines, and the sums made with them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from mongoengine_fast import lanes
from mongoengine_fast.lanes.driver import index_document
from mongoengine_fast.queryset._cursor import CursorAccess

_FIRST_STAGES = ("$geoNear", "$collStats", "$indexStats", "$planCacheStats", "$search", "$searchMeta", "$vectorSearch")


def _has_to_be_first(stage: Any) -> bool:
    """Whether the server accepts a stage at the start of a pipeline only."""
    return isinstance(stage, Mapping) and any(name in stage for name in _FIRST_STAGES)


class Aggregation(CursorAccess):
    """Computations over the documents of a query, done by the server."""

    _fields_to_dbfields: Callable[..., list[str]]

    def aggregate(self, pipeline: Any, *suppl_pipeline: Any, **kwargs: Any) -> Any:
        """Run an aggregation pipeline on the documents of the query.

        Args:
            pipeline: a list of stages.
            suppl_pipeline: deprecated: further stages.
            kwargs: options of pymongo's `Collection.aggregate`; they win over hint, collation and comment of the query.

        Returns:
            A cursor over the resulting dicts.
        """
        single = isinstance(pipeline, dict)
        if single or suppl_pipeline:
            msg = (
                "Calling .aggregate() with un unpacked list (*pipeline) is deprecated, "
                "it will soon change and will expect a list "
                "(similar to pymongo.Collection.aggregate interface), see documentation"
            )
            warnings.warn(msg, DeprecationWarning, stacklevel=1)
        stages = [pipeline] if single else list(pipeline)
        stages += suppl_pipeline
        # What has to come first stays first, as nothing may stand before it.
        first = 1 if stages and _has_to_be_first(stages[0]) else 0
        stages[first:first] = self._selection_stages()
        if "cursor" in kwargs:
            # MongoEngine gives that option itself, so that one more is an error, whose words are Python's.
            return self._reading_collection().aggregate(stages, cursor={}, **kwargs)
        return lanes.aggregate(self._reading_collection(), stages, **{**self._aggregate_options(), **kwargs})

    def _aggregate_options(self) -> dict[str, Any]:
        options = self._command_options()
        # Alone of all commands, pymongo sends the hint of this one as it is given.
        if "hint" in options and not isinstance(options["hint"], str):
            options["hint"] = index_document(options["hint"])
        return options

    def _selection_stages(self) -> list[dict[str, Any]]:
        """Return the stages that do what the query does."""
        stages: list[dict[str, Any]] = []
        if self._none or self._empty:
            stages += [{"$limit": 1}, {"$match": {"$expr": False}}]
        if self._query:
            stages.append({"$match": self._query})
        if self._ordering:
            stages.append({"$sort": dict(self._ordering)})
        # The server sorts with less memory when the limit follows at once; it must then
        # let through what the skip will take away.
        if self._limit is not None:
            stages.append({"$limit": self._limit + (self._skip or 0)})
        if self._skip is not None:
            stages.append({"$skip": self._skip})
        return stages

    def sum(self, field: str) -> Any:
        """Return the sum of a field's values, 0 where there are none.

        Args:
            field: its path, with dots into embedded documents; the items of lists count.
        """
        return self._total(field, "sum", "$sum")

    def average(self, field: str) -> Any:
        """Return the mean of a field's values, 0 where there are none.

        Args:
            field: its path, with dots into embedded documents; the items of lists count.
        """
        return self._total(field, "avg", "$avg")

    def _total(self, field: str, name: str, operator: str) -> Any:
        db_field = self._fields_to_dbfields([field]).pop()
        stages: list[dict[str, Any]] = [{"$match": self._query}]
        if getattr(self._document._lookup_field(field.split("."))[-1], "_is_list_field", False):
            stages.append({"$unwind": "$" + field})
        stages.append({"$group": {"_id": name, "total": {operator: "$" + db_field}}})
        result = tuple(lanes.aggregate(self._document._get_collection(), stages, **self._aggregate_options()))
        return result[0]["total"] if result else 0
