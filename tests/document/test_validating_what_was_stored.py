"""Validating documents whose fields were never read: judged by their bytes, with the outcome of MongoEngine."""

import datetime
from typing import Any

import pytest
from bson import DBRef, Int64, ObjectId

from tests.base.both_sides import alike_with_mongodb

KEY = ObjectId(b"0123456789ab")
LINE = {"sku": "ab", "amount": 2}
BINARY_TREE = {"value": 1, "left": {"value": 2, "left": {"value": 3}}, "right": {"value": 4}}

STORED: dict[str, Any] = {
    "all is well": {
        "name": "äöü", "number": 5, "big": Int64(2**40), "share": 0.5, "made": datetime.datetime(2024, 5, 6),
        "line": LINE, "lines": [LINE, LINE], "tags": ["a", "b"], "notes": {"k": {"deep": [1]}}, "scores": {"k": 3},
        "tree": BINARY_TREE,
    },
    "a long name": {"name": "äöüß€"},
    "a short name": {"name": ""},
    "too little": {"number": -1},
    "too much": {"number": 11},
    "the most": {"number": 10},
    "too much in 64 bits": {"big": Int64(2**41)},
    "no number": {"share": float("nan")},
    "too large a share": {"share": 1.5},
    "a whole share": {"share": 1},
    "a date as text": {"made": "2024-05-06"},
    "an early date": {"made": datetime.datetime(1, 1, 1)},
    "a line without what is required": {"line": {"amount": 2}},
    "a line with null for what is required": {"line": {"sku": None}},
    "a line with null for what has a default": {"line": {"sku": "a", "amount": None}},
    "a line with too little": {"line": {"sku": "a", "amount": 0}},
    "a line of another class": {"line": {"_cls": "StoredLine.StoredSpecial", "sku": "a", "extra": 5}},
    "a line of another class with an error": {"line": {"_cls": "StoredLine.StoredSpecial", "sku": "a", "extra": 50}},
    "a line of another class by its own name": {"line": {"_cls": "StoredSpecial", "sku": "a", "extra": 50}},
    "a line that names its class": {"line": {"_cls": "StoredLine", "sku": "abc"}},
    "a line of no class with an error": {"line": {"sku": "abcd"}},
    "a line with an error in its list": {"line": {"sku": "a", "codes": ["ok", "too long"]}},
    "an error in the second line": {"lines": [LINE, {"sku": "abcd"}]},
    "null for a line": {"lines": [LINE, None]},
    "too many tags": {"tags": ["a", "b", "c", "d"]},
    "a long tag": {"tags": ["a", "long"]},
    "a tag that is no text": {"tags": ["a", 5]},
    "null for a tag": {"tags": [None]},
    "no tags": {"tags": []},
    "one value for a list": {"tags": "a"},
    "a key with a dollar": {"notes": {"k": {"$deep": 1}}},
    "a reference in notes": {"notes": {"k": DBRef("c", KEY)}},
    "a class in notes": {"notes": {"_cls": "StoredLine", "sku": "a"}},
    "no notes": {"notes": {}},
    "a wrong score": {"scores": {"k": "x"}},
    "a score that is too large": {"scores": {"k": 30}},
    "scores in a list": {"scores": [1]},
    "an error deep in a tree": {"tree": {"value": 1, "left": {"value": 2, "right": {"value": 300}}}},
    "a tree that is cut": {"tree": {"value": 1, "left": {"left": {"value": 5}}}},
    "choices": {"choice": "c"},
    "a good choice": {"choice": "a"},
    "a checked value": {"checked": 13},
    "a dynamic value": {"anything": {"_cls": "StoredLine", "sku": "abcd"}},
    "an object id": {"object": KEY},
    "null everywhere": dict.fromkeys(("name", "number", "share", "made", "line", "lines", "tags", "notes", "tree")),
}  # fmt: skip


