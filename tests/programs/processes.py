"""Whole programs that say `import mongoengine`, each run in Pythons of its own: with MongoEngine, and with ours."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITH_OURS = ("-m", "mongoengine_fast", "run")


def run(folder, *arguments):
    """What a fresh Python prints that is started in *folder*; a failure of it is a failure of the test."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *map(str, arguments)],
        cwd=folder, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{arguments}: {done.stderr[-4000:]}"
    return done.stdout


def script(folder, text, name="program.py"):
    """Write a file of the program, and return its path."""
    path = folder / name
    path.write_text(textwrap.dedent(text))
    return path


def same_output(folder, text, *arguments):
    """Run a program with MongoEngine and with ours; what it prints must be the same, and is returned."""
    program = script(folder, text)
    stock = run(folder, program, *arguments)
    ours = run(folder, *WITH_OURS, program, *arguments)
    assert ours == stock
    return ours
