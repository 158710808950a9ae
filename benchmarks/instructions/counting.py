"""Counts instructions and allocations per operation, by the difference between a run with loops and one without."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.instructions.paths import NAMES

ROOT = Path(__file__).resolve().parents[2]
LOOPS = 10_000
ALLOCATORS = ("malloc", "calloc", "realloc", "aligned_alloc", "posix_memalign")
Counts = dict[str, dict[str, float]]


def available() -> bool:
    """Whether there is a valgrind."""
    return shutil.which("valgrind") is not None


def key() -> str:
    """What counts depend on: the build of Python, the architecture, the C library and the compiler of the core."""
    python = f"python {platform.python_version()} ({platform.python_compiler()})"
    libc = " ".join(part for part in platform.libc_ver() if part) or "libc"
    return f"{python}, {platform.machine()}, {libc}, {_rustc()}"


def _rustc() -> str:
    compiler = shutil.which("rustc")
    if compiler is None:
        return "rustc"
    words = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return " ".join(words[:2]) or "rustc"


def count() -> Counts:
    """Instructions and allocations of one operation of every path."""
    runs = [(), *((f"{name}={LOOPS}",) for name in NAMES)]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        base, *others = pool.map(_run, runs)
    return {
        name: {kind: round((run[kind] - base[kind]) / LOOPS, 2) for kind in base}
        for name, run in zip(NAMES, others, strict=True)
    }


def _run(loops: tuple[str, ...]) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="callgrind-") as scratch:
        out = Path(scratch, "out")
        command = [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable, "-m",
            "benchmarks.instructions.paths", *loops,
        ]  # fmt: skip
        # Every object from malloc, so that each allocation is counted, and always the same hashes.
        environment = {**os.environ, "PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"callgrind failed: {done.stderr[-2000:]}")
        return parse(out.read_text())


def parse(text: str) -> dict[str, int]:
    """Instructions in all, and calls of allocating functions, from a file that callgrind wrote."""
    totals = re.search(r"^(?:summary|totals): (\d+)", text, re.MULTILINE)
    if totals is None:
        raise ValueError("callgrind wrote no totals")
    names: dict[str, str] = {}
    allocations = 0
    called = ""
    for line in text.splitlines():
        if line.startswith(("cfn=", "fn=")):
            # The first mention of a function has its name, later ones only its number.
            kind, _, mention = line.partition("=")
            number, _, name = mention.partition(" ")
            if name:
                names[number] = name
            if kind == "cfn":
                called = names.get(number, "")
        elif line.startswith("calls=") and called in ALLOCATORS:
            allocations += int(line[len("calls=") :].split()[0])
    return {"instructions": int(totals[1]), "allocations": allocations}


def lines(counts: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The counts for people."""
    return [
        f"{name:<10} {one['instructions']:>10,.0f} instructions {one['allocations']:>8.1f} allocations"
        for name, one in counts.items()
    ]
