"""A program under gevent or eventlet, as the argument says: pymongo carries it, and its green threads overlap."""

import sys

LIBRARY = sys.argv[1]

if LIBRARY == "gevent":
    from gevent import monkey

    monkey.patch_all()
else:
    import eventlet

    eventlet.monkey_patch()

import threading  # noqa: E402 - after the patches, as in any such program
import time  # noqa: E402

from shop import Item, connect, me, plain_client, work  # noqa: E402

THREADS = 12
NAP_MS = 400


def spawn(function, names):
    """Run `function(name)` in green threads, and wait for all of them."""
    if LIBRARY == "gevent":
        import gevent

        threads = [gevent.spawn(function, name) for name in names]
        gevent.joinall(threads, timeout=60, raise_error=True)
        return [thread.value for thread in threads]
    return list(eventlet.GreenPool(THREADS).imap(function, names))


def nap(number):
    assert Item.objects(name="slow", __raw__={"$where": f"sleep({NAP_MS}) || true"}).first().name == "slow"
    return number


def main() -> None:
    connect()
    Item(name="slow").save()
    ticks = []
    going = True

    def tick():
        while going:
            ticks.append(time.monotonic())
            time.sleep(0.02)

    ticker = threading.Thread(target=tick)
    ticker.start()
    start = time.monotonic()
    assert spawn(nap, range(THREADS)) == list(range(THREADS))
    took = time.monotonic() - start
    # One after the other they would take twice as long; meanwhile other green threads go on.
    assert took < THREADS * NAP_MS / 1000 * 0.7, took
    assert len(ticks) > 5, len(ticks)
    spawn(work, [f"green{number}" for number in range(THREADS)])
    going = False
    ticker.join(10)
    assert plain_client()[me.get_db().name]["item"].count_documents({}) == THREADS * 5 + 1
    if me.__name__ == "mongoengine_fast":
        report = me.lanes.report()
        assert report["native_share"] == 0, report
        assert set(report["reasons"]) == {"gevent or eventlet has replaced sockets"}, report
        print(sorted(lane for lane, count in report["lanes"].items() if count))
    me.disconnect()


if __name__ == "__main__":
    main()
