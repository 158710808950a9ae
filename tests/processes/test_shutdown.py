"""The interpreter ends with work in flight: in the time that it should take, with the right code, and quietly."""

import signal
import sys

import pytest

from tests.processes.running import Programs

QUIET = [
    "daemon_thread_in_a_long_wait",
    "daemon_thread_without_a_server",
    "disconnected_at_exit",
    "executor_at_exit",
    "exit_in_a_thread",
    "globals_freed_late",
    "half_read_cursors",
    "plain_threads",
]


@pytest.mark.parametrize("way", QUIET)
def test_ways_to_end(programs: Programs, way: str) -> None:
    # A daemon thread that `atexit` disconnected says so: its program asked for that.
    assert programs.run("leaving.py", way, loud=way == "disconnected_at_exit") == "left\n"
