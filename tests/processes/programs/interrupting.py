"""Interrupts every blocking call while the server holds it, by an exception out of a signal handler.

The argument names the signal. Each call has to end soon, with that very exception, and leave everything usable.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pymongo.errors import OperationFailure, PyMongoError
from shop import DATABASE, Item, Maker, connect, is_native, me, plain_client

from mongoengine_fast import bulk

HELD_MS = 3000
#: Waits look for signals every 100 ms; the rest is for a busy machine.
SOON = 1.2
DELAY = 0.1


class Stop(Exception):
    """Raised by the handler of SIGALRM."""


def raise_stop(*_: Any) -> None:
    raise Stop


def first_rows() -> Any:
    """A queryset's iterator whose next row is with the server."""
    rows = iter(Item.objects.no_cache().batch_size(5).order_by("id"))
    for _ in range(5):
        next(rows)
    return rows


def aggregated() -> Any:
    rows = Item.objects.aggregate([{"$sort": {"_id": 1}}], batchSize=5)
    for _ in range(5):
        next(rows)
    return rows


def changed() -> Item:
    item = Item.objects.first()
    item.count += 1
    return item


def new_items() -> list[Item]:
    return [Item(name=f"new-{number}") for number in range(3)]


def drain(rows: Any) -> None:
    for _ in rows:
        pass


#: What is called -> the command that is held, what is made ready before, and the call.
CALLS: dict[str, tuple[str, Callable[[], Any], Callable[[Any], Any]]] = {
    "list": ("find", lambda: Item.objects, list),
    "first": ("find", lambda: Item.objects, lambda items: items.first()),
    "get": ("find", lambda: Item.objects(name="n0"), lambda items: items.get()),
    "index": ("find", lambda: Item.objects, lambda items: items[3]),
    "len": ("find", lambda: Item.objects, len),
    "repr": ("find", lambda: Item.objects, repr),
    "in_bulk": ("find", lambda: [Item.objects.first().id], lambda ids: Item.objects.in_bulk(ids)),
    "values_list": ("find", lambda: Item.objects.values_list("name"), list),
    "as_pymongo": ("find", lambda: Item.objects.as_pymongo(), list),
    "to_json": ("find", lambda: Item.objects, lambda items: items.to_json()),
    "reload": ("find", lambda: Item.objects.first(), lambda item: item.reload()),
    "reference": ("find", lambda: Item.objects.first(), lambda item: item.maker),
    "select_related": ("find", lambda: Item.objects, lambda items: items.select_related()),
    "next": ("getMore", first_rows, next),
    "rest": ("getMore", first_rows, drain),
    "rest of a list": ("getMore", lambda: Item.objects.batch_size(5), list),
    "rest of to_json": ("getMore", lambda: Item.objects.batch_size(5), lambda items: items.to_json()),
    "rest of aggregate": ("getMore", aggregated, drain),
    "count": ("aggregate", lambda: Item.objects(count__gte=0), lambda items: items.count()),
    "aggregate": ("aggregate", lambda: Item.objects, lambda items: list(items.aggregate([]))),
    "sum": ("aggregate", lambda: Item.objects, lambda items: items.sum("count")),
    "average": ("aggregate", lambda: Item.objects, lambda items: items.average("count")),
    "distinct": ("distinct", lambda: Item.objects, lambda items: items.distinct("name")),
    "save new": ("insert", lambda: Item(name="new"), lambda item: item.save()),
    "save changed": ("update", changed, lambda item: item.save()),
    "insert one": ("insert", lambda: Item(name="new"), lambda item: Item.objects.insert(item)),
    "insert": ("insert", new_items, lambda items: Item.objects.insert(items)),
    "update": ("update", lambda: Item.objects, lambda items: items.update(inc__count=1)),
    "update_one": ("update", lambda: Item.objects, lambda items: items.update_one(inc__count=1)),
    "upsert_one": ("update", lambda: Item.objects(name="up"), lambda items: items.upsert_one(inc__count=1)),
    "update of one": ("update", lambda: Item.objects.first(), lambda item: item.update(inc__count=1)),
    "modify": ("findAndModify", lambda: Item.objects, lambda items: items.modify(inc__count=1, new=True)),
    "modify of one": ("findAndModify", lambda: Item.objects.first(), lambda item: item.modify(inc__count=1)),
    "delete": ("delete", lambda: Item.objects(name="n1"), lambda items: items.delete()),
    "delete of one": ("delete", lambda: Item.objects(name="n2").first(), lambda item: item.delete()),
    "drop_collection": ("drop", lambda: Maker, lambda maker: maker.drop_collection()),
    "ensure_indexes": ("createIndexes", lambda: Item, lambda item: item.ensure_indexes()),
}
OURS_ONLY: dict[str, tuple[str, Callable[[], Any], Callable[[Any], Any]]] = {
    "bulk_save new": ("insert", new_items, lambda items: Item.objects.bulk_save(items)),
    "bulk_save changed": ("update", lambda: [changed()], lambda items: Item.objects.bulk_save(items)),
    "bulk_write": ("insert", new_items, lambda items: Item.objects.bulk_write([bulk.InsertOne(items[0])])),
}


