"""A standalone server: start, stop, failures, and what happens when its owner dies."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError

from mongoengine_fast.testing import External, MongodStartError, Standalone, start_mongod

OWNER = """
import os, signal, sys, time
from mongoengine_fast.testing import Standalone
# A shell starts background jobs with SIGINT ignored, which Python then leaves so.
signal.signal(signal.SIGINT, signal.default_int_handler)
server = Standalone()
server.start()
print(server.member.pid, server.member._directory, flush=True)
if sys.argv[1] == "wait":
    time.sleep(60)
elif sys.argv[1] == "crashes":
    os._exit(3)
elif sys.argv[1] == "fork":
    child = os.fork()
    if child == 0:
        sys.exit(0)
    os.waitpid(child, 0)
    with server.client() as client:
        client.admin.command("ping")
    print("alive", flush=True)
"""


@contextmanager
def start_owner(how):
    with subprocess.Popen([sys.executable, "-c", OWNER, how], stdout=subprocess.PIPE, text=True) as owner:
        pid, directory = owner.stdout.readline().split()
        yield owner, int(pid), directory


def wait_until_gone(pid, directory):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not is_running(pid) and not os.path.exists(directory):
            return
        time.sleep(0.05)
    raise AssertionError(f"mongod {pid} or {directory} outlived its owner")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_start_use_stop():
    with Standalone() as server:
        with server.client() as client:
            client.app.things.insert_one({"_id": 1})
            assert client.app.things.find_one() == {"_id": 1}
        pid, directory = server.member.pid, server.member._directory
    assert not is_running(pid) and not directory.exists()
    server.stop()


def test_start_again_begins_empty():
    server = Standalone()
    for _ in range(2):
        with server, server.client() as client:
            assert client.app.things.count_documents({}) == 0
            client.app.things.insert_one({})


def test_restart_keeps_port_and_data():
    with Standalone() as server:
        port = server.port
        with server.client(w=1, journal=True) as client:
            client.app.things.insert_one({"_id": 1})
        server.member.kill()
        assert not server.member.running and server.member.pid is None
        server.member.restart()
        assert server.port == port
        with server.client() as client:
            assert client.app.things.find_one() == {"_id": 1}


def test_a_paused_server_answers_again_after_resume():
    with Standalone() as server:
        server.member.pause()
        client = server.client(serverSelectionTimeoutMS=300, connectTimeoutMS=300)
        with client, pytest.raises(ServerSelectionTimeoutError):
            client.admin.command("ping")
        server.member.resume()
        with server.client() as client:
            assert client.admin.command("ping")["ok"] == 1


def test_a_server_that_does_not_start_shows_its_log():
    with pytest.raises(MongodStartError, match=r"ended with code \d+\n(.|\n)*no-such-option"):
        Standalone(arguments=["--no-such-option"]).start()


def test_a_taken_port_is_an_error_when_it_was_asked_for():
    with Standalone() as server, pytest.raises(MongodStartError, match="ended with code"):
        Standalone(port=server.port).start()


def test_the_server_of_the_environment_is_used_and_left_alone(monkeypatch):
    with Standalone() as server:
        monkeypatch.setenv("MONGODB_URI", server.uri)
        with start_mongod() as used:
            assert isinstance(used, External) and used.uri == server.uri
        assert server.member.running


def test_an_unreachable_server_of_the_environment_is_an_error(monkeypatch):
    monkeypatch.setenv("MONGODB_URI", "mongodb://127.0.0.1:1/")
    monkeypatch.setattr(External, "client", lambda self, **options: MongoClient(self.uri, serverSelectionTimeoutMS=200))
    with pytest.raises(MongodStartError, match="MONGODB_URI does not answer"):
        start_mongod()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_a_signalled_owner(number):
    with start_owner("wait") as (owner, pid, directory):
        owner.send_signal(number)
        assert owner.wait(timeout=20) != 0
    wait_until_gone(pid, directory)


@pytest.mark.parametrize("how", ["exits", "crashes"])
def test_it_ends_with_an_owner_that(how):
    with start_owner(how) as (_, pid, directory):
        pass
    wait_until_gone(pid, directory)


def test_a_forked_child_does_not_stop_it():
    with start_owner("fork") as (owner, pid, directory):
        assert owner.stdout.read().split() == ["alive"]
    wait_until_gone(pid, directory)