def classes(me: Any) -> Any:
    class StoredLine(me.EmbeddedDocument):
        sku = me.StringField(required=True, max_length=3)
        amount = me.IntField(min_value=1, default=1)
        codes = me.ListField(me.StringField(max_length=3))
        meta = {"allow_inheritance": True}

    class StoredSpecial(StoredLine):
        extra = me.IntField(max_value=9)

    class Tree(me.EmbeddedDocument):
        value = me.IntField(required=True, max_value=99)
        left = me.EmbeddedDocumentField("self")
        right = me.EmbeddedDocumentField("self")

    def no_thirteen(value: int) -> None:
        if value == 13:
            raise me.ValidationError("unlucky")

    class Holder(me.Document):
        name = me.StringField(min_length=1, max_length=4)
        number = me.IntField(min_value=0, max_value=10)
        big = me.LongField(max_value=2**40)
        share = me.FloatField(max_value=1)
        made = me.DateTimeField()
        line = me.EmbeddedDocumentField(StoredLine)
        lines = me.EmbeddedDocumentListField(StoredLine)
        tags = me.ListField(me.StringField(max_length=3), max_length=3)
        notes = me.DictField()
        scores = me.MapField(me.IntField(max_value=9))
        tree = me.EmbeddedDocumentField(Tree)
        choice = me.StringField(choices=("a", "b"))
        checked = me.IntField(validation=no_thirteen)
        anything = me.DynamicField()
        object = me.ObjectIdField()
        flag = me.BooleanField()

    return Holder


def verdict(me: Any, document: Any) -> Any:
    try:
        document.validate()
    except me.ValidationError as error:
        return str(error), error.to_dict()
    return "valid"


@pytest.mark.parametrize("case", STORED)
@alike_with_mongodb
def test_a_stored_document_is_valid_or_not(me: Any, case: str) -> Any:
    holder = classes(me)
    holder._get_collection().insert_one({"_id": KEY, **STORED[case]})
    try:
        untouched = verdict(me, holder.objects.get())
    except Exception as error:  # of loading
        return type(error).__name__, str(error)
    read = holder.objects.get()
    values = [(name, repr(getattr(read, name))) for name in holder._fields_ordered]
    return untouched, values, verdict(me, read), read._get_changed_fields()


@pytest.mark.parametrize("case", STORED)
@alike_with_mongodb
def test_what_is_required_must_not_be_empty(me: Any, case: str) -> Any:
    line = type(
        "StoredLine",
        (me.EmbeddedDocument,),
        {"sku": me.StringField(), "amount": me.IntField(), "codes": me.ListField()},
    )
    body = {
        "tags": me.ListField(required=True),
        "notes": me.DictField(required=True),
        "line": me.EmbeddedDocumentField(line, required=True),
        "meta": {"strict": False},
    }
    holder = type("Needy", (me.Document,), body)
    holder._get_collection().insert_one({"_id": KEY, **STORED[case]})
    try:
        return verdict(me, holder.objects.get())
    except Exception as error:  # of loading
        return type(error).__name__, str(error)


@alike_with_mongodb
def test_hooks_of_embedded_documents_are_called(me: Any) -> Any:
    calls = []

    class Cleaned(me.EmbeddedDocument):
        value = me.IntField()

        def clean(self) -> None:
            calls.append(("clean", self.value))
            if self.value == 3:
                raise me.ValidationError("three")

    class Checked(me.EmbeddedDocument):
        value = me.IntField()

        def validate(self, clean: bool = True) -> None:
            calls.append(("validate", self.value))

    class Holder(me.Document):
        one = me.EmbeddedDocumentField(Cleaned)
        many = me.ListField(me.EmbeddedDocumentField(Cleaned))
        other = me.EmbeddedDocumentField(Checked)

    body = {"one": {"value": 1}, "many": [{"value": 2}, {"value": 3}], "other": {"value": 4}}
    Holder._get_collection().insert_one({"_id": KEY, **body})
    return verdict(me, Holder.objects.get()), calls


@alike_with_mongodb
def test_changed_documents_are_judged_by_their_changes(me: Any) -> Any:
    holder = classes(me)
    holder._get_collection().insert_one({"_id": KEY, **STORED["all is well"]})
    document = holder.objects.get()
    document.line.sku = "much too long"
    document.tags.append("more")
    refused = verdict(me, document)
    document.line.sku, document.tags[-1] = "ok", "c"
    document.save()
    return refused, verdict(me, document)
