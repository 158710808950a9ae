"""What this process holds: memory, threads, descriptors, and connections at the server."""

import gc
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Held:
    """Numbers of one moment; memory in MiB."""

    memory: float
    threads: int
    descriptors: int
    connections: int

    def __str__(self) -> str:
        return (
            f"{self.memory:.1f} MiB, {self.threads} threads, {self.descriptors} descriptors, "
            f"{self.connections} connections"
        )


def held(server: Any) -> Held:
    """Look at the process, and at the server through the client *server*."""
    gc.collect()
    connections = server.admin.command("serverStatus")["connections"]["current"]
    return Held(_memory(), _threads(), len(os.listdir("/dev/fd")), connections)


def settled(server: Any, like: Held, patience: float = 5) -> Held:
    """As `held`, once threads and connections that are going away have gone, or patience has run out."""
    deadline = time.monotonic() + patience
    while True:
        now = held(server)
        gone = all(getattr(now, name) <= getattr(like, name) for name in ("threads", "descriptors", "connections"))
        if gone or time.monotonic() > deadline:
            return now
        time.sleep(0.1)


def _memory() -> float:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        import resource
        import sys

        # Elsewhere the highest so far has to do, which macOS gives in bytes.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _threads() -> int:
    """The native ones too, where the system tells of them."""
    import threading

    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else threading.active_count()
