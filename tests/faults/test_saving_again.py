"""After a save of which nobody knows whether it was done, calling save() again does the right thing."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pymongo
import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect, ServerSelectionTimeoutError

from mongoengine_fast import lanes
from mongoengine_fast.errors import BulkWriteError, NotUniqueError, OperationError
from mongoengine_fast.testing import ReplicaSet
from tests.faults.proxy import REPLIES, REQUESTS, Proxy
from tests.faults.scene import OURS, STOCK, recover
from tests.faults.sides import connected

pytestmark = pytest.mark.faults
UNMET = {"w": 9, "wtimeout": 1}
LANES: list[Any] = [None, "pymongo"]


@pytest.fixture(scope="module")
def proxy(replica_set: ReplicaSet) -> Iterator[Proxy]:
    """The way to the primary."""
    recover(replica_set)
    with Proxy(replica_set.wait_for_primary().port) as found:
        yield found


@pytest.fixture(params=LANES, ids=["native", "pymongo"])
def models(request: pytest.FixtureRequest, proxy: Proxy) -> Iterator[Any]:
    """Documents behind the proxy, without retries, on one of the lanes."""
    with lanes.force(request.param), _behind(proxy, OURS) as found:
        yield found


def _behind(proxy: Proxy, package: str) -> Any:
    return connected(package, f"{proxy.uri}&retryWrites=false&heartbeatFrequencyMS=500&connectTimeoutMS=2000")


def values(models: Any) -> list[tuple[str, int]]:
    """What is stored."""
    return sorted((item["key"], item["value"]) for item in models.Item._get_collection().find())


@pytest.mark.parametrize("direction", [REPLIES, REQUESTS])
def test_a_new_document(models: Any, proxy: Proxy, direction: str) -> None:
    item = models.Item(key="a", value=1)
    proxy.truncate(direction, 1, only="insert")
    with pytest.raises(AutoReconnect):
        item.save()
    sent = item.pk
    assert isinstance(sent, ObjectId) and item._created
    item.value = 2
    item.save()
    assert values(models) == [("a", 2)]
    assert item.pk == sent and not item._created and item._get_changed_fields() == []


def test_a_new_document_with_a_key(models: Any, proxy: Proxy) -> None:
    item = models.Item(id=ObjectId(), key="a", value=1)
    # A document is made with a key: it may exist, and is replaced if it does.
    item._created = True
    proxy.truncate(REPLIES, 1, only="insert")
    with pytest.raises(AutoReconnect):
        item.save()
    assert item._created
    item.save()
    assert values(models) == [("a", 1)]


def test_a_changed_document(models: Any, proxy: Proxy) -> None:
    item = models.Item(key="a").save()
    item.value = 1
    for direction in (REPLIES, REQUESTS):
        proxy.truncate(direction, 1, only="update")
        with pytest.raises(AutoReconnect):
            item.save()
        assert item._get_changed_fields() == ["value"] and not item._created
    item.key = "b"
    item.save()
    assert values(models) == [("b", 1)] and item._get_changed_fields() == []


def test_a_write_concern_that_is_not_met(models: Any) -> None:
    item = models.Item(key="a")
    with pytest.raises(OperationError):
        item.save(write_concern=UNMET)
    assert item.pk is not None and item._created
    item.save()
    item.value = 3
    with pytest.raises(OperationError):
        item.save(write_concern=UNMET)
    assert item._get_changed_fields() == ["value"]
    item.save()
    assert values(models) == [("a", 3)]


def test_a_class_with_a_step_of_its_own(models: Any, proxy: Proxy) -> None:
    engine = models.engine

    class Own(engine.Document):  # type: ignore[name-defined, misc]
        meta = {"collection": models.Item._get_collection_name(), "db_alias": models.alias}
        key = engine.StringField()
        value = engine.IntField(default=0)

        def to_mongo(self, *arguments: Any, **options: Any) -> Any:
            return super().to_mongo(*arguments, **options)

    item = Own(key="a")
    proxy.truncate(REPLIES, 1, only="insert")
    with pytest.raises(AutoReconnect):
        item.save()
    item.save()
    assert values(models) == [("a", 0)]


def test_bulk_saves(models: Any, proxy: Proxy) -> None:
    items = [models.Item(key=key) for key in "abc"]
    proxy.truncate(REPLIES, 1, only="insert")
    with pytest.raises(AutoReconnect):
        models.Item.objects.bulk_save(items)
    assert all(item.pk is not None and item._created for item in items)
    models.Item.objects.bulk_save(items)
    assert values(models) == [("a", 0), ("b", 0), ("c", 0)]
    for item in items:
        item.value = 1
    proxy.truncate(REPLIES, 1, only="update")
    with pytest.raises(AutoReconnect):
        models.Item.objects.bulk_save(items)
    assert [item._get_changed_fields() for item in items] == [["value"]] * 3
    assert models.Item.objects.bulk_save(items).updated == 3
    assert values(models) == [("a", 1), ("b", 1), ("c", 1)]


def test_bulk_saves_whose_write_concern_is_not_met(models: Any) -> None:
    items = [models.Item(key=key) for key in "abc"]
    for value, changed in ((0, None), (1, ["value"])):
        for item in items:
            item.value = value
        with pytest.raises(BulkWriteError):
            models.Item.objects.bulk_save(items, write_concern=UNMET)
        # What too few members have may be rolled back: it does not count as saved.
        assert changed is None or [item._get_changed_fields() for item in items] == [changed] * 3
        result = models.Item.objects.bulk_save(items)
        assert result.unchanged == 0
        assert values(models) == [("a", value), ("b", value), ("c", value)]


def test_a_refused_document_has_no_key(models: Any) -> None:
    """As in MongoEngine: the server has said that it is not there."""
    models.Item._get_collection().create_index("value", unique=True)
    models.Item(key="a").save()
    item = models.Item(key="b")
    with pytest.raises(NotUniqueError):
        item.save()
    assert item.pk is None and item._created
    with pytest.raises(BulkWriteError):
        models.Item.objects.bulk_save([item])
    assert item.pk is None and item._created


def test_a_document_that_was_not_sent_has_no_key() -> None:
    unreachable = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=300"
    client: Any = pymongo.MongoClient(unreachable)
    with client:
        document = SimpleNamespace(to_mongo=lambda: {"a": 1})
        with pytest.raises(ServerSelectionTimeoutError) as raised:
            lanes.insert_one(client.db.things, document)
        assert lanes.sent_key(raised.value) is None
        lanes.release(client)


def test_mongoengine_stores_it_twice(proxy: Proxy) -> None:
    with _behind(proxy, STOCK) as models:
        item = models.Item(key="a")
        proxy.truncate(REPLIES, 1, only="insert")
        with pytest.raises(AutoReconnect):
            item.save()
        assert item.pk is None
        item.save()
        assert values(models) == [("a", 0), ("a", 0)]
