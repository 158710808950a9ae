"""Documents through the lanes: loaded from bytes, encoded without a detour, the same on every lane."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymongo
import pytest

import mongoengine_fast
from mongoengine_fast import lanes
from mongoengine_fast.base.plan import DocumentLoader


@pytest.fixture(params=["native", "pymongo"])
def page(request: pytest.FixtureRequest, mongodb_uri: str) -> Iterator[Any]:
    """A document class on a server, on the native lane and on pymongo's."""

    class Page(mongoengine_fast.Document):
        title = mongoengine_fast.StringField()
        visits = mongoengine_fast.IntField(default=3)
        meta = {"db_alias": "lanes_documents", "auto_create_index": False}

    client = mongoengine_fast.connect("lanes_documents", alias="lanes_documents", host=mongodb_uri)
    client.drop_database("lanes_documents")
    lanes.reset()
    with lanes.force(None if request.param == "native" else request.param):
        yield Page
    mongoengine_fast.disconnect("lanes_documents")
    with pymongo.MongoClient(mongodb_uri) as cleaner:
        cleaner.drop_database("lanes_documents")


def test_insert_and_find(page: Any) -> None:
    collection = page._get_collection()
    one = page(title="one")
    inserted = lanes.insert_one(collection, one).inserted_id
    assert collection.find_one() == {"_id": inserted, "title": "one", "visits": 3}
    ids = lanes.insert_many(collection, [page(title="two"), {"title": "three"}]).inserted_ids
    assert len(ids) == 2
    loader = DocumentLoader(page)
    found = lanes.find(collection, sort=[("_id", 1)], loader=loader).next_batch(10)
    assert [type(document) for document in found] == [page] * 3
    assert [(document.pk, document.title, document.visits) for document in found] == [
        (inserted, "one", 3),
        (ids[0], "two", 3),
        (ids[1], "three", 3),
    ]
    assert lanes.find_one(collection, {"title": "two"}, loader=loader).pk == ids[0]
    assert lanes.find_one(collection, {"title": "none"}, loader=loader) is None


def test_replace_and_modify(page: Any) -> None:
    collection = page._get_collection()
    inserted = lanes.insert_one(collection, page(title="one")).inserted_id
    lanes.replace_one(collection, {"_id": inserted}, page(id=inserted, title="two", visits=4))
    assert collection.find_one() == {"_id": inserted, "title": "two", "visits": 4}
    loader = DocumentLoader(page)
    changed = lanes.find_one_and_update(
        collection, {"_id": inserted}, {"$inc": {"visits": 1}}, loader=loader, return_after=True
    )
    assert (type(changed), changed.visits) == (page, 5)
    old = lanes.find_one_and_replace(collection, {"_id": inserted}, page(title="three"), loader=loader)
    assert old.title == "two"
    assert lanes.find_one_and_delete(collection, {"_id": inserted}, loader=loader).title == "three"


def test_a_row_that_cannot_be_loaded(page: Any) -> None:
    collection = page._get_collection()
    rows: list[dict[str, Any]] = [{"_id": number, "title": str(number)} for number in range(5)]
    rows[2]["unknown"] = 1
    collection.insert_many(rows)
    cursor = lanes.find(collection, sort=[("_id", 1)], loader=DocumentLoader(page))
    assert [document.title for document in cursor.next_batch(10)] == ["0", "1"]
    with pytest.raises(mongoengine_fast.FieldDoesNotExist):
        cursor.next_batch(10)
    assert [document.title for document in cursor.next_batch(10)] == ["3", "4"]
    assert cursor.next_batch(10) == []


def test_bulk_errors_report_what_was_sent(page: Any) -> None:
    collection = page._get_collection()
    first = lanes.insert_one(collection, page(title="one")).inserted_id
    with pytest.raises(pymongo.errors.BulkWriteError) as raised:
        lanes.insert_many(collection, [page(title="two"), page(id=first, title="again")])
    error = raised.value.details["writeErrors"][0]
    assert error["index"] == 1
    assert dict(error["op"]) == {"_id": first, "title": "again", "visits": 3}
    assert raised.value.details["nInserted"] == 1


def test_disconnecting_releases_the_native_client(page: Any) -> None:
    collection = page._get_collection()
    lanes.find_one(collection)
    mongoengine_fast.disconnect("lanes_documents")
    with pytest.raises(pymongo.errors.InvalidOperation):
        lanes.find_one(collection)
