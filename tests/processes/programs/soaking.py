"""Every operation, in several threads, for as many seconds as the argument says; fails when anything grows.

With `leak` as a second argument it leaks on purpose, to show that this is noticed.
"""

import itertools
import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from children import ends_well, in_child
from counting import Held, held
from shop import DATABASE, Item, Maker, connect, is_native, me, plain_client, work

from mongoengine_fast import bulk

THREADS = 4
LEAKED: list[Any] = []
GUARD = threading.Lock()


class Unique(me.Document):
    name = me.StringField(unique=True)


class Traveller(me.Document):
    name = me.StringField()


class Line(me.EmbeddedDocument):
    text = me.StringField()
    numbers = me.ListField(me.FloatField())


class Page(me.DynamicDocument):
    title = me.StringField(required=True)
    lines = me.EmbeddedDocumentListField(Line)
    extra = me.DictField()
    at = me.DateTimeField()


def references(name: str) -> None:
    makers = Maker.objects.insert([Maker(name=f"{name}-{number}") for number in range(20)])
    Item.objects.insert([Item(name=name, maker=maker, tags=["x"] * 5) for maker in makers])
    assert {item.maker.name for item in Item.objects(name=name)} == {maker.name for maker in makers}
    assert len(Item.objects(name=name).select_related()) == 20
    assert len(json.loads(Item.objects(name=name).to_json())) == 20
    assert len(Item.objects(name=name).in_bulk([item.id for item in Item.objects(name=name)])) == 20
    Maker.objects(name__startswith=f"{name}-").delete()


def writes(name: str) -> None:
    items = [Item(name=name, count=number) for number in range(200)]
    Item.objects.bulk_save(items)
    for item in items:
        item.count += 1
    Item.objects.bulk_save(items)
    Item.objects.bulk_write([bulk.InsertOne(Item(name=name)), bulk.UpdateMany({"name": name}, inc__count=1)])
    Item.objects.insert([{"name": name, "count": number} for number in range(50)])
    assert Item.objects(name=name).modify(set__count=7, new=True).count == 7
    assert Item.objects(name=f"{name}-up").upsert_one(inc__count=1).count == 1
    Item.objects(name=f"{name}-up").delete()
    first = Item.objects(name=name).first()
    first.update(push__tags="z")
    first.delete()


def reads(name: str) -> None:
    Item.objects.insert([Item(name=name, count=number) for number in range(300)])
    mine = Item.objects(name=name)
    # Cursors that are dropped half read, closed, and read to the end.
    next(iter(mine.no_cache().batch_size(5)))
    rows = mine.aggregate([{"$sort": {"count": 1}}], batchSize=5)
    next(rows)
    rows.close()
    assert len(list(mine.batch_size(50))) == len(list(mine.as_pymongo())) == len(mine.values_list("count")) == 300
    assert (mine.sum("count"), mine.average("count")) == (44850, 149.5)
    assert mine.only("count").order_by("-count").skip(5).limit(5)[0].count == 294
    assert mine.item_frequencies("name") == {name: 300}


def pages(name: str) -> None:
    page = Page(title=name, lines=[Line(text="a", numbers=[1.5] * 20)] * 10, extra={"a": {"b": [1, 2]}}, more="x")
    page.save()
    page.lines[3].numbers.append(2.5)
    page.extra["a"]["b"].append(3)
    page.another = {"k": ["v"]}
    page.save()
    page = Page.objects.get(id=page.id)
    assert (page.lines[3].numbers[-1], page.extra["a"]["b"], page.another) == (2.5, [1, 2, 3], {"k": ["v"]})
    assert Page.from_json(page.to_json()).title == name
    with me.context_managers.no_dereference(Page):
        page.reload()
    # A cycle for the collector.
    page.__dict__["mine"] = page
    page.delete()


def errors(name: str) -> None:
    Unique(name=name).save()
    for _ in range(5):
        with suppress(me.NotUniqueError):
            Unique(name=name).save()
        with suppress(me.DoesNotExist):
            Item.objects.get(name="nobody")
        with suppress(me.ValidationError):
            Page(lines=[Line(numbers=["x"])]).save()
        with suppress(me.OperationError):
            Item.objects(name=name).update(__raw__={"$nonsense": {"a": 1}})
        with suppress(me.InvalidQueryError):
            Item.objects(nothing=1).first()
    Unique.objects(name=name).delete()


def elsewhere(name: str) -> None:
    """A connection and a database for this moment, and a switched collection."""
    connect(alias=name, database=f"{DATABASE}_other", appName=name)
    # Switching changes the class for a moment, as in MongoEngine: programs guard it.
    with GUARD:
        made = Traveller(name="m").switch_db(name).save()
        assert Traveller.objects.using(name).get(id=made.id).name == "m"
        made.delete()
        Traveller(name=name).switch_collection("elsewhere").save().delete()
    me.disconnect(name)


def a_child(name: str) -> None:
    assert ends_well(in_child(lambda: work(name, rounds=1)))


def leaking(name: str) -> None:
    LEAKED.append(bytearray(1_000_000))


LOAD: list[Callable[[str], Any]] = [work, references, writes, reads, pages, errors, elsewhere]


class Load:
    """The threads at work, and what they have done."""

    def __init__(self, tasks: list[Callable[[str], Any]]) -> None:
        self.tasks = tasks
        self.stop = threading.Event()
        self.done = 0
        self.failures: list[BaseException] = []
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(THREADS)]

    def _run(self, number: int) -> None:
        try:
            for count, task in enumerate(itertools.cycle(self.tasks)):
                if self.stop.is_set():
                    return
                name = f"t{number}-{count}"
                task(name)
                Item.objects(name__startswith=name).delete()
                self.done += 1
        except BaseException as error:
            self.failures.append(error)
            self.stop.set()

    def finish(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a thread hangs"
        if self.failures:
            raise self.failures[0]


def grown(samples: list[Held]) -> str:
    """Say what has grown between the middle third and the last one (the first is for warming up), or return ""."""
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[-third:]
    for name, tolerance in (("memory", 4.0), ("threads", 8.0), ("descriptors", 12.0), ("connections", 12.0)):
        before, after = (statistics.median(getattr(sample, name) for sample in part) for part in (middle, last))
        if after > before * 1.03 + tolerance:
            return f"{name} grew from {before:.1f} to {after:.1f}"
    return ""


def main(seconds: float, leak: bool) -> None:
    server = plain_client()
    connect()
    # Otherwise one thread builds the index while another already inserts, as in MongoEngine.
    Unique.ensure_indexes()
    load = Load([*LOAD, leaking] if leak else LOAD)
    for thread in load.threads:
        thread.start()
    every = min(60.0, seconds / 15)
    start, samples = time.monotonic(), []
    while not load.stop.is_set() and time.monotonic() - start < seconds:
        load.stop.wait(every)
        # Forks are this thread's: a child of a worker would carry on with the worker's loop.
        a_child(f"child{len(samples)}")
        Item.objects(name__startswith="child").delete()
        samples.append(held(server))
        print(f"{time.monotonic() - start:6.1f} s, {load.done} rounds: {samples[-1]}", flush=True)
    load.finish()
    found = grown(samples)
    if found:
        raise SystemExit(found)
    print("done", is_native(), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), "leak" in sys.argv[2:])
