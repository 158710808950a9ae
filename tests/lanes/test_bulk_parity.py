"""Bulk writes of the native lane against pymongo's: results, exceptions, stored documents and commands."""

from __future__ import annotations

from typing import Any

import pytest
from lane_parity import SEED, compare
from pymongo.errors import BulkWriteError
from pymongo.write_concern import WriteConcern

from mongoengine_fast import lanes
from mongoengine_fast.lanes import Statement

SOME = [
    Statement("insert_one", {"_id": 8, "a": 8}),
    Statement("insert_one", {"_id": 9, "a": 9}),
    Statement("update_one", {"_id": 1}, {"$inc": {"a": 1}}),
    Statement("update_many", {"a": 3}, {"$set": {"s": "three"}}),
    Statement("update_one", {"_id": 50}, {"$set": {"a": 50}}, upsert=True),
    Statement("replace_one", {"_id": 2}, {"r": 1}),
    Statement("replace_one", {"_id": 51}, {"r": 2}, upsert=True),
    Statement("delete_one", {"a": 3}),
    Statement("insert_one", {"_id": 10}),
    Statement("delete_many", {"a": {"$gt": 8}}),
]
DUPLICATES = [
    Statement("insert_one", {"_id": 8}),
    Statement("insert_one", {"_id": 1, "twice": True}),
    Statement("update_one", {"_id": 2}, {"$set": {"a": 20}}),
    Statement("insert_one", {"_id": 2}),
    Statement("update_one", {"_id": 3}, {"$inc": {"s": 1}}),
    Statement("delete_one", {"_id": 4}),
]


def copies(statements: list[Statement]) -> list[Statement]:
    """Statements with documents of their own, because inserting adds a key to those without one."""
    return [Statement(found.kind, *(dict(part) for part in found.arguments), **found.options) for found in statements]


def compare_bulk(collection: Any, statements: list[Statement], **options: Any) -> Any:
    return compare(
        collection,
        lambda c: c.bulk_write([found.request() for found in copies(statements)], **options),
        lambda c: lanes.bulk_write(c, copies(statements), **options),
    )


@pytest.mark.parametrize("ordered", [True, False])
def test_every_kind_of_statement(native: Any, ordered: bool) -> None:
    assert compare_bulk(native, SOME, ordered=ordered).error is None


@pytest.mark.parametrize("ordered", [True, False])
def test_statements_that_fail(native: Any, ordered: bool) -> None:
    assert compare_bulk(native, DUPLICATES, ordered=ordered).error[0] is BulkWriteError


def test_options_of_statements(native: Any) -> None:
    statements = [
        Statement("update_one", {"_id": 1}, {"$set": {"tags.$[t]": "z"}}, array_filters=[{"t": "x"}]),
        Statement("update_many", {"s": "ALPHA"}, {"$set": {"c": 1}}, collation={"locale": "en", "strength": 2}),
        Statement("update_one", {"_id": 2}, [{"$set": {"b": {"$add": ["$a", 1]}}}], hint="_id_"),
        Statement("delete_one", {"_id": 3}, hint={"_id": 1}),
    ]
    plain = [found.request() for found in statements[:3]]
    plain.append(type(statements[3].request())({"_id": 3}, hint={"_id": 1}))
    compare(native, lambda c: c.bulk_write(plain), lambda c: lanes.bulk_write(c, statements))


@pytest.mark.parametrize(
    "options", [{"comment": "why"}, {"let": {"v": 1}}, {"bypass_document_validation": True}], ids=str
)
def test_options_of_the_whole(native: Any, options: dict[str, Any]) -> None:
    compare_bulk(native, SOME, **options)


def test_a_write_concern_that_cannot_be_met(native: Any) -> None:
    unmet = WriteConcern(w=5, wtimeout=1)
    compare(
        native,
        lambda c: c.with_options(write_concern=unmet).bulk_write([found.request() for found in copies(SOME[:3])]),
        lambda c: lanes.bulk_write(c.with_options(write_concern=unmet), copies(SOME[:3])),
    )


def test_unacknowledged_writes_take_the_pymongo_lane(collection: Any) -> None:
    done: dict[int, Any] = {}
    unacknowledged = collection.with_options(write_concern=WriteConcern(w=0))
    result = lanes.bulk_write(unacknowledged, [Statement("insert_one", {"_id": 1})], done=done)
    assert not result.acknowledged


def test_nothing_to_do_is_refused_as_by_pymongo(collection: Any) -> None:
    compare(collection, lambda c: c.bulk_write([]), lambda c: lanes.bulk_write(c, []))


@pytest.mark.parametrize("statement", [
    Statement("update_one", {"_id": 1}, {"a": 1}),
    Statement("replace_one", {"_id": 1}, {"$set": {"a": 1}}),
    Statement("update_one", {"_id": 1}, {}),
    Statement("update_one", [1], {"$set": {"a": 1}}),
    Statement("insert_one", {"_id": 8, "o": object()}),
    Statement("insert_one", 5),
], ids=lambda found: f"{found.kind} {found.arguments}"[:40])  # fmt: skip
def test_bad_input_is_refused_before_anything_is_sent(collection: Any, statement: Statement) -> None:
    statements = [Statement("insert_one", {"_id": 7}), statement]
    with pytest.raises(Exception) as expected:
        collection.bulk_write([found.request() for found in statements])
    collection.delete_many({})
    with pytest.raises(type(expected.value)) as got:
        lanes.bulk_write(collection, statements)
    assert str(got.value) == str(expected.value) or "object at" in str(got.value)
    assert collection.count_documents({"_id": {"$ne": 7}}) == 0


def test_what_was_done_is_known_with_the_keys_that_were_made(native: Any) -> None:
    done: dict[int, Any] = {}
    first: dict[str, Any] = {"v": 1}
    lanes.bulk_write(
        native, [Statement("insert_one", first), Statement("update_one", {}, {"$set": {"v": 2}})], done=done
    )
    assert done == {0: first["_id"], 1: None}


@pytest.mark.parametrize("lane", ["native", "pymongo"])
@pytest.mark.parametrize(("ordered", "expected"), [(True, {0}), (False, {0, 2, 5})])
def test_what_was_done_is_known_after_errors(collection: Any, lane: str, ordered: bool, expected: set[int]) -> None:
    collection.insert_many([dict(document) for document in SEED])
    done: dict[int, Any] = {}
    with lanes.force(None if lane == "native" else lane), pytest.raises(BulkWriteError):
        lanes.bulk_write(collection, copies(DUPLICATES), ordered, done=done)
    assert set(done) == expected


def test_more_than_one_command_can_take(native: Any) -> None:
    text = "x" * 1_000_000
    statements = [Statement("update_one", {"_id": key}, {"$set": {"t": text}}, upsert=True) for key in range(100, 140)]
    done: dict[int, Any] = {}
    result = lanes.bulk_write(native, statements, done=done)
    assert result.upserted_count == 40
    assert set(done) == set(range(40))
    assert result.upserted_ids == {number: number + 100 for number in range(40)}
