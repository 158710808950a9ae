"""Reading operations: find, find_one, counts, distinct."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongoengine_fast.lanes import native_aggregate, native_reads, plain
from mongoengine_fast.lanes.choice import Unusual, choose, decline, in_session
from mongoengine_fast.lanes.counters import NATIVE
from mongoengine_fast.lanes.cursor import LaneCursor


def find(
    collection: Any,
    filter: Any = None,
    *,
    loader: Any = None,
    projection: Any = None,
    sort: Any = None,
    skip: int | None = None,
    limit: int | None = None,
    hint: Any = None,
    collation: Any = None,
    batch_size: int | None = None,
    max_time_ms: int | None = None,
    comment: Any = None,
    allow_disk_use: bool | None = None,
    no_cursor_timeout: bool = False,
    where: Any = None,
    session: Any = None,
) -> LaneCursor:
    """Return a cursor over the documents of *collection* that match *filter*.

    :param loader: what a row becomes; None for a dict
    :param limit: the greatest number of documents; negative for a single batch; None or 0 for all
    :param batch_size: documents a round trip brings
    :param max_time_ms: milliseconds the server may work on it
    :raises pymongo.errors.PyMongoError: when the first item is asked for
    """
    arguments = plain.given(
        filter=filter,
        projection=projection,
        sort=sort,
        skip=skip,
        limit=limit,
        hint=hint,
        collation=collation,
        batch_size=batch_size,
        max_time_ms=max_time_ms,
        comment=comment,
        allow_disk_use=allow_disk_use,
    )
    if no_cursor_timeout:
        arguments["no_cursor_timeout"] = True
    return LaneCursor(collection, arguments, where, loader, session)


def find_one(collection: Any, filter: Any = None, *, loader: Any = None, session: Any = None, **options: Any) -> Any:
    """Return the first document that matches *filter*, or None. Takes the options of :func:`find`."""
    if filter.__class__ is not dict and filter is not None and not isinstance(filter, Mapping):
        filter = {"_id": filter}
    route = choose(collection, "find_one", session)
    if route.lane is NATIVE:
        try:
            return native_reads.find_one(route, filter, plain.given(**options) if options else options, loader)
        except Unusual as unusual:
            route = decline(route, "find_one", unusual)
    where = options.pop("where", None)
    arguments = {**plain.given(filter=filter, limit=-1, **options), **in_session(session)}
    rows = plain.open_rows(collection, route, arguments, where, loader)
    try:
        return rows.next()
    except StopIteration:
        return None
    finally:
        rows.close()


def count_documents(collection: Any, filter: Any, *, session: Any = None, **options: Any) -> int:
    """Return how many documents match *filter*. Options: skip, limit, hint, collation, comment, maxTimeMS."""
    route = choose(collection, "count_documents", session)
    if route.lane is NATIVE:
        try:
            return native_reads.count_documents(route, filter, options)
        except Unusual as unusual:
            route = decline(route, "count_documents", unusual)
    options.update(in_session(session))
    return int(collection.count_documents(filter, **options))


def estimated_document_count(collection: Any, **options: Any) -> int:
    """Return the number of documents by the collection's metadata. Options: comment, maxTimeMS."""
    route = choose(collection, "estimated_document_count")
    if route.lane is NATIVE:
        try:
            return native_reads.estimated_document_count(route, options)
        except Unusual as unusual:
            route = decline(route, "estimated_document_count", unusual)
    session = in_session(None)
    if session:
        # The metadata know nothing of a transaction's own changes, and the server does not give them to one.
        return int(collection.count_documents({}, **options, **session))
    return int(collection.estimated_document_count(**options))


def distinct(collection: Any, key: str, filter: Any = None, *, session: Any = None, **options: Any) -> list[Any]:
    """Return the distinct values of *key* among the documents that match *filter*."""
    route = choose(collection, "distinct", session)
    if route.lane is NATIVE:
        try:
            return native_reads.distinct(route, key, filter, options)
        except Unusual as unusual:
            route = decline(route, "distinct", unusual)
    options.update(in_session(session))
    return list(collection.distinct(key, filter, **options))


def aggregate(collection: Any, pipeline: Any, *, session: Any = None, **options: Any) -> Any:
    """Run *pipeline* and return a cursor over its dicts.

    Options are those of pymongo's ``aggregate`` (batchSize, allowDiskUse, collation, hint, comment, let, maxTimeMS,
    cursor). The command is sent at once.
    """
    route = choose(collection, "aggregate", session)
    if route.lane is NATIVE:
        try:
            return native_aggregate.aggregate(route, collection, pipeline, options)
        except Unusual as unusual:
            route = decline(route, "aggregate", unusual)
    options.update(in_session(session))
    return collection.aggregate(pipeline, **options)
