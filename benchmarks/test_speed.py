"""The speed cases under pytest-benchmark.

pytest-benchmark times the last library; the others are timed by the same clock right before, within the same round, and
their times go along in ``extra_info``.
"""

from typing import Any

import pytest

from benchmarks.cases import CASES, Case
from benchmarks.rounds import assert_same, time_round


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_speed(case: Case, libraries: list[Any], benchmark: Any, request: pytest.FixtureRequest) -> None:
    """Equal results first, then interleaved rounds."""
    able = [library for library in libraries if case.work(library) is not None]
    assert_same(case, able)
    *others, measured = able
    times: dict[str, list[float]] = {library.name: [] for library in able}

    def one_round() -> None:
        times[measured.name].append(time_round(case, measured))

    def before_a_round() -> None:
        for library in others:
            times[library.name].append(time_round(case, library))

    rounds = max(3, case.rounds // 3) if request.config.getoption("--quick") else case.rounds
    benchmark.pedantic(one_round, setup=before_a_round, rounds=rounds, iterations=1)
    benchmark.extra_info.update(
        kind="speed", title=case.title, target=case.target, raw_target=case.raw_target, seconds=times
    )
