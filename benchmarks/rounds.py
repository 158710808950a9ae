"""Times the libraries in turn, round by round, so that whatever the machine does meets all of them alike."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from benchmarks.case import Case

Result = TypeVar("Result")
MINIMUM = 3


@dataclass(frozen=True)
class Profile:
    """How long to measure: `seconds` for each case, `factor` times the rounds of the case, never under `MINIMUM`.

    `within` seconds the run should be over: on a busy machine less than `seconds` is left for a case.
    """

    seconds: float
    factor: float = 1.0
    within: float = float("inf")

    def at(self, elapsed: float, left: int) -> "Profile":
        """The profile for the next case, `elapsed` seconds after the start, when `left` cases are left."""
        share = max(0.0, self.within - elapsed) / max(left, 1)
        return replace(self, seconds=min(self.seconds, share))

    def rounds(self, wanted: int, seconds_of_one: float) -> int:
        """How many rounds of a case that wants `wanted`, one of which takes `seconds_of_one`."""
        affordable = int(self.seconds * self.factor / max(seconds_of_one, 1e-9))
        return max(MINIMUM, min(round(wanted * self.factor), affordable))


FULL = Profile(seconds=45.0)
QUICK = Profile(seconds=1.2, within=200.0)


class Samples:
    """Wall and processor time of one operation, by library and round."""

    def __init__(self, names: list[str]) -> None:
        self.wall: dict[str, list[float]] = {name: [] for name in names}
        self.cpu: dict[str, list[float]] = {name: [] for name in names}

    def add(self, name: str, wall: float, cpu: float) -> None:
        """Note one round of library `name`."""
        self.wall[name].append(wall)
        self.cpu[name].append(cpu)


def time_round(case: Case, library: Any) -> tuple[float, float]:
    """Wall and processor seconds that the case's work took once on `library`, in one round of its loops."""
    work = case.work(library)
    assert work is not None
    prepared = case.prepare(library)
    loops = range(case.loops)

    def one_round() -> None:
        for _ in loops:
            work(library, prepared)

    wall, cpu, _ = timed(one_round)
    return wall / case.loops, cpu / case.loops


def timed(work: Callable[[], Result]) -> tuple[float, float, Result]:
    """Wall and processor seconds of `work`, begun without garbage of what was before, and what it returned."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu, result
