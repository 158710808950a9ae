"""Dicts that are inserted: stored as their documents would be, mostly without making these."""

import itertools
import uuid
from datetime import datetime

import pytest
from bson import SON, ObjectId, encode
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

import mongoengine_fast as me
from mongoengine_fast.lanes.statements import encode_rows
from mongoengine_fast.queryset._rows import validated_documents
from tests.base.alarms import alarm
from tests.base.both_sides import OURS, fresh_classes
from tests.fields.inputs import INPUTS
from tests.fields.kinds import BASIC, KEY, KINDS, make, surroundings

CODEC = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
#: Kinds of which a good value needs no document.
PLAIN = {
    "boolean",
    "datetime",
    "dict",
    "float",
    "int",
    "list",
    "list of int",
    "long",
    "map",
    "object id",
    "string",
    "uuid",
}


@pytest.fixture(autouse=True)
def connected(mongodb_uri):
    me.connect("inserting_dicts", host=mongodb_uri, uuidRepresentation="standard")
    with fresh_classes(OURS):
        yield
    me.get_connection().drop_database("inserting_dicts")
    me.disconnect()


def encoded(cls, row):
    """What native code stores of a row; None when it leaves it to a document."""
    [found] = encode_rows(cls._get_collection(), cls, [row]) or [None]
    return found


def document_of(cls, row):
    [document] = validated_documents(cls, {0: row}).values()
    return encode(document.to_mongo(), codec_options=CODEC)


def agrees(cls, row):
    """Whether a row is stored without a document; if so it is stored as one."""
    found = encoded(cls, row)
    if found is not None:
        assert encode(found.to_mongo(), codec_options=CODEC) == document_of(cls, row), row
    return found is not None


