"""The long run: `make soak` (SOAK_SECONDS, default 900; SOAK_CYCLES of connecting and disconnecting, default 2000)."""

import os
import sys

from mongoengine_fast.testing import start_mongod
from tests.processes.running import PROGRAMS, Programs

DATABASE = "soak"


def main() -> int:
    """Connect and disconnect, then work, on a server of its own; return the exit code."""
    commands = [
        ("reconnecting.py", os.environ.get("SOAK_CYCLES", "2000"), "-v"),
        ("soaking.py", os.environ.get("SOAK_SECONDS", "900")),
    ]
    with start_mongod(journal=False) as server, server.client() as client:
        programs = Programs(server.uri, DATABASE)
        for name, *arguments in commands:
            print(f"== {name} {' '.join(arguments)}", flush=True)
            command = [sys.executable, "-X", "faulthandler", "-W", "ignore", str(PROGRAMS / name), *arguments]
            with programs.started(command, stdout=None, stderr=None) as process:
                code = process.wait()
            for database in (DATABASE, f"{DATABASE}_other", "second"):
                client.drop_database(database)
            if code:
                print(f"{name} failed ({code})", flush=True)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
