"""Bulk writes: inserts, updates and deletes of one collection, together in as few commands as possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bson import decode
from pymongo.errors import BulkWriteError
from pymongo.results import BulkWriteResult

from mongoengine_fast.lanes import native_writes
from mongoengine_fast.lanes.choice import Unusual, choose, decline, in_session, is_foreign
from mongoengine_fast.lanes.counters import NATIVE
from mongoengine_fast.lanes.outcome import is_open
from mongoengine_fast.lanes.routes import Route
from mongoengine_fast.lanes.statements import PreparedChanges, Statement

__all__ = ["bulk_write"]


def bulk_write(
    collection: Any,
    statements: Iterable[Statement],
    ordered: bool = True,
    *,
    done: dict[int, Any] | None = None,
    unsure: dict[int, Any] | None = None,
    session: Any = None,
    **options: Any,
) -> BulkWriteResult:
    """Send *statements*; neighbours of one command (unordered: all of one command) are sent together.

    :param ordered: one after the other, up to the first error; else all of them, in any order
    :param done: is given the positions of the statements that the server acknowledged, also when an error is raised,
        each with the id of the document it inserted, else None
    :param unsure: is given the positions of inserts of which nobody knows whether they were done, with these ids
    :param options: ``comment``, ``let``, ``bypass_document_validation``
    :raises pymongo.errors.BulkWriteError: with pymongo's details, when a statement fails
    """
    if not isinstance(statements, PreparedChanges):
        statements = list(statements)
    marks = _Marks({} if done is None else done, {} if unsure is None else unsure)
    route = choose(collection, "bulk_write", session)
    if route.lane is NATIVE:
        try:
            return _send_native(route, collection.codec_options, statements, bool(ordered), options, marks)
        except Unusual as unusual:
            route = decline(route, "bulk_write", unusual)
    options.update(in_session(session))
    return _send_plain(collection, statements, ordered, options, marks)


class _Marks:
    """What became of statements, by position; the values are the ids of the documents they inserted."""

    def __init__(self, done: dict[int, Any], unsure: dict[int, Any]) -> None:
        self._done = done
        self._unsure = unsure

    def mark(self, position: int, key: Any, acknowledged: bool) -> None:
        """Note that a statement was sent and not refused, and whether the write concern was met."""
        if acknowledged:
            self._done[position] = key
        elif key is not None:
            self._unsure[position] = key


def _send_native(
    route: Route,
    codec_options: Any,
    statements: Sequence[Statement],
    ordered: bool,
    options: dict[str, Any],
    marks: _Marks,
) -> BulkWriteResult:
    if not statements:
        raise Unusual("no operations")
    command_options = native_writes.command_options(options)
    # Everything is encoded before anything is sent: what cannot be encoded leaves nothing half-written.
    if isinstance(statements, PreparedChanges):
        batches: list[_Batch] = [_Changes(route, codec_options, statements)]
    else:
        batches = [_Batch(route, codec_options, statements, positions) for positions in _batches(statements, ordered)]
    result = native_writes.empty_result()
    for number, batch in enumerate(batches):
        batch.send(ordered, number == 0, command_options, result, marks)
        if ordered and result["writeErrors"]:
            break
    if result["writeErrors"] or result["writeConcernErrors"]:
        native_writes.raise_bulk(result)
    return BulkWriteResult(result, True)


def _batches(statements: Sequence[Statement], ordered: bool) -> Iterator[list[int]]:
    """The positions of statements that may share a command, in the order of sending (which is pymongo's)."""
    if not ordered:
        for command in ("insert", "update", "delete"):
            positions = [position for position, found in enumerate(statements) if found.command == command]
            if positions:
                yield positions
        return
    positions = []
    for position, statement in enumerate(statements):
        if positions and statement.command != statements[position - 1].command:
            yield positions
            positions = []
        positions.append(position)
    yield positions


class _Batch:
    """Statements of one command, encoded."""

    def __init__(
        self, route: Route, codec_options: Any, statements: Sequence[Statement], positions: Sequence[int]
    ) -> None:
        chosen = [statements[position] for position in positions]
        self._native = route.native
        self._codec_options = codec_options
        self._positions = positions
        self._command: str = chosen[0].command
        self._retry = not any(statement.is_about_many for statement in chosen)
        self._bodies: Sequence[Any] = [statement.body() for statement in chosen]
        self._ids: list[Any] = []
        if self._command == "insert":
            self._prepared = route.native.prepare_inserts(self._bodies, self._ids)
        else:
            self._prepared = route.native.prepare_statements(self._command, self._bodies)

    def send(
        self, ordered: bool, first: bool, options: dict[str, Any] | None, result: dict[str, Any], marks: _Marks
    ) -> None:
        """Send the commands; add what the server said to *result* and *marks*, also of a part."""
        if options and self._command == "insert":
            options = {name: value for name, value in options.items() if name != "let"}
        replies: list[tuple[int, int, dict[str, Any]]] = []
        try:
            self._native.send_prepared(self._prepared, ordered, self._retry, first, options, replies)
        except BaseException as error:
            if is_open(error):
                # The command that failed, and those that were to follow.
                unanswered = replies[-1][1] if replies else 0
                self._mark(range(unanswered, len(self._positions)), marks, False)
            raise
        finally:
            for start, end, reply in replies:
                failed = {start + error["index"] for error in reply.get("writeErrors", ())}
                if ordered and failed:
                    end = min(failed)
                indices = [index for index in range(start, end) if index not in failed]
                self._mark(indices, marks, "writeConcernError" not in reply)
            native_writes.merge(result, self._command, self._reported, replies, self._positions)

    def _mark(self, indices: Iterable[int], marks: _Marks, acknowledged: bool) -> None:
        for index in indices:
            marks.mark(self._positions[index], self._ids[index] if self._ids else None, acknowledged)

    def _reported(self) -> list[Any]:
        """What an error says was sent."""
        if self._command != "insert":
            return [decode(body, self._codec_options) if isinstance(body, bytes) else body for body in self._bodies]
        return [native_writes.Inserted(row, key) for row, key in zip(self._bodies, self._ids, strict=True)]


class _Changes(_Batch):
    """What changed in stored documents, encoded before."""

    def __init__(self, route: Route, codec_options: Any, statements: PreparedChanges) -> None:
        self._native = route.native
        self._codec_options = codec_options
        self._positions = range(len(statements))
        self._command = "update"
        self._retry = True
        self._statements = statements
        self._ids = []
        self._prepared = statements.prepared

    def _reported(self) -> list[Any]:
        return [decode(statement.body(), self._codec_options) for statement in self._statements]


def _send_plain(
    collection: Any, statements: Sequence[Statement], ordered: bool, options: dict[str, Any], marks: _Marks
) -> BulkWriteResult:
    requests = [statement.request() for statement in statements]
    batches = [list(range(len(statements)))]
    if not is_foreign(collection) and collection.write_concern.acknowledged:
        # Command by command: when one fails as a whole, pymongo does not say what those before it did.
        batches = list(_batches(statements, ordered)) or batches
    result = native_writes.empty_result()
    for positions in batches:
        try:
            part, error = _send_requests(collection, [requests[position] for position in positions], ordered, options)
        except BaseException as failure:
            if is_open(failure):
                for position in positions:
                    marks.mark(position, _inserted_id(statements[position], requests[position]), False)
            raise
        details: Any = {} if error is None else error.details
        failed = {entry["index"] for entry in details.get("writeErrors", ())}
        end = min(failed) if ordered and failed else len(positions)
        for position in (position for index, position in enumerate(positions[:end]) if index not in failed):
            key = _inserted_id(statements[position], requests[position])
            marks.mark(position, key, not details.get("writeConcernErrors"))
        if len(batches) == 1:
            if error is not None:
                raise error
            return part
        _add(result, part.bulk_api_result, positions)
        if ordered and failed:
            break
    if result["writeErrors"] or result["writeConcernErrors"]:
        native_writes.raise_bulk(result)
    return BulkWriteResult(result, True)


def _send_requests(
    collection: Any, requests: list[Any], ordered: bool, options: dict[str, Any]
) -> tuple[BulkWriteResult, BulkWriteError | None]:
    """Return what pymongo says of *requests*, also of those that failed one by one, and then its error."""
    try:
        return collection.bulk_write(requests, ordered=ordered, **options), None
    except BulkWriteError as error:
        details: Any = error.details
        return BulkWriteResult(details, True), error


def _add(result: dict[str, Any], part: Mapping[str, Any], positions: list[int]) -> None:
    """Add what was said of the statements at *positions* to the *result* of all."""
    for name, value in part.items():
        if name in ("writeErrors", "upserted"):
            value = [{**entry, "index": positions[entry["index"]]} for entry in value]
        if name in result:
            result[name] = result[name] + value


def _inserted_id(statement: Statement, request: Any) -> Any:
    """The id of an inserted document; pymongo(-like) clients put it into what they were given."""
    return request._doc.get("_id") if statement.kind == "insert_one" else None
