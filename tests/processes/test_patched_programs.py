"""Programs whose sockets are gevent's or eventlet's: pymongo carries them, so that their green threads take turns."""

import importlib.util

import pytest

from tests.processes.running import Programs


@pytest.mark.parametrize("library", ["gevent", "eventlet"])
def test_green_threads(programs: Programs, library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    assert programs.run("greening.py", library) == "['pymongo']\n"
