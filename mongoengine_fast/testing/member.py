"""One ``mongod`` process."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from mongoengine_fast.testing.binary import find_mongod, mongod_version
from mongoengine_fast.testing.errors import MongodStartError
from mongoengine_fast.testing.ownership import owner

_LOG_TAIL = 25
_LOG_WIDTH = 400
_LISTENING = "Waiting for connections"
_UNAUTHORIZED = 13  # the server's code
_ADDRESS_IN_USE = 48  # mongod's exit code
_NOJOURNAL_BEFORE = (6, 1)
_QUIESCE_SINCE = (5, 0)


def data_root() -> Path:
    """The folder for data directories: memory (``/dev/shm``) where there is room, else the temporary folder."""
    memory = Path("/dev/shm")
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 << 30:
        return memory
    return Path(tempfile.gettempdir())


def free_port() -> int:
    """A TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Member:
    """A ``mongod`` that this process started: a standalone server, or one member of a replica set.

    `port` 0 takes a free one.  `arguments` are added to the command line as they are.  `journal` False asks for no
    journal at all (ignored by servers that no longer allow it).  `timeout` is in seconds and holds for every wait.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        arguments: Sequence[str] = (),
        journal: bool = True,
        cache_gb: float = 0.5,
        mongod: Path | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._wanted_port = port
        self._port = port
        self._arguments = tuple(arguments)
        self._journal = journal
        self._cache_gb = cache_gb
        self._mongod = mongod
        self._timeout = timeout
        self._directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.address} {'running' if self.running else 'stopped'}>"

    @property
    def port(self) -> int:
        """The TCP port.  It stays the same through `kill`, `terminate` and `restart`."""
        return self._port

    @property
    def address(self) -> str:
        """``host:port`` as a client writes it."""
        return f"127.0.0.1:{self._port}"

    @property
    def uri(self) -> str:
        """A URI that reaches this very process, whatever replica set it belongs to."""
        return f"mongodb://{self.address}/?directConnection=true"

    @property
    def pid(self) -> int | None:
        """The process id, or None when it is not running."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        """Whether the process is there (a paused one is)."""
        return self._process is not None and self._process.poll() is None

    def client(self, **options: Any) -> MongoClient[dict[str, Any]]:
        """A new direct client; the caller closes it.  `options` are those of `pymongo.MongoClient`."""
        return MongoClient(self.uri, **{"serverSelectionTimeoutMS": int(self._timeout * 1000), **options})

    def start(self) -> None:
        """Start the process and wait until it answers.  Does nothing when it is running.

        Raises MongodNotFound or MongodStartError.
        """
        if self.running:
            return
        attempts = 1 if self._wanted_port or self._directory else 3
        for attempt in range(1, attempts + 1):
            try:
                self._start_once()
                return
            except MongodStartError:
                # Between finding a free port and using it another program may have taken it.
                taken = self._process is not None and self._process.poll() == _ADDRESS_IN_USE
                self.stop()
                if not taken or attempt == attempts:
                    raise

    def _start_once(self) -> None:
        program = self._mongod or find_mongod()
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="mongod-", dir=data_root()))
            self._port = self._wanted_port or free_port()
        with (self._directory / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self._command(program, self._directory),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal must not stop it under a running test
            )
        owner().guard(self._process.pid, self._directory)
        owner().add(self)
        self.wait_until_ready()

    def _command(self, program: Path, directory: Path) -> list[str]:
        command = [
            str(program), "--dbpath", str(directory), "--port", str(self._port), "--bind_ip", "127.0.0.1",
            "--logpath", str(directory / "log"), "--logappend", "--nounixsocket", "--quiet",
            "--wiredTigerCacheSizeGB", str(self._cache_gb),
            "--setParameter", "diagnosticDataCollectionEnabled=false",
        ]  # fmt: skip
        version = mongod_version(program)
        if not self._journal and version < _NOJOURNAL_BEFORE:
            command.append("--nojournal")
        if version >= _QUIESCE_SINCE:
            # A primary would linger for 15 seconds after SIGTERM.
            command += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=500"]
        return [*command, *self._arguments]

    def wait_until_ready(self) -> None:
        """Wait until the process answers a ping.  Raises MongodStartError with the tail of its log otherwise."""
        deadline = time.monotonic() + self._timeout
        while time.monotonic() < deadline:
            if not self.running:
                code = self._process.poll() if self._process else None
                raise MongodStartError(f"mongod on port {self._port} ended with code {code}\n{self.log_tail()}")
            if self._answers():
                return
            time.sleep(0.05)
        raise MongodStartError(f"mongod on port {self._port} did not answer in {self._timeout:g} s\n{self.log_tail()}")

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
        except OSError:
            return False
        try:
            with self.client(serverSelectionTimeoutMS=2000) as client:
                options = client.admin.command("getCmdLineOpts")
        except OperationFailure as error:
            # A server that asks for users tells nobody; that it listens stands in its own log.
            listening = self._directory is not None and _LISTENING in self._log_of(self._directory)
            return error.code == _UNAUTHORIZED and listening
        except PyMongoError:
            return False
        # On a port that was taken, somebody else's server answers while this one is about to give up.
        return bool(options["parsed"]["storage"]["dbPath"] == str(self._directory))

    def log_tail(self, lines: int = _LOG_TAIL) -> str:
        """The last `lines` lines of the server's output and log."""
        if self._directory is None:
            return "(no log)"
        tail = [line[:_LOG_WIDTH] for line in self._log_of(self._directory).splitlines()[-lines:]]
        return "\n".join(tail) or "(the log is empty)"

    @staticmethod
    def _log_of(directory: Path) -> str:
        text = ""
        for name in ("output", "log"):
            with contextlib.suppress(OSError):
                text += (directory / name).read_text(errors="replace")
        return text

    def pause(self) -> None:
        """Freeze the process: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill the process as a crash would; its data stays for `restart`."""
        self._end(signal.SIGKILL)

    def terminate(self) -> None:
        """Shut the process down cleanly; its data stays for `restart`."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Start it again on the same port and data, after a clean shutdown if it is still running."""
        self.terminate()
        self.start()

    def stop(self) -> None:
        """End the process and remove its data.  Harmless when it has been stopped before."""
        if not owner().is_mine():
            return
        self._end(signal.SIGKILL)
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def _signal(self, number: signal.Signals) -> None:
        if self.running and self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(number)
            process.send_signal(signal.SIGCONT)  # a paused process takes no other signal
            try:
                process.wait(self._timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        owner().release(process.pid)
        self._process = None
