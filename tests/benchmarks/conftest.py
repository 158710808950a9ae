"""A report of made-up measurements."""

from typing import Any

import pytest

from tests.benchmarks import made_up


@pytest.fixture
def report() -> dict[str, Any]:
    """A report of made-up measurements."""
    return made_up.report()
