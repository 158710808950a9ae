"""Writing operations of the native lane against pymongo: results, exceptions, stored documents and commands."""

from __future__ import annotations

from typing import Any

import pytest
from lane_parity import compare
from pymongo import ReturnDocument
from pymongo.write_concern import WriteConcern

from mongoengine_fast import lanes


@pytest.mark.parametrize("document", [{"_id": 9, "v": 1}, {"v": 1, "_id": 9}, {"_id": 1}, {"_id": {"a": 1}}], ids=str)
def test_insert_one(native: Any, document: Any) -> None:
    compare(native, lambda c: c.insert_one(dict(document)), lambda c: lanes.insert_one(c, dict(document)))


def test_insert_one_adds_an_id_to_the_callers_dict(native: Any) -> None:
    document: dict[str, Any] = {"v": 1}
    result = lanes.insert_one(native, document)
    assert document["_id"] == result.inserted_id
    assert native.find_one() == document
    assert list(native.find_one()) == ["_id", "v"]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(
    "documents",
    [
        [{"_id": 8}, {"_id": 9}],
        [{"_id": 8}, {"_id": 1}, {"_id": 9}, {"_id": 2}],
        [{"_id": 1}],
    ],
    ids=str,
)
def test_insert_many(native: Any, documents: Any, ordered: bool) -> None:
    def copies() -> Any:
        return [dict(document) for document in documents]

    compare(
        native,
        lambda c: c.insert_many(copies(), ordered=ordered),
        lambda c: lanes.insert_many(c, copies(), ordered=ordered),
    )


def test_insert_many_in_several_commands(native: Any) -> None:
    """Over 16 MiB: split, and an ordered insert stops after the failing command."""
    text = "x" * 1_000_000
    documents = [{"_id": number, "t": text} for number in range(40)]
    assert len(lanes.insert_many(native, documents).inserted_ids) == 40
    assert native.count_documents({}) == 40
    native.delete_many({"_id": {"$ne": 20}})
    with pytest.raises(Exception) as raised:
        lanes.insert_many(native, [{"_id": number, "t": text} for number in range(40)])
    error: Any = raised.value
    assert type(error).__name__ == "BulkWriteError"
    assert error.details["nInserted"] == 20
    assert error.details["writeErrors"][0]["index"] == 20
    assert error.details["writeErrors"][0]["op"]["_id"] == 20


UPDATES: list[Any] = [
    ({"_id": 1}, {"$set": {"a": 7}}, {}),
    ({"_id": 1}, {"$set": {"a": 1}}, {}),
    ({"_id": 77}, {"$set": {"a": 1}}, {}),
    ({"_id": 77}, {"$set": {"a": 1}}, {"upsert": True}),
    ({"a": 3}, {"$inc": {"a": 1}}, {}),
    ({"_id": 2}, [{"$set": {"b": {"$add": ["$a", 1]}}}], {}),
    ({"_id": 1}, {"$set": {"tags.$[t]": "z"}}, {"array_filters": [{"t": "x"}]}),
    ({"s": "BETA"}, {"$set": {"a": 5}}, {"collation": {"locale": "en", "strength": 2}}),
    ({"a": 3}, {"$set": {"a": 5}}, {"hint": "_id_"}),
    ({"a": 3}, {"$set": {"a": 5}}, {"hint": [("nothing", 1)]}),
    ({"a": 3}, {"$set": {"a": 5}}, {"comment": "why"}),
    ({"a": 3}, {"$bad": {"a": 5}}, {}),
    ({"a": 3}, {"$set": {"_id": 5}}, {}),
    ({"a": 3}, {"plain": 1}, {}),
    ({"a": 3}, {}, {}),
]


@pytest.mark.parametrize(("filter", "update", "options"), UPDATES, ids=str)
@pytest.mark.parametrize("method", ["update_one", "update_many"])
def test_update(native: Any, method: str, filter: Any, update: Any, options: dict[str, Any]) -> None:
    compare(
        native,
        lambda c: getattr(c, method)(filter, update, **options),
        lambda c: getattr(lanes, method)(c, filter, update, **options),
    )


@pytest.mark.parametrize(
    ("filter", "replacement", "options"),
    [
        ({"_id": 1}, {"n": 1}, {}),
        ({"_id": 1}, {}, {}),
        ({"_id": 66}, {"n": 1}, {"upsert": True}),
        ({"_id": 66}, {"n": 1}, {}),
        ({"_id": 1}, {"$set": {"n": 1}}, {}),
        ({"_id": 1}, {"_id": 2}, {}),
        ({"_id": 1}, {"n": 1}, {"comment": "why", "hint": "_id_"}),
    ],
    ids=str,
)
def test_replace_one(native: Any, filter: Any, replacement: Any, options: dict[str, Any]) -> None:
    compare(
        native,
        lambda c: c.replace_one(filter, dict(replacement), **options),
        lambda c: lanes.replace_one(c, filter, dict(replacement), **options),
    )


@pytest.mark.parametrize("method", ["delete_one", "delete_many"])
@pytest.mark.parametrize(
    ("filter", "options"),
    [
        ({}, {}),
        ({"a": 3}, {}),
        ({"a": 99}, {}),
        ({"s": "ALPHA"}, {"collation": {"locale": "en", "strength": 2}}),
        ({"a": 3}, {"hint": {"_id": 1}, "comment": "why"}),
        ({"a": {"$bad": 1}}, {}),
    ],
    ids=str,
)
def test_delete(native: Any, method: str, filter: Any, options: dict[str, Any]) -> None:
    compare(
        native,
        lambda c: getattr(c, method)(filter, **options),
        lambda c: getattr(lanes, method)(c, filter, **options),
    )


