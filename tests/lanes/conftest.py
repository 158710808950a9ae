"""Collections on a standalone server and on a replica set, and a check that the native lane was taken."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from mongoengine_fast import lanes

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
