"""Any class, any update: the same command, the same outcome, the same stored bytes as MongoEngine."""

from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from pymongo import MongoClient

from tests.base.both_sides import raised
from tests.properties.models import models
from tests.properties.population import same_stored, store, stored_rows
from tests.properties.queries import Condition, build_q, conditions
from tests.properties.twins import PACKAGES, Twins, failed, room, same
from tests.properties.updates import is_repaired, update

HOWS = [
    "update",
    "update",
    "update_one",
    "upsert",
    "upsert_one",
    "modify",
    "modify new",
    "modify remove",
    "modify upsert",
]


@given(st.data())
def test_changes_become_the_same_update(data: Any) -> None:
    shape = data.draw(models())
    with room():
        twins = Twins(shape)
        for _ in range(3):
            change = update(data, shape)
            note(f"{change}")
            values = twins.both(change)
            if failed(values):
                continue
            both = list(zip(PACKAGES, twins.classes, values, strict=True))
            same(both, lambda side: side[0].queryset.transform.update(side[1], **side[2]))


def run(queryset: Any, how: str, change: dict[str, Any]) -> Any:
    """Update what a queryset finds."""
    if how == "update":
        return queryset.update(**change)
    if how == "update_one":
        return queryset.update_one(**change)
    if how == "upsert":
        return queryset.update(upsert=True, full_result=True, **change).raw_result.get("nModified")
    if how == "upsert_one":
        return queryset.upsert_one(**change)
    options = {"modify new": {"new": True}, "modify remove": {"remove": True}, "modify upsert": {"upsert": True}}
    return queryset.order_by("id").modify(**options.get(how, {}), **change)


@given(st.data())
def test_updates_change_the_same(server: MongoClient[Any], data: Any) -> None:
    shape = data.draw(models(2))
    with room():
        twins = Twins(shape)
        store(server, stored_rows(data, twins, 5))
        for _ in range(data.draw(st.integers(1, 4))):
            narrow = data.draw(st.integers(0, 3)) == 0
            tree = conditions(data, shape, 1) if narrow else Condition("is", {})
            change, how = update(data, shape), data.draw(st.sampled_from(HOWS))
            note(f"{tree} {how} {change}")
            trees = [raised(lambda world=world: build_q(world, tree)) for world in twins.worlds]
            values = twins.both(change)
            if failed(trees) or failed(values) or is_repaired(how, change):
                continue
            cls = data.draw(st.sampled_from(twins.families))
            both = list(zip(cls, trees, values, strict=True))
            same(both, lambda side: run(side[0].objects(side[1]), how, side[2]))
            same_stored(server)
