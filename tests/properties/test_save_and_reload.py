"""A state machine on a real server: documents saved, reloaded, changed there, deleted and inserted again."""

from typing import Any

import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from pymongo import MongoClient

from tests.base.both_sides import raised
from tests.properties.machines import FULL, ORDER, Pair
from tests.properties.models import parts
from tests.properties.population import same_stored, store
from tests.properties.queries import place
from tests.properties.twins import cleared, failed, same, same_changes, same_state, trips
from tests.properties.updates import is_repaired, update
from tests.properties.values import key_of

HOWS: list[dict[str, Any]] = [
    *[{}] * 3,
    {"validate": False},
    {"clean": False},
    {"force_insert": True},
    {"cascade": True},
    {"save_condition": {"name": "one"}},
    {"write_concern": {"w": 1}},
]
_SERVER: list[MongoClient[Any]] = []


@pytest.fixture(scope="module", autouse=True)
def _known_server(server: MongoClient[Any]) -> None:
    """A state machine takes no fixtures."""
    _SERVER[:] = [server]


class Saving(Pair):
    """One document, whatever is done with it."""

    @initialize(data=st.data())
    def start(self, data: Any) -> None:
        store(_SERVER[0], [])
        if data.draw(st.booleans()):
            self.become(self.twins.both(data.draw(parts(ORDER))))
        if data.draw(st.booleans()):
            for document in self.pair:
                document.id = key_of(7)

    @rule(how=st.sampled_from(HOWS))
    def save(self, how: dict[str, Any]) -> None:
        if isinstance(raised(self.pair[0].to_mongo), Exception) or trips(self.pair[0]):
            # What cannot be stored is noticed in the changed fields only.
            return
        same(self.pair, lambda document: document.save(**how) and None)
        same_stored(_SERVER[0])
        self._clear_alike()

    def _clear_alike(self) -> None:
        if (
            hasattr(self.pair[0], "_changed_fields")
            and not self.pair[1]._get_changed_fields()
            and not cleared(self.pair)
        ):
            self.fetch(None)

    @rule()
    def reload(self) -> None:
        self._reload()

    def _reload(self, *names: str) -> None:
        outcome = same(self.pair, lambda document: document.reload(*names) and "done")
        if outcome != ("str", "done"):
            # The values are taken over in the order of `_data`; one that cannot be read stops that half-way.
            self.whole_again(7)

    @rule(data=st.data())
    def reload_some(self, data: Any) -> None:
        names = data.draw(
            st.lists(st.sampled_from([*ORDER.fields, "id", "nowhere", "first__qty", "first.qty"]), max_size=2)
        )
        note(f"reload {names}")
        self._reload(*names)

    @rule(data=st.data(), query=st.sampled_from([{}, {}, {"name": "one"}, {"id": key_of(9)}, {"nowhere": 1}]))
    def modify(self, data: Any, query: dict[str, Any]) -> None:
        self._change(data, lambda document, change: document.modify(query, **change), "modify")

    @rule(data=st.data())
    def update(self, data: Any) -> None:
        self._change(data, lambda document, change: document.update(**change))

    @rule(data=st.data())
    def change_behind_its_back(self, data: Any) -> None:
        self._change(data, lambda document, change: type(document).objects(pk=document.pk).update(**change))

    def _change(self, data: Any, how: Any, name: str = "update") -> None:
        change = update(data, ORDER)
        values = self.twins.both(change)
        note(f"{change}")
        if not failed(values) and not is_repaired(name, change):
            same(list(zip(self.pair, values, strict=True)), lambda both: how(*both))
            same_stored(_SERVER[0])

    @rule()
    def delete(self) -> None:
        same(self.pair, lambda document: document.delete())
        same_stored(_SERVER[0])

    @rule()
    def insert_again(self) -> None:
        same(
            list(zip(self.twins.classes, self.pair, strict=True)), lambda both: both[0].objects.insert(both[1]) and None
        )
        same_stored(_SERVER[0])

    @rule(narrow=st.sampled_from([None, None, "only", "exclude"]), data=st.data())
    def get(self, narrow: str | None, data: Any) -> None:
        names = [".".join(place(data, ORDER)[0]) for _ in range(data.draw(st.integers(1, 2)))]
        note(f"get {narrow} {names}")
        self.fetch((narrow, names) if narrow else None)

    def fetch(self, narrow: Any) -> None:
        """Go on with the stored document."""

        def found(cls: Any) -> Any:
            queryset = cls.objects if narrow is None else getattr(cls.objects, narrow[0])(*narrow[1])
            return queryset.first()

        pair = [raised(lambda cls=cls: found(cls)) for cls in self.twins.classes]
        if pair == [None, None]:
            return
        self.become(pair)

    @rule()
    def forget_the_id(self) -> None:
        same(self.pair, lambda document: setattr(document, "id", None))

    @rule(number=st.sampled_from([7, 8]))
    def start_with_everything(self, number: int) -> None:
        self.whole_again(number)

    def whole_again(self, number: int) -> None:
        """Go on with a new document that has all fields."""
        self.become(self.twins.both(FULL))
        for document in self.pair:
            document.id = key_of(number)

    @rule()
    def look_at_everything(self) -> None:
        same_state(self.pair)
        same(self.pair, lambda document: (document._created, document.pk, document.id))

    @invariant()
    def the_same_changes(self) -> None:
        if hasattr(self.pair[0], "_changed_fields"):
            same_changes(self.pair)


TestSaving = Saving.TestCase
TestSaving.settings = settings(stateful_step_count=12)
