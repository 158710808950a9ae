"""A database a test, and the programs that work on it."""

from collections.abc import Iterator
from typing import Any

import pytest

from mongoengine_fast.testing import Standalone
from tests.processes.running import Programs


@pytest.fixture
def programs(mongodb_uri: str, mongodb_database: Any) -> Programs:
    """Programs on an empty database of the shared server."""
    return Programs(mongodb_uri, mongodb_database.name)


@pytest.fixture(scope="session")
def obedient_mongodb() -> Iterator[Standalone]:
    """A server that obeys fail points, to hold commands for as long as a test wants."""
    with Standalone(test_commands=True, journal=False) as server:
        yield server
