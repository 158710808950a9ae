"""Errors that the server answers a command with, for every operation: the same on MongoEngine and on both lanes."""

from __future__ import annotations

from typing import Any

import pytest
from error_faults import failing
from error_operations import OPERATIONS, OWN, pairs
from error_sides import NATIVE, STOCK, Side, compare

#: What the server answers. None of them makes a driver look for another server.
ANSWERS: dict[str, dict[str, Any]] = {
    "not authorised": {"errorCode": 13},
    "maxTimeMS": {"errorCode": 50},
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS))
def test_an_answer_of_the_server(sides: list[Side], watcher: Any, operation: str, command: str, answer: str) -> None:
    seen = compare(sides, watcher, OPERATIONS[operation][0], failing(command, **ANSWERS[answer]))
    assert seen[STOCK][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(("operation", "command"), pairs(OWN))
def test_an_answer_to_what_is_ours(
    our_sides: list[Side], watcher: Any, operation: str, command: str, answer: str
) -> None:
    seen = compare(our_sides, watcher, OWN[operation][0], failing(command, **ANSWERS[answer]))
    assert seen[NATIVE][0].error is not None
    assert seen[NATIVE][0].lanes == {}
