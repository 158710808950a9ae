"""Errors that the server answers a command with, for every operation: the same on MongoEngine and on both lanes."""

from __future__ import annotations

from typing import Any

import pytest
from error_faults import failing
from error_operations import CURSORS, OPERATIONS, OWN, WRITES, cases
from error_sides import NATIVE, STOCK, Side, Watcher, compare

#: What the server answers, to which commands. None of it makes a driver look for another server.
ANSWERS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "not-authorised": ({"errorCode": 13}, ()),
    "maxTimeMS": ({"errorCode": 50}, ()),
    "duplicate-key": ({"errorCode": 11000}, WRITES),
    "no-such-cursor": ({"errorCode": 43}, CURSORS),
    "killed-cursor": ({"errorCode": 237}, ("getMore",)),
    "no-such-collection": ({"errorCode": 26}, ("count", "distinct", *CURSORS)),
    "labelled": ({"errorCode": 112, "errorLabels": ["TransientTransactionError", "Odd"]}, (*WRITES, "find", "count")),
    # Retried by both drivers, to no avail or with success.
    "unreachable": ({"errorCode": 6}, ()),
    "unreachable-once": ({"errorCode": 6, "times": 1}, ()),
}
#: What the server says of its own accord when a write was done but not by enough members.
CONCERNS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "not-in-time": ({"writeConcernError": {"code": 64, "errmsg": "late", "errInfo": {"wtimeout": True}}}, WRITES),
    "not-enough": ({"writeConcernError": {"code": 100, "errmsg": "too few"}}, WRITES),
    "with-labels": ({"writeConcernError": {"code": 79, "errmsg": "odd"}, "errorLabels": ["Odd"]}, WRITES),
    "retried": ({"writeConcernError": {"code": 6, "errmsg": "x"}, "errorLabels": ["RetryableWriteError"]}, WRITES),
    "retried-once": (
        {"writeConcernError": {"code": 6, "errmsg": "x"}, "errorLabels": ["RetryableWriteError"], "times": 1},
        WRITES,
    ),
}
#: After these an operation is tried once more.
AGAIN = [ANSWERS["not-authorised"][0], CONCERNS["not-enough"][0]]


def may_succeed(operation: str, data: dict[str, Any]) -> bool:
    """Whether no error is an answer, too: after a retry, and where pymongo counts a collection that is not there."""
    return "times" in data or (data.get("errorCode") == 26 and "count" in operation)


@pytest.mark.parametrize(("operation", "command", "data"), cases(OPERATIONS, {**ANSWERS, **CONCERNS}))
def test_every_operation(sides: list[Side], watcher: Watcher, operation: str, command: str, data: Any) -> None:
    seen = compare(sides, watcher, OPERATIONS[operation][0], failing(command, **data), again=data in AGAIN)
    assert seen[STOCK][0].error is not None or may_succeed(operation, data)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize(("operation", "command", "data"), cases(OWN, {**ANSWERS, **CONCERNS}))
def test_what_mongoengine_does_not_have(
    our_sides: list[Side], watcher: Watcher, operation: str, command: str, data: Any
) -> None:
    seen = compare(our_sides, watcher, OWN[operation][0], failing(command, **data), again=data in AGAIN)
    assert seen[NATIVE][0].error is not None or may_succeed(operation, data)
    assert seen[NATIVE][0].lanes == {}
