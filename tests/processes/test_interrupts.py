"""Ctrl-C, and handlers of other signals that raise, end every blocking call; nothing is broken afterwards."""

import sys

import pytest

from mongoengine_fast.testing import Standalone
from tests.processes.running import Programs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


@pytest.mark.parametrize("number", ["SIGINT", "SIGALRM"])
def test_every_blocking_call(obedient_mongodb: Standalone, number: str) -> None:
    programs = Programs(obedient_mongodb.uri, f"interrupted_{number.lower()}")
    assert programs.run("interrupting.py", number) == "done True\n"
