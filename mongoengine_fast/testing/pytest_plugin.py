"""pytest fixtures that give tests a real MongoDB.

Registered through pytest's entry point: installing the package is enough.

``mongodb``             session: a running standalone :class:`~mongoengine_fast.testing.Deployment`
``mongodb_uri``         session: its URI
``mongodb_replica_set`` session: a running one-member :class:`~mongoengine_fast.testing.ReplicaSet` (transactions)
``mongodb_database``    function: a `pymongo.database.Database` with a name of its own, dropped after the test

Servers start when the first test asks for them and stop at the end of the session.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from mongoengine_fast.testing.deployment import Deployment, start_mongod
from mongoengine_fast.testing.replica_set import ReplicaSet


@pytest.fixture(scope="session")
def mongodb() -> Iterator[Deployment]:
    """A running standalone server, shared by the session."""
    with start_mongod(journal=False) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def mongodb_uri(mongodb: Deployment) -> str:
    """The URI of the shared standalone server."""
    return mongodb.uri


@pytest.fixture(scope="session")
def mongodb_replica_set() -> Iterator[ReplicaSet]:
    """A running one-member replica set, shared by the session."""
    with ReplicaSet(members=1) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def _mongodb_client(mongodb: Deployment) -> Iterator[MongoClient[dict[str, Any]]]:
    with mongodb.client() as client:
        yield client


@pytest.fixture
def mongodb_database(_mongodb_client: MongoClient[dict[str, Any]]) -> Iterator[Database[dict[str, Any]]]:
    """An empty database on the shared standalone server, dropped after the test."""
    database = _mongodb_client[f"test_{uuid.uuid4().hex[:16]}"]
    yield database
    _mongodb_client.drop_database(database.name)
