"""Writing operations of the native lane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pymongo.errors import BulkWriteError
from pymongo.message import _DELETE, _INSERT, _UPDATE

from mongoengine_fast.lanes import driver, wire
from mongoengine_fast.lanes.choice import Unusual
from mongoengine_fast.lanes.outcome import note_sent
from mongoengine_fast.lanes.routes import Route

_OPERATION_TYPES = {"insert": _INSERT, "update": _UPDATE, "delete": _DELETE}
_STATEMENT_NAMES = {"array_filters": "arrayFilters", "collation": "collation", "hint": "hint", "sort": "sort"}
_COMMAND_NAMES = {"comment": "comment", "let": "let", "bypass_document_validation": "bypassDocumentValidation"}


def insert_one(route: Route, document: Any, options: dict[str, Any]) -> Any:
    """Insert one document and return its id."""
    command = command_options(options)
    # The key that was sent has to be known should nobody know what became of it.
    ids: list[Any] = []
    try:
        _check(route.native.insert_one(wire.insertable(document), ids, command))
    except BaseException as error:
        if ids:
            note_sent(error, ids[0])
        raise
    return ids[0]


def insert_many(route: Route, documents: Any, ordered: bool, options: dict[str, Any]) -> list[Any]:
    """Insert documents and return their ids, or raise pymongo's BulkWriteError."""
    if not isinstance(documents, (list, tuple)) or not documents:
        raise Unusual("documents that are no list")
    command = command_options(options)
    rows = documents if type(documents) is list else list(documents)
    # Rows are mostly of one class, which then is looked at once.
    known = None
    for row in rows:
        if row.__class__ is not known:
            wire.insertable(row)
            known = row.__class__
    ids: list[Any] = []
    replies: list[tuple[int, int, dict[str, Any]]] = []
    prepared = route.native.prepare_inserts(rows, ids)
    route.native.send_prepared(prepared, bool(ordered), True, True, command, replies)
    if any("writeErrors" in reply or "writeConcernError" in reply for *_, reply in replies):
        result = empty_result()
        merge(result, "insert", lambda: [Inserted(row, key) for row, key in zip(rows, ids, strict=True)], replies)
        raise_bulk(result)
    return ids


def empty_result() -> dict[str, Any]:
    """Return the result of a bulk write, in pymongo's form, before anything was sent."""
    return {
        "writeErrors": [],
        "writeConcernErrors": [],
        "nInserted": 0,
        "nUpserted": 0,
        "nMatched": 0,
        "nModified": 0,
        "nRemoved": 0,
        "upserted": [],
    }


def merge(
    result: dict[str, Any],
    command: str,
    bodies: Callable[[], list[Any]],
    replies: list[tuple[int, int, dict[str, Any]]],
    positions: Sequence[int] | None = None,
) -> None:
    """Add the replies to the commands of *bodies* to *result*; *positions* are those in the whole bulk write."""
    run = driver._Run(_OPERATION_TYPES[command])
    # Only these name single statements.
    if any(reply.get("writeErrors") or reply.get("upserted") for *_, reply in replies):
        for index, body in enumerate(bodies()):
            run.add(index if positions is None else positions[index], body)
    for first, _, reply in replies:
        driver._merge_command(run, result, first, reply)


def raise_bulk(result: dict[str, Any]) -> None:
    """Raise pymongo's BulkWriteError of *result*."""
    for error in result["writeErrors"]:
        if isinstance(error["op"], Inserted):
            error["op"] = error["op"].document()
    try:
        driver._raise_bulk_write_error(result)
    except BulkWriteError as error:
        concern = result["writeConcernErrors"][-1] if result["writeConcernErrors"] else {}
        if concern.get("code") in driver.helpers._RETRYABLE_ERROR_CODES:
            # pymongo labels what it has retried.
            for label in concern.get("errorLabels", ()):
                error._add_error_label(label)
        raise


class Inserted:
    """An inserted row, turned into the mapping that was sent only if an error reports it."""

    __slots__ = ("_id", "_row")

    def __init__(self, row: Any, inserted_id: Any) -> None:
        self._row = row
        self._id = inserted_id

    def document(self) -> Any:
        if isinstance(self._row, dict) or not hasattr(self._row, "to_mongo"):
            return self._row
        document = self._row.to_mongo()
        document.setdefault("_id", self._id)
        return document


