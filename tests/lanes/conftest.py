"""Collections on a standalone server and on a replica set, and a check that the native lane was taken."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from error_sides import DATABASE, Package, Side, Watcher, connected_sides

from mongoengine_fast import lanes
from mongoengine_fast.testing import ReplicaSet

pytest.register_assert_rewrite("lane_parity")


@pytest.fixture(params=["mongodb", "mongodb_replica_set"])
def client(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A client of a standalone server, then one of a replica set."""
    with request.getfixturevalue(request.param).client() as client:
        yield client
        lanes.release(client)


@pytest.fixture
def collection(client: Any) -> Iterator[Any]:
    """An empty collection in a database of its own."""
    database = client[f"lanes_{uuid.uuid4().hex[:12]}"]
    yield database["things"]
    client.drop_database(database.name)


@pytest.fixture
def native(collection: Any) -> Iterator[Any]:
    """The collection again; afterwards every operation must have been native."""
    lanes.reset()
    yield collection
    report = lanes.report()
    assert report["reasons"] == {}
    assert report["lanes"]["native"] > 0


@pytest.fixture(scope="session")
def failing_server() -> Iterator[Any]:
    """A replica set that obeys fail points."""
    with ReplicaSet(members=1, test_commands=True) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def watcher(failing_server: Any) -> Iterator[Watcher]:
    """What seeds, makes the server fail, and looks at what is stored."""
    with failing_server.client() as client:
        yield Watcher(client)
        client.drop_database(DATABASE)


@pytest.fixture(scope="session")
def packages() -> list[Package]:
    """MongoEngine and ours."""
    return [Package("mongoengine"), Package("mongoengine_fast")]


@pytest.fixture(scope="module")
def sides(failing_server: Any, packages: list[Package]) -> Iterator[list[Side]]:
    """MongoEngine, and both lanes of ours."""
    with connected_sides(packages, failing_server.uri, uuidRepresentation="standard") as sides:
        yield sides


@pytest.fixture
def our_sides(sides: list[Side]) -> list[Side]:
    """Both lanes of ours."""
    return sides[1:]
