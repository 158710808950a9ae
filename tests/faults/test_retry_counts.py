"""How often each call of a program sends its command while the server closes the connection at every attempt.

What MongoDB defines as retryable is sent twice, everything else once; on both packages alike.
`tests/native_client/test_retries.py` has the outcomes of single lane operations; here whole calls are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from mongoengine_fast import bulk
from mongoengine_fast.testing import ReplicaSet
from tests.faults.sides import PACKAGES, connected

pytestmark = pytest.mark.faults


@dataclass(frozen=True)
class Case:
    """A call, the command it fails with, and how often that is sent."""

    name: str
    command: str
    attempts: int
    call: Callable[[Any], Any]


def _changed(models: Any) -> Any:
    item = models.Item.objects.first()
    item.value += 1
    return item


def _items(models: Any) -> list[Any]:
    return [models.Item(key=key) for key in "xyz"]


# What has to be read first is read by the first function, before the server fails.
READS = [
    Case("first", "find", 2, lambda models: lambda: models.Item.objects.first()),
    Case("get", "find", 2, lambda models: lambda: models.Item.objects.get(key="a")),
    Case("list", "find", 2, lambda models: lambda: list(models.Item.objects)),
    Case("in_bulk", "find", 2, lambda models: lambda: models.Item.objects.in_bulk([1])),
    Case("reload", "find", 2, lambda models: models.Item.objects.first().reload),
    Case("count of some", "aggregate", 2, lambda models: models.Item.objects(key="a").count),
    Case("count of all", "count", 2, lambda models: models.Item.objects.count),
    Case("distinct", "distinct", 2, lambda models: lambda: models.Item.objects.distinct("key")),
    Case("sum", "aggregate", 2, lambda models: lambda: models.Item.objects.sum("value")),
    Case("aggregate", "aggregate", 2, lambda models: lambda: list(models.Item.objects.aggregate([]))),
    Case("aggregate out", "aggregate", 1, lambda models: lambda: models.Item.objects.aggregate([{"$out": "other"}])),
    Case(
        "aggregate merge", "aggregate", 1, lambda models: lambda: models.Item.objects.aggregate([{"$merge": "other"}])
    ),
    Case("further batches", "getMore", 1, lambda models: lambda: list(models.Item.objects.batch_size(2))),
]
WRITES = [
    Case("save new", "insert", 2, lambda models: models.Item(key="new").save),
    Case("save changed", "update", 2, lambda models: _changed(models).save),
    Case("save with a key", "findAndModify", 2, lambda models: models.Account(key="new").save),
    Case("insert one", "insert", 2, lambda models: lambda: models.Item.objects.insert(models.Item(key="new"))),
    Case("insert", "insert", 2, lambda models: lambda: models.Item.objects.insert(_items(models))),
    Case("update_one", "update", 2, lambda models: lambda: models.Item.objects.update_one(inc__value=1)),
    Case("update", "update", 1, lambda models: lambda: models.Item.objects.update(inc__value=1)),
    Case("upsert_one", "update", 2, lambda models: lambda: models.Item.objects(key="u").upsert_one(inc__value=1)),
    Case("modify", "findAndModify", 2, lambda models: lambda: models.Item.objects.modify(inc__value=1)),
    Case("delete", "delete", 1, lambda models: models.Item.objects(key="a").delete),
    Case("delete a document", "delete", 1, lambda models: models.Item.objects.first().delete),
]


def _write(models: Any, *operations: Any, **options: Any) -> Callable[[], Any]:
    return lambda: models.Item.objects.bulk_write(list(operations), **options)


_ONE: Any = ({"key": "a"},)
OURS_ONLY = [
    Case("bulk_save new", "insert", 2, lambda models: lambda: models.Item.objects.bulk_save(_items(models))),
    Case("bulk_save changed", "update", 2, lambda models: lambda: models.Item.objects.bulk_save([_changed(models)])),
    Case("bulk inserts", "insert", 2, lambda models: _write(models, *map(bulk.InsertOne, _items(models)))),
    Case("bulk update_one", "update", 2, lambda models: _write(models, bulk.UpdateOne(*_ONE, inc__value=1))),
    Case("bulk update_many", "update", 1, lambda models: _write(models, bulk.UpdateMany(*_ONE, inc__value=1))),
    Case(
        "one update_many among others",
        "update",
        1,
        lambda models: _write(
            models, bulk.UpdateOne(*_ONE, inc__value=1), bulk.UpdateMany(*_ONE, inc__value=1), ordered=False
        ),
    ),
    Case("bulk delete_one", "delete", 2, lambda models: _write(models, bulk.DeleteOne(*_ONE))),
    Case("bulk delete_many", "delete", 1, lambda models: _write(models, bulk.DeleteMany(*_ONE))),
]


@pytest.fixture(scope="module")
def obedient() -> Iterator[ReplicaSet]:
    """A replica set that obeys fail points."""
    with ReplicaSet(members=1, test_commands=True) as deployment:
        yield deployment


@pytest.fixture(scope="module", params=PACKAGES)
def models(request: pytest.FixtureRequest, obedient: ReplicaSet) -> Iterator[Any]:
    """Documents of one of the packages."""
    with connected(request.param, f"{obedient.uri}&heartbeatFrequencyMS=500") as found:
        found.Item.objects.insert([found.Item(key=key) for key in "abcdef"])
        found.Account(key="one").save()
        yield found


def attempts(obedient: ReplicaSet, case: Case, call: Callable[[], Any]) -> int:
    """Make a call that fails whenever it is tried; return how often it was."""
    with obedient.client() as client:
        fail = {"failCommands": [case.command], "closeConnection": True}
        client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data=fail)
        before = client.admin.command("configureFailPoint", "failCommand", mode="alwaysOn", data=fail)["count"]
        try:
            with pytest.raises(AutoReconnect):
                call()
        finally:
            after = client.admin.command("configureFailPoint", "failCommand", mode="off")["count"]
    return int(after - before)


@pytest.mark.parametrize("case", READS + WRITES, ids=lambda case: case.name)
def test_alike(obedient: ReplicaSet, models: Any, case: Case) -> None:
    call = case.call(models)
    # A change of topology that the case before has caused is over once this has an answer.
    models.Item.objects.first()
    assert attempts(obedient, case, call) == case.attempts


@pytest.mark.parametrize("case", OURS_ONLY, ids=lambda case: case.name)
def test_bulk(obedient: ReplicaSet, case: Case) -> None:
    with connected(PACKAGES[0], f"{obedient.uri}&heartbeatFrequencyMS=500") as models:
        models.Item(key="a").save()
        assert attempts(obedient, case, case.call(models)) == case.attempts