def interrupted(expected: type[BaseException], call: Callable[[], Any]) -> float:
    """Make *call*, which the alarm interrupts; return how long it took."""
    start = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, DELAY)
    caught: BaseException | None = None
    try:
        call()
    except expected as error:
        caught = error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert type(caught) is expected, f"{caught!r} after {time.monotonic() - start:.2f} s"
    return time.monotonic() - start


def held(admin: Any, command: str) -> None:
    """Have the server hold the next *command* of the program under test."""
    data = {"failCommands": [command], "blockConnection": True, "blockTimeMS": HELD_MS, "appName": "shop"}
    admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data=data)


def let_go(admin: Any) -> None:
    """End what the server still holds: until then it would not take the next fail point."""
    # The monitors' hello waits at the server too, and is left alone.
    ours = {
        "appName": "shop",
        "active": True,
        "command.hello": None,
        "command.isMaster": None,
        "command.ismaster": None,
    }
    for found in admin.aggregate([{"$currentOp": {}}, {"$match": ours}]):
        with suppress(OperationFailure):
            admin.command("killOp", op=found["opid"])


def try_all(expected: type[BaseException]) -> None:
    admin = plain_client().admin
    calls = CALLS if me.__name__ == "mongoengine" else {**CALLS, **OURS_ONLY}
    for name, (command, prepare, call) in calls.items():
        subject = prepare()
        held(admin, command)
        try:
            took = interrupted(expected, lambda call=call, subject=subject: call(subject))
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        finally:
            let_go(admin)
        assert took < SOON, (name, took)
        check_after(name, call, subject)


def check_after(name: str, call: Callable[[Any], Any], subject: Any) -> None:
    """After the interruption the connection, and what was interrupted, can be used."""
    assert Item.objects(name__startswith="n").count() >= 10, name
    assert Item.objects(name="n0").first().name == "n0"
    assert len(list(Item.objects.batch_size(5))) >= 10
    # A write may or may not have happened; the server of a cursor may have given it up.
    with suppress(StopIteration, PyMongoError, me.NotUniqueError, me.errors.BulkWriteError):
        call(subject)
    if name == "save changed":
        assert subject.reload().count in (1, 2), subject.count
    Item.objects(name__in=["n1", "n2"]).delete()
    Item.objects.insert([Item(name="n1"), Item(name="n2")])


def server_selection(expected: type[BaseException]) -> None:
    """Without a server, every call waits for one."""
    me.connect("nothing", alias="dead", host="mongodb://127.0.0.1:1", uuidRepresentation="standard")

    class Dead(me.Document):
        name = me.StringField()
        meta = {"db_alias": "dead", "auto_create_index": False}

    for call in (
        lambda: Dead.objects.first(),
        lambda: list(Dead.objects),
        lambda: Dead.objects.count(),
        lambda: Dead(name="x").save(),
        lambda: Dead.objects.insert([Dead(name="x")]),
        lambda: Dead.objects.update(name="y"),
        lambda: Dead.objects.modify(name="y"),
        lambda: Dead.objects.delete(),
    ):
        assert interrupted(expected, call) < SOON
        assert Item.objects.first() is not None
    me.disconnect("dead")


def behind_rows(expected: type[BaseException]) -> None:
    """What a handler raises while rows that have arrived are still to be read must not get lost."""
    for number in range(20):
        Maker(name=f"{number:02}" + "x" * 1_000_000).save()
    admin = plain_client().admin
    held(admin, "getMore")
    signal.setitimer(signal.ITIMER_REAL, 3 * DELAY)
    lost = True
    try:
        # The first batch has 16 MB. A cursor may read on behind it, and then has to be interrupted.
        for number, _ in enumerate(Maker.objects.aggregate([])):
            if number == 3:
                break
        time.sleep(1)
    except expected:
        lost = False
    admin.command("configureFailPoint", "failCommand", mode="off")
    assert not lost
    Maker.objects.delete()


def descriptors() -> int:
    return len(os.listdir("/dev/fd"))


def main(name: str) -> None:
    expected: type[BaseException] = Stop
    signal.signal(signal.SIGALRM, raise_stop)
    if name == "SIGINT":
        expected = KeyboardInterrupt
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    connect(appName="shop")
    maker = Maker(name="m").save()
    Item.objects.insert([Item(name=f"n{number}", count=0, maker=maker) for number in range(20)])
    Item.objects.first()
    before = descriptors()
    try_all(expected)
    if name == "SIGINT":
        behind_rows(expected)
    server_selection(expected)
    # An interrupted operation takes its connection along; nothing may pile up.
    assert descriptors() <= before + 6, (before, descriptors())
    me.disconnect()
    plain_client().drop_database(DATABASE)
    print("done", is_native())


if __name__ == "__main__":
    main(sys.argv[1])
