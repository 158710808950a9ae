"""Gets MongoEngine's tests at the tag that we claim parity with; they are not in its PyPI archive."""

import io
import os
import subprocess
import tarfile
from pathlib import Path

VERSION = "0.29.3"
COMMIT = "30f6d56c5c0777f084213faf6b6e923acea225f7"
TESTS_TREE = "6619b30ca856add845c314302eb57249944ee9ff"
URL = "https://github.com/MongoEngine/mongoengine.git"
GIT_VARIABLE = "MONGOENGINE_GIT"
# The suite, and the one document that its test of the change log reads. Upstream's package stays out: it would shadow
# the package under test.
WANTED = ("tests", "docs/changelog.rst")


class SuiteUnavailable(RuntimeError):
    """MongoEngine's tests can be had from nowhere."""


def cache_folder() -> Path:
    """Where the clone is kept between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "mongoengine_fast"


def git_directory() -> Path:
    """The repository to take the tests from: `MONGOENGINE_GIT`, else the cache, else a fresh clone into the cache.

    Raises SuiteUnavailable when there is none, or when its tests are not the pinned ones.
    """
    named = os.environ.get(GIT_VARIABLE)
    if named:
        return _verified(Path(named).expanduser())
    cached = cache_folder() / "mongoengine.git"
    if not cached.is_dir():
        _clone(cached)
    return _verified(cached)


def extract(repository: Path, target: Path) -> None:
    """Write the tests of the pinned commit below `target`."""
    archive = _git(repository, "archive", "--format=tar", COMMIT, *WANTED)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        if hasattr(tarfile, "data_filter"):
            tar.extractall(target, filter="data")
        else:
            tar.extractall(target)


def _verified(repository: Path) -> Path:
    try:
        tree = _git(repository, "rev-parse", "--verify", f"{COMMIT}:tests").decode().strip()
    except SuiteUnavailable as error:
        raise SuiteUnavailable(f"{repository} does not hold MongoEngine {VERSION} ({COMMIT[:8]}): {error}") from None
    if tree != TESTS_TREE:
        raise SuiteUnavailable(f"{repository}: tests/ is tree {tree}, expected {TESTS_TREE}")
    return repository


def _clone(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    print(f"cloning {URL} into {target} ...", flush=True)
    command = ["git", "clone", "--quiet", "--bare", "--depth", "1", "--branch", f"v{VERSION}", URL, str(partial)]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0"}
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=600, env=environment)
    except FileNotFoundError:
        raise SuiteUnavailable("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise SuiteUnavailable(f"cloning {URL} took longer than ten minutes") from None
    except subprocess.CalledProcessError as error:
        raise SuiteUnavailable(f"cloning {URL} failed: {error.stderr.strip()}") from None
    partial.rename(target)


def _git(repository: Path, *arguments: str) -> bytes:
    try:
        command = ["git", "-C", str(repository), *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise SuiteUnavailable("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise SuiteUnavailable(error.stderr.decode(errors="replace").strip()) from None
