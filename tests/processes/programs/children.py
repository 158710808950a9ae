"""Forked children of a program: what they do, and how they end."""

import os
import sys
import time
import warnings
from collections.abc import Callable


def in_child(function: Callable[[], object]) -> int:
    """Fork a child that runs *function* and exits with 0, or with 1 after a traceback; return its process id."""
    sys.stdout.flush()
    with warnings.catch_warnings():
        # Newer Pythons warn of forks in threads' company; that is what is tried here.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        function()
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def ends_well(pid: int, timeout: float = 30) -> bool:
    """Wait for a child; whether it exited with 0."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.005)
    raise SystemExit(f"child {pid} hangs")
