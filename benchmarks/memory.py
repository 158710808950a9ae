"""Memory held by 50,000 loaded documents, measured in a fresh process: ``python -m benchmarks.memory LIBRARY URI HOW``.

HOW is ``untouched`` or ``read`` (every field read once).  Prints JSON: bytes a document holds, and a check sum.
"""

import ctypes
import gc
import json
import resource
import subprocess
import sys
from typing import Any

from benchmarks import shapes
from benchmarks.libraries import NAMES, RAW, open_library

COUNT = 50_000
HOW = ("untouched", "read")


def measure(library: str, uri: str, how: str) -> dict[str, Any]:
    """Run this file in a process of its own and return what it printed."""
    command = [sys.executable, "-m", "benchmarks.memory", library, uri, how]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def main() -> None:
    """Load, hold and weigh."""
    name, uri, how = sys.argv[1:]
    assert name in NAMES
    assert how in HOW
    library = open_library(name, uri)
    # Whatever a first use allocates once is not a document's.
    warm = _load(library, 2_000)
    _touch(library, warm, "read")
    del warm
    gc.collect()
    before = _resident_bytes()
    documents = _load(library, COUNT)
    check = _touch(library, documents, how)
    gc.collect()
    held = _resident_bytes() - before
    print(json.dumps({"bytes_per_document": held / len(documents), "count": len(documents), "check": check}))


def _load(library: Any, count: int) -> list[Any]:
    if library.name == RAW:
        return list(library.collection.find().limit(count))
    return list(library.order.objects.limit(count).no_cache())


def _touch(library: Any, documents: list[Any], how: str) -> int:
    if how == "untouched":
        return len(documents)
    return sum(_length(library.plain(document)) for document in documents)


def _length(plain: dict[str, Any]) -> int:
    return sum(len(str(plain[name])) for name in shapes.FIELDS)


def _resident_bytes() -> int:
    # Buffers that were read into and freed are nobody's; glibc keeps them unless asked.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    main()
