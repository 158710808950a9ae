"""``python -m benchmarks.floor``: how far cases are from what server and wire alone take.

The floor of a case is the time that the commands of its pymongo version take when their bytes, encoded beforehand, are
sent over a plain socket and the replies are read and thrown away: nothing is encoded, decoded or kept. What is above it
is driver and mapper. Cases without commands, or without a pymongo version, have no floor.
"""

import argparse
import socket
import statistics
import struct
import time
from collections.abc import Callable
from typing import Any

from bson import encode
from pymongo import MongoClient, monitoring

from benchmarks.case import STANDALONE, Case
from benchmarks.cases import CASES
from benchmarks.datasets import ensure
from benchmarks.libraries import OURS, RawLibrary, open_library
from benchmarks.rounds import time_round
from mongoengine_fast.testing import start_mongod

HEADER = struct.Struct("<iiii")
OP_MSG = 2013
MOST = 60


class Recorder(monitoring.CommandListener):
    """Keeps the commands that pymongo sends."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Keep a command as it goes over the wire."""
        self.commands.append({**event.command, "$db": event.database_name})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Answers are of no interest."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """No case fails."""
        raise AssertionError(event.failure)


class RecordedLibrary(RawLibrary):
    """pymongo, with its commands on record."""

    def __init__(self, uri: str, database: str) -> None:
        super().__init__(uri, database)
        self.recorder = Recorder()
        self.listened: MongoClient[dict[str, Any]] = MongoClient(uri, event_listeners=[self.recorder])

    def commands_of(self, case: Case) -> list[dict[str, Any]]:
        """The commands of the case's work, in their order."""
        prepared = case.prepare(self)
        quiet, self.database = self.database, self.listened[self.database.name]
        assert case.raw is not None
        try:
            case.raw(self, prepared)
        finally:
            self.database = quiet
        commands, self.recorder.commands = self.recorder.commands, []
        return commands


class Wire:
    """One connection, without a driver."""

    def __init__(self, uri: str) -> None:
        host, port = uri.removeprefix("mongodb://").rstrip("/").split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(48 << 20)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.close()

    def send(self, message: bytes) -> memoryview:
        """Send a message and return the reply's bytes, which the next one overwrites."""
        self._socket.sendall(message)
        view = memoryview(self._buffer)
        length, have = 16, 0
        while have < length:
            have += self._socket.recv_into(view[have:])
            if have >= 16:
                length = HEADER.unpack_from(self._buffer)[0]
        return view[21:length]


def message(command: dict[str, Any]) -> bytes:
    """An OP_MSG with one body section (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/)."""
    body = encode(command)
    return HEADER.pack(16 + 5 + len(body), 1, 0, OP_MSG) + b"\0\0\0\0\0" + body


#: Where the identifier of a cursor stands in a ``getMore``, which is the first key of its body.
CURSOR_AT = HEADER.size + 5 + 4 + len(b"\x12getMore\0")


def replay(wire: Wire, commands: list[dict[str, Any]]) -> Callable[[], None]:
    """What sends the commands again; a ``getMore`` names the cursor that the reply before it named."""
    messages = [(message(command), "getMore" in command) for command in commands]

    def send_all() -> None:
        reply = memoryview(b"")
        for sent, goes_on in messages:
            if goes_on:
                sent = sent[:CURSOR_AT] + _cursor_of(reply) + sent[CURSOR_AT + 8 :]
            reply = wire.send(sent)

    return send_all


def _cursor_of(reply: memoryview) -> bytes:
    """The identifier of the cursor in a reply, found without decoding: behind the batch, at the end."""
    tail = bytes(reply[-400:])
    at = tail.rfind(b"\x12id\0")
    if at < 0:
        raise ValueError("no cursor in the reply before")
    return tail[at + 4 : at + 12]


def measure(case: Case, ours: Any, recorded: RecordedLibrary, wire: Wire) -> tuple[float, float] | None:
    """Median seconds of the case on ours, and of its floor; None where nothing is sent."""
    commands = recorded.commands_of(case)
    if not commands:
        return None
    again = replay(wire, commands)
    walls: list[float] = []
    floors: list[float] = []
    until = time.perf_counter() + 2
    while len(walls) < 5 or (len(walls) < MOST and time.perf_counter() < until):
        walls.append(time_round(case, ours)[0])
        case.prepare(recorded)
        started = time.perf_counter()
        for _ in range(case.loops):
            again()
        floors.append((time.perf_counter() - started) / case.loops)
    return statistics.median(walls), statistics.median(floors)


def main() -> None:
    """Print a line for each case."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.floor", description=__doc__)
    parser.add_argument("--only", default="", help="comma-separated names of cases; the README's without")
    only = set(filter(None, parser.parse_args().only.split(",")))
    with start_mongod(journal=False) as server, Wire(server.uri) as wire:
        ours = open_library(OURS, server.uri, "default")
        recorded = RecordedLibrary(server.uri, "floor")
        print("| case | ours | server and wire | driver and mapper |\n|---|--:|--:|--:|")
        for case in CASES:
            chosen = case.name in only if only else case.headline
            if not chosen or case.raw is None or case.work(ours) is None or case.deployment != STANDALONE:
                continue
            for name in case.needs:
                ensure(name, [ours, recorded])
            found = measure(case, ours, recorded, wire)
            if found is not None:
                wall, floor = (seconds * 1e6 for seconds in found)
                print(
                    f"| {case.title} | {wall:,.0f} us | {floor:,.0f} us | {max(wall - floor, 0):,.0f} us |", flush=True
                )


if __name__ == "__main__":
    main()
