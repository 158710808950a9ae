"""The order in which fields are read makes no difference to what they are."""

import datetime
import itertools
import random

import pytest
from bson import ObjectId

import mongoengine_fast as me
from mongoengine_fast._native import decoded_values
from tests.base.both_sides import load

STORED = {
    "_id": ObjectId(f"{9:024x}"),
    "text": "gr\u00fc\u00df" * 20,
    "number": 7,
    "big": 1 << 40,
    "ratio": 0.5,
    "yes": True,
    "when": datetime.datetime(2024, 2, 29, 12, 30, 15, 250000),
    "nothing": None,
}
NAMES = ["id", *list(STORED)[1:]]


class Record(me.Document):
    text = me.StringField()
    number = me.IntField()
    big = me.LongField()
    ratio = me.FloatField()
    yes = me.BooleanField()
    when = me.DateTimeField()
    nothing = me.StringField()
    absent = me.StringField(default="given")


def read(record, name):
    value = getattr(record, name)
    return (type(value), value)


EXPECTED = {name: (type(value), value) for name, value in zip(NAMES, STORED.values(), strict=True)}
EXPECTED["absent"] = (str, "given")


@pytest.mark.parametrize("last", NAMES)
def test_the_last_field_is_as_good_as_the_first(last):
    record = load(Record, STORED)
    for name in [*(name for name in EXPECTED if name != last), last]:
        assert read(record, name) == EXPECTED[name]
    assert {name: read(record, name) for name in EXPECTED} == EXPECTED


def test_any_two_fields_may_be_left_for_later():
    for later in itertools.permutations(NAMES, 2):
        record = load(Record, STORED)
        for name in EXPECTED:
            if name not in later:
                assert read(record, name) == EXPECTED[name]
        assert not decoded_values(record).keys() & set(later)
        for name in later:
            assert read(record, name) == EXPECTED[name]


@pytest.mark.parametrize("seed", range(20))
def test_writing_between_reads(seed):
    chance = random.Random(seed)
    record, expected = load(Record, STORED), dict(EXPECTED)
    for name in chance.choices([*EXPECTED], k=40):
        if name in ("id", "nothing", "absent") or chance.random() < 0.7:
            assert read(record, name) == expected[name]
        else:
            value = EXPECTED[name][1]
            value = not value if name == "yes" else value + value if name != "when" else value.replace(year=1996)
            setattr(record, name, value)
            expected[name] = (type(value), value)
    assert {name: read(record, name) for name in expected} == expected
    assert {name: record._data[name] for name in expected} == {name: value for name, (_, value) in expected.items()}


def test_what_was_not_stored_has_its_default_however_it_is_read():
    class Sparse(me.Document):
        name = me.StringField()
        other = me.StringField(default="x")
        lines = me.ListField(me.StringField())

    record = load(Sparse, {"_id": ObjectId(), "name": "n"})
    assert record.lines == []
    assert record.lines is record.lines
    assert (record.name, record.other) == ("n", "x")
    record = load(Sparse, {"_id": ObjectId()})
    assert record._data == {"id": record.id, "name": None, "other": "x", "lines": []}
