"""Connects, works and disconnects, as often as the argument says; prints what is held before and after."""

import sys
import time

from counting import Held, held, settled
from pymongo.errors import PyMongoError
from shop import Item, connect, me, plain_client

WARM = 100
#: Ways to end a connection, taken in turn: what was opened and how much of it was read differs.
WAYS = ("plain", "half read", "unused", "by the client", "two aliases")
NOTHING = Held(0, 0, 0, 0)


def cycle(number: int) -> None:
    way = WAYS[number % len(WAYS)]
    client = connect()
    if way != "unused":
        Item.objects(name="old-1").first()
        Item.objects(name="old-1").update(inc__count=1)
    if way == "half read":
        next(iter(Item.objects.no_cache().batch_size(2)))
        rows = Item.objects.no_cache().batch_size(2)
        next(rows)
    if way == "two aliases":
        connect(alias="second", database="second")
        assert Item.objects.using("second").first() is None
        me.disconnect("second")
    if way == "by the client":
        client.close()
    try:
        me.disconnect()
    except PyMongoError:  # pymongo's second `close`, with cursors still to kill
        me.disconnect()


def check(before: Held, after: Held, cycles: int) -> None:
    assert after.threads <= before.threads + 2, (before, after)
    assert after.descriptors <= before.descriptors + 2, (before, after)
    assert after.connections <= before.connections + 3, (before, after)
    # Half a kilobyte a cycle, and what an allocator keeps.
    assert after.memory <= before.memory + 4 + cycles * 0.5 / 1024, (before, after)


def main(cycles: int) -> None:
    server = plain_client()
    connect()
    Item.objects.insert([Item(name=f"old-{number}") for number in range(20)])
    me.disconnect()
    for number in range(WARM):
        cycle(number)
    # pymongo's threads take their time to go: none is more than there can be.
    before = settled(server, NOTHING)
    start = time.monotonic()
    for number in range(cycles):
        cycle(number)
        if "-v" in sys.argv and number % 250 == 0:
            print(number, held(server), file=sys.stderr, flush=True)
    took = time.monotonic() - start
    after = settled(server, before)
    print(f"before: {before}")
    print(f"after {cycles} cycles in {took:.1f} s: {after}")
    check(before, after, cycles)


if __name__ == "__main__":
    main(int(sys.argv[1]))
