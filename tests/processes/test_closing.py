"""A client that is closed while threads use it: pymongo's exceptions, no hang, and a new connection works."""

import pytest

from tests.processes.running import OURS, STOCK, Programs


@pytest.mark.parametrize("package", [STOCK, OURS])
@pytest.mark.parametrize("how", ["disconnect", "close"])
def test_closing_while_threads_work(programs: Programs, how: str, package: str) -> None:
    # What the threads saw goes to the standard error, which is shown when the program fails.
    assert programs.run("closing.py", how, package=package) == "done\n"
