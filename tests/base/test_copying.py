"""Pickles and copies of documents, of their containers and of fields."""

import copy
import pickle
import sys

import pytest
from bson import ObjectId

import mongoengine_fast
from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")
STORED = {
    "_id": KEY,
    "name": "a",
    "line": {"sku": "s"},
    "lines": [{"sku": "x", "qty": 2}],
    "extra": {"k": [1, {"d": 2}]},
}


def findable(cls):
    """Let pickle find a class that a function made."""
    cls.__qualname__, cls.__module__ = cls.__name__, __name__
    setattr(sys.modules[__name__], cls.__name__, cls)
    return cls


def order_class(me, base="Document"):
    class PickledLine(me.EmbeddedDocument):
        sku = me.StringField()
        qty = me.IntField(default=1)

    class PickledOrder(getattr(me, base)):
        name = me.StringField()
        line = me.EmbeddedDocumentField(PickledLine)
        lines = me.ListField(me.EmbeddedDocumentField(PickledLine))
        extra = me.DictField()

    findable(PickledLine)
    return findable(PickledOrder)


def state(order):
    return order.to_mongo(), order._created, getattr(order, "_changed_fields", "none"), order._get_changed_fields()


def again(order):
    return pickle.loads(pickle.dumps(order))


def touched(me):
    order = load(order_class(me), STORED)
    order.name = "b"
    order.lines[0].qty += 1
    order.extra["k"][1]["d"] = 5
    return order


MAKERS = {
    "untouched": lambda me: load(order_class(me), STORED),
    "touched": touched,
    "new": lambda me: order_class(me)(name="n", extra={"a": [1]}),
    "new with an id": lambda me: order_class(me)(id=KEY),
    "dynamic": lambda me: load(order_class(me, "DynamicDocument"), {**STORED, "free": {"a": [1]}}),
}


@pytest.fixture(params=MAKERS)
def maker(request):
    return MAKERS[request.param]


@alike
def test_a_pickle_keeps_values_and_changes(me, maker):
    order = maker(me)
    return state(again(order)), state(order)


@alike
def test_a_document_from_a_pickle_tracks_further_changes(me, maker):
    order = again(maker(me))
    order._clear_changed_fields()
    order.name = "later"
    order.extra["new"] = 1
    for line in order.lines:
        line.qty = 8
    return state(order)


@alike
def test_a_copy(me, maker):
    order = maker(me)
    copied = raised(lambda: copy.copy(order))
    return copied if isinstance(copied, Exception) else (state(copied), type(copied).__name__)


@alike
def test_a_deep_copy_shares_nothing(me, maker):
    order = maker(me)
    before = state(order)
    copied = copy.deepcopy(order)
    assert type(copied) is type(order)
    copied.name = "copied"
    copied.extra["copied"] = 1
    for line in copied.lines:
        line.sku = "copied"
    assert repr(state(order)) == repr(before)
    return state(copied)


@alike
def test_an_embedded_document_alone(me):
    line = load(order_class(me), STORED).lines[0]
    line.qty = 4
    found = again(line)
    assert found == line
    return found.to_mongo(), found._get_changed_fields(), copy.deepcopy(line).to_mongo()


@alike
def test_containers_alone(me):
    order = load(order_class(me), STORED)
    extra, lines = order.extra, order.lines
    copies = [again(extra), copy.deepcopy(extra), copy.copy(extra), extra.copy()]
    for copied in copies:
        copied["mine"] = 1
    assert order._get_changed_fields() == []
    assert "mine" not in order.extra
    lists = [again(lines), copy.deepcopy(lines), list(lines), lines.copy(), lines[:]]
    for copied in lists:
        copied.pop()
    assert len(order.lines) == 1
    return [type(copied).__name__ for copied in copies + lists], copies


@alike
def test_a_pickle_survives_a_field_that_was_added(me):
    data = pickle.dumps(order_class(me)(name="old"))
    del sys.modules[__name__].PickledOrder

    class PickledOrder(me.Document):
        name = me.StringField()
        line = me.DynamicField()
        lines = me.ListField()
        extra = me.DictField()
        added = me.IntField(default=3)

    findable(PickledOrder)
    order = pickle.loads(data)
    return order.name, order.added, order.to_mongo()


@alike
def test_the_same_object_twice_in_one_pickle(me):
    order = load(order_class(me), STORED)
    one, two = again([order, order])
    assert one is two


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@alike
def test_every_protocol(me, protocol):
    order = touched(me)
    return state(pickle.loads(pickle.dumps(order, protocol)))


@alike
def test_a_field_is_copied_with_its_dict(me):
    order_type = order_class(me)
    field = order_type._fields["name"]
    field.__dict__["note"] = [1]
    copied = copy.deepcopy(field)
    assert copied is not field
    assert copied.__dict__["note"] == [1]
    assert copied.__dict__["note"] is not field.__dict__["note"]
    return type(copied).__name__, copied.name, copied.db_field


@alike
def test_errors_survive_a_pickle(me):
    errors = [
        me.ValidationError("text", errors={"a": "b"}, field_name="a"),
        me.DoesNotExist("x"),
        me.NotUniqueError("y"),
    ]
    return [(type(found), str(found)) for found in map(again, errors)]


@alike
def test_the_state_of_a_document_is_a_dict(me, maker):
    found = maker(me).__getstate__()
    return sorted(key for key in found if key != "_fields_ordered"), found["_data"]


@alike
def test_attributes_can_be_set_past_the_document(me):
    order = load(order_class(me), STORED)
    object.__setattr__(order, "note", 1)
    object.__setattr__(order, "name", "b")
    return order.note, order.name, order._get_changed_fields()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_the_embedded_documents_of_a_copy_belong_to_the_copy(duplicate):
    class Part(mongoengine_fast.EmbeddedDocument):
        number = mongoengine_fast.IntField(required=True)

    class Thing(mongoengine_fast.Document):
        part = mongoengine_fast.EmbeddedDocumentField(Part)
        parts = mongoengine_fast.ListField(mongoengine_fast.EmbeddedDocumentField(Part))

    for cls in (Part, Thing):
        cls.__qualname__ = cls.__name__
        globals()[cls.__name__] = cls
    try:
        copied = duplicate(Thing(id="5" * 24, part=Part(), parts=[Part()]))
    finally:
        del globals()["Part"], globals()["Thing"]
    # MongoEngine: ReferenceError, unless a cycle of references happens to keep what the copy was made by way of.
    for part in (copied.part, copied.parts[0]):
        with pytest.raises(mongoengine_fast.ValidationError, match="Part:555555555555555555555555"):
            part.validate()


@alike
def test_a_copy_that_shares_its_parts_leaves_them_to_the_original(me):
    class Part(me.EmbeddedDocument):
        number = me.IntField()

    class Thing(me.Document):
        part = me.EmbeddedDocumentField(Part)

        def __getstate__(self):
            return {**super().__getstate__(), "_data": dict(self._data)}

    thing = Thing(part=Part(number=1))
    copied = copy.copy(thing)
    return thing.part._instance == thing, copied.part is thing.part
