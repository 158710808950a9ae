"""Closes the client while threads are in the middle of operations, again and again; prints what the threads saw.

The argument says how: by the package's `disconnect`, or by the client's own `close`.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pymongo.errors import InvalidOperation
from shop import PACKAGE, Item, connect, me, work

ROUNDS, THREADS = 12, 6
#: What may become of an operation whose client goes away: pymongo's words for it, or MongoEngine's.
EXPECTED = {
    "pymongo.errors.InvalidOperation",
    "pymongo.errors.AutoReconnect",
    # A thread of pymongo's that was about to take a connection.
    "pymongo.pool_shared._PoolClosedError",
    f"{PACKAGE}.connection.ConnectionFailure",
}


def read_on(number: int) -> None:
    """Read a cursor of many batches, one row after the other."""
    for _ in Item.objects.no_cache().batch_size(2).limit(60):
        pass


def aggregate(number: int) -> None:
    for _ in Item.objects.aggregate([{"$limit": 60}], batchSize=2):
        pass


def write(number: int) -> None:
    work(f"closing{number}-{time.monotonic()}", rounds=1)


def first(number: int) -> None:
    Item.objects(name="old-1").first()


TASKS: list[Callable[[int], Any]] = [read_on, aggregate, write, first, write, first]


def until_it_fails(number: int, seen: Counter[str], messages: Counter[str]) -> None:
    try:
        while True:
            TASKS[number % len(TASKS)](number)
    except Exception as error:
        seen[f"{type(error).__module__}.{type(error).__qualname__}"] += 1
        messages[f"{TASKS[number % len(TASKS)].__name__}: {type(error).__name__}: {str(error)[:60]}"] += 1


def close_while_used(how: str, seen: Counter[str], messages: Counter[str]) -> None:
    client = connect()
    Item.objects.first()
    half_read = iter(Item.objects.no_cache().batch_size(3))
    next(half_read)
    threads = [threading.Thread(target=until_it_fails, args=(n, seen, messages), daemon=True) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    if how == "disconnect":
        me.disconnect()
    else:
        client.close()
    for thread in threads:
        thread.join(15)
        assert not thread.is_alive(), "a thread hangs"
    try:
        list(half_read)
    except Exception as error:
        seen[f"{type(error).__module__}.{type(error).__qualname__}"] += 1
    # Cursors that pymongo has still to kill make its second `close` fail, under MongoEngine; the next one works.
    with suppress(InvalidOperation):
        me.disconnect()
    me.disconnect()


def main(how: str) -> None:
    connect()
    Item.objects.insert([Item(name=f"old-{number}") for number in range(100)])
    me.disconnect()
    seen: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    for _ in range(ROUNDS):
        close_while_used(how, seen, messages)
    print(json.dumps(seen), file=sys.stderr)
    for text, number in sorted(messages.items()):
        print(number, text, file=sys.stderr)
    assert set(seen) <= EXPECTED, seen
    assert seen["pymongo.errors.InvalidOperation"] or seen[f"{PACKAGE}.connection.ConnectionFailure"], seen
    connect()
    work("afterwards")
    me.disconnect()
    print("done")


if __name__ == "__main__":
    main(sys.argv[1])
