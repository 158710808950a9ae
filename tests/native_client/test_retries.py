"""Retryable reads and writes, by fail points of the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, NotPrimaryError

from mongoengine_fast import lanes
from mongoengine_fast.testing import ReplicaSet


@pytest.fixture(scope="module")
def replica_set() -> Iterator[Any]:
    """A replica set that obeys fail points."""
    with ReplicaSet(members=1, test_commands=True) as deployment:
        yield deployment


@pytest.fixture
def things(replica_set: Any) -> Iterator[Any]:
    client = replica_set.client(heartbeatFrequencyMS=500)
    collection = client.lanes_retry.things
    collection.drop()
    collection.insert_many([{"_id": number} for number in range(5)])
    lanes.find_one(collection)
    lanes.insert_one(collection, {"_id": "warm"})
    yield collection
    client.drop_database("lanes_retry")
    lanes.release(client)
    client.close()


@contextmanager
def failing(client: Any, commands: list[str], times: int, **data: Any) -> Iterator[None]:
    client.admin.command(
        "configureFailPoint", "failCommand", mode={"times": times}, data={"failCommands": commands, **data}
    )
    try:
        yield
    finally:
        client.admin.command("configureFailPoint", "failCommand", mode="off")


READS: Any = [
    ("find", lambda c: lanes.find(c).next_batch(1)),
    ("find", lambda c: lanes.find_one(c)),
    ("aggregate", lambda c: list(lanes.aggregate(c, []))),
    ("aggregate", lambda c: lanes.count_documents(c, {})),
    ("count", lambda c: lanes.estimated_document_count(c)),
    ("distinct", lambda c: lanes.distinct(c, "_id")),
]
WRITES: Any = [
    ("insert", lambda c: lanes.insert_one(c, {"_id": "new"})),
    ("insert", lambda c: lanes.insert_many(c, [{"_id": "new"}])),
    ("update", lambda c: lanes.update_one(c, {"_id": 1}, {"$inc": {"n": 1}})),
    ("update", lambda c: lanes.replace_one(c, {"_id": 1}, {"n": 1})),
    ("delete", lambda c: lanes.delete_one(c, {"_id": 1})),
    ("findAndModify", lambda c: lanes.find_one_and_update(c, {"_id": 1}, {"$inc": {"n": 1}})),
]
NEVER: Any = [
    ("update", lambda c: lanes.update_many(c, {"_id": 1}, {"$inc": {"n": 1}})),
    ("delete", lambda c: lanes.delete_many(c, {"_id": 1})),
]


@pytest.mark.parametrize(("command", "operation"), READS + WRITES)
@pytest.mark.parametrize(
    "fault", [{"closeConnection": True}, {"errorCode": 91, "errorLabels": ["RetryableWriteError"]}], ids=str
)
def test_one_failure_is_not_seen(things: Any, command: str, operation: Any, fault: Any) -> None:
    with failing(things.database.client, [command], 1, **fault):
        operation(things)


@pytest.mark.parametrize(("command", "operation"), READS + WRITES)
def test_two_failures_are(things: Any, command: str, operation: Any) -> None:
    with failing(things.database.client, [command], 2, closeConnection=True), pytest.raises(AutoReconnect) as raised:
        operation(things)
    assert raised.value.has_error_label("RetryableWriteError") == (
        command not in ("find", "aggregate", "count", "distinct")
    )


@pytest.mark.parametrize(("command", "operation"), NEVER)
def test_never_sent_twice(things: Any, command: str, operation: Any) -> None:
    with failing(things.database.client, [command], 1, closeConnection=True), pytest.raises(AutoReconnect):
        operation(things)


def test_a_write_is_done_once(things: Any) -> None:
    """The server did the first attempt but its answer was lost: the second finds it done."""
    with failing(
        things.database.client,
        ["update"],
        1,
        writeConcernError={"code": 91, "errmsg": "gone", "errorLabels": ["RetryableWriteError"]},
    ):
        lanes.update_one(things, {"_id": 1}, {"$inc": {"n": 1}})
    assert things.find_one({"_id": 1}) == {"_id": 1, "n": 1}


def test_not_primary(things: Any) -> None:
    with failing(things.database.client, ["update"], 5, errorCode=10107), pytest.raises(NotPrimaryError) as raised:
        lanes.update_many(things, {}, {"$set": {"a": 1}})
    assert raised.value.details["code"] == 10107  # type: ignore[call-overload]


def test_retries_can_be_switched_off(replica_set: Any, things: Any) -> None:
    with replica_set.client(retryReads=False, retryWrites=False, heartbeatFrequencyMS=500) as client:
        plain = client.lanes_retry.things
        lanes.find_one(plain)
        for command, operation in READS + WRITES:
            with failing(things.database.client, [command], 1, closeConnection=True), pytest.raises(AutoReconnect):
                operation(plain)
        lanes.release(client)


def test_a_step_down() -> None:
    """The application goes on with the new primary."""
    with ReplicaSet(members=3) as deployment:
        client = deployment.client(heartbeatFrequencyMS=500)
        things = client.db.things
        lanes.insert_one(things, {"_id": 1})
        deployment.step_down(seconds=20)
        for number in range(2, 12):
            lanes.insert_one(things, {"_id": number})
            assert lanes.find_one(things, {"_id": number}) == {"_id": number}
        assert lanes.report()["native_share"] > 0
        lanes.release(client)
        client.close()
