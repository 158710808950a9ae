"""Memory in a fresh process: ``python -m benchmarks.processes.memory LIBRARY URI HOW COUNT``.

HOW says what is done with COUNT documents: ``untouched`` and ``read`` hold them all, and weigh what stays;
``iterated`` reads one field of each with no_cache() and keeps none, ``inserted`` builds and inserts them: there it is
the peak that is weighed.  Prints JSON: bytes, and a check sum.
"""

import ctypes
import gc
import json
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.libraries import NAMES, RAW, open_library

FIELDS = ("number", "customer", "email", "active", "total", "placed", "tags")
WARM = 2_000


def measure(library: str, uri: str, how: str, count: int) -> dict[str, Any]:
    """Run this file in a process of its own and return what it printed."""
    command = [sys.executable, "-m", "benchmarks.processes.memory", library, uri, how, str(count)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def main() -> None:
    """Do the work on few documents, for whatever a first use allocates once is not a document's; then weigh."""
    name, uri, how, count = sys.argv[1:]
    assert name in NAMES
    library = open_library(name, uri)
    work, weigh = _HOW[how]
    warm = work(library, WARM)
    del warm
    gc.collect()
    before = weigh()
    kept, check = work(library, int(count))
    gc.collect()
    print(json.dumps({"bytes": weigh() - before, "check": check, "kept": len(kept)}))


def _found(library: Any, count: int) -> Any:
    if library.name == RAW:
        return library.database["orders_many"].find().limit(count)
    return library.models.order_many.objects.limit(count).no_cache()


def _value(order: Any, name: str) -> Any:
    return order[name]  # documents of MongoEngine can be asked like dicts


def _hold(library: Any, count: int) -> tuple[Any, int]:
    documents = list(_found(library, count))
    return documents, len(documents)


def _hold_read(library: Any, count: int) -> tuple[Any, int]:
    documents = list(_found(library, count))
    total = 0
    for order in documents:
        total += sum(len(str(_value(order, name))) for name in FIELDS)
        total += sum(len(_value(order["address"], name)) for name in ("street", "city", "code"))
    return documents, total


def _iterate(library: Any, count: int) -> tuple[Any, int]:
    return (), sum(_value(order, "number") for order in _found(library, count))


def _insert(library: Any, count: int) -> tuple[Any, int]:
    orders = [library.order(number) for number in range(count)]
    if library.name == RAW:
        return (), len(library.database["orders"].insert_many(orders).inserted_ids)
    return (), len(library.models.order.objects.insert(orders, load_bulk=False))


def _resident_bytes() -> int:
    # Buffers that were read into and freed are nobody's; glibc keeps them unless asked.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def _peak_bytes() -> int:
    # Not ru_maxrss: a new process starts with the peak of the one that started it.
    with open("/proc/self/status") as file:
        (line,) = [line for line in file if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


_HOW: dict[str, tuple[Callable[[Any, int], tuple[Any, int]], Callable[[], int]]] = {
    "untouched": (_hold, _resident_bytes),
    "read": (_hold_read, _resident_bytes),
    "iterated": (_iterate, _peak_bytes),
    "inserted": (_insert, _peak_bytes),
}


if __name__ == "__main__":
    main()
