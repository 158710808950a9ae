"""Time per document from 1,000 to 1,000,000 documents; quick: to 10,000."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from benchmarks import shapes
from benchmarks.datasets import DataSet, fill
from benchmarks.libraries import OURS, RAW
from benchmarks.reporting.rows import check, row
from benchmarks.rounds import Samples, timed

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUICK_SIZES = SIZES[:2]
ROUNDS = {1_000: 9, 10_000: 7, 100_000: 3, 1_000_000: 2}
BEST: dict[int, float] = {}


def _read(library: Any) -> int:
    if library.name == RAW:
        return sum(order["number"] for order in library.database["orders_many"].find())
    return sum(order.number for order in library.models.order_many.objects.no_cache())


def _size(size: int) -> Any:
    """A size as a parameter; the great ones take too long for a quick run."""
    return pytest.param(size, id=f"growth_{size}", marks=() if size in QUICK_SIZES else pytest.mark.full)


@pytest.mark.parametrize("size", [_size(size) for size in SIZES])
def test_growth(size: int, libraries: list[Any], benchmark: Any, quick: bool, record: Callable[..., None]) -> None:
    """Iterate with no_cache(), one field of each read."""
    for library in libraries:
        fill(library, DataSet("orders_many", size, shapes.stored_order))
    samples = Samples([library.name for library in libraries])
    for _ in range(3 if quick else ROUNDS[size]):
        for library in libraries:
            wall, cpu, total = timed(partial(_read, library))
            samples.add(library.name, wall / size, cpu / size)
            assert total == size * (size - 1) // 2
    if OURS in samples.wall:
        BEST[size] = min(samples.wall[OURS])
    if size == SIZES[-1] and 10_000 in BEST:
        title = "time per document at 1,000,000, against 10,000"
        benchmark.extra_info["checks"] = [check("growth_flat", title, BEST[size] / BEST[10_000], 1.2, most=True)]
    record(
        row(
            f"growth_{size}", "Growth, time per document", f"iterate {size:,} with no_cache(), per document",
            samples.wall, cpu=samples.cpu, raw_target=1.3, equal={"result": "sum of the numbers"}, curve="growth",
            x=size,
        )
    )  # fmt: skip
