"""The documents on which operations fail."""

from __future__ import annotations

from typing import Any

from bson import ObjectId

COLLECTIONS = ("authors", "notes", "keyed", "counted", "stories", "mongoengine.counters")
NOTES = 6


def define(me: Any, alias: str) -> dict[str, Any]:
    """Make the classes for one package, in the order in which `Scene` unpacks them."""
    common = {"db_alias": alias, "auto_create_index": False, "allow_inheritance": False}

    class ErrorAuthor(me.Document):
        name = me.StringField()
        age = me.IntField()
        meta = {**common, "collection": "authors"}

    class ErrorNote(me.Document):
        name = me.StringField()
        number = me.IntField()
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        author = me.ReferenceField(ErrorAuthor)
        lazy = me.LazyReferenceField(ErrorAuthor)
        meta = {**common, "collection": "notes"}

    class ErrorKeyed(me.Document):
        key = me.IntField(primary_key=True)
        number = me.IntField()
        meta = {**common, "collection": "keyed"}

    class ErrorCounted(me.Document):
        number = me.SequenceField(db_alias=alias)
        meta = {**common, "collection": "counted"}

    class ErrorStory(me.Document):
        author = me.ReferenceField(ErrorAuthor, reverse_delete_rule=me.CASCADE)
        meta = {**common, "collection": "stories"}

    return {
        "author": ErrorAuthor,
        "note": ErrorNote,
        "keyed": ErrorKeyed,
        "counted": ErrorCounted,
        "story": ErrorStory,
    }


def seeds() -> dict[str, list[dict[str, Any]]]:
    """What every collection holds before an operation."""
    authors = [{"_id": ObjectId(f"{100 + number:024x}"), "name": f"a{number}", "age": 40} for number in range(3)]
    notes = [
        {
            "_id": ObjectId(f"{number:024x}"),
            "name": f"n{number}",
            "number": number,
            "tags": ["x", f"t{number}"],
            "extra": {"k": [number]},
            "author": authors[number % 2]["_id"],
            "lazy": authors[2]["_id"],
        }
        for number in range(1, NOTES + 1)
    ]
    keyed = [{"_id": number, "number": number} for number in range(1, 4)]
    stories = [{"_id": ObjectId(f"{200:024x}"), "author": authors[0]["_id"]}]
    rows = {"authors": authors, "notes": notes, "keyed": keyed, "stories": stories}
    return {name: rows.get(name, []) for name in COLLECTIONS}
