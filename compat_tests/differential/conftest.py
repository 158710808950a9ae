"""One server, one database a package."""

from collections.abc import Iterator

import pytest

from compat_tests.differential.harness import Side, open_sides
from mongoengine_fast.testing.pytest_plugin import mongodb, mongodb_uri  # noqa: F401


@pytest.fixture(scope="session")
def sides(mongodb_uri: str) -> Iterator[list[Side]]:  # noqa: F811
    """Stock and ours, connected."""
    opened = open_sides(mongodb_uri)
    yield opened
    for side in opened:
        side.close()
