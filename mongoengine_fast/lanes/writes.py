"""Writing operations: insert, update, replace, delete. Results are pymongo's own result objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pymongo.results import DeleteResult, InsertManyResult, InsertOneResult, UpdateResult

from mongoengine_fast.lanes import native_writes, plain
from mongoengine_fast.lanes.choice import Unusual, choose, decline, in_session
from mongoengine_fast.lanes.counters import NATIVE
from mongoengine_fast.lanes.outcome import note_sent


def insert_one(collection: Any, document: Any, *, session: Any = None, **options: Any) -> InsertOneResult:
    """Insert one document: a mapping (``_id`` is added to it when it has none) or a Document instance.

    :raises pymongo.errors.DuplicateKeyError: when a unique index forbids it
    """
    route = choose(collection, "insert_one", session)
    if route.lane is NATIVE:
        try:
            return InsertOneResult(native_writes.insert_one(route, document, options), True)
        except Unusual as unusual:
            route = decline(route, "insert_one", unusual)
    options.update(in_session(session))
    mapping = plain.as_mapping(document)
    try:
        return collection.insert_one(mapping, **options)
    except BaseException as error:
        if isinstance(mapping, dict):
            # pymongo puts it there before it sends anything.
            note_sent(error, mapping.get("_id"))
        raise


def insert_many(
    collection: Any, documents: Iterable[Any], ordered: bool = True, *, session: Any = None, **options: Any
) -> InsertManyResult:
    """Insert documents, each a mapping or a Document instance, in as few commands as the server's limits allow.

    :param ordered: stop at the first error
    :raises pymongo.errors.BulkWriteError: with pymongo's details
    """
    if isinstance(documents, Iterator):
        # Read once, here: the operation may be handed on to another lane. pymongo tells empty ones apart.
        documents = list(documents) or iter(())
    route = choose(collection, "insert_many", session)
    if route.lane is NATIVE:
        try:
            return InsertManyResult(native_writes.insert_many(route, documents, ordered, options), True)
        except Unusual as unusual:
            route = decline(route, "insert_many", unusual)
    options.update(in_session(session))
    return collection.insert_many(plain.as_mappings(documents), ordered=ordered, **options)


def update_one(
    collection: Any,
    filter: Any,
    update: Any,
    upsert: bool = False,
    array_filters: Any = None,
    collation: Any = None,
    hint: Any = None,
    comment: Any = None,
    *,
    session: Any = None,
) -> UpdateResult:
    """Apply *update* to the first document that matches *filter*."""
    options = plain.given(array_filters=array_filters, collation=collation, hint=hint, comment=comment)
    return _update("update_one", collection, filter, update, upsert, options, session)


def update_many(
    collection: Any,
    filter: Any,
    update: Any,
    upsert: bool = False,
    array_filters: Any = None,
    collation: Any = None,
    hint: Any = None,
    comment: Any = None,
    *,
    session: Any = None,
) -> UpdateResult:
    """Apply *update* to every document that matches *filter*."""
    options = plain.given(array_filters=array_filters, collation=collation, hint=hint, comment=comment)
    return _update("update_many", collection, filter, update, upsert, options, session)


def replace_one(
    collection: Any,
    filter: Any,
    replacement: Any,
    upsert: bool = False,
    collation: Any = None,
    hint: Any = None,
    comment: Any = None,
    *,
    session: Any = None,
) -> UpdateResult:
    """Put *replacement*, a mapping or a Document instance, in the place of the first match of *filter*."""
    options = plain.given(collation=collation, hint=hint, comment=comment)
    return _update("replace_one", collection, filter, replacement, upsert, options, session)


def _update(
    operation: str, collection: Any, filter: Any, update: Any, upsert: bool, options: dict[str, Any], session: Any
) -> UpdateResult:
    route = choose(collection, operation, session)
    if route.lane is NATIVE:
        try:
            return UpdateResult(native_writes.update(route, operation, filter, update, upsert, options), True)
        except Unusual as unusual:
            route = decline(route, operation, unusual)
    options.update(in_session(session))
    return getattr(collection, operation)(filter, plain.as_mapping(update), upsert=upsert, **options)


def delete_one(
    collection: Any, filter: Any, collation: Any = None, hint: Any = None, comment: Any = None, *, session: Any = None
) -> DeleteResult:
    """Delete the first document that matches *filter*."""
    options = plain.given(collation=collation, hint=hint, comment=comment)
    return _delete("delete_one", collection, filter, options, session)


def delete_many(
    collection: Any, filter: Any, collation: Any = None, hint: Any = None, comment: Any = None, *, session: Any = None
) -> DeleteResult:
    """Delete every document that matches *filter*."""
    options = plain.given(collation=collation, hint=hint, comment=comment)
    return _delete("delete_many", collection, filter, options, session)


def _delete(operation: str, collection: Any, filter: Any, options: dict[str, Any], session: Any) -> DeleteResult:
    route = choose(collection, operation, session)
    if route.lane is NATIVE:
        try:
            return DeleteResult(native_writes.delete(route, operation, filter, options), True)
        except Unusual as unusual:
            route = decline(route, operation, unusual)
    options.update(in_session(session))
    return getattr(collection, operation)(filter, **options)
