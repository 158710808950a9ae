"""How long the import of a package takes in a fresh process."""

import os
import subprocess
import sys

_PROGRAM = """
import sys, time
cpu, wall = time.process_time(), time.perf_counter()
__import__(sys.argv[1])
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def measure(package: str) -> tuple[float, float]:
    """Wall and processor seconds of ``import package`` in a new interpreter."""
    command = [sys.executable, "-c", _PROGRAM, package]
    # With byte code kept, as installed packages have it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    wall, cpu = answer.stdout.split()
    return float(wall), float(cpu)
