"""A signal whose handler raises, while something takes long."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ("alarm",)


@contextmanager
def alarm(seconds: float = 0.1) -> Iterator[None]:
    """Have a handler raise ``TimeoutError("stopped")`` once, so many seconds from now."""

    def stop(number: int, frame: Any) -> None:
        raise TimeoutError("stopped")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
