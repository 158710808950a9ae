"""Ties started servers to the life of this process."""

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import IO, Protocol

_GUARDIAN = Path(__file__).with_name("guardian.py")


class Stoppable(Protocol):
    """Something that is stopped when this process ends."""

    def stop(self) -> None:
        """Stop it.  Must be harmless when it has been stopped before."""


class Owner:
    """The servers of one process, stopped at its exit, or by the guardian process when it dies without one.

    A forked child is not the owner: it neither stops its parent's servers nor adds to its parent's guardian.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._guardian: subprocess.Popen[str] | None = None
        self._running: weakref.WeakSet[Stoppable] = weakref.WeakSet()
        atexit.register(self._at_exit)

    def is_mine(self) -> bool:
        """Whether the calling process is the one that started the servers."""
        return os.getpid() == self._pid

    def add(self, server: Stoppable) -> None:
        """Have `server` stopped when this process exits in an orderly way."""
        self._running.add(server)

    def guard(self, pid: int, directory: Path) -> None:
        """Have process `pid` killed and `directory` removed should this process die in any other way."""
        self._tell(f"+ {pid} {directory}\n")

    def release(self, pid: int) -> None:
        """Forget process `pid`, which has been waited for."""
        self._tell(f"- {pid}\n")

    def stop_all(self) -> None:
        """Stop every server that is still running.  Runs at exit; calling it earlier is allowed."""
        if not self.is_mine():
            return
        for server in list(self._running):
            # One server that cannot be stopped must not keep the others alive; the guardian takes care of it.
            with contextlib.suppress(Exception):
                server.stop()

    def _at_exit(self) -> None:
        self.stop_all()
        if self.is_mine() and self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self._guardian.stdin.close()
                self._guardian.wait(10)

    def _tell(self, order: str) -> None:
        if not self.is_mine():
            return
        with self._lock:
            pipe = self._pipe()
            pipe.write(order)
            pipe.flush()

    def _pipe(self) -> IO[str]:
        if self._guardian is None or self._guardian.poll() is not None:
            self._guardian = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_GUARDIAN)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C in the terminal reaches the owner only
            )
        assert self._guardian.stdin is not None
        return self._guardian.stdin


_owner: Owner | None = None


def owner() -> Owner:
    """The owner for the calling process, made at the first call (again in a forked child that starts servers)."""
    global _owner
    if _owner is None or not _owner.is_mine():
        _owner = Owner()
    return _owner
