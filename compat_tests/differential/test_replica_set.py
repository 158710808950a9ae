"""Scenarios of writing once more on a replica set, where writes are retryable and concerns have a meaning."""

from collections.abc import Iterator
from typing import Any

import pytest

from compat_tests.differential import scenarios_modify, scenarios_saving
from compat_tests.differential.harness import Scenario, Side, differences, open_sides
from compat_tests.differential.scenarios_queries import names, people
from mongoengine_fast.testing import ReplicaSet
from mongoengine_fast.testing.pytest_plugin import mongodb_replica_set  # noqa: F401


@pytest.fixture(scope="module")
def sides_of_a_replica_set(mongodb_replica_set: ReplicaSet) -> Iterator[list[Side]]:  # noqa: F811
    """Stock and ours, connected to a replica set."""
    opened = open_sides(mongodb_replica_set.uri)
    yield opened
    for side in opened:
        side.close()


def concerns_of_a_majority(me: Any) -> Any:
    person = people(me, 5)
    majority = person.objects.read_concern({"level": "majority"})
    one = majority.order_by("name").first()
    one.age = 50
    return [
        one.save(write_concern={"w": "majority"}).age,
        majority.count(),
        names(majority.order_by("name")),
        person.objects(age=50).update(write_concern={"w": "majority", "wtimeout": 5000}, set__age=1),
        person.objects(age=1).update(read_concern={"level": "majority"}, set__age=2),
        person.objects.insert([person(name="new")], write_concern={"w": "majority"})[0].name,
        person.objects(name="p01").delete(write_concern={"w": "majority"}),
        person.objects.read_concern({"level": "linearizable"}).order_by("name").first().name,
        list(majority.order_by("name").limit(1).aggregate([{"$project": {"n": 1, "_id": 0}}])),
    ]


SCENARIOS = [concerns_of_a_majority, *scenarios_modify.SCENARIOS, *scenarios_saving.SCENARIOS]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("scenario", [pytest.param(one, id=one.__name__) for one in SCENARIOS])
def test_both_packages_do_the_same(scenario: Scenario, sides_of_a_replica_set: list[Side]) -> None:
    stock, ours = (side.run(scenario) for side in sides_of_a_replica_set)
    found = differences(stock, ours)
    if found:
        pytest.fail("\n".join(found), pytrace=False)
    if stock.error:
        pytest.fail(f"on both sides: {': '.join(stock.error)}", pytrace=False)
