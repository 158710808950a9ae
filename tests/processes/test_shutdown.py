"""The interpreter ends with work in flight: soon, with the right code, and without a crash."""

import signal
import sys
import time

import pytest

from tests.processes.running import Programs

QUIET = [
    "daemon_threads",
    "daemon_thread_in_a_long_wait",
    "daemon_thread_without_a_server",
    "executor_at_exit",
    "exit_in_a_thread",
    "globals_freed_late",
    "half_read_cursors",
    "plain_threads",
]
#: Longer than any way of leaving takes, and shorter than the server selection that one of them is in.
SOON = 20


@pytest.mark.parametrize("way", QUIET)
def test_ends_quietly(programs: Programs, way: str) -> None:
    assert programs.run("leaving.py", way, timeout=SOON) == "left\n"


def test_operations_in_exit_handlers(programs: Programs) -> None:
    assert programs.run("leaving.py", "queries_at_exit", timeout=SOON) == "left\n1\n"


def test_os_exit(programs: Programs) -> None:
    assert programs.run("leaving.py", "hard_exit", timeout=SOON) == ""


def test_an_exception_in_the_middle_of_a_cursor(programs: Programs) -> None:
    assert programs.run("leaving.py", "uncaught_exception", timeout=SOON, code=1, loud=True) == ""


def test_disconnecting_at_exit(programs: Programs) -> None:
    """The threads that are cut off say so, each in its way; nothing else happens to them."""
    assert programs.run("leaving.py", "disconnected_at_exit", timeout=SOON, loud=True) == "left\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_that_nobody_handles(programs: Programs, number: str) -> None:
    """A program in the middle of a query is ended at once by the signals that end programs."""
    start = time.monotonic()
    out = programs.run("signalled.py", number, code=-getattr(signal, number), timeout=SOON, loud=number == "SIGINT")
    assert out == "waiting\n"
    assert time.monotonic() - start < 6
