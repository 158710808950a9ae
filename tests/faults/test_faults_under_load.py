"""What a program may rely on while a server, or the way to it, fails."""

from __future__ import annotations

import pytest

from mongoengine_fast.testing import ReplicaSet
from tests.faults.faults import FAULTS, Fault
from tests.faults.scene import OURS, SELECTION, play
from tests.faults.verdict import Verdict

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_acknowledged_writes_are_there_once(
    replica_set: ReplicaSet, results: dict[str, dict[str, Verdict]], fault: Fault
) -> None:
    results[fault.name] = play(fault, replica_set)
    verdict = results[fault.name][OURS]
    assert verdict.acknowledged > 50
    assert verdict.lost == []
    assert verdict.doubled == []
    assert verdict.wrong == []
    assert verdict.missed == []
    assert verdict.strange == []
    assert verdict.worst <= SELECTION
    assert verdict.native_share == 1.0
    if fault.is_harmless:
        assert (verdict.raised, verdict.reads_raised) == (0, 0), verdict.examples
