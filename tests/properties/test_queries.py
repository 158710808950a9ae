"""Any class, any query: the same command, the same results, the same exceptions as MongoEngine."""

from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from pymongo import MongoClient

from tests.base.both_sides import raised
from tests.properties.models import models
from tests.properties.population import store, stored_rows
from tests.properties.queries import Condition, build_q, conditions
from tests.properties.reading import ask, chain, final, follow
from tests.properties.twins import Twins, failed, room, same

#: What a hint reaches with us and not with MongoEngine (docs/upstream-fixes.md): it changes the order of the rows.
_HINTED = ("aggregate", "average", "sum")


@given(st.data())
def test_conditions_become_the_same_filter(data: Any) -> None:
    shape = data.draw(models())
    with room():
        twins = Twins(shape)
        for _ in range(3):
            tree = conditions(data, shape)
            note(f"{tree}")
            trees = [raised(lambda world=world: build_q(world, tree)) for world in twins.worlds]
            if failed(trees):
                continue
            both = list(zip(twins.classes, trees, strict=True))
            same(both, lambda side: side[0].objects(side[1])._query)
            same(both, lambda side: side[1].to_query(side[0]))
            same(both, lambda side: (side[1].empty, bool(side[1]), repr(side[1])))


@given(st.data())
def test_querysets_answer_alike(server: MongoClient[Any], data: Any) -> None:
    shape = data.draw(models(2))
    with room():
        twins = Twins(shape)
        store(server, stored_rows(data, twins))
        for _ in range(data.draw(st.integers(1, 4))):
            tree = conditions(data, shape, 1) if data.draw(st.booleans()) else Condition("is", {})
            steps, last = chain(data, shape), final(data, shape)
            if last[0] in _HINTED:
                steps = [step for step in steps if step[0] != "hint"]
            note(f"{tree} {steps} {last}")
            trees = [raised(lambda world=world: build_q(world, tree)) for world in twins.worlds]
            if failed(trees):
                continue
            cls = data.draw(st.sampled_from(twins.families))
            both = list(zip(cls, trees, strict=True))
            same(both, lambda side: follow(side[0].objects(side[1]), steps)._cursor_args)
            if not _is_repaired(raised(lambda both=both: ask(follow(both[0][0].objects(both[0][1]), steps), last))):
                same(both, lambda side: ask(follow(side[0].objects(side[1]), steps), last))


def _is_repaired(answer: Any) -> bool:
    """MongoEngine trips over `scalar()` through something that is missing; ours answers None."""
    return isinstance(answer, AttributeError) and "'NoneType' object" in str(answer)
