"""What a case is: the same work on every library that can do it, and what of it is compared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.libraries import OURS, RAW

Work = Callable[[Any, Any], Any]

STANDALONE, MAJORITY = "standalone", "majority"


def _nothing(library: Any, result: Any) -> None:
    return None


def _unprepared(library: Any) -> None:
    return None


@dataclass(frozen=True)
class Case:
    """One line of the report.

    `model` does the work once through MongoEngine's interface, `raw` through pymongo, `ours` through a call that only
    mongoengine_fast has; None where there is no such thing.  `needs` names the data sets that are read.  `prepare` runs
    before each round, untimed, and its result is passed along.  `loops` repeats short work within one round.

    `result` turns what the work returned into something that can be compared, `stored` names the collections whose
    documents are compared afterwards.

    `target` is the ratio to reach against MongoEngine, `raw_target` against pymongo (no slower, unless it says
    otherwise).  `headline` puts a case into the README.  `guard` False: the server's time dominates, so that the ratio
    says nothing about us.
    """

    name: str
    title: str
    model: Work | None
    raw: Work | None = None
    ours: Work | None = None
    needs: tuple[str, ...] = ()
    prepare: Callable[[Any], Any] = _unprepared
    result: Work = _nothing
    stored: tuple[str, ...] = ()
    loops: int = 1
    rounds: int = 15
    target: float | None = None
    raw_target: float | None = None
    headline: bool = False
    guard: bool = True
    deployment: str = STANDALONE
    note: str = ""
    group: str = ""

    def work(self, library: Any) -> Work | None:
        """The function that does this case's work on `library`."""
        if library.name == RAW:
            return self.raw
        if library.name == OURS and self.ours is not None:
            return self.ours
        return self.model

    @property
    def pymongo_target(self) -> float | None:
        """The ratio to reach against pymongo; None where pymongo does not take part."""
        return None if self.raw is None else self.raw_target or 1.0