def update(route: Route, operation: str, filter: Any, update: Any, upsert: Any, options: dict[str, Any]) -> Any:
    """Update or replace and return pymongo's raw result."""
    filter = wire.mapping(filter)
    wire.updating(operation, update)
    if not isinstance(upsert, bool):
        raise Unusual("an unusual flag")
    statement = statement_options(options)
    command = command_options(options)
    if operation == "replace_one":
        reply = route.native.replace(filter, update, upsert, statement, command)
    else:
        reply = route.native.update(filter, update, operation == "update_many", upsert, statement, command)
    _check(reply)
    if reply.get("n") and "upserted" not in reply:
        reply["updatedExisting"] = True
    else:
        reply["updatedExisting"] = False
        if "upserted" in reply:
            reply["upserted"] = reply["upserted"][0]["_id"]
    return reply


def delete(route: Route, operation: str, filter: Any, options: dict[str, Any]) -> Any:
    """Delete and return pymongo's raw result."""
    filter = wire.mapping(filter)
    many = operation == "delete_many"
    reply = route.native.delete(filter, many, statement_options(options), command_options(options))
    _check(reply)
    return reply


def find_and_modify(
    route: Route, operation: str, arguments: tuple[Any, ...], loader: Any, options: dict[str, Any]
) -> Any:
    """Run one of the three find-one-and operations and return the item or None."""
    given = dict(options)
    filter = wire.mapping(arguments[0])
    if len(arguments) > 1:
        wire.updating(operation, arguments[1])
    return_after = given.pop("return_document", False)
    if not isinstance(return_after, bool):
        raise Unusual("an unusual return_document")
    sent = _modify_options(operation, arguments, given)
    item, reply = route.native.find_and_modify(filter, return_after, sent, True, loader)
    if reply is not None:
        driver.check_command_response(reply, None, parse_write_concern_error=True)
    return item


def _modify_options(operation: str, arguments: tuple[Any, ...], given: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a findAndModify as they go on the wire."""
    sent: dict[str, Any] = {}
    if given.get("writeConcern") is not None or "query" in given or "fields" in given:
        raise Unusual("an unusual option")
    if "let" in given:
        sent["let"] = wire.mapping(given.pop("let"))
    projection = given.pop("projection", None)
    sort = given.pop("sort", None)
    upsert = given.pop("upsert", None)
    array_filters = given.pop("array_filters", None)
    hint = given.pop("hint", None)
    collation = given.pop("collation", None)
    if operation == "find_one_and_delete":
        sent["remove"] = True
    else:
        replacement = arguments[1]
        sent["update"] = replacement if isinstance(replacement, (dict, list)) else _stored(replacement)
    sent.update(given)
    if projection is not None:
        sent["fields"] = wire.projection(projection)
    if sort is not None:
        sent["sort"] = wire.sort(sort)
    if upsert is not None:
        if not isinstance(upsert, bool):
            raise Unusual("an unusual flag")
        sent["upsert"] = upsert
    if array_filters is not None:
        if not isinstance(array_filters, list):
            raise Unusual("unusual array filters")
        sent["arrayFilters"] = array_filters
    if hint is not None:
        sent["hint"] = wire.hint(hint)
    if collation is not None:
        sent["collation"] = wire.collation(collation)
    return sent


def _stored(document: Any) -> Any:
    if hasattr(document, "to_mongo"):
        return document.to_mongo()
    raise Unusual("an unusual document")


def statement_options(options: dict[str, Any]) -> dict[str, Any] | None:
    """Return those options that belong to the statement, as they go on the wire."""
    if not options:
        return None
    sent: dict[str, Any] = {}
    for name, value in options.items():
        if name == "collation":
            sent[name] = wire.collation(value)
        elif name == "array_filters":
            if not isinstance(value, list):
                raise Unusual("unusual array filters")
            sent["arrayFilters"] = value
        elif name == "hint":
            sent[name] = wire.hint(value)
        elif name == "sort":
            sent[name] = wire.mapping(value)
        elif name not in _COMMAND_NAMES:
            raise Unusual(f"the option {name}")
    return sent


def command_options(options: dict[str, Any]) -> dict[str, Any] | None:
    """Return those options that belong to the command, as they go on the wire."""
    if not options:
        return None
    sent: dict[str, Any] = {}
    for name, value in options.items():
        if name in _COMMAND_NAMES:
            if value is not None:
                sent[_COMMAND_NAMES[name]] = value
        elif name not in _STATEMENT_NAMES:
            raise Unusual(f"the option {name}")
    return sent


def _check(reply: dict[str, Any]) -> None:
    if "writeErrors" in reply or "writeConcernError" in reply:
        driver.check_write_command_response(reply)
