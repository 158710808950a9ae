"""Reading operations of the native lane against pymongo: results, exceptions and commands."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest
from bson.son import SON
from lane_parity import compare
from pymongo.collation import Collation
from pymongo.errors import ExecutionTimeout

from mongoengine_fast import lanes
from mongoengine_fast.lanes.driver import warns_of_no_cursor_timeout

FINDS: list[dict[str, Any]] = [
    {},
    {"filter": {}},
    {"filter": {"a": 3}},
    {"filter": {"a": {"$gte": 2}}, "sort": [("a", -1), ("_id", 1)]},
    {"filter": {"$or": [{"a": 1}, {"s": "Beta"}]}, "projection": {"s": 1, "_id": 0}},
    {"projection": ["a", "s"]},
    {"sort": [("_id", -1)], "skip": 1, "limit": 2},
    {"limit": 2},
    {"limit": -2},
    {"limit": 3, "batch_size": 2},
    {"limit": 2, "batch_size": 2},
    {"batch_size": 1},
    {"batch_size": 3},
    {"filter": {"s": "ALPHA"}, "collation": {"locale": "en", "strength": 2}},
    {"filter": {"s": "ALPHA"}, "collation": Collation("en", strength=2)},
    {"hint": "_id_"},
    {"hint": [("_id", 1)]},
    {"hint": {"_id": 1}},
    {"hint": [("nothing", 1)]},
    {"hint": "nothing"},
    {"comment": "who asks"},
    {"comment": {"who": "asks"}, "batch_size": 2},
    {"max_time_ms": 5000},
    {"allow_disk_use": True},
    {"allow_disk_use": False},
    {"filter": SON([("a", 3), ("s", "alpha")])},
    {"filter": {"a": {"$bad": 1}}},
    {"filter": {"$where": "this.a == 2"}},
    {"filter": {"a": {"$in": [1, 2]}}, "projection": {"tags": {"$slice": 1}}},
    {"filter": {"s": {"$regex": "^al"}}},
]


@pytest.mark.parametrize("arguments", FINDS, ids=str)
def test_find(native: Any, arguments: dict[str, Any]) -> None:
    compare(native, lambda c: list(c.find(**arguments)), lambda c: list(lanes.find(c, **arguments)))


@pytest.mark.parametrize("arguments", FINDS, ids=str)
def test_find_one(native: Any, arguments: dict[str, Any]) -> None:
    arguments = {name: value for name, value in arguments.items() if name not in ("limit", "batch_size")}
    arguments.setdefault("sort", [("_id", 1)])
    compare(native, lambda c: c.find_one(**arguments), lambda c: lanes.find_one(c, **arguments))


def test_no_cursor_timeout_warns_where_pymongo_does(collection: Any) -> None:
    lanes.reset()
    compare(
        collection,
        lambda c: list(c.find(no_cursor_timeout=True)),
        lambda c: list(lanes.find(c, no_cursor_timeout=True)),
    )
    compare(
        collection,
        lambda c: c.find_one(sort=[("_id", 1)], no_cursor_timeout=True),
        lambda c: lanes.find_one(c, sort=[("_id", 1)], no_cursor_timeout=True),
    )
    lane = "pymongo" if warns_of_no_cursor_timeout else "native"
    assert {name: count for name, count in lanes.report()["lanes"].items() if count} == {lane: 2}


def test_find_by_where(native: Any) -> None:
    code = "this.a > 1"
    compare(
        native,
        lambda c: list(c.find({"s": "alpha"}).where(code)),
        lambda c: list(lanes.find(c, {"s": "alpha"}, where=code)),
    )


def test_server_error_in_a_later_batch(native: Any) -> None:
    """The items before the failing batch are not lost."""
    arguments: dict[str, Any] = {
        "filter": {"$expr": {"$gt": [{"$divide": [6, {"$subtract": [3, "$a"]}]}, 0]}},
        "batch_size": 2,
    }

    def read(cursor: Any) -> Any:
        rows = [next(cursor), next(cursor)]
        with pytest.raises(Exception) as raised:
            next(cursor)
        return rows, type(raised.value), raised.value.code  # type: ignore[attr-defined]

    compare(native, lambda c: read(c.find(**arguments)), lambda c: read(lanes.find(c, **arguments)))


@pytest.mark.parametrize("filter", [{}, {"a": 3}, {"a": 99}, {"a": {"$bad": 1}}], ids=str)
@pytest.mark.parametrize(
    "options",
    [{}, {"limit": 1}, {"skip": 1}, {"hint": "_id_"}, {"hint": [("_id", 1)]}, {"comment": "c"}, {"maxTimeMS": 1000}],
    ids=str,
)
def test_count_documents(native: Any, filter: Any, options: dict[str, Any]) -> None:
    compare(
        native, lambda c: c.count_documents(filter, **options), lambda c: lanes.count_documents(c, filter, **options)
    )


def test_count_documents_by_collation(native: Any) -> None:
    options = {"collation": {"locale": "en", "strength": 2}}
    seen = compare(
        native,
        lambda c: c.count_documents({"s": "BETA"}, **options),
        lambda c: lanes.count_documents(c, {"s": "BETA"}, **options),
    )
    assert seen.value == 1


def test_estimated_document_count(native: Any) -> None:
    compare(native, lambda c: c.estimated_document_count(), lambda c: lanes.estimated_document_count(c))
    compare(
        native,
        lambda c: c.estimated_document_count(maxTimeMS=9),
        lambda c: lanes.estimated_document_count(c, maxTimeMS=9),
    )


@pytest.mark.parametrize("key", ["a", "tags", "in.b", "in", "nothing"])
@pytest.mark.parametrize("filter", [None, {}, {"a": {"$gt": 1}}], ids=str)
def test_distinct(native: Any, key: str, filter: Any) -> None:
    compare(native, lambda c: c.distinct(key, filter), lambda c: lanes.distinct(c, key, filter))


def test_distinct_with_options(native: Any) -> None:
    options: dict[str, Any] = {"collation": {"locale": "en", "strength": 2}, "comment": "c", "maxTimeMS": 500}
    compare(native, lambda c: c.distinct("s", **options), lambda c: lanes.distinct(c, "s", **options))


PIPELINES: list[Any] = [
    [],
    [{"$match": {"a": 3}}],
    [{"$group": {"_id": "$a", "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}],
    [{"$unwind": "$tags"}, {"$project": {"tags": 1}}],
    [{"$bad": 1}],
    [{"$project": {"x": {"$divide": [1, 0]}}}],
]


@pytest.mark.parametrize("pipeline", PIPELINES, ids=str)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"cursor": {}},
        {"batchSize": 1},
        {"allowDiskUse": True},
        {"comment": "c"},
        {"maxTimeMS": 900},
        {"hint": "_id_"},
        {"let": {"v": 1}},
        {"collation": {"locale": "en"}},
    ],
    ids=str,
)
def test_aggregate(native: Any, pipeline: Any, options: dict[str, Any]) -> None:
    compare(
        native,
        lambda c: list(c.aggregate(pipeline, **dict(options))),
        lambda c: list(lanes.aggregate(c, pipeline, **dict(options))),
    )


def test_aggregate_that_writes_goes_through_pymongo(collection: Any) -> None:
    lanes.reset()
    pipeline = [{"$match": {"a": 3}}, {"$out": "elsewhere"}]
    compare(collection, lambda c: list(c.aggregate(pipeline)), lambda c: list(lanes.aggregate(c, pipeline)))
    assert lanes.report()["reasons"] == {"a pipeline that writes": 1}


def test_max_time_expires(native: Any) -> None:
    native.insert_one({"_id": 1})
    with pytest.raises(ExecutionTimeout, match=r"operation exceeded time limit") as raised:
        lanes.find(native, {"$where": "sleep(300) || true"}, max_time_ms=50).next_batch(5)
    assert raised.value.code == 50
    if pymongo.version_tuple >= (4, 15):
        assert "(configured timeouts: connectTimeoutMS: 20000.0ms)" in str(raised.value)
    assert raised.value.details is not None
    assert raised.value.details["codeName"] == "MaxTimeMSExpired"


def test_rewind_and_batches(native: Any) -> None:
    native.insert_many([{"_id": number} for number in range(250)])
    cursor = lanes.find(native, sort=[("_id", 1)])
    sizes = []
    while batch := cursor.next_batch(100):
        sizes.append(len(batch))
    assert sizes == [100, 100, 50]
    assert not cursor.alive
    assert next(cursor.rewind()) == {"_id": 0}
    assert cursor.lane == "native"
    cursor.close()
    assert list(cursor) == []


def test_an_early_end_kills_the_cursor_of_the_server(native: Any) -> None:
    native.insert_many([{"_id": number} for number in range(50)])
    admin = native.database.client.admin
    before = admin.command("serverStatus")["metrics"]["cursor"]["open"]["total"]
    cursor = lanes.find(native, batch_size=5)
    assert len(cursor.next_batch(3)) == 3
    assert admin.command("serverStatus")["metrics"]["cursor"]["open"]["total"] == before + 1
    cursor.close()
    assert admin.command("serverStatus")["metrics"]["cursor"]["open"]["total"] == before


def test_a_killed_cursor(native: Any) -> None:
    seed = [{"_id": number} for number in range(20)]

    def kill(collection: Any, cursor: Any, next_row: Any) -> Any:
        next_row(cursor)
        running = list(
            collection.database.client.admin.aggregate(
                [{"$currentOp": {"idleCursors": True}}, {"$match": {"type": "idleCursor", "ns": collection.full_name}}]
            )
        )
        ids = [entry["cursor"]["cursorId"] for entry in running]
        collection.database.command("killCursors", collection.name, cursors=ids)
        with pytest.raises(Exception) as raised:  # noqa: PT012 - which read fails depends on batches
            for _ in range(10):
                next_row(cursor)
        return type(raised.value), raised.value.code  # type: ignore[attr-defined]

    compare(
        native,
        lambda c: kill(c, c.find(batch_size=2), next),
        lambda c: kill(c, lanes.find(c, batch_size=2), next),
        seed,
    )


def test_read_concern_and_preference(client: Any, native: Any) -> None:
    from pymongo import ReadPreference
    from pymongo.read_concern import ReadConcern

    for read_concern in ("local", "majority", "available"):
        other = native.with_options(
            read_concern=ReadConcern(read_concern), read_preference=ReadPreference.SECONDARY_PREFERRED
        )
        compare(native, lambda _, c=other: list(c.find()), lambda _, c=other: list(lanes.find(c)))
        compare(native, lambda _, c=other: c.distinct("a"), lambda _, c=other: lanes.distinct(c, "a"))
