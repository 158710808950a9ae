"""The regression guard: ratios and counts against `record.json`.

A ratio is recorded as the lowest of several runs.  It fails when it is more than a quarter below that record twice in a
row: what fell is measured again at once, with more rounds.  Instruction and allocation counts have no noise to speak
of; they are recorded for one version of Python on one architecture and C library, and compared there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import run
from benchmarks.instructions import counting

RECORD = Path(__file__).with_name("record.json")
FALL = 0.25
COUNT_RISE = 0.05
AGAIN = 3.0


def ratios(report: Mapping[str, Any]) -> dict[str, float]:
    """The guarded ratios of a report."""
    return {row["name"]: row["ratio"] for row in report["rows"] if row["guard"] and row["ratio"] is not None}


def fallen(measured: Mapping[str, float], recorded: Mapping[str, float]) -> list[str]:
    """The names of ratios that are more than a quarter below their record; what has none cannot fall."""
    return [name for name, ratio in measured.items() if name in recorded and ratio < recorded[name] * (1 - FALL)]


def unrecorded(measured: Iterable[str], recorded: Mapping[str, Any]) -> list[str]:
    """The names of what was measured and has no record yet."""
    return [name for name in measured if name not in recorded]


def risen(measured: Mapping[str, Mapping[str, float]], recorded: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The counts that rose by more than a few percent, in words."""
    return [
        f"{path}: {count:,.0f} {kind} per operation, recorded {recorded[path][kind]:,.0f}"
        for path, counts in measured.items()
        for kind, count in counts.items()
        # Half an allocation is no allocation: a small absolute slack for counts near zero.
        if path in recorded and kind in recorded[path] and count > recorded[path][kind] * (1 + COUNT_RISE) + 0.5
    ]


def lowest(runs: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The lowest ratio of each case, to three digits."""
    found: dict[str, float] = {}
    for one in runs:
        for name, ratio in one.items():
            found[name] = min(ratio, found.get(name, ratio))
    return {name: float(f"{ratio:.3g}") for name, ratio in found.items()}


def load(path: Path = RECORD) -> dict[str, Any]:
    """The record; empty where there is none."""
    return dict(json.loads(path.read_text())) if path.is_file() else {"ratios": {}, "instructions": {}}


def check(report: Mapping[str, Any], rest: Sequence[str], *, instructions: bool = True) -> int:
    """Compare a report with the record; what fell is measured again.  Returns 1 where something fell twice."""
    record = load()
    measured = ratios(report)
    for name in unrecorded(measured, record["ratios"]):
        print(f"NOTE: {name} has no record yet; `make bench-record` makes one")
    failures = _fallen_twice(measured, record["ratios"], rest)
    if instructions:
        failures += _counts(record["instructions"])
    for line in failures:
        print(f"FAILED: {line}")
    if not failures:
        print("Nothing fell against the record.")
    return 1 if failures else 0


def _fallen_twice(measured: Mapping[str, float], recorded: Mapping[str, float], rest: Sequence[str]) -> list[str]:
    first = fallen(measured, recorded)
    if not first:
        return []
    print(f"\nBelow the record, measured again: {', '.join(first)}")
    code, again = run.measure(quick=True, rest=rest, only=first, rounds_factor=AGAIN)
    if again is None or code:
        return [f"{name}: could not be measured again" for name in first]
    second = ratios(again)
    return [
        f"{name}: {measured[name]:.2f}x, then {second[name]:.2f}x of MongoEngine, recorded {recorded[name]:.2f}x"
        for name in fallen(second, recorded)
    ]


def _counts(recorded: Mapping[str, Any]) -> list[str]:
    if not counting.available():
        print("NOTE: no valgrind here, so INSTRUCTIONS AND ALLOCATIONS WERE NOT COUNTED")
        return []
    key = counting.key()
    measured = counting.count()
    for line in counting.lines(measured):
        print(line)
    if key not in recorded:
        print(f"NOTE: no counts are recorded for {key}; `make bench-record` makes a record")
        return []
    return risen(measured, recorded[key])


def update(runs: int, rest: Sequence[str], *, instructions: bool = True) -> int:
    """Record the lowest ratios of several quick runs, and the counts; cases that were not run keep theirs."""
    record = load()
    reports = []
    for number in range(runs):
        print(f"\nRun {number + 1} of {runs}")
        code, report = run.measure(quick=True, rest=rest)
        if code or report is None:
            return code or 1
        reports.append(ratios(report))
    record["ratios"] = dict(sorted({**record["ratios"], **lowest(reports)}.items()))
    if instructions and counting.available():
        record["instructions"][counting.key()] = counting.count()
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    print(f"Recorded in {RECORD}")
    return 0
