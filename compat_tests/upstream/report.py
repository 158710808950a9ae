"""Prints and stores what the comparison found."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compat_tests.upstream.divergences import Comparison, Declared
from compat_tests.upstream.page import OUTCOMES
from compat_tests.upstream.side import SideResult
from compat_tests.upstream.source import COMMIT, VERSION


@dataclass(frozen=True)
class Run:
    """Both sides once, in upstream's order (`seed` is None) or in a random one."""

    seed: int | None
    stock: SideResult
    ours: SideResult
    comparison: Comparison


def lane_counts(reports: list[dict[str, Any]], what: str = "lanes") -> dict[str, int]:
    """Data operations by lane (or by another of the report's counts), over all interpreters that ran a part."""
    total: Counter[str] = Counter()
    for report in reports:
        total.update(report[what])
    return dict(total)


def show(run: Run, declared: Declared) -> None:
    """Print the totals of both sides, the lanes, and every difference with what is known about it."""
    stock, ours, comparison = run.stock, run.ours, run.comparison
    order = "in its own order" if run.seed is None else f"in the random order of seed {run.seed}"
    print(f"\nMongoEngine {VERSION}'s own suite ({COMMIT[:8]}), {order}\n")
    print(f"{'':18}" + "".join(f"{outcome:>9}" for outcome in OUTCOMES) + f"{'total':>9}{'seconds':>9}")
    for side in (stock, ours):
        counts = Counter(side.outcomes.values())
        row = "".join(f"{counts[outcome]:>9}" for outcome in OUTCOMES)
        print(f"{side.package:18}{row}{len(side.outcomes):>9}{side.seconds:>9.0f}")
    for side in (stock, ours):
        for test in side.reruns:
            print(f"rerun once on {side.package} (flaky): {test}")
    _show_lanes(ours)
    for test in comparison.order_dependent:
        print(f"fails on MongoEngine in this order, not compared: {test}")
    if comparison.differing:
        print("\nTests whose outcome differs (MongoEngine -> mongoengine_fast)")
    reasons = declared.by_test()
    for test, (left, right) in comparison.differing.items():
        known = reasons.get(test)
        print(f"  {test}: {left} -> {right}" + (f"  [{known.kind}: {known.reason}]" if known else ""))
    if comparison.problems:
        print("\nNOT IN ORDER")
    for test, problem in comparison.problems.items():
        print(f"  {test}\n      {problem}")
        text = ours.texts.get(test) or stock.texts.get(test, "")
        for line in text.strip().splitlines()[-3:]:
            print(f"        {line[:200]}")


def _show_lanes(side: SideResult) -> None:
    counts = lane_counts(side.lanes)
    total = sum(counts.values())
    if total:
        shares = ", ".join(f"{lane} {count} ({count / total:.1%})" for lane, count in sorted(counts.items()))
        print(f"\nData operations by lane: {shares}")
        for reason, count in Counter(lane_counts(side.lanes, "reasons")).most_common():
            print(f"  {count:>7} off the native lane: {reason}")


def store(path: Path, runs: list[Run]) -> dict[str, Any]:
    """Write everything to `path` as JSON; returns what was written.  The first run is that in upstream's order."""
    first, *others = runs
    document = {
        "upstream": {"version": VERSION, "commit": COMMIT},
        "stock": _side(first.stock),
        "ours": _side(first.ours),
        "lanes": lane_counts(first.ours.lanes),
        "reasons": lane_counts(first.ours.lanes, "reasons"),
        **_comparison(first.comparison),
        "random_orders": [
            {
                "seed": run.seed,
                "stock": dict(Counter(run.stock.outcomes.values())),
                "ours": dict(Counter(run.ours.outcomes.values())),
                **_comparison(run.comparison),
            }
            for run in others
        ],
    }
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
    return document


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "differing": comparison.differing,
        "declared": comparison.declared,
        "problems": comparison.problems,
        "order_dependent": comparison.order_dependent,
    }


def _side(side: SideResult) -> dict[str, Any]:
    return {
        "package": side.package,
        "version": side.version,
        "counts": dict(Counter(side.outcomes.values())),
        "seconds": round(side.seconds, 1),
        "reruns": side.reruns,
        "outcomes": side.outcomes,
        "failures": side.texts,
    }
