"""Reading operations of the native lane."""

from __future__ import annotations

from typing import Any

from bson.code import Code

from mongoengine_fast.lanes import wire
from mongoengine_fast.lanes.choice import Unusual
from mongoengine_fast.lanes.driver import warns_of_no_cursor_timeout
from mongoengine_fast.lanes.routes import Route

_SIMPLE = {"filter", "limit"}
_FIND_OPTIONS = {
    "filter",
    "projection",
    "sort",
    "skip",
    "limit",
    "hint",
    "collation",
    "batch_size",
    "max_time_ms",
    "comment",
    "allow_disk_use",
    "no_cursor_timeout",
}


def open_find(route: Route, arguments: dict[str, Any], where: Any, loader: Any) -> Any:
    """Send a find and return the native cursor."""
    if where is None and arguments.keys() <= _SIMPLE:
        filter = wire.reading_filter(arguments.get("filter"))
        limit = wire.whole_number(arguments.get("limit", 0))
        return route.native.find(filter, None, None, 0, limit, 0, None, None, loader)
    filter, modifiers, projection, skip, options = _find_parts(arguments, where)
    limit = wire.whole_number(arguments.get("limit", 0))
    batch_size = wire.whole_number(arguments.get("batch_size", 0))
    if batch_size < 0:
        raise Unusual("a negative batch size")
    comment = arguments.get("comment")
    return route.native.find(filter, modifiers, projection, skip, limit, batch_size, options, comment, loader)


def find_one(route: Route, filter: Any, arguments: dict[str, Any], loader: Any) -> Any:
    """Send a find for one document and return the item or None."""
    if not arguments:
        return route.native.find_one(wire.reading_filter(filter), None, None, 0, None, loader)
    filter, modifiers, projection, skip, options = _find_parts({"filter": filter, **arguments}, None)
    if arguments.get("batch_size"):
        # Means nothing for one document, but pymongo sends it.
        options = {**(options or {}), "batchSize": wire.whole_number(arguments["batch_size"])}
    return route.native.find_one(filter, modifiers, projection, skip, options, loader)


def _find_parts(arguments: dict[str, Any], where: Any) -> tuple[Any, Any, Any, int, Any]:
    """Return filter, modifiers, projection, skip and options of a find, each as it goes on the wire."""
    filter = wire.reading_filter(arguments.get("filter"))
    if where is not None:
        if not isinstance(where, str):
            raise Unusual("$where with code that is no string")
        filter = {**filter, "$where": where if isinstance(where, Code) else Code(where)}
    modifiers: dict[str, Any] | None = None
    options: dict[str, Any] | None = None
    projection = None
    skip = 0
    if len(arguments) > ("filter" in arguments):
        if not arguments.keys() <= _FIND_OPTIONS:
            raise Unusual("an unusual find option")
        modifiers = _modifiers(arguments)
        options = _find_options(arguments)
        if arguments.get("projection"):
            projection = wire.projection(arguments["projection"])
        skip = wire.whole_number(arguments.get("skip", 0))
        if skip < 0:
            raise Unusual("a negative skip")
    return filter, modifiers, projection, skip, options


def _modifiers(arguments: dict[str, Any]) -> dict[str, Any]:
    modifiers: dict[str, Any] = {}
    if arguments.get("sort"):
        modifiers["sort"] = wire.sort(arguments["sort"])
    if arguments.get("hint"):
        modifiers["hint"] = wire.hint(arguments["hint"])
    if arguments.get("comment"):
        modifiers["comment"] = arguments["comment"]
    if arguments.get("max_time_ms") is not None:
        modifiers["maxTimeMS"] = wire.whole_number(arguments["max_time_ms"])
    return modifiers


def _find_options(arguments: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if arguments.get("collation"):
        options["collation"] = wire.collation(arguments["collation"])
    if arguments.get("allow_disk_use") is not None:
        options["allowDiskUse"] = _flag(arguments["allow_disk_use"])
    if arguments.get("no_cursor_timeout"):
        if warns_of_no_cursor_timeout:
            raise Unusual("no_cursor_timeout, of which this pymongo warns")
        options["noCursorTimeout"] = _flag(arguments["no_cursor_timeout"])
    return options


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise Unusual("an unusual flag")


def count_documents(route: Route, filter: Any, options: dict[str, Any]) -> int:
    """Count by an aggregate, as pymongo does."""
    options = dict(options)
    pipeline: list[dict[str, Any]] = [{"$match": filter}]
    if "skip" in options:
        pipeline.append({"$skip": options.pop("skip")})
    if "limit" in options:
        pipeline.append({"$limit": options.pop("limit")})
    pipeline.append({"$group": {"_id": 1, "n": {"$sum": 1}}})
    if "hint" in options:
        options["hint"] = wire.hint(options["hint"])
    _command_options(options)
    try:
        reply = route.native.aggregate_reply(pipeline, {"cursor": {}, **options})
    except Exception as error:
        # pymongo counts no documents in a namespace that does not exist.
        if getattr(error, "code", None) == 26:
            return 0
        raise
    batch = reply["cursor"]["firstBatch"]
    return int(batch[0]["n"]) if batch else 0


def estimated_document_count(route: Route, options: dict[str, Any]) -> int:
    """Count by the collection's metadata."""
    options = dict(options)
    _command_options(options)
    return int(route.native.count(options)["n"])


def distinct(route: Route, key: Any, filter: Any, options: dict[str, Any]) -> list[Any]:
    """Return the distinct values of *key*."""
    if type(key) is not str or "query" in options:
        raise Unusual("an unusual distinct")
    sent: dict[str, Any] = dict(options)
    hint = sent.pop("hint", None)
    if filter is not None:
        sent["query"] = wire.mapping(filter)
    _command_options(sent)
    if hint is not None:
        sent["hint"] = wire.hint(hint)
    values: list[Any] = route.native.distinct(key, sent)
    return values


def _command_options(options: dict[str, Any]) -> None:
    """Put the common options of a reading command into their wire form."""
    if options.get("comment", ...) is None:
        del options["comment"]
    if "collation" in options:
        collation = options.pop("collation")
        if collation is not None:
            options["collation"] = wire.collation(collation)
    for name in ("readConcern", "writeConcern", "$readPreference", "lsid", "txnNumber", "session"):
        if name in options:
            raise Unusual(f"the option {name}")
