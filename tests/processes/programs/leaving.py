"""Ends with work in flight, in the way that the argument names."""

import atexit
import gc
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from shop import Item, connect, in_threads, me, work

KEPT: list[Any] = []


def busy(number: int) -> None:
    """Query for ever; whatever stops it at the exit is nobody's business."""
    while True:
        work(f"busy{number}-{time.monotonic()}", rounds=1)
        list(Item.objects.batch_size(3).limit(10))


def start_busy_threads(number: int = 6) -> None:
    for each in range(number):
        threading.Thread(target=busy, args=(each,), daemon=True).start()
    time.sleep(0.3)


def slow_query() -> Any:
    return Item.objects(__raw__={"$where": "sleep(1500) || true"}).first()


def daemon_threads() -> None:
    start_busy_threads()


def daemon_thread_in_a_long_wait() -> None:
    threading.Thread(target=slow_query, daemon=True).start()
    time.sleep(0.2)


def daemon_thread_without_a_server() -> None:
    me.connect("nothing", alias="dead", host="mongodb://127.0.0.1:1", uuidRepresentation="standard")

    class Dead(me.Document):
        meta = {"db_alias": "dead"}

    threading.Thread(target=lambda: Dead.objects.first(), daemon=True).start()
    time.sleep(0.2)


def plain_threads() -> None:
    for number in range(4):
        threading.Thread(target=work, args=(f"late{number}", 20)).start()


def queries_at_exit() -> None:
    start_busy_threads(3)
    atexit.register(lambda: print(Item.objects(name="first").count(), flush=True))
    atexit.register(work, "at-exit")


def hard_exit() -> None:
    start_busy_threads()
    sys.stdout.flush()
    os._exit(0)


def exit_in_a_thread() -> None:
    def leave(number: int) -> None:
        work(f"leaving{number}")
        sys.exit(3)

    threads = [threading.Thread(target=leave, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work("after")


def half_read_cursors() -> None:
    for size in (2, 5, 50):
        rows = iter(Item.objects.batch_size(size))
        next(rows)
        KEPT.append(rows)
        KEPT.append(Item.objects.aggregate([], batchSize=size))
        next(KEPT[-1])
        KEPT.append(Item.objects.batch_size(size))
        KEPT[-1][0]
        len(KEPT[-1]._result_cache or ())


class Querying:
    """Asks the database when it is freed, which at the exit may be after the modules are."""

    def __init__(self) -> None:
        self.item = Item.objects.first()
        self.mine = self

    def __del__(self) -> None:
        try:
            Item.objects(name="first").first()
            self.item.tags.append("freed")
            self.item.save()
        except Exception:
            pass


def globals_freed_late() -> None:
    gc.disable()
    # In three places that are emptied one after the other: a module, another module, the type itself.
    KEPT.append(Querying())
    sys.modules["shop"].kept = Querying()  # type: ignore[attr-defined]
    sys.kept = Querying()  # type: ignore[attr-defined]
    Item.kept = Querying()
    half_read_cursors()
    start_busy_threads(2)


def executor_at_exit() -> None:
    executor = ThreadPoolExecutor(4)
    for number in range(12):
        executor.submit(work, f"pooled{number}")


def uncaught_exception() -> None:
    start_busy_threads(3)
    for _ in Item.objects.batch_size(2):
        raise LookupError("nobody catches this")


def disconnected_at_exit() -> None:
    atexit.register(me.disconnect_all)
    start_busy_threads(3)


if __name__ == "__main__":
    connect()
    Item.objects.insert([Item(name="first"), *(Item(name=f"more-{number}") for number in range(60))])
    in_threads(lambda number: work(f"warm{number}", rounds=1), 3)
    globals()[sys.argv[1]]()
    print("left", flush=True)
