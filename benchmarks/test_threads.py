"""1 to 8 threads: time per operation, all threads together."""

from collections.abc import Callable
from statistics import median
from typing import Any

import pytest

from benchmarks import datasets, threads
from benchmarks.libraries import OURS, STOCK
from benchmarks.reporting.rows import check, row
from benchmarks.rounds import Samples

KINDS = {
    "get": (threads.get_by_index, "get() by an index", "orders_10000", 1_600),
    "find": (threads.find_thousand, "find 1,000, read one field of each", "orders_1000", 16),
}
CURVES: dict[tuple[str, int], dict[str, float]] = {}


@pytest.mark.parametrize(
    ("kind", "count"),
    [pytest.param(kind, count, id=f"threads_{kind}_{count}") for kind in KINDS for count in threads.COUNTS],
)
def test_threads(
    kind: str, count: int, libraries: list[Any], benchmark: Any, quick: bool, record: Callable[..., None]
) -> None:
    """Equal sums of what was read; throughput of 4 threads against one of ours and against MongoEngine's."""
    work, title, data, operations = KINDS[kind]
    operations = operations // 2 if quick else operations
    datasets.ensure(data, libraries)
    samples = Samples([library.name for library in libraries])
    sums = set()
    for _ in range(3 if quick else 9):
        for library in libraries:
            wall, cpu, total = threads.shared(work, library, operations, count)
            samples.add(library.name, wall / operations, cpu / operations)
            sums.add(total)
    assert len(sums) == 1, f"{kind}: different sums {sums}"
    CURVES[kind, count] = {name: median(values) for name, values in samples.wall.items()}
    plural = "1 thread" if count == 1 else f"{count} threads"
    headline = (kind, count) == ("get", 4)
    if headline:
        benchmark.extra_info["checks"] = _scaling()
    record(
        row(
            f"threads_{kind}_{count}", "Threads, time per operation of all together", f"{title}, {plural}",
            samples.wall, cpu=samples.cpu, raw_target=1.0, equal={"result": str(sums)}, curve=f"threads_{kind}",
            x=count, headline=headline, target=3.0 if headline else None, guard=count == 1,
        )
    )  # fmt: skip


def _scaling() -> list[dict[str, Any]]:
    four, one = CURVES["get", 4], CURVES.get(("get", 1))
    if one is None or OURS not in four or STOCK not in four:
        return []
    title = "4 threads reading by an index, throughput against one thread"
    return [check("threads_scaling", title, one[OURS] / four[OURS], 1.5, most=False)]
