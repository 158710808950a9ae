"""The servers of the benchmark, a connection of every library to each, and the progress line."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from benchmarks import public_data
from benchmarks.libraries import NAMES, open_library
from benchmarks.progress import Progress
from benchmarks.rounds import FULL, QUICK, Profile
from mongoengine_fast.testing import ReplicaSet, start_mongod

FILES = ("test_speed", "test_threads", "test_growth", "test_processes")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the suite."""
    parser.addoption("--quick", action="store_true", help="less time for each case, and smaller sizes")
    parser.addoption("--libraries", default=",".join(NAMES), help="comma-separated; the last one is the one measured")
    parser.addoption("--only", default="", help="comma-separated names of cases")
    parser.addoption("--rounds-factor", type=float, default=1.0, help="this many times the rounds")
    parser.addoption("--data", default=None, help="folder with the documents of MongoDB's published benchmarks")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of ``--data`` known, also to processes that are started, and show progress."""
    if config.getoption("--data"):
        os.environ[public_data.VARIABLE] = config.getoption("--data")
    config.addinivalue_line("markers", "full: takes too long for a quick run")
    config.pluginmanager.register(Progress(config), "benchmark-progress")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files as the report has them; keep what ``--only`` names and what a quick run has time for."""
    items.sort(key=lambda item: FILES.index(item.path.stem))
    only = set(filter(None, config.getoption("--only").split(",")))
    quick = config.getoption("--quick")
    chosen = [
        item
        for item in items
        if (not only or _case_name(item) in only) and not (quick and item.get_closest_marker("full"))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _case_name(item: pytest.Item) -> str:
    return item.name.partition("[")[2].rstrip("]") or item.name.removeprefix("test_")


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether this is the quick run."""
    return bool(request.config.getoption("--quick"))


@pytest.fixture
def profile(request: pytest.FixtureRequest, quick: bool) -> Profile:
    """How long to measure the next case."""
    chosen = replace(QUICK if quick else FULL, factor=request.config.getoption("--rounds-factor"))
    progress: Any = request.config.pluginmanager.get_plugin("benchmark-progress")
    return chosen.at(progress.elapsed(), progress.total - progress.done)


@pytest.fixture(scope="session")
def names(request: pytest.FixtureRequest) -> list[str]:
    """The libraries that take part."""
    return str(request.config.getoption("--libraries")).split(",")


@pytest.fixture(scope="session")
def server_uri() -> Iterator[str]:
    """The URI of the standalone server, without a journal to wait for."""
    with start_mongod(journal=False) as server:
        yield server.uri


def _opened(names: list[str], uri: str, alias: str) -> Iterator[list[Any]]:
    opened = [open_library(name, uri, alias) for name in names]
    yield opened
    for library in opened:
        library.client.drop_database(library.database.name)
        library.close()


@pytest.fixture(scope="session")
def libraries(names: list[str], server_uri: str) -> Iterator[list[Any]]:
    """Every library, connected to the standalone server."""
    yield from _opened(names, server_uri, "default")


@pytest.fixture(scope="session")
def majority_libraries(names: list[str]) -> Iterator[list[Any]]:
    """Every library, connected to a replica set of one member with a journal."""
    with ReplicaSet(members=1) as replica_set:
        yield from _opened(names, replica_set.uri, "majority")


@pytest.fixture
def record(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Hand a row of the report over, and show its ratio.  pytest-benchmark wants to have run something."""

    def hand_over(row: dict[str, Any]) -> None:
        if benchmark.stats is None:
            benchmark.pedantic(lambda: None, rounds=1)
        benchmark.extra_info["row"] = row
        request.node.user_properties.append(("row", row))

    return hand_over
