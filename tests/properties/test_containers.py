"""State machines of lists, dicts, lists of embedded documents and embedded documents, without a server's part in it."""

from typing import Any

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.base.both_sides import raised
from tests.properties.edits import DICT_EDITS, LIST_EDITS, Edit
from tests.properties.machines import FULL, LINE, Pair
from tests.properties.models import Shape, Spec, parts
from tests.properties.twins import Twins, clear, encode, failed, room, same, same_changes, same_state
from tests.properties.values import Part, key_of, keys, plain_values

STEPS = settings(stateful_step_count=12)


class Documents(Pair):
    """Edits of a document that is rich in containers; nothing tells the packages apart."""

    @initialize(new=st.booleans())
    def start(self, new: bool) -> None:
        if not new:
            self.load()

    @rule()
    def load(self) -> None:
        same(self.pair, lambda document: document.to_mongo())
        stored = raised(lambda: {"_id": key_of(7), **self.pair[0].to_mongo()})
        if not isinstance(raised(lambda: encode(stored)), Exception):
            self.become(self.twins.loaded(stored))

    @rule()
    def clear_changes(self) -> None:
        if not clear(self.pair):
            self.load()

    @invariant()
    def the_same_changes(self) -> None:
        if hasattr(self.pair[0], "_changed_fields"):
            same_changes(self.pair)


class _Container(RuleBasedStateMachine):
    """One container of a loaded document, and a part of it that somebody holds."""

    spec: Spec
    stored: Any
    edits: dict[str, Edit]
    inner: st.SearchStrategy[Any] = plain_values()

    def __init__(self) -> None:
        super().__init__()
        self._room = room()
        self._room.__enter__()
        shape = Shape({"value": self.spec}, meta={"auto_create_index": False})
        self.twins = Twins(shape)
        self.pair = self.twins.loaded({"_id": key_of(1), "value": self.stored})
        assert not failed(self.pair)
        self.held: list[Any] = []

    def teardown(self) -> None:
        self._room.__exit__(None, None, None)

    def _edit(self, data: Any, pair: list[Any]) -> None:
        edits = LIST_EDITS if isinstance(pair[0], list) else DICT_EDITS
        name = data.draw(st.sampled_from(sorted(edits)))
        places, change = edits[name]
        place, value = data.draw(places), data.draw(self.inner)
        note(f"{name} {place!r} {value!r}")
        values = self.twins.both(value)
        if not failed(values):
            same(list(zip(pair, values, strict=True)), lambda both: change(both[0], place, both[1]))

    @rule(data=st.data())
    def edit(self, data: Any) -> None:
        self._edit(data, [document.value for document in self.pair])

    @rule(data=st.data())
    def hold(self, data: Any) -> None:
        pair = self.held or [document.value for document in self.pair]
        places = sorted(pair[0], key=str) if isinstance(pair[0], dict) else range(len(pair[0]))
        places = [place for place in places if isinstance(pair[0][place], (list, dict))]
        if places:
            place = data.draw(st.sampled_from(places))
            self.held = [one[place] for one in pair]

    @rule(data=st.data())
    def edit_what_is_held(self, data: Any) -> None:
        if self.held:
            self._edit(data, self.held)

    @rule()
    def clear_changes(self) -> None:
        clear(self.pair)

    @rule(value=plain_values())
    def assign(self, value: Any) -> None:
        if isinstance(value, type(self.stored)):
            same(
                list(zip(self.pair, self.twins.both(value), strict=True)),
                lambda both: setattr(*both[:1], "value", both[1]),
            )

    @rule(data=st.data())
    def read(self, data: Any) -> None:
        key = data.draw(st.integers(-3, 3) | keys)
        same(self.pair, lambda document: document.value[key])
        same(self.pair, lambda document: document.value.count(key))
        same(self.pair, lambda document: key in document.value)
        same(self.pair, lambda document: document.value.index(key))
        same(self.pair, lambda document: (list(document.value), repr(document.value), len(document.value)))
        same(self.pair, lambda document: document.value == document.to_mongo().get("value"))

    @invariant()
    def nothing_tells_them_apart(self) -> None:
        same_state(self.pair)


