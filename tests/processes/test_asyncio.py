"""asyncio programs that put their operations into threads."""

from tests.processes.running import Programs


def test_fifty_operations_at_once(programs: Programs) -> None:
    assert programs.run("awaiting.py") == "done True\n"
