"""Forks at a moment that the argument names; parent and children then work at the same time."""

import os
import sys
import threading
import time

from children import ends_well, in_child
from shop import Item, connect, is_native, me, plain_client, work


def before_connecting() -> None:
    """Children connect on their own; the parent does so afterwards."""

    def child(number: int) -> None:
        connect()
        work(f"child{number}")

    pids = [in_child(lambda number=number: child(number)) for number in range(3)]
    connect()
    work("parent")
    assert all(ends_well(pid) for pid in pids)


def before_first_use() -> None:
    """The client is there and was never asked anything."""
    connect()
    pids = [in_child(lambda number=number: work(f"child{number}")) for number in range(3)]
    work("parent")
    assert all(ends_well(pid) for pid in pids)


def after_use() -> None:
    """Children and grandchildren of a process that has connections, half read cursors and loaded documents."""
    connect()
    Item.objects.insert([Item(name=f"old-{number}") for number in range(250)])
    half_read = iter(Item.objects(name__startswith="old-").batch_size(20).order_by("id"))
    loaded = next(half_read)

    def child(number: int) -> None:
        work(f"child{number}")
        loaded.tags.append("seen")
        loaded.reload()
        grandchild = in_child(lambda: work(f"grandchild{number}"))
        assert ends_well(grandchild)
        work(f"child{number}-again")

    pids = [in_child(lambda number=number: child(number)) for number in range(3)]
    work("parent")
    assert all(ends_well(pid) for pid in pids)
    assert len(list(half_read)) == 249


def with_work_in_flight() -> None:
    """Other threads are in the middle of operations whenever a child is made."""
    connect()
    Item(name="slow").save()
    stop, failures, rounds = threading.Event(), [], [0]

    def busy(number: int) -> None:
        try:
            while not stop.is_set():
                work(f"busy{number}-{rounds[0]}", rounds=2)
                rounds[0] += 1
        except BaseException as error:
            failures.append(error)

    def slow() -> None:
        while not stop.is_set():
            assert Item.objects(name="slow", __raw__={"$where": "sleep(150) || true"}).first().name

    threads = [threading.Thread(target=busy, args=(number,)) for number in range(3)] + [threading.Thread(target=slow)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    for number in range(12):
        before = rounds[0]
        assert ends_well(in_child(lambda number=number: work(f"child{number}")))
        deadline = time.monotonic() + 20
        while rounds[0] == before and not failures:
            assert time.monotonic() < deadline, "the parent's threads hang after a fork"
            time.sleep(0.005)
    stop.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert failures == [], failures


def with_orderly_exit() -> None:
    """A child that leaves through `sys.exit` runs every destructor of the parent's objects, and harms nothing."""
    connect()
    Item.objects.insert([Item(name=f"old-{number}") for number in range(250)])
    half_read = iter(Item.objects(name__startswith="old-").batch_size(20))
    next(half_read)
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            if number:
                work(f"child{number}")
            if number == 2:
                me.disconnect()
            sys.exit(0)
        assert ends_well(pid)
        work(f"parent{number}")
    assert len(list(half_read)) == 249


def with_disconnected_child() -> None:
    """A child may disconnect and connect again; the parent's connection stays."""
    connect()
    work("parent")

    def child() -> None:
        me.disconnect()
        connect()
        work("child")
        me.disconnect()

    assert ends_well(in_child(child))
    work("parent-again")


def reading_on() -> None:
    """A child reads on in its parent's cursor; then the parent does."""
    connect()
    Item.drop_collection()
    Item.objects.insert([Item(name=f"old-{number}") for number in range(250)])
    rows = iter(Item.objects.batch_size(20))
    next(rows)

    def read(who: str) -> None:
        try:
            print(who, len(list(rows)), flush=True)
        except Exception as error:
            print(who, type(error).__name__, flush=True)

    assert ends_well(in_child(lambda: read("child")))
    read("parent")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    assert is_native()
    stored = plain_client()[me.get_db().name]["item"].distinct("name")
    print(len(stored))
