"""A TCP proxy on loopback, between a client and one server, that can be told to fail.

It passes whole messages of MongoDB's protocol on, so that it knows where the middle of one is.  It is used with direct
connections: members that know each other by a proxy's address would talk through it too, and what is meant for the
client's connections would cost the set its primary as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from types import TracebackType
from typing import Any

REQUESTS = "requests"
REPLIES = "replies"
_LENGTH = struct.Struct("<i")
#: Has a closed socket send RST and forget what it had not sent.
_ABORT = struct.pack("ii", 1, 0)
_PATIENCE = 10.0
_Pair = tuple[asyncio.StreamWriter, asyncio.StreamWriter]


class Proxy:
    """A context manager: listens on a port of its own and connects each client to `port`."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._truncate = {REQUESTS: 0, REPLIES: 0}
        self._only = b""
        self._delay = 0.0
        self._piece = 0
        #: How many messages were broken off.
        self.truncated = 0

    @property
    def uri(self) -> str:
        """A URI that reaches the server through this proxy only."""
        return f"mongodb://127.0.0.1:{self._listener.getsockname()[1]}/?directConnection=true"

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def cut(self) -> None:
        """Reset every connection, whatever it is in the middle of; new ones are taken."""
        self._run(self._cut())

    def delay(self, seconds: float) -> None:
        """Hold every message back for so long, both ways; 0 ends that."""
        self._delay = seconds

    def truncate(self, direction: str, messages: int, only: str = "") -> None:
        """Break the next `messages` messages of `direction` off in their middle, each with its connection.

        `only` names a command: nothing else, nor the replies to anything else, is meant.
        """
        self._only = b"\x02" + only.encode() + b"\0" if only else b""
        self._truncate[direction] = messages

    def split(self, piece: int) -> None:
        """Send everything in pieces of so many bytes; 0 ends that."""
        self._piece = piece

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, sock=self._listener)

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._cut()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _cut(self) -> None:
        for pair in list(self._pairs):
            _reset(pair)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except asyncio.CancelledError:
            pass  # the proxy stops, and asyncio would report a task that was cancelled
        finally:
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, server_writer)
        for end in pair:
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pairs.add(pair)
        asked = [b""]
        ways = [
            self._pass_on(reader, server_writer, REQUESTS, asked),
            self._pass_on(server_reader, writer, REPLIES, asked),
        ]
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            self._pairs.discard(pair)
            _reset(pair)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, direction: str, asked: list[bytes]
    ) -> None:
        """Pass messages on until either end closes; `asked` holds the last request of the connection."""
        # Ends that go away are what this is about.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                header = await reader.readexactly(_LENGTH.size)
                message = header + await reader.readexactly(_LENGTH.unpack(header)[0] - _LENGTH.size)
                if direction == REQUESTS:
                    asked[0] = message
                if self._delay:
                    await asyncio.sleep(self._delay)
                if self._truncate[direction] and self._only in asked[0]:
                    self._truncate[direction] -= 1
                    self.truncated += 1
                    writer.write(message[: len(message) // 2])
                    await writer.drain()
                    writer.write_eof()
                    return
                for piece in self._pieces(message):
                    writer.write(piece)
                    await writer.drain()

    def _pieces(self, message: bytes) -> list[bytes]:
        size = self._piece or len(message)
        return [message[start : start + size] for start in range(0, len(message), size)]


def _reset(pair: _Pair) -> None:
    for end in pair:
        # A socket that is closed already takes no options.
        with contextlib.suppress(OSError):
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        end.transport.abort()
