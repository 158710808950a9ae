"""What the state machines have in common: two documents of one class, and rules that edit them."""

import copy
import pickle
import sys
from types import ModuleType
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.base.both_sides import raised
from tests.properties.edits import edit_once, walk
from tests.properties.models import Shape, Spec, parts
from tests.properties.twins import PACKAGES, Twins, failed, room, same, same_state
from tests.properties.values import Part

LINE = Shape(
    {
        "sku": Spec("string"),
        "qty": Spec("int", options={"default": "value", "db_field": True}),
        "notes": Spec("dict"),
        "sizes": Spec("list", Spec("int")),
        "inner": Spec("embedded", shapes=[Shape({"v": Spec("int"), "extra": Spec("dict")})]),
        "next": Spec("self", options={"db_field": True}),
    },
    [{"weight": Spec("float")}],
)
ORDER = Shape(
    {
        "name": Spec("string", options={"db_field": True, "max_length": 4}),
        "first": Spec("embedded", shapes=[LINE], options={"db_field": True}),
        "second": Spec("generic embedded", shapes=[LINE]),
        "lines": Spec("embedded list", Spec("embedded", shapes=[LINE])),
        "others": Spec("list", Spec("embedded", shapes=[LINE])),
        "ranked": Spec("sorted list", Spec("embedded", shapes=[LINE]), options={"ordering": "qty", "reverse": True}),
        "by_name": Spec("map", Spec("embedded", shapes=[LINE]), options={"db_field": True}),
        "tags": Spec("list", Spec("string")),
        "numbers": Spec("sorted list", Spec("int")),
        "matrix": Spec("list", Spec("list", Spec("int"))),
        "table": Spec("map", Spec("map", Spec("list", Spec("int")))),
        "extra": Spec("dict", options={"default": "callable"}),
        "items_": Spec("plain list"),
        "any_": Spec("open embedded", shapes=[LINE], options={"null": True}),
        "target": Spec("reference", options={"db_field": True}),
        "targets": Spec("list", Spec("reference")),
        "when": Spec("date-time"),
        "price": Spec("decimal string"),
    },
    meta={"auto_create_index": False},
)


def _line(**more: Any) -> Part:
    values = {"sku": "a", "notes": {"x": {"y": [1, {"z": 2}]}}, "sizes": [1, 2], **more}
    return Part(LINE, 0, {**values, "inner": Part(LINE.fields["inner"].shape, 0, {"v": 1})})


FULL = Part(
    ORDER,
    0,
    {
        "name": "one",
        "first": _line(next=_line()),
        "second": _line(qty=2),
        "lines": [_line(qty=1), _line(qty=2)],
        "others": [_line()],
        "ranked": [_line(qty=3), _line(qty=1)],
        "by_name": {"k": _line()},
        "tags": ["a", "b"],
        "numbers": [2, 1],
        "matrix": [[1, 2], [3]],
        "table": {"a": {"b": [1, 2]}, "c": {}},
        "extra": {"a": [1, {"b": 2}], "c": {"d": {}}},
        "items_": [[1], {"a": 1}],
    },
)
HOMES = tuple(ModuleType(f"tests.properties.classes_of_{package.__name__}") for package in PACKAGES)
sys.modules.update({home.__name__: home for home in HOMES})


def reaches(start: Any, end: Any) -> bool:
    """Whether `end` is inside of `start`: putting that into `end` would make a cycle."""
    if start is end:
        return True
    if isinstance(start, list):
        return any(reaches(item, end) for item in list.__iter__(start))
    inside = start if isinstance(start, dict) else getattr(start, "_data", {})
    return any(reaches(item, end) for item in inside.values())


class Pair(RuleBasedStateMachine):
    """Two documents that are edited alike."""

    def __init__(self) -> None:
        super().__init__()
        self._room = room()
        self._room.__enter__()
        self.twins = Twins(ORDER, HOMES)
        self.pair = self.twins.both(FULL)
        #: Something that was found in the documents earlier, and how to make one of its kind.
        self.kept: list[Any] = []

    def teardown(self) -> None:
        self._room.__exit__(None, None, None)

    def become(self, pair: list[Any]) -> None:
        """Go on with other documents, if there are any."""
        if not failed(pair):
            self.pair, self.kept = pair, []

    @rule(data=st.data())
    def edit(self, data: Any) -> None:
        edit_once(data, self.twins, self.pair)

    @rule(data=st.data())
    def keep(self, data: Any) -> None:
        self.kept, _, _ = walk(data, self.twins, self.pair)

    @rule(data=st.data())
    def edit_what_was_kept(self, data: Any) -> None:
        if self.kept:
            edit_once(data, self.twins, self.kept)

    @rule(name=st.sampled_from(sorted(ORDER.fields)))
    def put_what_was_kept(self, name: str) -> None:
        # Clearing changes, MongoEngine follows references that were assigned (docs/differences.md): of an embedded
        # document in their place it makes a list of the names of its fields.
        followed = name == "targets" and self.kept and not isinstance(self.kept[0], (list, dict))
        if self.kept and not followed and not reaches(self.kept[0], self.pair[0]):
            same(list(zip(self.pair, self.kept, strict=True)), lambda both: setattr(both[0], name, both[1]))

    @rule(name=st.sampled_from(["lines", "others", "ranked", "items_"]))
    def add_what_was_kept(self, name: str) -> None:
        if self.kept and not reaches(self.kept[0], raised(lambda: getattr(self.pair[0], name))):
            same(list(zip(self.pair, self.kept, strict=True)), lambda both: getattr(both[0], name).append(both[1]))

    @rule(name=st.sampled_from(["lines", "others", "ranked"]))
    def repeat_a_line(self, name: str) -> None:
        same(self.pair, lambda document: getattr(document, name).append(getattr(document, name)[0]))

    @rule(data=st.data())
    def start_again(self, data: Any) -> None:
        self.become(self.twins.both(data.draw(parts(ORDER))))

    @rule(how=st.sampled_from(["deepcopy", "copy", "pickle"]))
    def copy(self, how: str) -> None:
        makers = {"deepcopy": copy.deepcopy, "copy": copy.copy, "pickle": lambda one: pickle.loads(pickle.dumps(one))}
        self.become([raised(lambda one=one: makers[how](one)) for one in self.pair])

    @rule()
    def look(self) -> None:
        same_state(self.pair)

    @rule()
    def validate(self) -> None:
        same(self.pair, lambda document: document.validate())
        same(self.pair, lambda document: raised(document.validate).to_dict())
