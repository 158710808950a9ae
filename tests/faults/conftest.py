"""Three servers for all faults, and a table of the figures at the end of the run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mongoengine_fast.testing import ReplicaSet
from tests.faults.report import table
from tests.faults.verdict import Verdict

_RESULTS = pytest.StashKey[dict[str, dict[str, Verdict]]]()


@pytest.fixture(scope="session")
def results(pytestconfig: pytest.Config) -> dict[str, dict[str, Verdict]]:
    """The verdicts of the faults played so far, by fault and package."""
    return pytestconfig.stash.setdefault(_RESULTS, {})


@pytest.fixture(scope="session")
def replica_set() -> Iterator[ReplicaSet]:
    """Three members; each test finds them running."""
    with ReplicaSet(members=3) as deployment:
        yield deployment


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the figures, whether the tests passed or not."""
    results = config.stash.get(_RESULTS, {})
    if results:
        terminalreporter.section("writes under faults, and seconds to the next acknowledged write")
        terminalreporter.write_line(table(results))
