"""`bulk_save` of one document stores and leaves behind what `save` does, whichever lane carries it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson import ObjectId, decode, encode

import mongoengine_fast as me
from mongoengine_fast import lanes, signals
from tests.base.order_edits import EDITS, STORED, order_class

Save = Callable[[Any], Any]
SAVES: dict[str, Save] = {
    "save": lambda doc: doc.save(),
    "bulk_save": lambda doc: type(doc).objects.bulk_save([doc]),
    "bulk_save without validation": lambda doc: type(doc).objects.bulk_save([doc], validate=False, ordered=True),
}


@pytest.fixture(autouse=True)
def connected(mongodb_uri: str) -> Iterator[Any]:
    me.connect("bulk_like_save", host=mongodb_uri, uuidRepresentation="standard")
    yield
    me.connection.get_connection().drop_database("bulk_like_save")
    me.disconnect_all()


def outcome(cls: Any, edit: Callable[[Any], Any], save: Save) -> Any:
    """What is stored, and what the document says, after an edit of a stored one was saved."""
    cls.drop_collection()
    collection = cls._get_collection()
    collection.insert_one(decode(encode(STORED)))
    doc = cls.objects.get()
    try:
        edit(doc)
        save(doc)
    except Exception as error:
        return type(error).__mro__[-4:], [encode(row) for row in collection.find()], sorted(doc._get_changed_fields())
    return [encode(row) for row in collection.find()], doc._get_changed_fields(), doc._created, encode(doc.to_mongo())


@pytest.mark.parametrize("lane", ["native", "pymongo"])
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_every_edit(edit: Callable[[Any], Any], lane: str) -> None:
    cls = order_class(me)
    with lanes.force(lane if lane == "pymongo" else None):
        outcomes = {name: outcome(cls, edit, save) for name, save in SAVES.items()}
    assert outcomes["bulk_save"] == outcomes["save"]
    if len(outcomes["save"]) == 4:
        assert outcomes["bulk_save without validation"] == outcomes["save"]


def own_to_mongo(calls: list[Any]) -> dict[str, Any]:
    def to_mongo(self: Any, *args: Any, **kwargs: Any) -> Any:
        stored = me.Document.to_mongo(self, *args, **kwargs)
        stored["n"] = "own"
        return stored

    return {"to_mongo": to_mongo}


def own_delta(calls: list[Any]) -> dict[str, Any]:
    return {"_delta": lambda self: ({"n": "own"}, {})}


def own_update(calls: list[Any]) -> dict[str, Any]:
    return {"_get_update_doc": lambda self: {"$set": {"n": "own"}}}


def own_changes(calls: list[Any]) -> dict[str, Any]:
    return {"_get_changed_fields": lambda self: ["n", "c"]}


def own_clearing(calls: list[Any]) -> dict[str, Any]:
    def clear(self: Any) -> None:
        calls.append("cleared")
        me.Document._clear_changed_fields(self)

    return {"_clear_changed_fields": clear}


def own_assignment(calls: list[Any]) -> dict[str, Any]:
    def assign(self: Any, name: str, value: Any) -> None:
        calls.append(name)
        me.Document.__setattr__(self, name, value)

    return {"__setattr__": assign}


def own_cleaning(calls: list[Any]) -> dict[str, Any]:
    def clean(self: Any) -> None:
        self.count = 99

    return {"clean": clean}


OWN = [own_to_mongo, own_delta, own_update, own_changes, own_clearing, own_assignment, own_cleaning]


@pytest.mark.parametrize("own", OWN, ids=lambda own: own.__name__)
def test_steps_of_the_programs_own(own: Callable[[list[Any]], dict[str, Any]]) -> None:
    outcomes = []
    for name in ("save", "bulk_save"):
        calls: list[Any] = []
        cls = order_class(me)
        for step, function in own(calls).items():
            setattr(cls, step, function)
        outcomes.append((outcome(cls, lambda doc: setattr(doc, "name", "two"), SAVES[name]), calls))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("signal", ["pre_save", "pre_save_post_validation", "post_save"])
def test_receivers_of_signals(signal: str) -> None:
    cls = order_class(me)
    outcomes = []
    for name in ("save", "bulk_save"):
        seen = []

        def receive(sender: Any, document: Any, seen: list[Any] = seen, **details: Any) -> None:
            seen.append((sender, sorted(document._get_changed_fields()), details))
            document.count = 7

        with getattr(signals, signal).connected_to(receive, sender=cls):
            outcomes.append((outcome(cls, lambda doc: setattr(doc, "name", "two"), SAVES[name]), seen))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][1]


def test_an_object_with_a_step_of_its_own() -> None:
    def change(doc: Any) -> None:
        doc.name = "two"
        doc.__dict__["_get_update_doc"] = lambda: {"$set": {"n": "own"}}

    cls = order_class(me)
    assert outcome(cls, change, SAVES["bulk_save"]) == outcome(cls, change, SAVES["save"])


def test_a_document_that_vanished_comes_back_with_what_was_changed() -> None:
    def change(doc: Any) -> None:
        doc.count = 5
        type(doc)._get_collection().delete_many({})

    cls = order_class(me)
    assert outcome(cls, change, SAVES["bulk_save"]) == outcome(cls, change, SAVES["save"])
    doc = cls.objects.get()
    doc.count = 6
    cls.objects.delete()
    result = cls.objects.bulk_save([doc])
    assert (result.inserted, result.updated) == (1, 0)


def test_an_error_reports_the_statement_that_was_sent() -> None:
    class Unique(me.Document):
        number = me.IntField(unique=True)
        text = me.StringField()

    Unique.drop_collection()
    docs = Unique.objects.insert([Unique(number=number, text="x") for number in range(3)])
    docs[1].number = 0
    docs[1].text = None
    docs[2].text = "y"
    with pytest.raises(me.errors.BulkWriteError) as raised:
        Unique.objects.bulk_save(docs)
    assert list(raised.value.errors) == [1]
    (error,) = raised.value.details["writeErrors"]
    assert error["op"]["q"] == {"_id": docs[1].pk}
    assert dict(error["op"]["u"]) == {"$set": {"number": 0}, "$unset": {"text": 1}}
    assert sorted(docs[1]._get_changed_fields()) == ["number", "text"]
    assert docs[2]._get_changed_fields() == []
    docs[1].number = 9
    assert Unique.objects.bulk_save(docs).updated == 1
    assert [doc.to_mongo() for doc in Unique.objects.order_by("id")] == [doc.to_mongo() for doc in docs]


class Counting(me.StringField):
    calls: list[str] = []

    def to_mongo(self, value: str) -> str:
        self.calls.append(value)
        return f"{value}{len(self.calls)}"


def test_hooks_run_once_and_an_error_reports_what_they_made() -> None:
    class Hooked(me.Document):
        text = Counting()
        number = me.IntField(unique=True)
        gone = me.StringField()

    Hooked.drop_collection()
    one, two, three = Hooked.objects.insert([Hooked(text="x", number=number, gone="g") for number in range(3)])
    one.text, two.text, three.text = "p", "q", "r"
    two.number = 0
    three.gone = None
    Counting.calls.clear()
    with pytest.raises(me.errors.BulkWriteError) as raised:
        Hooked.objects.bulk_save([one, two, three])
    assert Counting.calls == ["p", "q", "r"]
    (error,) = raised.value.details["writeErrors"]
    assert error["op"]["u"] == {"$set": {"text": "q2", "number": 0}}


def test_what_a_hook_of_another_document_saves_meanwhile_is_not_emptied() -> None:
    class Saver(me.IntField):
        act: Any = None

        def to_mongo(self, value: int) -> int:
            act, Saver.act = Saver.act, None
            if act:
                act()
            return value

    class Saved(me.Document):
        first = Saver()
        text = me.StringField()

    Saved.drop_collection()
    one, two = (Saved(first=number, text="kept").save() for number in range(2))
    one.first = 5
    two.text = "new"
    Saver.act = two.save
    result = Saved.objects.bulk_save([one, two])
    assert (result.updated, result.unchanged) == (1, 1)
    assert [doc.text for doc in Saved.objects.order_by("id")] == ["kept", "new"]


def test_a_reference_to_nothing_as_primary_key() -> None:
    class Target(me.Document):
        pass

    class Keyed(me.Document):
        target = me.ReferenceField(Target, primary_key=True)
        number = me.IntField()

    Keyed.drop_collection()
    Keyed._get_collection().insert_many([{"_id": ObjectId(), "number": 1}, {"_id": ObjectId(), "number": 1}])
    docs = list(Keyed.objects)
    for doc in docs:
        doc.number = 2
    assert Keyed.objects.bulk_save(docs).updated == 2
    assert [doc._get_changed_fields() for doc in docs] == [[], []]
    assert Keyed.objects(number=2).count() == 2
