"""The proxy of the fault tests fails in the way that it was told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from mongoengine_fast.testing import ReplicaSet
from tests.faults.proxy import REPLIES, REQUESTS, Proxy
from tests.faults.scene import recover

pytestmark = pytest.mark.faults


@pytest.fixture
def proxy(replica_set: ReplicaSet) -> Iterator[Proxy]:
    """The way to the primary."""
    recover(replica_set)
    with Proxy(replica_set.wait_for_primary().port) as found:
        yield found


@pytest.fixture
def things(proxy: Proxy) -> Iterator[Any]:
    """A collection behind the proxy, without retries."""
    with MongoClient(f"{proxy.uri}&retryWrites=false&retryReads=false&heartbeatFrequencyMS=500") as client:
        things = client.proxied.things
        things.delete_many({})
        yield things


def test_nothing_happens_untold(things: Any) -> None:
    things.insert_one({"_id": 1, "text": "x" * 1_000_000})
    assert len(things.find_one()["text"]) == 1_000_000


@pytest.mark.parametrize(("direction", "stored"), [(REQUESTS, 0), (REPLIES, 1)])
def test_truncating(things: Any, proxy: Proxy, direction: str, stored: int) -> None:
    proxy.truncate(direction, 1, only="insert")
    things.find_one()
    with pytest.raises(AutoReconnect):
        things.insert_one({"_id": 1})
    assert proxy.truncated == 1
    assert things.count_documents({}) == stored


def test_cutting(proxy: Proxy) -> None:
    port = int(proxy.uri.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        # Until the proxy has taken it there is nothing to cut.
        time.sleep(0.3)
        proxy.cut()
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    with MongoClient(proxy.uri) as client:
        assert client.admin.command("ping")["ok"] == 1


def test_delaying(things: Any, proxy: Proxy) -> None:
    things.find_one()
    proxy.delay(0.2)
    start = time.monotonic()
    things.find_one()
    assert 0.4 <= time.monotonic() - start < 3
    proxy.delay(0)


@pytest.mark.parametrize("piece", [1, 7])
def test_splitting(things: Any, proxy: Proxy, piece: int) -> None:
    proxy.split(piece)
    things.insert_one({"_id": 1, "text": "x" * 5_000})
    assert len(things.find_one()["text"]) == 5_000
