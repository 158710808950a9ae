"""The same work shared between threads."""

import threading
import time
from collections.abc import Callable
from typing import Any

from benchmarks.libraries import RAW

COUNTS = (1, 2, 4, 8)
Work = Callable[[Any, int], int]


def get_by_index(library: Any, number: int) -> int:
    """Read one of 10,000 documents by an index."""
    if library.name == RAW:
        return int(library.database["orders_10000"].find_one({"number": number})["number"])
    return int(library.models.order_10000.objects.get(number=number).number)


def find_thousand(library: Any, number: int) -> int:
    """Read 1,000 documents, one field of each."""
    if library.name == RAW:
        return sum(order["number"] for order in library.database["orders_1000"].find())
    return sum(order.number for order in library.models.order_1000.objects)


def shared(work: Work, library: Any, operations: int, threads: int) -> tuple[float, float, int]:
    """Do the work `operations` times on `threads` threads; return wall and processor seconds, and the answers' sum."""
    barrier = threading.Barrier(threads + 1)
    answers = [0] * threads
    failures: list[BaseException] = []

    def run(index: int) -> None:
        barrier.wait()
        try:
            answers[index] = sum(work(library, number) for number in range(index, operations, threads))
        except BaseException as error:
            failures.append(error)

    started = [threading.Thread(target=run, args=(index,)) for index in range(threads)]
    for thread in started:
        thread.start()
    barrier.wait()
    cpu, wall = time.process_time(), time.perf_counter()
    for thread in started:
        thread.join()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if failures:
        raise failures[0]
    return wall, cpu, sum(answers)
