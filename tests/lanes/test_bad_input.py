"""Arguments and values that cannot be: pymongo's exceptions on every lane, and nothing half-written."""

from __future__ import annotations

from typing import Any

import pytest
from lane_parity import compare

from mongoengine_fast import lanes


class Odd:
    """A value that no codec knows."""

    def __repr__(self) -> str:
        return "Odd()"


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"d": value}
    return value


ODD = Odd()
DEEP = nested(250)
DEEP_FOR_THE_SERVER = nested(150)
LONG = "x" * (17 * 1024 * 1024)
VALUES: list[Any] = [ODD, 1 << 70, "lone \ud800", {1: 2}, {"a\0b": 1}, DEEP, DEEP_FOR_THE_SERVER, LONG, {None: 1}]
IDS = ["odd", "big-int", "surrogate", "int-key", "nul-key", "deep", "deep-server", "long", "none-key"]


@pytest.mark.parametrize("value", VALUES, ids=IDS)
def test_values(collection: Any, value: Any) -> None:
    compare(
        collection,
        lambda c: c.insert_one({"_id": 9, "v": value}),
        lambda c: lanes.insert_one(c, {"_id": 9, "v": value}),
    )
    documents = [{"_id": 8}, {"_id": 9, "v": value}]
    compare(
        collection,
        lambda c: c.insert_many([dict(d) for d in documents]),
        lambda c: lanes.insert_many(c, [dict(d) for d in documents]),
    )
    change = {"$set": {"v": value}}
    compare(collection, lambda c: c.update_one({"_id": 1}, change), lambda c: lanes.update_one(c, {"_id": 1}, change))
    compare(collection, lambda c: c.find_one({"v": value}), lambda c: lanes.find_one(c, {"v": value}))
    compare(collection, lambda c: list(c.find({"v": value})), lambda c: list(lanes.find(c, {"v": value})))
    compare(collection, lambda c: c.delete_many({"v": value}), lambda c: lanes.delete_many(c, {"v": value}))


@pytest.mark.parametrize(
    "size", [16 * 1024 * 1024 - 64, 16 * 1024 * 1024 - 21, 16 * 1024 * 1024 - 20, 16 * 1024 * 1024]
)
def test_documents_about_the_limit(collection: Any, size: int) -> None:
    text = "x" * size
    ours = lanes_outcome(lambda: lanes.insert_one(collection, {"_id": 1, "v": text}))
    collection.delete_many({})
    theirs = lanes_outcome(lambda: collection.insert_one({"_id": 1, "v": text}))
    assert ours == theirs


def lanes_outcome(call: Any) -> Any:
    try:
        return call().inserted_id
    except Exception as error:
        return type(error), str(error)[:200]


@pytest.mark.parametrize(
    "arguments",
    [
        {"filter": 5},
        {"filter": [("a", 1)]},
        {"filter": {}, "projection": 5},
        {"filter": {}, "projection": [5]},
        {"filter": {}, "sort": "a"},
        {"filter": {}, "sort": [("a", 7)]},
        {"filter": {}, "sort": [(1, 1)]},
        {"filter": {}, "skip": "one"},
        {"filter": {}, "skip": -1},
        {"filter": {}, "limit": "one"},
        {"filter": {}, "limit": 1 << 40},
        {"filter": {}, "batch_size": -1},
        {"filter": {}, "hint": 5},
        {"filter": {}, "collation": "en"},
        {"filter": {}, "max_time_ms": "soon"},
        {"filter": {}, "allow_disk_use": 1},
        {"filter": {"query": 1}},
        {"filter": {"$query": {"a": 3}, "$orderby": {"_id": -1}}},
    ],
    ids=str,
)
def test_find_arguments(collection: Any, arguments: dict[str, Any]) -> None:
    compare(collection, lambda c: list(c.find(**arguments)), lambda c: list(lanes.find(c, **arguments)))


@pytest.mark.parametrize("documents", [[], {}, 5, [5], [{"_id": 9}, None]], ids=str)
def test_insert_many_arguments(collection: Any, documents: Any) -> None:
    compare(collection, lambda c: c.insert_many(documents), lambda c: lanes.insert_many(c, documents))


def test_insert_many_from_iterators(collection: Any) -> None:
    for numbers in ([], [9], [9, 1]):
        compare(
            collection,
            lambda c, n=numbers: c.insert_many({"_id": number} for number in n),
            lambda c, n=numbers: lanes.insert_many(c, ({"_id": number} for number in n)),
        )


@pytest.mark.parametrize("document", [5, None, "text", [1]], ids=str)
def test_insert_one_arguments(collection: Any, document: Any) -> None:
    compare(collection, lambda c: c.insert_one(document), lambda c: lanes.insert_one(c, document))


def test_update_arguments(collection: Any) -> None:
    for filter, update in [(5, {"$set": {}}), ({}, 5), ({}, []), ({}, "x"), (None, {"$set": {"a": 1}})]:
        compare(
            collection,
            lambda c, f=filter, u=update: c.update_one(f, u),
            lambda c, f=filter, u=update: lanes.update_one(c, f, u),
        )
    compare(
        collection,
        lambda c: c.update_one({}, {"$set": {"a": 1}}, upsert=1),
        lambda c: lanes.update_one(c, {}, {"$set": {"a": 1}}, upsert=1),  # type: ignore[arg-type]
    )
    compare(
        collection,
        lambda c: c.update_one({}, {"$set": {"a": 1}}, array_filters={"a": 1}),
        lambda c: lanes.update_one(c, {}, {"$set": {"a": 1}}, array_filters={"a": 1}),
    )


def test_count_and_distinct_arguments(collection: Any) -> None:
    compare(collection, lambda c: c.count_documents(5), lambda c: lanes.count_documents(c, 5))
    compare(collection, lambda c: c.count_documents({}, limit=0), lambda c: lanes.count_documents(c, {}, limit=0))
    compare(collection, lambda c: c.distinct(5), lambda c: lanes.distinct(c, 5))  # type: ignore[arg-type]
    compare(collection, lambda c: c.aggregate(5), lambda c: lanes.aggregate(c, 5))
    compare(collection, lambda c: list(c.aggregate([5])), lambda c: list(lanes.aggregate(c, [5])))
    compare(collection, lambda c: c.aggregate([], explain=True), lambda c: lanes.aggregate(c, [], explain=True))


def test_a_closed_client(mongodb: Any) -> None:
    client = mongodb.client()
    collection = client["lanes_closed"]["things"]
    lanes.find_one(collection)
    client.close()
    theirs = lanes_outcome(lambda: collection.insert_one({"_id": 1}))
    ours = lanes_outcome(lambda: lanes.insert_one(collection, {"_id": 1}))
    assert ours == theirs
    assert "InvalidOperation" in ours[0].__name__
