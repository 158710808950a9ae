"""The speed cases under pytest-benchmark.

pytest-benchmark times the last library; the others are timed by the same clock right before, within the same round, and
their times go along in the row of the report.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import equality
from benchmarks.case import MAJORITY, STANDALONE, Case
from benchmarks.cases import CASES
from benchmarks.reporting.rows import row_of_case
from benchmarks.rounds import Profile, Samples, time_round


def _measure(case: Case, libraries: list[Any], benchmark: Any, profile: Profile, record: Callable[..., None]) -> None:
    """Equal results first, then interleaved rounds, as many as the profile's time allows."""
    able = [library for library in libraries if case.work(library) is not None]
    equal = equality.check(case, able)
    *others, measured = able
    samples = Samples([library.name for library in able])

    def one_round() -> None:
        samples.add(measured.name, *time_round(case, measured))

    def before_a_round() -> None:
        for library in others:
            samples.add(library.name, *time_round(case, library))

    started = time.perf_counter()
    before_a_round()
    one_round()
    rounds = profile.rounds(case.rounds, time.perf_counter() - started)
    benchmark.pedantic(one_round, setup=before_a_round, rounds=rounds - 1, iterations=1)
    record(row_of_case(case, samples, equal))


@pytest.mark.parametrize("case", [case for case in CASES if case.deployment == STANDALONE], ids=lambda case: case.name)
def test_speed(case: Case, libraries: list[Any], benchmark: Any, profile: Profile, record: Callable[..., None]) -> None:
    """Cases on the standalone server."""
    _measure(case, libraries, benchmark, profile, record)


@pytest.mark.parametrize("case", [case for case in CASES if case.deployment == MAJORITY], ids=lambda case: case.name)
def test_majority(
    case: Case, majority_libraries: list[Any], benchmark: Any, profile: Profile, record: Callable[..., None]
) -> None:
    """Cases that wait for a majority."""
    _measure(case, majority_libraries, benchmark, profile, record)
