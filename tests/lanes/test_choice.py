"""Which lane an operation takes, and what the report says about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.raw_bson import RawBSONDocument
from bson.son import SON
from pymongo import monitoring
from pymongo.write_concern import WriteConcern

import mongoengine_fast
from mongoengine_fast import lanes
from tests.base.both_sides import fresh_classes


@pytest.fixture
def things(mongodb_uri: str) -> Iterator[Any]:
    client: Any = pymongo.MongoClient(mongodb_uri)
    collection = client["lanes_choice"]["things"]
    collection.insert_many([{"_id": number} for number in range(5)])
    lanes.reset()
    yield collection
    client.drop_database("lanes_choice")
    lanes.release(client)
    client.close()


def only_lane() -> tuple[str, list[str]]:
    report = lanes.report()
    used = [lane for lane, number in report["lanes"].items() if number]
    assert len(used) == 1
    return used[0], list(report["reasons"])


def test_native_is_the_default(things: Any) -> None:
    assert lanes.find(things).next_batch(10) == [{"_id": number} for number in range(5)]
    assert only_lane() == ("native", [])
    assert lanes() == lanes.report()
    assert lanes.report()["native_share"] == 1.0
    assert lanes.report()["operations"] == {"find": {"native": 1}}


def test_a_listener(mongodb_uri: str) -> None:
    class Listener(monitoring.CommandListener):
        def __init__(self) -> None:
            self.names: list[str] = []

        def started(self, event: Any) -> None:
            self.names.append(event.command_name)

        def succeeded(self, event: Any) -> None:
            pass

        def failed(self, event: Any) -> None:
            pass

    listener = Listener()
    with pymongo.MongoClient(mongodb_uri, event_listeners=[listener]) as client:
        lanes.reset()
        lanes.find_one(client.lanes_choice.things)
        assert only_lane() == ("pymongo", ["command or pool listeners"])
        assert listener.names == ["find"]


def test_a_session(things: Any) -> None:
    with things.database.client.start_session() as session:
        assert lanes.find(things, sort=[("_id", 1)], session=session).next_batch(2) == [{"_id": 0}, {"_id": 1}]
        assert lanes.count_documents(things, {}, session=session) == 5
        lanes.insert_one(things, {"_id": 9}, session=session)
    assert only_lane() == ("pymongo", ["a pymongo session is active"])


def test_a_bound_session(things: Any) -> None:
    with things.database.client.start_session() as session:
        if not hasattr(session, "bind"):
            pytest.skip("this pymongo has no bound sessions")
        with session.bind():
            lanes.find_one(things)
    assert only_lane() == ("pymongo", ["a pymongo session is active"])


def test_a_timeout_block(things: Any) -> None:
    with pymongo.timeout(5):
        lanes.find_one(things)
    assert only_lane() == ("pymongo", ["pymongo.timeout() is active"])


def test_unacknowledged_writes(things: Any) -> None:
    quiet = things.with_options(write_concern=WriteConcern(w=0))
    result = lanes.insert_one(quiet, {"_id": 10})
    assert not result.acknowledged
    assert only_lane() == ("pymongo", ["unacknowledged writes"])


def test_codec_options(things: Any) -> None:
    class Marked:
        pass

    class MarkedCodec(TypeCodec):
        python_type = Marked
        bson_type = int

        def transform_python(self, value: Any) -> Any:
            return 1

        def transform_bson(self, value: Any) -> Any:
            return value

    registry = things.with_options(codec_options=CodecOptions(type_registry=TypeRegistry([MarkedCodec()])))
    lanes.find_one(registry)
    assert only_lane() == ("pymongo", ["a type registry"])
    lanes.reset()
    raw = things.with_options(codec_options=CodecOptions(document_class=RawBSONDocument))
    assert isinstance(lanes.find_one(raw), RawBSONDocument)
    assert only_lane() == ("pymongo", ["a document class of its own"])
    lanes.reset()
    ordered: Any = things.with_options(codec_options=CodecOptions(document_class=SON))
    assert isinstance(lanes.find_one(ordered), SON)
    assert only_lane() == ("native", [])


def test_codec_options_of_results(things: Any) -> None:
    import datetime

    moment = datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc)
    lanes.insert_one(things, {"_id": "t", "at": moment})
    aware = things.with_options(codec_options=CodecOptions(tz_aware=True))
    assert lanes.find_one(aware, {"_id": "t"})["at"] == moment
    assert lanes.find_one(things, {"_id": "t"})["at"] == moment.replace(tzinfo=None)
    assert lanes.distinct(aware, "at") == [moment]


def test_forced(things: Any) -> None:
    with lanes.force("pymongo"):
        assert lanes.find(things).next_batch(9) == [{"_id": number} for number in range(5)]
        assert lanes.find_one(things, {"_id": 2}) == {"_id": 2}
    assert only_lane() == ("pymongo", ["forced"])
    lanes.find_one(things)
    assert lanes.report()["lanes"]["native"] == 1
    with pytest.raises(ValueError, match="unknown lane"), lanes.force("fast"):
        pass


def test_unusual_arguments_count_once(things: Any) -> None:
    assert lanes.find_one(things, RawBSONDocument(b"\x05\x00\x00\x00\x00")) == {"_id": 0}
    assert only_lane() == ("pymongo", ["an unusual mapping"])


def test_a_released_client(things: Any) -> None:
    lanes.find_one(things)
    lanes.release(things.database.client)
    assert lanes.find_one(things, {"_id": 3}) == {"_id": 3}
    assert lanes.report()["reasons"] == {"the client is closed": 1}


def test_mongomock() -> None:
    mongomock = pytest.importorskip("mongomock")
    lanes.reset()
    collection = mongomock.MongoClient().db.things
    lanes.insert_many(collection, [{"_id": 1, "a": 1}, {"_id": 2, "a": 2}])
    lanes.update_one(collection, {"_id": 1}, {"$set": {"a": 5}})
    assert lanes.find(collection, {"a": {"$gt": 1}}, sort=[("_id", 1)]).next_batch(5) == [
        {"_id": 1, "a": 5},
        {"_id": 2, "a": 2},
    ]
    assert lanes.count_documents(collection, {}) == 2
    assert sorted(lanes.distinct(collection, "a")) == [2, 5]
    assert lanes.find_one_and_delete(collection, {"_id": 1}) == {"_id": 1, "a": 5}
    assert list(lanes.aggregate(collection, [{"$match": {}}])) == [{"_id": 2, "a": 2}]
    assert only_lane() == ("python", ["not a pymongo collection"])


class Loader:
    """Stands in for a document loader on the lanes that hand over mappings."""

    def from_dict(self, row: Any) -> Any:
        if row["_id"] == 2:
            raise ValueError("row 2")
        return row["_id"]


def test_a_row_that_cannot_be_loaded() -> None:
    """The rows before it come first, then its error, then those after it."""
    mongomock = pytest.importorskip("mongomock")
    collection = mongomock.MongoClient().db.things
    collection.insert_many([{"_id": number} for number in range(5)])
    cursor = lanes.find(collection, loader=Loader())
    assert cursor.next_batch(10) == [0, 1]
    with pytest.raises(ValueError, match="row 2"):
        cursor.next_batch(10)
    assert cursor.next_batch(10) == [3, 4]
    assert cursor.next_batch(10) == []


def test_finds_of_a_queryset_on_mongomock_are_counted() -> None:
    mongomock = pytest.importorskip("mongomock")
    with fresh_classes("mongoengine_fast"):

        class Thing(mongoengine_fast.Document):
            name = mongoengine_fast.StringField()

    collection = mongomock.MongoClient().db.things
    collection.insert_many([{"name": "a"}, {"name": "b"}])
    lanes.reset()
    assert [thing.name for thing in mongoengine_fast.QuerySet(Thing, collection).order_by("name")] == ["a", "b"]
    assert mongoengine_fast.QuerySet(Thing, collection).first().name == "a"
    assert lanes.report()["operations"] == {"find": {"python": 2}}
