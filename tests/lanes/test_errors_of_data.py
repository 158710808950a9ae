"""Errors of what is written or read, by the server's own doing: the same on MongoEngine and on both lanes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from error_faults import nothing
from error_operations import bulk_documents, bulk_operations, changed, found
from error_sides import NATIVE, RAW, STOCK, Operation, Scene, Side, Watcher, compare, oid

# Two are more than a document may hold, and one of the other.
BIG = "x" * (9 << 20)
TOO_BIG = "x" * (17 << 20)

#: A note's field and a value that is refused in it; every operation stores it once.
Writes = dict[str, Callable[[Scene, str, Any], Callable[[], Any]]]


def changed_to(scene: Scene, name: str, value: Any) -> Any:
    note = changed(scene)
    setattr(note, name, value)
    return note


def three(scene: Scene, name: str, value: Any) -> list[Any]:
    """New notes, the one in the middle with the value."""
    notes = [scene.Note(name=f"new{number}") for number in range(3)]
    setattr(notes[1], name, value)
    scene.watch(*notes)
    return notes


WRITES: Writes = {
    "save_new": lambda s, n, v: s.watch(s.Note(**{"name": "new", n: v})).save,
    "save_new_with_a_key": lambda s, n, v: s.watch(s.Note(**{"id": oid(9), "name": "new", n: v})).save,
    "save_new_over_a_stored_one": lambda s, n, v: s.watch(s.Note(**{"id": oid(5), "name": "new", n: v})).save,
    "create": lambda s, n, v: lambda: s.Note.objects.create(**{"name": "new", n: v}),
    "save_changed": lambda s, n, v: changed_to(s, n, v).save,
    "save_changed_on_a_condition": lambda s, n, v: (lambda note: lambda: note.save(save_condition={"number__lt": 5}))(
        changed_to(s, n, v)
    ),
    "insert_one": lambda s, n, v: (lambda notes: lambda: s.Note.objects.insert(notes[1]))(three(s, n, v)),
    "insert_many": lambda s, n, v: (lambda notes: lambda: s.Note.objects.insert(notes))(three(s, n, v)),
    "update": lambda s, n, v: lambda: s.Note.objects(number=4).update(**{n: v}),
    "update_one": lambda s, n, v: lambda: s.Note.objects(number=4).update_one(**{n: v}),
    "update_that_inserts": lambda s, n, v: lambda: s.Note.objects(number=77).update(upsert=True, **{n: v}),
    "upsert_one": lambda s, n, v: lambda: s.Note.objects(number=77).upsert_one(**{n: v}),
    "update_of_a_document": lambda s, n, v: (lambda note: lambda: note.update(**{n: v}))(changed(s)),
    "modify": lambda s, n, v: lambda: s.Note.objects(number=4).modify(**{n: v}),
    "modify_that_inserts": lambda s, n, v: lambda: s.Note.objects(number=77).modify(upsert=True, new=True, **{n: v}),
    "modify_of_a_document": lambda s, n, v: (lambda note: lambda: note.modify(**{n: v}))(changed(s)),
}
OWN: Writes = {
    "insert_in_any_order": lambda s, n, v: (
        lambda notes: lambda: s.Note.objects.insert(notes, ordered=False, load_bulk=False)
    )(three(s, n, v)),
    "insert_dicts": lambda s, n, v: lambda: s.Note.objects.insert([{"name": "new"}, {"name": "other", n: v}]),
}
for _ordered in (True, False):
    _order = "in_order" if _ordered else "in_any_order"

    def _bulk_save(scene: Scene, name: str, value: Any, ordered: bool = _ordered) -> Any:
        documents = bulk_documents(scene)
        for document in documents[:2]:
            setattr(document, name, value)
        return lambda: vars(scene.Note.objects.bulk_save(documents, ordered=ordered))

    def _bulk_write(scene: Scene, name: str, value: Any, ordered: bool = _ordered) -> Any:
        from mongoengine_fast.bulk import DeleteOne, InsertOne, UpdateOne

        operations = [
            InsertOne(scene.watch(scene.Note(name="before"))),
            UpdateOne({"number": 4}, **{name: value}),
            DeleteOne({"number": 5}),
            InsertOne(scene.watch(scene.Note(**{"name": "bad", name: value}))),
            InsertOne(scene.watch(scene.Note(name="after"))),
        ]
        return lambda: scene.Note.objects.bulk_write(operations, ordered=ordered)

    OWN[f"bulk_save_{_order}"] = _bulk_save
    OWN[f"bulk_write_{_order}"] = _bulk_write


@contextmanager
def validated(watcher: Watcher) -> Iterator[None]:
    """Notes with great numbers are refused by the collection's own rules."""
    schema = {"$jsonSchema": {"properties": {"number": {"maximum": 1000}}}}
    watcher.database.command("collMod", "notes", validator=schema)
    try:
        yield
    finally:
        watcher.database.command("collMod", "notes", validator={})


