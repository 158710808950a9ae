"""Nothing grows: not by connecting and disconnecting, and not under a mixed load (`make soak` has the long runs)."""

import re
import sys

import pytest

from tests.processes.running import Programs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc"),
]


def test_connecting_and_disconnecting(programs: Programs) -> None:
    out = programs.run("reconnecting.py", 200, timeout=120)
    assert re.search(r"^after 200 cycles", out, re.MULTILINE), out


def test_a_mixed_load(programs: Programs) -> None:
    out = programs.run("soaking.py", 20, timeout=120)
    assert out.splitlines()[-1] == "done True"


def test_a_leak_is_noticed(programs: Programs) -> None:
    out = programs.run("soaking.py", 6, "leak", timeout=120, code=1, loud=True)
    assert "done" not in out
