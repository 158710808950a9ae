"""`_from_son` of dicts: what the constructor is given, and when."""

import pytest
from bson import SON, ObjectId

from tests.base.both_sides import alike, raised


def thing_class(me):
    class Part(me.EmbeddedDocument):
        number = me.IntField()

    class Thing(me.Document):
        a = me.IntField()
        b = me.StringField(db_field="bb")
        c = me.IntField()
        part = me.EmbeddedDocumentField(Part)
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        meta = {"allow_inheritance": True}

    class Special(Thing):
        more = me.IntField()

    return Thing


@pytest.mark.parametrize(
    "stored",
    [
        {"c": 1, "bb": "x", "a": 2},
        SON([("_id", ObjectId(b"1" * 12)), ("part", {"number": "5"}), ("parts", [{"number": 1}, {}])]),
        {"_cls": "Thing.Special", "more": 1},
        {"_cls": 5},
        {"a": "x", "c": "y", "part": {"number": "z"}},
        {"part": {"nothing": 1}},
        {"b": "by the attribute's name"},
        {"a": None, "part": None, "parts": None},
        {1: 2},
    ],
)
@alike
def test_values_and_faults(me, stored):
    def build():
        thing = thing_class(me)._from_son(stored)
        return type(thing).__name__, thing.to_mongo(), thing._get_changed_fields(), thing._created

    return raised(build)


@pytest.mark.parametrize("created", [1, None, True, False, "yes"])
@alike
def test_created_may_be_anything_that_is_true_or_false(me, created):
    thing = thing_class(me)._from_son({"a": 1}, created=created)
    return bool(thing._created), thing.a


@alike
def test_receivers_see_the_values_in_their_stored_order(me):
    thing, seen = thing_class(me), []

    def note(sender, document, values):
        seen.append(list(values))

    me.signals.pre_init.connect(note, sender=thing)
    try:
        thing._from_son({"c": 1, "bb": "x", "a": 2})
    finally:
        me.signals.pre_init.disconnect(note, sender=thing)
    return seen


@alike
def test_a_class_name_that_changes_the_dict_when_it_is_compared(me):
    stored = {"_cls": None, "c": 1}

    class Odd:
        __hash__ = None

        def __eq__(self, other):
            stored.update({f"k{number}": 1 for number in range(50)})
            return True

        def __ne__(self, other):
            return False

    stored["_cls"] = Odd()
    return thing_class(me)._from_son(stored).c


@alike
def test_a_refused_dict_is_converted_once(me):
    calls = []

    class Counted(me.IntField):
        def to_python(self, value):
            calls.append(value)
            return super().to_python(value)

    class Failing(me.IntField):
        def to_python(self, value):
            raise ValueError("no")

    class Thing(me.Document):
        a = Counted()
        b = Failing()

    return raised(lambda: Thing._from_son({"a": 1, "b": 2})), calls
