"""Threads, forks, interrupts and idle times."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from mongoengine_fast import lanes


@pytest.fixture
def things(mongodb_database: Any) -> Any:
    return mongodb_database["things"]


def test_many_threads(things: Any) -> None:
    failures: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(50):
                key = thread * 1000 + number
                lanes.insert_one(things, {"_id": key, "t": thread})
                assert lanes.find_one(things, {"_id": key}) == {"_id": key, "t": thread}
                lanes.update_one(things, {"_id": key}, {"$inc": {"t": 1}})
                assert lanes.find(things, {"_id": key}).next_batch(9) == [{"_id": key, "t": thread + 1}]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert things.count_documents({}) == 400


def test_waits_do_not_queue_up(things: Any) -> None:
    """Five sleeps on the server, in five threads, take the time of one."""
    lanes.insert_one(things, {"_id": 1})

    def sleep() -> None:
        assert lanes.count_documents(things, {"$expr": {"$function": _SLEEP}}) == 1

    threads = [threading.Thread(target=sleep) for _ in range(5)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    quick = time.monotonic()
    lanes.find_one(things)
    assert time.monotonic() - quick < 0.5
    for thread in threads:
        thread.join(20)
    assert time.monotonic() - start < 2.5


_SLEEP = {"body": "function() { sleep(700); return true; }", "args": [], "lang": "js"}


def run(script: str, uri: str) -> str:
    finished = subprocess.run(  # noqa: PLW1510 - the exit code is looked at below
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script, uri],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


FORK = """
import os, sys, time, pymongo
from mongoengine_fast import lanes
client = pymongo.MongoClient(sys.argv[1])
things = client.lanes_fork.things
things.drop()
lanes.insert_many(things, [{"_id": n} for n in range(300)])
cursor = lanes.find(things, batch_size=10, sort=[("_id", 1)])
assert len(cursor.next_batch(5)) == 5
ends = []
for child in range(3):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            for n in range(100):
                lanes.insert_one(things, {"_id": f"{child}-{n}", "child": child})
                assert lanes.find_one(things, {"_id": f"{child}-{n}"})["child"] == child
            assert len(lanes.find(things, {"child": child}).next_batch(1000)) == 100
            inner = os.fork()
            if inner == 0:
                os._exit(0 if lanes.find_one(things, {"_id": f"{child}-7"}) else 1)
            assert os.waitpid(inner, 0)[1] == 0
            code = 0
        finally:
            if code:
                import traceback; traceback.print_exc()
            os._exit(code)
    ends.append(pid)
for n in range(100):
    lanes.insert_one(things, {"_id": f"p-{n}", "child": "parent"})
    assert lanes.find_one(things, {"_id": f"p-{n}"})["child"] == "parent"
assert [os.waitpid(pid, 0)[1] for pid in ends] == [0, 0, 0]
assert len(cursor.next_batch(1000)) >= 295
assert lanes.count_documents(things, {}) == 700
client.drop_database("lanes_fork")
assert lanes.report()["native_share"] == 1.0, lanes.report()
print("done")
"""


def test_children_and_parent_work_at_once(mongodb_uri: str) -> None:
    assert run(FORK, mongodb_uri) == "done\n"


INTERRUPT = """
import os, signal, sys, threading, time, pymongo
from mongoengine_fast import lanes
client = pymongo.MongoClient(sys.argv[1])
things = client.lanes_interrupt.things
things.drop()
lanes.insert_one(things, {"_id": 1})
# A shell starts background jobs with SIGINT ignored, which Python then leaves so.
signal.signal(signal.SIGINT, signal.default_int_handler)
for name, operation in {
    "find": lambda: lanes.find(things, {"$where": "sleep(4000) || true"}).next_batch(1),
    "find_one": lambda: lanes.find_one(things, {"$where": "sleep(4000) || true"}),
    "update_many": lambda: lanes.update_many(things, {"$where": "sleep(4000) || true"}, {"$set": {"a": 1}}),
}.items():
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    try:
        operation()
    except KeyboardInterrupt:
        pass
    else:
        raise SystemExit(f"{name} was not interrupted in {time.monotonic() - start:.1f} s")
    took = time.monotonic() - start
    assert took < 1.5, (name, took)
    assert lanes.find_one(things)["_id"] == 1
client.drop_database("lanes_interrupt")
print("done")
"""


def test_ctrl_c_ends_a_wait(mongodb_uri: str) -> None:
    assert run(INTERRUPT, mongodb_uri) == "done\n"


SIGNAL = """
import os, signal, sys, threading, pymongo
from mongoengine_fast import lanes
client = pymongo.MongoClient(sys.argv[1])
things = client.lanes_signal.things
things.drop()
lanes.insert_one(things, {"_id": 1})
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(lanes.find_one(things)["_id"]))
threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1)).start()
body = "function() { sleep(600); return true; }"
assert lanes.count_documents(things, {"$expr": {"$function": {"body": body, "args": [], "lang": "js"}}}) == 1
assert seen == [1], seen
client.drop_database("lanes_signal")
print("done")
"""


def test_a_signal_handler_may_query(mongodb_uri: str) -> None:
    assert run(SIGNAL, mongodb_uri) == "done\n"


def test_after_an_idle_time(mongodb: Any) -> None:
    """Monitoring goes on meanwhile: the server sees its heartbeats, and the next operation is quick."""
    with mongodb.client(heartbeatFrequencyMS=500) as client:
        things = client.lanes_idle.things
        lanes.insert_one(things, {"_id": 1})
        time.sleep(6)
        start = time.monotonic()
        assert lanes.find_one(things) == {"_id": 1}
        assert time.monotonic() - start < 0.5
        client.drop_database("lanes_idle")
        lanes.release(client)


def test_a_restarted_server() -> None:
    """While nothing was asked, the pool of dead connections was noticed and cleared."""
    from mongoengine_fast.testing import Standalone

    with Standalone() as server:
        client = server.client(heartbeatFrequencyMS=500)
        things = client.db.things
        lanes.insert_one(things, {"_id": 1})
        server.member.restart()
        time.sleep(2.5)
        lanes.insert_one(things, {"_id": 2})
        assert [row["_id"] for row in lanes.find(things, sort=[("_id", 1)])][-1] == 2
        lanes.release(client)
        client.close()


def test_exit_without_closing(mongodb_uri: str) -> None:
    script = """
import sys, threading, time, pymongo
from mongoengine_fast import lanes
things = pymongo.MongoClient(sys.argv[1]).lanes_exit.things
lanes.insert_many(things, [{"a": n} for n in range(200)])
cursor = lanes.find(things, batch_size=10)
next(cursor)
def work():
    while True:
        lanes.find_one(things)
threading.Thread(target=work, daemon=True).start()
time.sleep(0.3)
print("done")
"""
    assert run(script, mongodb_uri) == "done\n"
