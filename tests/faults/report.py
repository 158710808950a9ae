"""The figures of every fault, for both packages: ``python -m tests.faults.report [FAULT...]``."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from mongoengine_fast.testing import ReplicaSet
from tests.faults.faults import FAULTS
from tests.faults.scene import play
from tests.faults.verdict import Verdict

_HEADER = ("fault", "package", "acknowledged", "raised", "(retryable)", "lost", "doubled", "wrong", "median", "worst")
_WIDTHS = (35, 16, 12, 6, 11, 4, 7, 5, 8, 8)
_ORDER = [fault.name for fault in FAULTS]
#: By fault and package.
Results = Mapping[str, Mapping[str, Verdict]]


def table(results: Results) -> str:
    """Return the figures as lines; recovery times are in seconds."""
    rows: list[tuple[str, ...]] = [_HEADER]
    for fault in sorted(results, key=_ORDER.index):
        for package, verdict in results[fault].items():
            wrong = (len(verdict.lost), len(verdict.doubled), len(verdict.wrong))
            counts = (verdict.acknowledged, verdict.raised, verdict.raised_again, *wrong)
            times = (f"{verdict.median:.2f} s", f"{verdict.worst:.2f} s")
            rows.append((fault, package, *map(str, counts), *times))
    return "\n".join(_line(row) for row in rows)


def _line(row: tuple[str, ...]) -> str:
    cells = [cell.ljust(width) if number < 2 else cell.rjust(width) for number, (cell, width) in _numbered(row)]
    return "  ".join(cells).rstrip()


def _numbered(row: tuple[str, ...]) -> enumerate[tuple[str, int]]:
    return enumerate(zip(row, _WIDTHS, strict=True))


def main(names: list[str]) -> None:
    """Play the faults of these names, else all, and print the table."""
    unknown = set(names) - {fault.name for fault in FAULTS}
    if unknown:
        raise SystemExit(f"no such fault: {', '.join(sorted(unknown))}")
    results = {}
    with ReplicaSet(members=3) as replica_set:
        for fault in FAULTS:
            if not names or fault.name in names:
                results[fault.name] = play(fault, replica_set)
    print(table(results))


if __name__ == "__main__":
    main(sys.argv[1:])
