"""Rows of the report: what a test hands over, and the figures in it."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.case import Case
from benchmarks.libraries import OURS, RAW, STOCK
from benchmarks.rounds import Samples

SECONDS, BYTES = "s", "B"


def row_of_case(case: Case, samples: Samples, equal: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a speed case."""
    return row(
        case.name, case.group, case.title, samples.wall, cpu=samples.cpu, target=case.target,
        raw_target=case.pymongo_target, headline=case.headline, guard=case.guard, note=case.note, equal=dict(equal),
    )  # fmt: skip


def row(
    name: str, group: str, title: str, samples: Mapping[str, Sequence[float]], *, unit: str = SECONDS, **more: Any
) -> dict[str, Any]:
    """A row: amounts of every library, less being better.

    `more` may hold `cpu` (as `samples`), `target`, `raw_target`, `headline`, `guard`, `note`, `equal` (what was
    compared beforehand), `curve` and `x` (a point of a curve).
    """
    known: dict[str, Any] = {
        "cpu": None, "target": None, "raw_target": None, "headline": False, "guard": True, "note": "", "equal": {},
        "curve": None, "x": None,
    }  # fmt: skip
    assert not more.keys() - known.keys(), more.keys() - known.keys()
    amounts = {library: list(values) for library, values in samples.items()}
    return {"name": name, "group": group, "title": title, "unit": unit, "samples": amounts, **known, **more}


def check(name: str, title: str, value: float, limit: float, *, most: bool, unit: str = "x") -> dict[str, Any]:
    """A figure that is ours alone: at most (`most`) or at least `limit`."""
    met = value <= limit if most else value >= limit
    return {"name": name, "title": title, "value": value, "limit": limit, "most": most, "unit": unit, "met": met}


def figures(measured: Mapping[str, Any]) -> dict[str, Any]:
    """Medians and ratios of a row."""
    medians = {name: median(values) for name, values in measured["samples"].items()}
    cpu = {name: median(values) for name, values in (measured["cpu"] or {}).items()}
    return {
        "medians": medians,
        "cpu": cpu,
        "rounds": min(len(values) for values in measured["samples"].values()),
        "ratio": _ratio(medians, STOCK),
        "raw_ratio": _ratio(medians, RAW),
        "cpu_ratio": _ratio(cpu, STOCK),
    }


def _ratio(amounts: Mapping[str, float], rival: str) -> float | None:
    ours = amounts.get(OURS)
    return amounts[rival] / ours if ours and rival in amounts else None


def ratio_text(value: float | None) -> str:
    """A ratio for people."""
    if value is None:
        return ""
    return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"


def amount_text(value: float | None, unit: str) -> str:
    """A time or a size for people."""
    if value is None:
        return ""
    if unit == BYTES:
        return f"{value / 1e6:,.1f} MB" if value >= 1e6 else f"{value:,.0f} B"
    if value >= 0.01:
        return f"{value * 1e3:,.1f} ms"
    return f"{value * 1e6:,.0f} us" if value >= 1e-4 else f"{value * 1e6:,.1f} us"