@pytest.mark.parametrize("options", [{}, {"required": True}, {"null": True}, {"db_field": "v"}], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_any_value_of_any_kind_is_stored_as_by_a_document(kind, options):
    w = surroundings(me)
    if kind == "required list":
        options = {}
    cls = make(w, kind, **options)
    for create in INPUTS.values():
        agrees(cls, {"id": KEY, "value": create(w)})
    agrees(cls, {"id": KEY})


@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_a_plain_value_needs_no_document(kind):
    w = surroundings(me)
    value = BASIC[kind][1]
    assert agrees(make(w, kind), {"_id": KEY, "value": value})
    assert agrees(make(w, kind, required=True), {"_id": KEY, "value": value})


def order_class(**meta):
    class Line(me.EmbeddedDocument):
        sku = me.StringField(db_field="s", required=True)
        quantity = me.IntField(default=1, min_value=1)

    class Order(me.Document):
        name = me.StringField(db_field="n", max_length=5)
        total = me.FloatField()
        line = me.EmbeddedDocumentField(Line, db_field="l")
        lines = me.EmbeddedDocumentListField(Line)
        by_name = me.MapField(me.EmbeddedDocumentField(Line))
        tags = me.ListField(me.StringField(max_length=3), max_length=2)
        notes = me.DictField()
        stamps = me.ListField(me.DateTimeField())

    Order._meta.update(meta)
    return Order


GOOD = {
    "names of fields": {"name": "a", "total": 1.5},
    "names in the database": {"n": "a", "l": {"s": "x"}},
    "an int for a float": {"total": 3},
    "embedded": {"line": {"s": "x", "quantity": 4}, "lines": [{"s": "y"}, {"s": "z", "quantity": None}]},
    "a map of embedded": {"by_name": {"k": {"s": "x"}}},
    "lists": {"tags": ["a", "b"], "stamps": [datetime(2024, 1, 2)]},
    "anything in a dict": {"notes": {"a": {"b": [1, {"c": None}]}}},
    "None": {"name": None, "line": None, "tags": None},
    "a key": {"_id": ObjectId(), "name": "a"},
    "nothing": {},
}
BAD = {
    "a name twice": {"name": "a", "n": "b"},
    "an unknown name": {"name": "a", "other": 1},
    "an unknown name inside": {"line": {"sku": "x"}},
    "too long": {"name": "abcdef"},
    "too many": {"tags": ["a", "b", "c"]},
    "another type": {"total": "1.5"},
    "something missing inside": {"line": {"quantity": 1}},
    "too small inside": {"lines": [{"s": "x", "quantity": 0}]},
    "None in a list": {"tags": [None]},
    "a dollar": {"notes": {"$set": 1}},
    "a class": {"_cls": "Order"},
    "a string as key": {"_id": "5f"},
}


@pytest.mark.parametrize("row", GOOD.values(), ids=GOOD)
def test_plain_rows_need_no_document(row):
    assert agrees(order_class(), {"_id": KEY, **row})


@pytest.mark.parametrize("row", BAD.values(), ids=BAD)
def test_what_is_not_plain_is_left_to_documents(row):
    assert encoded(order_class(), row) is None


def test_rows_without_a_key_are_given_one():
    order = order_class()
    keys = order.objects.insert([{"name": "a"}, {"name": "b"}], load_bulk=False)
    assert [type(key) for key in keys] == [ObjectId, ObjectId]
    assert list(order.objects.order_by("name").scalar("pk")) == keys


def test_plain_and_other_rows_keep_their_places():
    order = order_class()
    rows = [{"name": "a"}, {"name": "b", "total": "2.5"}, order(name="c"), {"name": "d"}]
    order.objects.insert(rows)
    assert list(order.objects.order_by("id").scalar("name", "total")) == [
        ("a", None), ("b", 2.5), ("c", None), ("d", None)
    ]  # fmt: skip


def test_an_error_of_the_server_shows_what_was_sent():
    order = order_class()
    key = ObjectId()
    with pytest.raises(me.errors.BulkWriteError) as raised:
        order.objects.insert([{"_id": key, "name": "a"}, {"_id": key, "name": "b"}])
    [error] = raised.value.__context__.details["writeErrors"]
    assert (error["index"], error["op"]["_id"], error["op"]["n"]) == (1, key, "b")
    assert type(error["op"]) is SON


def test_defaults_that_are_called_are_called_once_for_each_row_in_order():
    calls = itertools.count()

    class Thing(me.Document):
        number = me.IntField(default=lambda: next(calls))
        name = me.StringField()
        text = me.StringField()

    rows = [{"name": "a"}, {"name": "b", "text": 5}, {"name": "c", "number": 77}, {"name": "d"}]
    with pytest.raises(me.ValidationError):
        Thing.objects.insert(rows)
    assert next(calls) == 3
    rows[1]["text"] = "t"
    Thing.objects.insert(rows)
    assert list(Thing.objects.order_by("name").scalar("number")) == [4, 5, 77, 6]


@pytest.mark.parametrize(
    ("field", "default"),
    [("UUIDField", uuid.uuid4), ("ObjectIdField", ObjectId), ("DateTimeField", datetime.now)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_well_known_defaults_need_no_document(field, default):
    class Thing(me.Document):
        made = getattr(me, field)(default=default)

    assert encoded(Thing, {}) is not None
    Thing.objects.insert([{}, {}])
    found = list(Thing.objects.scalar("made"))
    assert len(found) == 2
    assert {type(one) for one in found} == {type(default())}


def test_validators_of_defaults_are_asked_once():
    asked = []

    class Thing(me.Document):
        checked = me.StringField(default="x", validation=asked.append)
        number = me.IntField()

    Thing.objects.insert([{"number": "1"}, {"number": 1}])
    assert asked == ["x", "x"]


def test_a_default_part_knows_its_owner_when_it_is_cleaned():
    class Part(me.EmbeddedDocument):
        owner = me.StringField()

        def clean(self):
            self.owner = self._instance.name

    class Whole(me.Document):
        name = me.StringField()
        part = me.EmbeddedDocumentField(Part, default=Part)

    Whole.objects.insert([{"name": "n"}])
    assert Whole.objects.get().part.owner == "n"


def test_a_key_that_may_be_null_is_made_where_it_is_missing():
    class Thing(me.Document):
        key = me.StringField(db_field="_id", null=True)
        number = me.IntField()

    [key] = Thing.objects.insert([{"number": 1}], load_bulk=False)
    assert Thing._get_collection().find_one() == {"_id": key, "number": 1}


def test_a_key_of_several_fields_is_returned_as_it_is_stored():
    class Key(me.EmbeddedDocument):
        sku = me.StringField()
        shop = me.IntField(default=7)

    class Thing(me.Document):
        key = me.EmbeddedDocumentField(Key, primary_key=True)

    assert Thing.objects.insert([{"key": {"sku": "x"}}], load_bulk=False) == [{"sku": "x", "shop": 7}]


def test_a_signal_handler_ends_a_long_search():
    class Thing(me.Document):
        text = me.StringField(regex=r"^(a+)+$")

    with alarm(), pytest.raises(TimeoutError, match="stopped"):
        Thing.objects.insert([{"text": "a" * 30 + "b"}])
    assert Thing.objects.count() == 0


def test_receivers_of_signals_are_sent_documents():
    pytest.importorskip("blinker")
    order = order_class()
    seen = []

    def note(sender, documents, **_):
        seen.extend(documents)

    me.signals.pre_bulk_insert.connect(note, sender=order)
    order.objects.insert([{"name": "a"}], load_bulk=False)
    me.signals.pre_bulk_insert.disconnect(note, sender=order)
    assert [type(one) for one in seen] == [order]


@pytest.mark.parametrize(
    "hooks",
    [
        {"clean": lambda self: setattr(self, "name", "C")},
        {"validate": lambda self, clean=True: None},
        {"to_mongo": lambda self, *args, **options: {"n": "own"}},
        {"__init__": lambda self, *args, **values: me.Document.__init__(self, name="I")},
        {"__setattr__": lambda self, name, value: me.Document.__setattr__(self, name, value)},
    ],
    ids=lambda hooks: next(iter(hooks)),
)
def test_classes_with_hooks_make_their_documents(hooks):
    cls = type("Hooked", (me.Document,), {"name": me.StringField(), **hooks})
    assert encode_rows(cls._get_collection(), cls, [{"name": "a"}]) == []


@pytest.mark.parametrize("value", [uuid.UUID(int=7), datetime(2024, 5, 6), KEY, 2**40, 1.5, None], ids=str)
def test_what_another_lane_would_send_of_a_row_is_what_was_encoded(value):
    cls = type("Holder", (me.Document,), {"items": me.ListField(), "entries": me.DictField()})
    assert agrees(cls, {"_id": KEY, "items": [value, [value]], "entries": {"one": value, "more": [value]}})


def test_other_lanes_make_documents():
    order = order_class()
    with me.lanes.force("pymongo"):
        assert encode_rows(order._get_collection(), order, [{"name": "a"}]) == []
        order.objects.insert([{"name": "a"}, {"n": "b"}])
    assert list(order.objects.order_by("id").scalar("name")) == ["a", "b"]
