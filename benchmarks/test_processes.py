"""Memory and import time, in a fresh process for every library."""

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import shapes
from benchmarks.datasets import DataSet, fill
from benchmarks.libraries import OURS
from benchmarks.processes import imports, memory
from benchmarks.reporting.rows import BYTES, check, row
from benchmarks.rounds import Samples

HELD, HELD_QUICK = 50_000, 20_000
ITERATED = 1_000_000
TITLES = {
    "untouched": ("memory of a loaded document, untouched", 5.5),
    "read": ("memory of a loaded document, every field read", 2.0),
    "inserted": ("peak memory of a bulk insert, per document", None),
}
LIMIT = 64e6


def _answers(libraries: list[Any], uri: str, how: str, count: int) -> dict[str, float]:
    """Bytes that every library needs; equal check sums."""
    for library in libraries:
        # The data stays from one way of measuring to the next.
        if library.database["orders_many"].estimated_document_count() != count:
            fill(library, DataSet("orders_many", count, shapes.stored_order))
        library.database["orders"].drop()
    answers = {library.name: memory.measure(library.name, uri, how, count) for library in libraries}
    assert len({answer["check"] for answer in answers.values()}) == 1, answers
    return {name: answer["bytes"] for name, answer in answers.items()}


@pytest.mark.full
def test_memory_iterated(libraries: list[Any], server_uri: str, benchmark: Any, record: Callable[..., None]) -> None:
    """Memory that iterating a million documents with no_cache() adds."""
    sizes = _answers(libraries, server_uri, "iterated", ITERATED)
    if OURS in sizes:
        title = "memory that iterating 1,000,000 with no_cache() adds"
        benchmark.extra_info["checks"] = [
            check("memory_flat", title, sizes[OURS] / 1e6, LIMIT / 1e6, most=True, unit="MB")
        ]
    record(
        row(
            "memory_iterated", "Memory", f"memory that iterating {ITERATED:,} with no_cache() adds",
            {name: [max(size, 1.0)] for name, size in sizes.items()}, unit=BYTES, guard=False,
            equal={"result": "check sums of what was read"},
        )
    )  # fmt: skip


@pytest.mark.parametrize("how", TITLES, ids=lambda how: f"memory_{how}")
def test_memory(how: str, libraries: list[Any], server_uri: str, quick: bool, record: Callable[..., None]) -> None:
    """Bytes that a document takes."""
    count = HELD_QUICK if quick else HELD
    sizes = _answers(libraries, server_uri, how, count)
    title, target = TITLES[how]
    record(
        row(
            f"memory_{how}", "Memory", f"{title} ({count:,} of them)",
            {name: [size / count] for name, size in sizes.items()}, unit=BYTES, target=target,
            raw_target=None if how == "inserted" else 1.0, headline=target is not None,
            equal={"result": "check sums of what was read"}, guard=how != "inserted",
        )
    )  # fmt: skip


def test_import(names: list[str], quick: bool, record: Callable[..., None]) -> None:
    """Import time in a new interpreter, the packages in turn."""
    samples = Samples(names)
    for name in names:
        imports.measure(name)  # byte code is compiled once
    for _ in range(7 if quick else 21):
        for name in names:
            samples.add(name, *imports.measure(name))
    record(
        row(
            "import", "Import", "import the package, in a fresh process", samples.wall, cpu=samples.cpu, target=1.0,
            headline=True, equal={"result": "nothing to compare"},
        )
    )  # fmt: skip
