"""One standalone server for the benchmark, without a journal to wait for, and a connection of every library to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.libraries import NAMES, open_library
from mongoengine_fast.testing import start_mongod


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--quick`` and ``--libraries``."""
    parser.addoption("--quick", action="store_true", help="a third of the rounds")
    parser.addoption("--libraries", default=",".join(NAMES), help="comma-separated; the last one is the one measured")


@pytest.fixture(scope="session")
def server_uri() -> Iterator[str]:
    """The URI of the server."""
    with start_mongod(journal=False) as server:
        yield server.uri


@pytest.fixture(scope="session")
def libraries(request: pytest.FixtureRequest, server_uri: str) -> Iterator[list[Any]]:
    """Every library, connected."""
    opened = [open_library(name, server_uri) for name in request.config.getoption("--libraries").split(",")]
    yield opened
    for library in opened:
        library.client.drop_database(library.database.name)
        library.close()
