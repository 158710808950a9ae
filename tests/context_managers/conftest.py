"""A replica set with stored accounts; the fixtures of the tests that compare with MongoEngine."""

import uuid

import pytest

import mongoengine_fast as me
from mongoengine_fast.testing import ReplicaSet
from tests.base.both_sides import both_sides, connected, fresh_registry  # noqa: F401


@pytest.fixture(scope="session")
def replica_set():
    """A replica set of its own, for its fail points."""
    with ReplicaSet(members=1, test_commands=True) as deployment:
        yield deployment


@pytest.fixture
def database(replica_set):
    """The default connection, to an empty database, whose pymongo database is the value."""
    name = f"transactions_{uuid.uuid4().hex[:12]}"
    client = me.connect(name, host=replica_set.uri, uuidRepresentation="standard")
    yield client[name]
    # A commit that was made to fail leaves its transaction open on the server.
    client.admin.command("killAllSessions", [])
    client.drop_database(name)
    me.disconnect_all()


@pytest.fixture
def account(database):
    """A document class with two stored documents, "a" and "b", of 100 each."""

    class Account(me.Document):
        name = me.StringField(unique=True)
        balance = me.IntField(default=100)
        friends = me.ListField(me.ReferenceField("self"))
        meta = {"collection": "account"}

    Account(name="a").save()
    Account(name="b").save()
    return Account
