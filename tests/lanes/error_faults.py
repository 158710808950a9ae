"""What makes an operation fail, each as a context manager of the watching client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from error_sides import APPLICATION, Watcher

Fault = Callable[[Watcher], Any]


def failing(command: str, times: int = 0, **data: Any) -> Fault:
    """The server fails *command* of the sides' clients (*times* times; 0: always)."""

    @contextmanager
    def fault(watcher: Watcher) -> Iterator[None]:
        mode: Any = {"times": times} if times else "alwaysOn"
        asked = {"failCommands": [command], "appName": APPLICATION, **data}
        watcher.client.admin.command("configureFailPoint", "failCommand", mode=mode, data=asked)
        try:
            yield
        finally:
            watcher.client.admin.command("configureFailPoint", "failCommand", mode="off")

    return fault


@contextmanager
def nothing(watcher: Watcher) -> Iterator[None]:
    """The operation fails by itself."""
    yield
