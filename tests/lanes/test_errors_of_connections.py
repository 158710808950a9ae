"""Broken connections, servers that step down, and waits that end: the same on MongoEngine and on both lanes."""

from __future__ import annotations

from typing import Any

import pytest
from error_faults import failing
from error_operations import OPERATIONS, OWN, pairs
from error_sides import NATIVE, STOCK, Package, compare, connected_sides

#: Each operation has clients of its own here: after such an error a driver first looks for a server again.
BREAKS: dict[str, dict[str, Any]] = {
    "connection-closed": {"closeConnection": True},
    "shutting-down": {"errorCode": 91},
    "not-primary": {"errorCode": 10107},
}
NO_RETRIES = {"retryReads": False, "retryWrites": False}


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS))
def test_without_retries(
    failing_server: Any, packages: list[Package], watcher: Any, operation: str, command: str, fault: str
) -> None:
    with connected_sides(packages, failing_server.uri, **NO_RETRIES) as sides:
        seen = compare(sides, watcher, OPERATIONS[operation][0], failing(command, **BREAKS[fault]), again=False)
    assert seen[STOCK][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize(("operation", "command"), pairs(OWN))
def test_what_is_ours_without_retries(
    failing_server: Any, packages: list[Package], watcher: Any, operation: str, command: str, fault: str
) -> None:
    with connected_sides(packages, failing_server.uri, **NO_RETRIES) as sides:
        seen = compare(sides[1:], watcher, OWN[operation][0], failing(command, **BREAKS[fault]), again=False)
    assert seen[NATIVE][0].error is not None
    assert seen[NATIVE][0].lanes == {}
