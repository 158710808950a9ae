"""The ways in which a program can meet an error of the server: what it calls, by the command that fails.

An operation prepares (loads, changes) what it needs and returns what is to be called while the server fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from error_sides import Operation, Scene, oid

#: By name: the operation, and the commands of it that can fail.
OPERATIONS: dict[str, tuple[Operation, tuple[str, ...]]] = {}
#: Those that MongoEngine does not have, which are compared between our lanes.
OWN: dict[str, tuple[Operation, tuple[str, ...]]] = {}
WRITES = ("insert", "update", "delete", "findAndModify")
CURSORS = ("find", "getMore", "aggregate")
#: One for each command and each class of exceptions that is made of its errors.
TYPICAL = {
    *("save_new", "save_changed", "insert_many", "update_of_a_queryset", "modify_of_a_queryset", "reload", "to_json"),
    *("delete_of_a_document", "iterate", "first", "iterate_by_small_batches", "count_of_all", "count_of_some"),
    *("distinct", "aggregate", "follow_a_reference"),
}
#: Those that need no server to prepare.
UNPREPARED = {"save_new", "save_new_with_a_key", "insert_many", "update_of_a_queryset", "first", "aggregate"}


def operation(*commands: str, own: bool = False) -> Callable[[Operation], Operation]:
    """Put a function into the table of operations."""

    def add(function: Operation) -> Operation:
        (OWN if own else OPERATIONS)[function.__name__] = (function, commands)
        return function

    return add


def pairs(table: dict[str, tuple[Operation, tuple[str, ...]]], *only: str, names: Any = ()) -> list[tuple[str, str]]:
    """Every operation (of *names*) with each of its commands (of *only*)."""
    return [
        (name, command)
        for name, (_, commands) in table.items()
        for command in commands
        if (not only or command in only) and (not names or name in names)
    ]


def cases(
    table: dict[str, tuple[Operation, tuple[str, ...]]], faults: dict[str, tuple[dict[str, Any], tuple[str, ...]]]
) -> list[Any]:
    """Every operation with each of its commands and each fault that such a command can meet."""
    return [
        pytest.param(name, command, data, id=f"{name}-{command}-{fault}")
        for fault, (data, commands) in faults.items()
        for name, command in pairs(table, *commands)
    ]


def found(scene: Scene, number: int = 1) -> Any:
    """A stored note, watched."""
    return scene.watch(scene.Note.objects.get(pk=oid(number)))


def changed(scene: Scene, number: int = 1) -> Any:
    """A stored note with changes in every kind of value."""
    note = found(scene, number)
    note.number += 10
    note.tags.append("new")
    note.extra["k"][0] = "deep"
    note.lazy = None
    return note


@operation("insert")
def save_new(scene: Scene) -> Any:
    return scene.watch(scene.Note(name="new", number=1)).save


@operation("insert")
def save_new_with_forced_insert(scene: Scene) -> Any:
    note = scene.watch(scene.Keyed(key=9, number=9))
    return lambda: note.save(force_insert=True)


@operation("findAndModify", "insert")
def save_new_with_a_key(scene: Scene) -> Any:
    return scene.watch(scene.Keyed(key=9, number=9)).save


@operation("findAndModify")
def save_new_in_the_place_of_a_stored_one(scene: Scene) -> Any:
    return scene.watch(scene.Keyed(key=2, number=9)).save


@operation("insert")
def create(scene: Scene) -> Any:
    return lambda: scene.Note.objects.create(name="new")


@operation("update")
def save_changed(scene: Scene) -> Any:
    return changed(scene).save


@operation("update")
def save_changed_without_validation(scene: Scene) -> Any:
    note = changed(scene)
    return lambda: note.save(validate=False)


@operation("update")
def save_changed_on_a_condition(scene: Scene) -> Any:
    note = changed(scene)
    return lambda: note.save(save_condition={"name": "n1"})


@operation("update")
def save_with_a_cascade(scene: Scene) -> Any:
    note = found(scene)
    scene.watch(note.author).age = 50
    return lambda: note.save(cascade=True)


@operation("findAndModify")
def take_a_sequence_number(scene: Scene) -> Any:
    return lambda: scene.Counted(number=None).number


@operation("insert", "find")
def insert_one(scene: Scene) -> Any:
    note = scene.watch(scene.Note(name="new"))
    return lambda: scene.Note.objects.insert(note)


@operation("insert", "find")
def insert_many(scene: Scene) -> Any:
    notes = [scene.Note(name=f"new{number}") for number in range(3)]
    scene.watch(*notes)
    return lambda: scene.Note.objects.insert(notes)


@operation("insert")
def insert_many_without_loading(scene: Scene) -> Any:
    notes = [scene.Note(name=f"new{number}") for number in range(3)]
    scene.watch(*notes)
    return lambda: scene.Note.objects.insert(notes, load_bulk=False)


@operation("update")
def update_of_a_queryset(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).update(inc__number=10)


@operation("update")
def update_one(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).update_one(set__tags=["a"], full_result=True)


@operation("update")
def update_that_inserts(scene: Scene) -> Any:
    return lambda: scene.Keyed.objects(key=9).update(upsert=True, set__number=1)


@operation("update", "find")
def upsert_one(scene: Scene) -> Any:
    return lambda: scene.Keyed.objects(key=9).upsert_one(set__number=1).to_mongo()


@operation("update")
def update_of_a_document(scene: Scene) -> Any:
    note = changed(scene)
    return lambda: note.update(set__number=7)


@operation("findAndModify")
def modify_of_a_queryset(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).order_by("-number").modify(inc__number=10, new=True)


@operation("findAndModify")
def modify_that_inserts(scene: Scene) -> Any:
    return lambda: scene.Keyed.objects(key=9).modify(upsert=True, new=True, set__number=1)


@operation("findAndModify")
def modify_that_removes(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).modify(remove=True)


@operation("findAndModify")
def modify_of_a_document(scene: Scene) -> Any:
    note = changed(scene)
    return lambda: note.modify({"name": "n1"}, set__number=7)


@operation("delete")
def delete_of_a_queryset(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).delete()


@operation("delete")
def delete_of_a_document(scene: Scene) -> Any:
    return changed(scene).delete


@operation("delete")
def delete_with_a_rule(scene: Scene) -> Any:
    return scene.watch(scene.Author.objects.get(name="a0")).delete


@operation("find")
def iterate(scene: Scene) -> Any:
    queryset = scene.Note.objects.order_by("number")
    return lambda: list(queryset)


@operation("getMore")
def iterate_by_small_batches(scene: Scene) -> Any:
    return in_part(scene, scene.Note.objects.order_by("number").batch_size(2))


@operation("getMore")
def iterate_without_cache(scene: Scene) -> Any:
    return in_part(scene, scene.Note.objects.order_by("number").batch_size(2).no_cache())


@operation("getMore")
def iterate_over_dicts(scene: Scene) -> Any:
    return in_part(scene, scene.Note.objects.order_by("number").batch_size(2).as_pymongo())


@operation("getMore")
def iterate_over_values(scene: Scene) -> Any:
    return in_part(scene, scene.Note.objects.order_by("number").batch_size(2).scalar("name", "number"))


def in_part(scene: Scene, queryset: Any) -> Any:
    """A call that reads on until an error; what came before is compared too."""

    def read() -> Any:
        scene.arrived.append("again")
        for row in queryset:
            scene.arrived.append(row)
        return len(scene.arrived)

    return read


@operation("find", "getMore")
def length(scene: Scene) -> Any:
    queryset = scene.Note.objects.batch_size(2)
    return lambda: len(queryset)


@operation("find")
def truth(scene: Scene) -> Any:
    queryset = scene.Note.objects(number=3)
    return lambda: bool(queryset)


@operation("find")
def first(scene: Scene) -> Any:
    return scene.Note.objects(number=3).first


@operation("find")
def one_by_position(scene: Scene) -> Any:
    return lambda: scene.Note.objects.order_by("number")[2]


@operation("find")
def get(scene: Scene) -> Any:
    return lambda: scene.Note.objects.get(number=3)


@operation("find")
def with_id(scene: Scene) -> Any:
    return lambda: scene.Note.objects.with_id(oid(2))


@operation("find")
def in_bulk(scene: Scene) -> Any:
    return lambda: scene.Note.objects.in_bulk([oid(1), oid(2), oid(99)])


@operation("count")
def count_of_all(scene: Scene) -> Any:
    return scene.Note.objects.count


@operation("aggregate")
def count_of_some(scene: Scene) -> Any:
    return scene.Note.objects(number__gt=2).count


@operation("aggregate")
def count_with_a_limit(scene: Scene) -> Any:
    return lambda: scene.Note.objects.limit(2).skip(1).count(with_limit_and_skip=True)


@operation("distinct")
def distinct(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).distinct("tags")


@operation("distinct", "find")
def distinct_references(scene: Scene) -> Any:
    return lambda: scene.Note.objects.distinct("author")


@operation("aggregate", "getMore")
def aggregate(scene: Scene) -> Any:
    return lambda: list(scene.Note.objects(number__gt=0).aggregate([{"$sort": {"number": 1}}], batchSize=2))


@operation("aggregate")
def sum_of_a_field(scene: Scene) -> Any:
    return lambda: scene.Note.objects.sum("number")


@operation("aggregate")
def average_of_a_field(scene: Scene) -> Any:
    return lambda: scene.Note.objects(number__gt=2).average("number")


@operation("find", "getMore")
def to_json(scene: Scene) -> Any:
    queryset = scene.Note.objects.order_by("number").batch_size(2)
    return queryset.to_json


@operation("find")
def reload(scene: Scene) -> Any:
    return changed(scene).reload


@operation("find")
def select_related_of_a_queryset(scene: Scene) -> Any:
    return lambda: [note.author.name for note in scene.Note.objects.order_by("number").select_related()]


@operation("find")
def select_related_of_a_document(scene: Scene) -> Any:
    return found(scene).select_related


@operation("find")
def follow_a_reference(scene: Scene) -> Any:
    note = found(scene)
    return lambda: note.author.name


@operation("find")
def fetch_a_lazy_reference(scene: Scene) -> Any:
    note = found(scene)
    return lambda: note.lazy.fetch().name


def bulk_documents(scene: Scene) -> list[Any]:
    """A new, a changed, an unchanged, another changed, and another new document."""
    new = [scene.watch(scene.Note(name=f"new{number}", tags=["a"])) for number in range(2)]
    return [new[0], changed(scene, 2), found(scene, 3), changed(scene, 4), new[1]]


@operation("insert", "update", own=True)
def bulk_save(scene: Scene) -> Any:
    documents = bulk_documents(scene)
    return lambda: vars(scene.Note.objects.bulk_save(documents))


@operation("insert", "update", own=True)
def bulk_save_in_order(scene: Scene) -> Any:
    documents = bulk_documents(scene)
    return lambda: vars(scene.Note.objects.bulk_save(documents, ordered=True))


def bulk_operations(scene: Scene) -> list[Any]:
    """One of each kind."""
    from mongoengine_fast import bulk

    return [
        bulk.InsertOne(scene.watch(scene.Note(name="new"))),
        bulk.UpdateOne({"name": "n1"}, inc__number=5),
        bulk.DeleteOne({"name": "n2"}),
        bulk.UpdateMany({"number__gt": 3}, push__tags="many"),
        bulk.ReplaceOne(changed(scene, 3)),
        bulk.DeleteMany({"number__gt": 4}),
    ]


@operation("insert", "update", "delete", own=True)
def bulk_write(scene: Scene) -> Any:
    operations = bulk_operations(scene)
    return lambda: scene.Note.objects.bulk_write(operations)


@operation("insert", "update", "delete", own=True)
def bulk_write_in_any_order(scene: Scene) -> Any:
    operations = bulk_operations(scene)
    return lambda: scene.Note.objects.bulk_write(operations, ordered=False)


@operation("insert", own=True)
def insert_dicts_in_any_order(scene: Scene) -> Any:
    rows = [{"name": f"new{number}"} for number in range(3)]
    return lambda: scene.Note.objects.insert(rows, load_bulk=False, ordered=False)
