"""pytest-benchmark's output, made up."""

from typing import Any

from benchmarks.reporting.build import build
from benchmarks.reporting.rows import check, row

FACTS = {"profile": "quick", "mongoengine": "0.29.3", "pymongo": "4.20.0", "mongodb": "6.0.5"}


def times(stock: float | None, raw: float | None, ours: float) -> dict[str, list[float]]:
    """Three rounds around the given medians."""
    medians = {"mongoengine": stock, "pymongo": raw, "mongoengine_fast": ours}
    return {name: [one * 0.9, one, one * 5] for name, one in medians.items() if one is not None}


def rows() -> list[dict[str, Any]]:
    """A row of every kind."""
    return [
        row("first", "Reading few", "first() by an index", times(600e-6, 300e-6, 200e-6),
            cpu=times(500e-6, 200e-6, 100e-6), target=2.5, raw_target=1.0, headline=True),
        row("delta", "Documents", "_delta() <of> one", times(40e-6, None, 4e-6), target=20.0, note="three changes"),
        row("update_many", "Documents", "update()", times(8e-3, 8e-3, 8e-3), guard=False, headline=True),
        row("growth_1000", "Growth", "1,000", times(50e-6, 5e-6, 2e-6), curve="growth", x=1_000),
        row("growth_10000", "Growth", "10,000", times(50e-6, 5e-6, 1e-6), curve="growth", x=10_000),
        row("threads_get_1", "Threads", "1 thread", times(5e-4, 3e-4, 2e-4), curve="threads_get", x=1),
        row("threads_get_4", "Threads", "4 threads", times(5e-4, 3e-4, 1e-4), curve="threads_get", x=4),
        row("memory_read", "Memory", "every field read", times(3000.0, 2000.0, 1000.0), unit="B"),
    ]  # fmt: skip


def raw(measured: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """What pytest-benchmark would write, with a check beside the first row."""
    benchmarks: list[dict[str, Any]] = [{"extra_info": {"row": one}} for one in measured or rows()]
    benchmarks[0]["extra_info"]["checks"] = [check("scaling", "4 threads", 1.2, 1.5, most=False)]
    machine = {"cpu": {"brand_raw": "Abacus 9", "count": 2}, "system": "Linux", "python_version": "3.11.7"}
    return {
        "benchmarks": benchmarks,
        "machine_info": machine,
        "commit_info": {"id": "0123456789abcdef", "dirty": True},
        "datetime": "2026-11-22T21:31:13.000000+00:00",
    }


def report() -> dict[str, Any]:
    """The report of all that."""
    return build(raw(), FACTS)