#: What is refused: the field and its value, and what makes the server refuse it.
REFUSED: dict[str, tuple[str, Any, Any]] = {
    "duplicate-key": ("name", "n3", nothing),
    "collection-validator": ("number", 5000, validated),
}


def storing(operation: Callable[[Scene, str, Any], Callable[[], Any]], name: str, value: Any) -> Operation:
    """The operation with its field and value."""
    return lambda scene: operation(scene, name, value)


@pytest.mark.parametrize("refused", REFUSED)
@pytest.mark.parametrize("operation", WRITES)
def test_a_refused_value(sides: list[Side], watcher: Watcher, operation: str, refused: str) -> None:
    name, value, fault = REFUSED[refused]
    seen = compare(sides, watcher, storing(WRITES[operation], name, value), fault)
    assert seen[STOCK][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("refused", REFUSED)
@pytest.mark.parametrize("operation", OWN)
def test_a_refused_value_in_what_is_ours(our_sides: list[Side], watcher: Watcher, operation: str, refused: str) -> None:
    name, value, fault = REFUSED[refused]
    seen = compare(our_sides, watcher, storing(OWN[operation], name, value), fault)
    assert seen[RAW][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("operation", ["save_new", "save_changed", "insert_many", "update", "modify"])
def test_a_document_that_is_too_large(sides: list[Side], watcher: Watcher, operation: str) -> None:
    seen = compare(sides, watcher, storing(WRITES[operation], "extra", {"k": TOO_BIG}), nothing, again=False)
    assert "arge" in seen[STOCK][0].error["text"]


@pytest.mark.parametrize("operation", ["insert_dicts", "bulk_save_in_order", "bulk_write_in_any_order"])
def test_a_document_that_is_too_large_in_what_is_ours(our_sides: list[Side], watcher: Watcher, operation: str) -> None:
    seen = compare(our_sides, watcher, storing(OWN[operation], "extra", {"k": TOO_BIG}), nothing, again=False)
    assert "arge" in seen[RAW][0].error["text"]


@pytest.mark.parametrize("operation", ["save_changed", "update_one", "modify"])
def test_a_document_that_grows_too_large(sides: list[Side], watcher: Watcher, operation: str) -> None:
    def grow(scene: Scene) -> Any:
        stored = {"extra": {"k": ""}, "tags": [BIG]}
        scene.watcher.database.notes.update_many({"number": {"$in": [1, 4]}}, {"$set": stored})
        if operation != "save_changed":
            return WRITES[operation](scene, "extra", {"k": BIG})
        note = found(scene)
        note.extra["k"] = BIG
        return note.save

    seen = compare(sides, watcher, grow, nothing, again=False)
    assert seen[STOCK][0].error is not None
    assert seen[NATIVE][0].lanes == {}


#: Writes that ask for more members than there are.
CONCERNED: dict[str, Operation] = {
    "save_new": lambda s: partial(s.watch(s.Note(name="new")).save, write_concern={"w": 5}),
    "save_changed": lambda s: partial(changed(s).save, write_concern={"w": 5, "wtimeout": 1}),
    "insert": lambda s: partial(s.Note.objects.insert, [s.watch(s.Note(name="new"))], write_concern={"w": 5}),
    "insert_one": lambda s: partial(s.Note.objects.insert, s.watch(s.Note(name="new")), write_concern={"w": 5}),
    "update": lambda s: partial(s.Note.objects.update, write_concern={"w": 5}, number=1),
    "upsert": lambda s: partial(s.Keyed.objects(key=9).upsert_one, write_concern={"w": 5}, number=1),
    "delete": lambda s: partial(s.Note.objects.delete, write_concern={"w": 5}),
    "delete_of_a_document": lambda s: partial(changed(s).delete, w=5),
}
OWN_CONCERNED: dict[str, Operation] = {
    "bulk_save": lambda s: partial(s.Note.objects.bulk_save, bulk_documents(s), write_concern={"w": 5}),
    "bulk_write": lambda s: partial(s.Note.objects.bulk_write, bulk_operations(s), write_concern={"w": 5}),
}


@pytest.mark.parametrize("operation", CONCERNED)
def test_a_write_concern_that_cannot_be_met(sides: list[Side], watcher: Watcher, operation: str) -> None:
    seen = compare(sides, watcher, CONCERNED[operation], nothing)
    assert seen[STOCK][0].error is not None
    assert seen[NATIVE][0].lanes == {}


@pytest.mark.parametrize("operation", OWN_CONCERNED)
def test_a_write_concern_that_cannot_be_met_in_what_is_ours(
    our_sides: list[Side], watcher: Watcher, operation: str
) -> None:
    seen = compare(our_sides, watcher, OWN_CONCERNED[operation], nothing)
    assert seen[RAW][0].error is not None
    assert seen[NATIVE][0].lanes == {}


#: Ways to read in several batches.
BATCHED: dict[str, Callable[[Scene], Any]] = {
    "queryset": lambda s: s.Note.objects.order_by("number").batch_size(2).no_cache(),
    "dicts": lambda s: s.Note.objects.order_by("number").batch_size(2).as_pymongo().no_cache(),
    "values": lambda s: s.Note.objects.order_by("number").batch_size(2).scalar("name").no_cache(),
    "aggregation": lambda s: s.Note.objects.aggregate([{"$sort": {"number": 1}}], batchSize=2),
}


@pytest.mark.parametrize("batched", BATCHED)
def test_a_cursor_that_is_killed(sides: list[Side], watcher: Watcher, batched: str) -> None:
    def read(scene: Scene) -> Any:
        def call() -> int:
            for row in BATCHED[batched](scene):
                if not scene.arrived:
                    kill_cursors(watcher)
                scene.arrived.append(row)
            return len(scene.arrived)

        return call

    seen = compare(sides, watcher, read, nothing, again=False)
    assert seen[STOCK][0].error["code"] == 43
    assert seen[NATIVE][0].lanes == {}


def kill_cursors(watcher: Watcher) -> None:
    """Kill the cursors of notes."""
    idle = [{"$currentOp": {"idleCursors": True}}, {"$match": {"type": "idleCursor"}}]
    cursors = [entry["cursor"]["cursorId"] for entry in watcher.client.admin.aggregate(idle)]
    watcher.database.command("killCursors", "notes", cursors=cursors)


#: Queries with a limit to their time.
LIMITED: dict[str, Callable[[Scene], Callable[[], Any]]] = {
    "iterate": lambda s: s.Note.objects.max_time_ms(50).__len__,
    "first": lambda s: s.Note.objects.max_time_ms(50).first,
    "dicts": lambda s: partial(list, s.Note.objects.max_time_ms(50).as_pymongo()),
    "to_json": lambda s: s.Note.objects.max_time_ms(50).to_json,
    "aggregate": lambda s: lambda: list(s.Note.objects.aggregate([], maxTimeMS=50)),
}


@pytest.mark.parametrize("operation", LIMITED)
def test_a_limit_of_time(sides: list[Side], watcher: Watcher, operation: str) -> None:
    seen = compare(sides, watcher, LIMITED[operation], always_late, again=False)
    assert seen[STOCK][0].error["code"] == 50
    assert seen[NATIVE][0].lanes == {}


@contextmanager
def always_late(watcher: Watcher) -> Iterator[None]:
    """No limit of time is kept."""
    watcher.client.admin.command("configureFailPoint", "maxTimeAlwaysTimeOut", mode="alwaysOn")
    try:
        yield
    finally:
        watcher.client.admin.command("configureFailPoint", "maxTimeAlwaysTimeOut", mode="off")
