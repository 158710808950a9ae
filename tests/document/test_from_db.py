"""Making documents of what a program has read from the database itself."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from bson import ObjectId, encode
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument

import mongoengine_fast as me

KEY = ObjectId(b"k" * 12)


class Animal(me.Document):
    name = me.StringField(db_field="n", max_length=5)
    legs = me.IntField(default=4)
    meta = {"allow_inheritance": True}


class Dog(Animal):
    owner = me.DictField()


ROW = {"_id": KEY, "_cls": "Animal.Dog", "n": "Rex", "owner": {"a": [1]}}


@pytest.mark.parametrize(
    "stored",
    [ROW, OrderedDict(ROW), encode(ROW), bytearray(encode(ROW)), memoryview(encode(ROW)), RawBSONDocument(encode(ROW))],
    ids=lambda stored: type(stored).__name__,
)
def test_all_forms_give_the_document_that_a_query_gives(stored: Any) -> None:
    dog = Animal.from_db(stored)
    assert type(dog) is Dog
    assert (dog.pk, dog.name, dog.legs, dog.owner) == (KEY, "Rex", 4, {"a": [1]})
    assert dog._created is False
    assert dog._get_changed_fields() == []
    dog.owner["a"].append(2)
    assert dog._get_changed_fields() == ["owner.a"]


def test_values_are_validated_only_when_asked_to() -> None:
    row = {**ROW, "n": "a long name"}
    assert Animal.from_db(row).name == "a long name"
    for stored in (row, encode(row)):
        with pytest.raises(me.ValidationError, match="String value is too long"):
            Animal.from_db(stored, validate=True)


def test_what_a_query_refuses_is_refused() -> None:
    with pytest.raises(me.errors.FieldDoesNotExist):
        Animal.from_db({"unknown": 1})
    with pytest.raises(InvalidBSON):
        Animal.from_db(b"\x05\0\0\0\1")
    with pytest.raises(TypeError, match=r"Animal\.from_db takes BSON bytes or a mapping, not list"):
        Animal.from_db([ROW])


def test_the_mapping_stays_as_it_was() -> None:
    row = {"_id": KEY, "_cls": "Animal.Dog", "owner": {"a": [1]}}
    dog = Animal.from_db(row)
    dog.owner["a"].append(2)
    assert row == {"_id": KEY, "_cls": "Animal.Dog", "owner": {"a": [1]}}