class Lists(_Container):
    """Every edit of a list, and of lists and dicts in it."""

    spec = Spec("plain list", options={"db_field": False})
    stored = [[1, 2, [3]], {"a": [1]}, 5, "b"]


class Dicts(_Container):
    """Every edit of a dict, and of lists and dicts in it."""

    spec = Spec("dict")
    stored = {"a": {"b": {"c": 1}}, "x": [1, [2]], "y": 5}


class EmbeddedLists(RuleBasedStateMachine):
    """Every method of a list of embedded documents."""

    def __init__(self) -> None:
        super().__init__()
        self._room = room()
        self._room.__enter__()
        self.twins = Twins(
            Shape({"lines": Spec("embedded list", Spec("embedded", shapes=[LINE]))}, meta={"auto_create_index": False})
        )
        self.pair = self.twins.both(Part(self.twins.shape, 0, {"lines": FULL.values["lines"]}))
        self.pair = self.twins.loaded({"_id": key_of(1), **self.pair[0].to_mongo()})
        self.lists = [document.lines for document in self.pair]

    def teardown(self) -> None:
        self._room.__exit__(None, None, None)

    conditions = st.dictionaries(
        st.sampled_from(["sku", "qty", "sizes", "nothing", "inner"]),
        st.sampled_from(["a", 1, 2, "1", None, [1, 2]]),
        max_size=2,
    )

    @rule(wanted=conditions, name=st.sampled_from(["filter", "exclude"]))
    def narrow(self, wanted: dict[str, Any], name: str) -> None:
        found = list(self.lists)
        same(found, lambda lines: getattr(lines, name)(**wanted))
        if "nothing" not in wanted:
            self.lists = [getattr(lines, name)(**wanted) for lines in found]

    @rule()
    def widen(self) -> None:
        self.lists = [document.lines for document in self.pair]

    @rule(wanted=conditions)
    def ask(self, wanted: dict[str, Any]) -> None:
        same(self.lists, lambda lines: lines.get(**wanted))
        same(self.lists, lambda lines: (lines.first(), lines.count(), len(lines), type(lines).__name__))

    @rule(values=conditions)
    def create(self, values: dict[str, Any]) -> None:
        same(self.lists, lambda lines: lines.create(**values))

    @rule(values=conditions)
    def update(self, values: dict[str, Any]) -> None:
        same(self.lists, lambda lines: lines.update(**values))

    @rule()
    def delete(self) -> None:
        same(self.lists, lambda lines: lines.delete())

    @rule(data=st.data())
    def edit(self, data: Any) -> None:
        name = data.draw(st.sampled_from(sorted(LIST_EDITS)))
        places, change = LIST_EDITS[name]
        place, values = data.draw(places), self.twins.both(data.draw(parts(LINE)))
        note(f"{name} {place!r}")
        if not failed(values):
            same(list(zip(self.lists, values, strict=True)), lambda both: change(both[0], place, both[1]))

    @rule(data=st.data(), number=st.integers(0, 9))
    def edit_one(self, data: Any, number: int) -> None:
        if self.lists[0]:
            place = data.draw(st.sampled_from(range(len(self.lists[0]))))
            same(self.lists, lambda lines: setattr(lines[place], "qty", number))
            same(self.lists, lambda lines: lines[place].notes.update(number=number))

    @rule()
    def clear_changes(self) -> None:
        clear(self.pair)

    @invariant()
    def nothing_tells_them_apart(self) -> None:
        same(self.lists)
        same_state(self.pair)


TestDocuments, TestLists = Documents.TestCase, Lists.TestCase
TestDicts, TestEmbeddedLists = Dicts.TestCase, EmbeddedLists.TestCase
TestDocuments.settings = TestLists.settings = TestDicts.settings = TestEmbeddedLists.settings = STEPS
