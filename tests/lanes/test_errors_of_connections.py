"""Broken connections, servers that step down, and waits that end: the same on MongoEngine and on both lanes.

Each operation has clients of its own here: after such an error a driver looks for a server before it goes on.
"""

from __future__ import annotations

from typing import Any

import pytest
from error_faults import failing
from error_operations import OPERATIONS, OWN, TYPICAL, pairs
from error_sides import NATIVE, RAW, STOCK, Package, Side, Watcher, compare, connected_sides

NO_RETRIES = {"retryReads": False, "retryWrites": False}
CLOSED = {"closeConnection": True}
NOT_PRIMARY = {"errorCode": 10107}
SHUTTING_DOWN = {"errorCode": 91}


class Clients:
    """Makes the sides for one test."""

    def __init__(self, packages: list[Package], uri: str, watcher: Watcher) -> None:
        self._packages = packages
        self._uri = uri
        self._watcher = watcher

    def compare(self, operation: Any, fault: Any, own: bool = False, **options: Any) -> Any:
        """Compare the sides, each with a fresh client; return what was seen."""
        options = {"uuidRepresentation": "standard", "host": self._uri, **options}
        with connected_sides(self._packages, options.pop("host"), **options) as sides:
            chosen: list[Side] = sides[1:] if own else sides
            seen = compare(chosen, self._watcher, operation, fault, again=False)
        assert seen[RAW if own else STOCK][0].error is not None
        return seen


@pytest.fixture
def clients(packages: list[Package], failing_server: Any, watcher: Watcher) -> Clients:
    """What makes the sides."""
    return Clients(packages, failing_server.uri, watcher)


@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS))
def test_a_closed_connection(clients: Clients, operation: str, command: str) -> None:
    seen = clients.compare(OPERATIONS[operation][0], failing(command, **CLOSED), **NO_RETRIES)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize(("operation", "command"), pairs(OWN))
def test_a_closed_connection_during_what_is_ours(clients: Clients, operation: str, command: str) -> None:
    seen = clients.compare(OWN[operation][0], failing(command, **CLOSED), own=True, **NO_RETRIES)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("operation", ["save_new", "first"])
def test_a_connection_that_is_closed_twice(clients: Clients, operation: str) -> None:
    function, commands = OPERATIONS[operation]
    seen = clients.compare(function, failing(commands[0], **CLOSED))
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("fault", [NOT_PRIMARY, SHUTTING_DOWN], ids=["not-primary", "shutting-down"])
@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS, names=TYPICAL))
def test_a_server_that_gives_up(clients: Clients, operation: str, command: str, fault: dict[str, Any]) -> None:
    seen = clients.compare(OPERATIONS[operation][0], failing(command, **fault), **NO_RETRIES)
    assert seen[NATIVE][0].lanes == {}
