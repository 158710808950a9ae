"""Broken connections, servers that step down, and waits that end: the same on MongoEngine and on both lanes.

Each operation has clients of its own here: after such an error a driver looks for a server before it goes on.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from error_faults import failing, nothing
from error_operations import OPERATIONS, OWN, TYPICAL, UNPREPARED, pairs
from error_sides import DATABASE, NATIVE, RAW, STOCK, Package, Side, Watcher, compare, connected_sides

NO_RETRIES = {"retryReads": False, "retryWrites": False}
CLOSED = {"closeConnection": True}
NOT_PRIMARY = {"errorCode": 10107}
SHUTTING_DOWN = {"errorCode": 91}
#: Waiting takes its time: these stand for the others.
SLOW = {"save_new", "save_changed", "iterate", "iterate_by_small_batches", "count_of_some", "delete_of_a_document"}


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


@pytest.mark.parametrize("operation", ["save_new", "iterate"])
def test_a_connection_that_is_closed_twice(clients: Clients, operation: str) -> None:
    function, commands = OPERATIONS[operation]
    seen = clients.compare(function, failing(commands[0], **CLOSED))
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS, names=TYPICAL))
def test_a_server_that_is_no_primary_any_more(clients: Clients, operation: str, command: str) -> None:
    seen = clients.compare(OPERATIONS[operation][0], failing(command, **NOT_PRIMARY), **NO_RETRIES)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS, names=("save_changed", "first", "distinct")))
def test_a_server_that_shuts_down(clients: Clients, operation: str, command: str) -> None:
    seen = clients.compare(OPERATIONS[operation][0], failing(command, **SHUTTING_DOWN), **NO_RETRIES)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize(("operation", "command"), pairs(OPERATIONS, names=SLOW))
def test_an_answer_that_comes_too_late(clients: Clients, operation: str, command: str) -> None:
    fault = failing(command, blockConnection=True, blockTimeMS=150)
    seen = clients.compare(OPERATIONS[operation][0], fault, socketTimeoutMS=50, **NO_RETRIES)
    # The native driver has no such limit: pymongo does it.
    assert seen[NATIVE][0].lanes.keys() == {"socketTimeoutMS"}


@pytest.mark.parametrize("operation", sorted(UNPREPARED))
def test_no_server(clients: Clients, operation: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = f"mongodb://127.0.0.1:{free.getsockname()[1]}"
        seen = clients.compare(OPERATIONS[operation][0], nothing, host=uri, serverSelectionTimeoutMS=60)
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("operation", ["save_new", "first", "count_of_some"])
def test_a_wrong_password(clients: Clients, user: str, operation: str) -> None:
    seen = clients.compare(OPERATIONS[operation][0], nothing, host=user, heartbeatFrequencyMS=500)
    assert "18" in str(seen[STOCK][0].error)
    assert seen[NATIVE][0].lanes.keys() == {"authentication failed"}


@pytest.fixture(scope="module")
def user(failing_server: Any, watcher: Watcher) -> Iterator[str]:
    """The URI of a user with a password that is not his."""
    watcher.database.command("createUser", "user", pwd="right", roles=["readWrite"])
    yield failing_server.uri.replace("mongodb://", "mongodb://user:wrong@").replace("/?", f"/{DATABASE}?")
    watcher.database.command("dropUser", "user")


@pytest.mark.parametrize("operation", ["save_new", "insert_many", "first"])
def test_no_connection_is_free(clients: Clients, operation: str) -> None:
    def prepared(scene: Any) -> Any:
        call = OPERATIONS[operation][0](scene)
        scene.Author.objects.first()
        return lambda: while_busy(scene, call)

    options = {"maxPoolSize": 1, "waitQueueTimeoutMS": 60}
    seen = clients.compare(prepared, failing("distinct", blockConnection=True, blockTimeMS=300), **options)
    assert seen[NATIVE][0].lanes.keys() == {"waitQueueTimeoutMS"}


def while_busy(scene: Any, call: Any) -> Any:
    """Call while another thread holds the only connection."""
    busy = threading.Thread(target=lambda: scene.Author.objects.distinct("name"))
    busy.start()
    pool = pool_of(scene.Author._get_collection().database.client)
    while not pool.active_sockets:
        time.sleep(0.005)
    try:
        return call()
    finally:
        busy.join()


def pool_of(client: Any) -> Any:
    """The only pool of a pymongo client."""
    (server,) = client._topology._servers.values()
    return server.pool
