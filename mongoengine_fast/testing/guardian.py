"""Stops servers whose owner died without doing so.

The owner starts this file as a child process, and writes what it has started to the child's standard input:
``+ PID DIRECTORY`` for a server, ``- PID`` when it has stopped it itself.  The end of that input means that the owner
has gone, by whatever death (``SIGKILL`` and ``os._exit`` included): every server still on the list is killed and its
directory removed.  Nothing of the owner has to run for that, no signal handler and no ``atexit``.

The file runs under ``python -I -S`` and imports the standard library only.
"""

import contextlib
import os
import shutil
import signal
import sys


def main() -> None:
    """Read orders until the owner is gone, then clean up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    servers: dict[int, str] = {}
    for line in sys.stdin:
        order, _, rest = line.rstrip("\n").partition(" ")
        pid, _, directory = rest.partition(" ")
        if order == "+":
            servers[int(pid)] = directory
        elif order == "-":
            servers.pop(int(pid), None)
    for pid in servers:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    for directory in set(servers.values()):
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
