"""Enumerations: subsets, defaults, stored values that are no members, and members inside containers."""

import enum

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, load
from tests.fields.describing import described, outcome
from tests.fields.trying import thing, tried

KEY = ObjectId(f"{1:024x}")


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"
    CRIMSON = "r"  # noqa: PIE796


class Flagged(enum.IntFlag):
    ONE = 1
    TWO = 2


class Strict(enum.Enum):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        return cls.ONE if value == "one" else None


class Crashing(enum.Enum):
    ONE = 1

    @classmethod
    def _missing_(cls, value):
        raise KeyError("missing")


@pytest.mark.parametrize("kind", [Colour, Flagged, Strict, Crashing], ids=lambda kind: kind.__name__)
@alike
def test_enumerations(me, kind):
    first = next(iter(kind))
    options = [{}, {"choices": [first]}, {"default": first}, {"default": first.value}, {"null": True, "default": first}]
    options += [{"choices": [first.value]}, {"choices": []}, {"choices": (first, "x")}, {"default": lambda: "x"}]
    lines = []
    for given in options:
        made = []
        lines.append(outcome(lambda given=given, made=made: made.append(thing(me, me.EnumField(kind, **given)))))
        for cls in made:
            values = [first, first.value, "one", "x", 3, 8, None, [], {}, Colour.BLUE, "b", 1.0, True]
            lines += tried(cls, values)
            for stored in (first.value, "x", 3, None, [1]):
                document = []
                lines.append(
                    outcome(
                        lambda cls=cls, stored=stored, document=document: document.append(
                            load(cls, {"_id": KEY, "value": stored})
                        ),
                        lambda document=document: document[0].value,
                        lambda document=document: document[0].validate(),
                        lambda document=document: document[0].get_value_display(),
                    )
                )
            lines.append(outcome(lambda cls=cls: me.Q(value=first).to_query(cls)))
            lines.append(outcome(lambda cls=cls: me.Q(value__in=[first, "x"]).to_query(cls)))
    return lines


@alike
def test_enumerations_in_containers(me):
    class Thing(me.Document):
        several = me.ListField(me.EnumField(Colour, choices=[Colour.RED]))
        by_key = me.MapField(me.EnumField(Colour))
        nested = me.ListField(me.ListField(me.EnumField(Colour)))

    lines = tried(Thing, [["r", Colour.RED, "x"], ("r",), ["b"], None, "r", {"a": "r"}], "several")
    lines += tried(Thing, [{"a": "r", "b": "x"}, {"a": None}, ["r"]], "by_key")
    lines += tried(Thing, [[["r"], ["x"]], ["r"], [[Colour.RED, None]]], "nested")
    loaded = load(Thing, {"_id": KEY, "several": ["r", "x"], "by_key": {"a": "r"}, "nested": [["r"]]})
    loaded.several.append("b")
    loaded.by_key["n"] = "b"
    lines.append(described([loaded.several, loaded.by_key, loaded.nested, loaded.to_mongo()]))
    return [*lines, outcome(loaded.validate)]
