"""Times the libraries in turn, round by round, so that whatever the machine does meets all of them alike."""

import gc
import time
from typing import Any

from benchmarks.cases import Case


def time_round(case: Case, library: Any) -> float:
    """Seconds that one piece of the case's work took on `library`, in one round."""
    work = case.work(library)
    assert work is not None
    prepared = case.prepare(library)
    gc.collect()
    loops = range(case.loops)
    started = time.perf_counter()
    for _ in loops:
        work(library, prepared)
    return (time.perf_counter() - started) / case.loops


def outcome(case: Case, library: Any) -> Any:
    """Do the work once, untimed, and return what can be compared between libraries."""
    work = case.work(library)
    assert work is not None
    prepared = case.prepare(library)
    return case.outcome(library, work(library, prepared))


def assert_same(case: Case, libraries: list[Any]) -> None:
    """Run the case once on every library and require equal results.  This also warms them up."""
    results = {library.name: outcome(case, library) for library in libraries}
    names = list(results)
    for name in names[1:]:
        assert results[name] == results[names[0]], f"{case.name}: {name} and {names[0]} give different results"