MODIFICATIONS: list[Any] = [
    ({"_id": 1}, {"$set": {"a": 9}}, {}),
    ({"_id": 88}, {"$set": {"a": 9}}, {}),
    ({"_id": 88}, {"$set": {"a": 9}}, {"upsert": True}),
    ({"a": 3}, {"$inc": {"a": 1}}, {"sort": [("_id", -1)], "projection": {"a": 1}}),
    ({"a": 3}, {"$inc": {"a": 1}}, {"projection": ["a"], "hint": "_id_", "comment": "c"}),
    ({"s": "BETA"}, {"$inc": {"a": 1}}, {"collation": {"locale": "en", "strength": 2}}),
    ({"_id": 1}, {"$set": {"tags.$[t]": "z"}}, {"array_filters": [{"t": "x"}]}),
    ({"_id": 1}, {"$set": {"_id": 5}}, {}),
    ({"_id": 1}, {"$set": {"a": 1}}, {"maxTimeMS": 500}),
]


@pytest.mark.parametrize(("filter", "update", "options"), MODIFICATIONS, ids=str)
@pytest.mark.parametrize("after", [False, True])
def test_find_one_and_update(native: Any, filter: Any, update: Any, options: dict[str, Any], after: bool) -> None:
    when = ReturnDocument.AFTER if after else ReturnDocument.BEFORE
    compare(
        native,
        lambda c: c.find_one_and_update(filter, update, return_document=when, **options),
        lambda c: lanes.find_one_and_update(c, filter, update, return_after=after, **options),
    )


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("filter", [{"_id": 1}, {"_id": 88}], ids=str)
@pytest.mark.parametrize("upsert", [False, True])
def test_find_one_and_replace(native: Any, filter: Any, upsert: bool, after: bool) -> None:
    when = ReturnDocument.AFTER if after else ReturnDocument.BEFORE
    compare(
        native,
        lambda c: c.find_one_and_replace(filter, {"n": 1}, upsert=upsert, return_document=when),
        lambda c: lanes.find_one_and_replace(c, filter, {"n": 1}, upsert=upsert, return_after=after),
    )


@pytest.mark.parametrize("options", [{}, {"sort": [("_id", -1)]}, {"projection": {"s": 1}}], ids=str)
def test_find_one_and_delete(native: Any, options: dict[str, Any]) -> None:
    compare(
        native,
        lambda c: c.find_one_and_delete({"a": 3}, **options),
        lambda c: lanes.find_one_and_delete(c, {"a": 3}, **options),
    )


def test_duplicates_by_every_road(native: Any) -> None:
    native.create_index("s", unique=True)
    seed = [{"_id": 1, "s": "one"}, {"_id": 2, "s": "two"}]
    compare(
        native,
        lambda c: c.insert_one({"_id": 3, "s": "one"}),
        lambda c: lanes.insert_one(c, {"_id": 3, "s": "one"}),
        seed,
    )
    change = {"$set": {"s": "one"}}
    compare(native, lambda c: c.update_one({"_id": 2}, change), lambda c: lanes.update_one(c, {"_id": 2}, change), seed)
    compare(
        native,
        lambda c: c.replace_one({"_id": 2}, {"s": "one"}),
        lambda c: lanes.replace_one(c, {"_id": 2}, {"s": "one"}),
        seed,
    )
    compare(
        native,
        lambda c: c.find_one_and_update({"_id": 2}, change),
        lambda c: lanes.find_one_and_update(c, {"_id": 2}, change),
        seed,
    )


def test_collection_validators(native: Any) -> None:
    native.database.create_collection(native.name, validator={"$jsonSchema": {"required": ["s"]}})
    seed = [{"_id": 1, "s": "one"}]
    compare(native, lambda c: c.insert_one({"_id": 3}), lambda c: lanes.insert_one(c, {"_id": 3}), seed)
    compare(native, lambda c: c.insert_many([{"_id": 3}]), lambda c: lanes.insert_many(c, [{"_id": 3}]), seed)
    gone = {"$unset": {"s": 1}}
    compare(native, lambda c: c.update_one({"_id": 1}, gone), lambda c: lanes.update_one(c, {"_id": 1}, gone), seed)


@pytest.mark.parametrize(
    "concern",
    [{"w": 1}, {"w": "majority"}, {"w": 1, "j": False}, {"w": "majority", "wtimeout": 1000}, {"w": 5, "wtimeout": 10}],
    ids=str,
)
def test_write_concerns(native: Any, concern: dict[str, Any]) -> None:
    other = native.with_options(write_concern=WriteConcern(**concern))
    compare(native, lambda _: other.insert_one({"_id": 9}), lambda _: lanes.insert_one(other, {"_id": 9}))
    compare(native, lambda _: other.insert_many([{"_id": 9}]), lambda _: lanes.insert_many(other, [{"_id": 9}]))
    compare(native, lambda _: other.delete_many({"a": 3}), lambda _: lanes.delete_many(other, {"a": 3}))
    change = {"$set": {"a": 0}}
    compare(native, lambda _: other.update_one({"a": 3}, change), lambda _: lanes.update_one(other, {"a": 3}, change))
    compare(
        native,
        lambda _: other.find_one_and_update({"_id": 1}, change),
        lambda _: lanes.find_one_and_update(other, {"_id": 1}, change),
    )
