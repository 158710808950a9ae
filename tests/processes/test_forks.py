"""Forks: before and after use, with work in flight, and what `multiprocessing` makes of it."""

import sys

import pytest

from tests.processes.running import STOCK, Programs

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


@pytest.mark.parametrize(
    ("moment", "stored"),
    [
        ("before_connecting", 4 * 5),
        ("before_first_use", 4 * 5),
        ("after_use", 250 + 10 * 5),
        ("with_orderly_exit", 250 + 5 * 5),
        ("with_disconnected_child", 3 * 5),
    ],
)
def test_parent_and_children_work(programs: Programs, moment: str, stored: int) -> None:
    assert programs.run("forking.py", moment) == f"{stored}\n"


def test_forks_while_threads_work(programs: Programs) -> None:
    assert int(programs.run("forking.py", "with_work_in_flight")) > 12 * 5


def test_cursors_do_not_cross_a_fork(programs: Programs) -> None:
    """Told of in docs/differences.md: who loses a cursor is the child, and not the parent."""
    assert programs.run("forking.py", "reading_on", package=STOCK).split("\n")[:2] == [
        "child 249",
        "parent CursorNotFound",
    ]
    assert programs.run("forking.py", "reading_on").split("\n")[:2] == ["child RuntimeError", "parent 249"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools_of_processes(programs: Programs, method: str) -> None:
    assert programs.run("pooling.py", method) == "done\n"
