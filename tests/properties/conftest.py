"""Hypothesis profiles, chosen by HYPOTHESIS_PROFILE or --hypothesis-profile.

`ci` (the default) tries 200 new examples of each property in every run, `nightly` 5,000; `steady` tries the same 200
every time, so that a check before landing fails for what was changed and for nothing else.  A failure prints
`@reproduce_failure(...)`; put above the test, that runs the same example again.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from bson.raw_bson import RawBSONDocument
from hypothesis import HealthCheck, Phase, settings
from pymongo import MongoClient

from tests.base.both_sides import fresh_registry  # noqa: F401
from tests.properties.making import World
from tests.properties.twins import DATABASES, PACKAGES
from tests.properties.values import Ref

_COMMON: dict[str, Any] = {
    "deadline": None,
    "print_blob": True,
    # Explaining a failure takes longer than finding it.
    "phases": [phase for phase in Phase if phase is not Phase.explain],
    "suppress_health_check": list(HealthCheck),
}

settings.register_profile("ci", max_examples=200, **_COMMON)
settings.register_profile("steady", max_examples=200, derandomize=True, **_COMMON)
settings.register_profile("nightly", max_examples=5000, **_COMMON)
# Hypothesis has chosen a profile named `ci` of its own where it found itself on a build server.
if settings.get_current_profile_name() not in ("steady", "nightly"):
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="module", autouse=True)
def server(mongodb_uri: str) -> Iterator[MongoClient[Any]]:
    """Both packages connected, each to a database of its own with ready documents, and a client that watches."""
    with MongoClient(mongodb_uri, document_class=RawBSONDocument) as client:
        for package, name in zip(PACKAGES, DATABASES, strict=True):
            client.drop_database(name)
            package.connect(name, host=mongodb_uri, uuidRepresentation="standard")
            world = World(package)
            for target in world.targets:
                for number in (1, 2, 3):
                    world.value(Ref("document", target, number + 3 * (target == "Son"))).save()
        yield client
        for package, name in zip(PACKAGES, DATABASES, strict=True):
            client.drop_database(name)
            package.connection.disconnect_all()
