"""Clients that cannot do their work: pymongo's exceptions, in bounded time."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pymongo
import pytest
from pymongo.errors import AutoReconnect, OperationFailure, ServerSelectionTimeoutError

from mongoengine_fast import lanes


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize(
    "operation",
    [
        lambda c: lanes.find_one(c),
        lambda c: lanes.insert_one(c, {"a": 1}),
        lambda c: lanes.insert_many(c, [{"a": 1}]),
        lambda c: lanes.update_one(c, {}, {"$set": {"a": 1}}),
        lambda c: lanes.delete_many(c, {}),
        lambda c: list(lanes.aggregate(c, [])),
        lambda c: lanes.count_documents(c, {}),
    ],
)
def test_an_unreachable_server(operation: Any) -> None:
    with pymongo.MongoClient("127.0.0.1", closed_port(), serverSelectionTimeoutMS=400) as client:
        start = time.monotonic()
        with pytest.raises(
            ServerSelectionTimeoutError, match=r"Connection refused.*Timeout: 0.4s, Topology Description"
        ):
            operation(client.db.things)
        assert 0.3 < time.monotonic() - start < 3
        lanes.release(client)


def test_wrong_credentials(mongodb: Any) -> None:
    with mongodb.client() as admin:
        admin.lanes_auth.command("createUser", "user", pwd="right", roles=["readWrite"])
    host = mongodb.uri.rpartition("/")[2]
    try:
        with pymongo.MongoClient(f"mongodb://user:right@{host}/lanes_auth") as client:
            lanes.reset()
            lanes.insert_one(client.lanes_auth.things, {"_id": 1})
            assert lanes.find_one(client.lanes_auth.things) == {"_id": 1}
            assert lanes.report()["native_share"] == 1.0
            lanes.release(client)
        with pymongo.MongoClient(f"mongodb://user:wrong@{host}/lanes_auth", heartbeatFrequencyMS=500) as client:
            failures = []
            for operation in (lanes.find_one, lambda c: c.find_one()):
                with pytest.raises(OperationFailure) as raised:
                    operation(client.lanes_auth.things)
                failures.append((str(raised.value), raised.value.code, raised.value.details))
            assert failures[0] == failures[1]
            assert failures[0][1] == 18
            with pytest.raises(OperationFailure, match="Authentication failed"):
                lanes.insert_one(client.lanes_auth.things, {"_id": 2})
            lanes.release(client)
    finally:
        with mongodb.client() as admin:
            admin.lanes_auth.command("dropUser", "user")
            admin.drop_database("lanes_auth")


class Silent:
    """A server that accepts connections and never answers, or closes them."""

    def __init__(self, *, close: bool) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._close = close
        self._kept: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self._close:
                connection.close()
            else:
                self._kept.append(connection)

    def stop(self) -> None:
        self._listener.close()
        for connection in self._kept:
            connection.close()


@pytest.mark.parametrize("close", [True, False])
def test_a_server_that_never_answers(close: bool) -> None:
    server = Silent(close=close)
    try:
        with pymongo.MongoClient(
            "127.0.0.1", server.port, serverSelectionTimeoutMS=700, connectTimeoutMS=300
        ) as client:
            start = time.monotonic()
            with pytest.raises(ServerSelectionTimeoutError):
                lanes.find_one(client.db.things)
            assert time.monotonic() - start < 4
            lanes.release(client)
    finally:
        server.stop()


def test_a_server_that_dies(tmp_path: Any) -> None:
    from mongoengine_fast.testing import Standalone

    with Standalone() as server:
        client = server.client(serverSelectionTimeoutMS=500)
        things = client.db.things
        lanes.insert_one(things, {"_id": 1})
        cursor = lanes.find(things)
        server.stop()
        start = time.monotonic()
        with pytest.raises(AutoReconnect):
            lanes.insert_one(things, {"_id": 2})
        with pytest.raises(AutoReconnect):
            next(cursor)
        assert time.monotonic() - start < 5
        lanes.release(client)
        client.close()
