"""A state machine: one document in both packages, any sequence of edits, saves and copies of its containers."""

import copy
from typing import Any

from bson import ObjectId
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.properties.edits import edit_once
from tests.properties.models import Part, Spec, realise, recipe, recipes
from tests.properties.twins import Twins, cleared, room, same, same_state

LINE = {
    "sku": Spec("string"),
    "qty": Spec("int", options={"default": True, "db_field": True}),
    "notes": Spec("dict"),
    "sizes": Spec("list", Spec("int")),
    "inner": Spec("embedded", fields={"v": Spec("int"), "extra": Spec("dict")}),
}
FIELDS = {
    "name": Spec("string", options={"db_field": True}),
    "first": Spec("embedded", fields=LINE, options={"db_field": True}),
    "lines": Spec("embedded list", Spec("embedded", fields=LINE)),
    "others": Spec("list", Spec("embedded", fields=LINE)),
    "by_name": Spec("map", Spec("embedded", fields=LINE), options={"db_field": True}),
    "tags": Spec("list", Spec("string")),
    "matrix": Spec("list", Spec("list", Spec("int"))),
    "extra": Spec("dict", options={"default": True}),
    "items_": Spec("plain list"),
}
STORED_LINE = Part({"sku": "a", "notes": {"x": {"y": [1, {"z": 2}]}}, "sizes": [1, 2], "inner": Part({"v": 1})})
FULL = {
    "name": "one",
    "first": STORED_LINE,
    "lines": [STORED_LINE, STORED_LINE],
    "others": [STORED_LINE],
    "by_name": {"k": STORED_LINE},
    "tags": ["a", "b"],
    "matrix": [[1, 2], [3]],
    "extra": {"a": [1, {"b": 2}], "c": {"d": {}}},
    "items_": [[1], {"a": 1}],
}


class Containers(RuleBasedStateMachine):
    """Edits of a document that is rich in containers; after each, nothing tells the packages apart."""

    def __init__(self) -> None:
        super().__init__()
        self.place = room()
        self.place.__enter__()
        self.twins = Twins(FIELDS)
        self.pair: list[Any] = []
        self.kept: list[Any] = []

    def teardown(self) -> None:
        self.place.__exit__(None, None, None)

    @initialize(values=st.just(FULL) | recipes(FIELDS), new=st.booleans())
    def start(self, values: dict[str, Any], new: bool) -> None:
        self.pair = self.twins.new(values)
        if not new:
            self.load()

    @rule()
    def load(self) -> None:
        stored = same(self.pair, lambda document: document.to_mongo())
        assert stored
        self.pair = self.twins.loaded({"_id": ObjectId(f"{7:024x}"), **self.pair[0].to_mongo()})
        self.kept = []

    @rule(data=st.data())
    def edit(self, data: Any) -> None:
        edit_once(data, FIELDS, self.pair)

    @rule(name=st.sampled_from(["first", "lines", "others", "extra"]))
    def keep_a_part(self, name: str) -> None:
        same(self.pair, lambda document: getattr(document, name))
        self.kept = [getattr(document, name) for document in self.pair]

    @rule(number=st.integers(0, 9))
    def edit_what_was_kept(self, number: int) -> None:
        for held in self.kept:
            if isinstance(held, list):
                for line in held[:1]:
                    line.qty = number
                    line.notes["kept"] = number
            elif isinstance(held, dict):
                held["kept"] = number
            elif held is not None:
                held.qty = number

    @rule(name=st.sampled_from(["lines", "others"]))
    def repeat_a_line(self, name: str) -> None:
        for document in self.pair:
            lines = getattr(document, name)
            if lines:
                lines.append(lines[0])

    @rule()
    def sort_lines(self) -> None:
        same(self.pair, lambda document: document.lines.sort(key=lambda line: (line.sku or "", line.qty or 0)))

    @rule()
    def clear_changes(self) -> None:
        for document in self.pair:
            document._clear_changed_fields()
        if not cleared(self.pair):
            self.load()

    @rule()
    def copy_deeply(self) -> None:
        self.pair = [copy.deepcopy(document) for document in self.pair]
        self.kept = []

    @rule(data=st.data(), name=st.sampled_from(sorted(FIELDS)))
    def assign(self, data: Any, name: str) -> None:
        value = data.draw(st.none() | recipe(FIELDS[name]))
        for document in self.pair:
            setattr(document, name, realise(document._fields[name], value))

    @rule(name=st.sampled_from(sorted(FIELDS)))
    def delete(self, name: str) -> None:
        for document in self.pair:
            delattr(document, name)

    @invariant()
    def nothing_tells_them_apart(self) -> None:
        if self.pair:
            same_state(self.pair)


TestContainers = Containers.TestCase
TestContainers.settings = settings(max_examples=max(20, settings.default.max_examples // 5), stateful_step_count=12)
