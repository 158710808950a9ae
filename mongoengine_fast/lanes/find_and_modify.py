"""find_one_and_update, find_one_and_replace, find_one_and_delete."""

from __future__ import annotations

from typing import Any

from pymongo import ReturnDocument

from mongoengine_fast.lanes import native_writes, plain
from mongoengine_fast.lanes.choice import Unusual, choose, decline, in_session
from mongoengine_fast.lanes.counters import NATIVE


def find_one_and_update(
    collection: Any,
    filter: Any,
    update: Any,
    *,
    loader: Any = None,
    projection: Any = None,
    sort: Any = None,
    upsert: bool = False,
    return_after: bool = False,
    array_filters: Any = None,
    session: Any = None,
    **options: Any,
) -> Any:
    """Update one document and return it as it was, or as it became (*return_after*); None when none matches.

    :param options: more of pymongo's: hint, collation, comment, let, maxTimeMS
    """
    options = plain.given(projection=projection, sort=sort, array_filters=array_filters, session=session, **options)
    options["upsert"] = upsert
    options["return_document"] = ReturnDocument.AFTER if return_after else ReturnDocument.BEFORE
    return _run("find_one_and_update", collection, (filter, update), loader, options)


def find_one_and_replace(
    collection: Any,
    filter: Any,
    replacement: Any,
    *,
    loader: Any = None,
    projection: Any = None,
    sort: Any = None,
    upsert: bool = False,
    return_after: bool = False,
    session: Any = None,
    **options: Any,
) -> Any:
    """Replace one document (by a mapping or a Document instance) and return the old or the new one, or None."""
    options = plain.given(projection=projection, sort=sort, session=session, **options)
    options["upsert"] = upsert
    options["return_document"] = ReturnDocument.AFTER if return_after else ReturnDocument.BEFORE
    return _run("find_one_and_replace", collection, (filter, replacement), loader, options)


def find_one_and_delete(
    collection: Any,
    filter: Any,
    *,
    loader: Any = None,
    projection: Any = None,
    sort: Any = None,
    session: Any = None,
    **options: Any,
) -> Any:
    """Delete one document and return it; None when none matches."""
    options = plain.given(projection=projection, sort=sort, session=session, **options)
    return _run("find_one_and_delete", collection, (filter,), loader, options)


def _run(operation: str, collection: Any, arguments: tuple[Any, ...], loader: Any, options: dict[str, Any]) -> Any:
    route = choose(collection, operation, options.get("session"))
    if route.lane is NATIVE:
        try:
            return native_writes.find_and_modify(route, operation, arguments, loader, options)
        except Unusual as unusual:
            route = decline(route, operation, unusual)
    arguments = (arguments[0], *map(plain.as_mapping, arguments[1:]))
    row = getattr(collection, operation)(*arguments, **{**options, **in_session(options.get("session"))})
    return row if row is None or loader is None else loader.from_dict(row)
