"""Errors that the server answers a command with, for every operation: the same on MongoEngine and on both lanes."""

from __future__ import annotations

from typing import Any

import pytest
from error_faults import failing
from error_operations import OPERATIONS, OWN, WRITES, pairs
from error_sides import NATIVE, STOCK, Side, compare

#: What the server answers. None of them makes a driver look for another server.
ANSWERS: dict[str, dict[str, Any]] = {
    "not-authorised": {"errorCode": 13},
    "maxTimeMS": {"errorCode": 50},
    "duplicate-key": {"errorCode": 11000},
    "no-such-cursor": {"errorCode": 43},
    "killed-cursor": {"errorCode": 237},
    "no-such-collection": {"errorCode": 26},
    "conflict-with-labels": {"errorCode": 112, "errorLabels": ["TransientTransactionError", "Odd"]},
}
#: What the server says of its own accord when a write was done but not by enough members.
CONCERNS: dict[str, dict[str, Any]] = {
    "not-in-time": {"writeConcernError": {"code": 64, "errmsg": "waiting", "errInfo": {"wtimeout": True}}},
    "not-enough": {"writeConcernError": {"code": 100, "errmsg": "too few"}},
    "with-labels": {"writeConcernError": {"code": 79, "errmsg": "unknown"}, "errorLabels": ["Odd"]},
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS))
def test_an_answer_of_the_server(sides: list[Side], watcher: Any, operation: str, command: str, answer: str) -> None:
    fault = failing(command, **ANSWERS[answer])
    seen = compare(sides, watcher, OPERATIONS[operation][0], fault, again=answer == "not-authorised")
    # pymongo counts nothing where there is no collection.
    assert seen[STOCK][0].error is not None or (answer == "no-such-collection" and "count" in operation)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(("operation", "command"), pairs(OWN))
def test_an_answer_to_what_is_ours(
    our_sides: list[Side], watcher: Any, operation: str, command: str, answer: str
) -> None:
    fault = failing(command, **ANSWERS[answer])
    seen = compare(our_sides, watcher, OWN[operation][0], fault, again=answer == "not-authorised")
    assert seen[NATIVE][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("concern", CONCERNS)
@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS, *WRITES))
def test_a_write_concern(sides: list[Side], watcher: Any, operation: str, command: str, concern: str) -> None:
    fault = failing(command, **CONCERNS[concern])
    seen = compare(sides, watcher, OPERATIONS[operation][0], fault, again=concern == "not-enough")
    assert seen[STOCK][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("concern", CONCERNS)
@pytest.mark.parametrize(("operation", "command"), pairs(OWN, *WRITES))
def test_a_write_concern_of_what_is_ours(
    our_sides: list[Side], watcher: Any, operation: str, command: str, concern: str
) -> None:
    fault = failing(command, **CONCERNS[concern])
    seen = compare(our_sides, watcher, OWN[operation][0], fault, again=concern == "not-enough")
    assert seen[NATIVE][0].error is not None
    assert seen[NATIVE][0].lanes == {}
