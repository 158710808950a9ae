"""What the programs of this folder share: classes, a connection, work to do, and how to look at themselves."""

import importlib
import os
import threading
from collections.abc import Callable
from typing import Any

from pymongo import MongoClient

PACKAGE = os.environ.get("SHOP_PACKAGE", "mongoengine_fast")
URI = os.environ["SHOP_URI"]
DATABASE = os.environ["SHOP_DATABASE"]

me = importlib.import_module(PACKAGE)


class Maker(me.Document):
    """Referred to by items."""

    name = me.StringField()


class Item(me.Document):
    """What everybody works on."""

    name = me.StringField()
    count = me.IntField(default=0)
    tags = me.ListField(me.StringField())
    maker = me.ReferenceField(Maker)
    meta = {"indexes": ["name"]}


def connect(alias: str = "default", database: str = DATABASE, **options: Any) -> Any:
    """Connect *alias*; return the client."""
    return me.connect(database, alias=alias, host=URI, uuidRepresentation="standard", **options)


def plain_client(**options: Any) -> MongoClient[dict[str, Any]]:
    """A client of pymongo's own, to see what is really stored."""
    return MongoClient(URI, **options)


def work(name: str, rounds: int = 5) -> None:
    """Every common operation, with its outcome checked, on documents named after *name*."""
    for number in range(rounds):
        label = f"{name}-{number}"
        item = Item(name=label, tags=["a"]).save()
        item.tags.append("b")
        item.count = number
        item.save()
        found = Item.objects.get(name=label)
        assert (found.tags, found.count, found.id) == (["a", "b"], number, item.id)
        assert Item.objects(name=label).update(inc__count=1) == 1
        assert item.reload().count == number + 1
    mine = Item.objects(name__startswith=f"{name}-")
    assert mine.count() == len(list(mine)) == rounds
    assert mine.sum("count") == rounds * (rounds + 1) // 2
    assert len(mine.distinct("name")) == rounds
    assert [row["n"] for row in mine.aggregate([{"$count": "n"}])] == [rounds]
    assert mine.order_by("count").first().name == f"{name}-0"


def in_threads(function: Callable[[int], object], threads: int) -> None:
    """Run `function(number)` in threads that start together; raise the first failure."""
    start = threading.Barrier(threads)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(30)
            function(number)
        except BaseException as error:
            failures.append(error)

    started = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join(60)
    assert not any(thread.is_alive() for thread in started), "a thread hangs"
    if failures:
        raise failures[0]


def is_native() -> bool:
    """Whether every operation so far took the native lane (with MongoEngine there is nothing to tell)."""
    return PACKAGE == "mongoengine" or me.lanes.report()["native_share"] == 1.0
