"""What the fuzz target `plan_decode` asks: stored bytes, loaded by MongoEngine and by mongoengine_fast, are alike.

MongoEngine gets what pymongo decodes. Every attribute is read, the document is checked and written again. The server is
mongomock's and empty: references lead nowhere.
"""

import enum
import re
import warnings
from typing import Any

import mongomock

from tests.base.both_sides import raised
from tests.properties.twins import CODEC, PACKAGES, failed, same

warnings.simplefilter("ignore")

import bson  # noqa: E402
from bson.errors import InvalidBSON  # noqa: E402

from mongoengine_fast._native import DocumentLoader, load_documents  # noqa: E402


class Colour(enum.Enum):
    RED = 1
    BLUE = "blue"


def _fields(package: Any) -> dict[str, Any]:
    """Fields of all kinds that are part of a document, under their names in the database."""
    return {
        "s": package.StringField(max_length=5),
        "i": package.IntField(max_value=100),
        "l": package.LongField(),
        "f": package.FloatField(),
        "b": package.BooleanField(default=True),
        "when": package.DateTimeField(),
        "day": package.DateField(),
        "exact": package.ComplexDateTimeField(),
        "dec": package.DecimalField(precision=2),
        "big": package.Decimal128Field(),
        "oid": package.ObjectIdField(),
        "bin": package.BinaryField(),
        "u": package.UUIDField(),
        "text_u": package.UUIDField(binary=False),
        "url": package.URLField(),
        "mail": package.EmailField(),
        "e": package.EnumField(Colour),
        "g": package.GeoPointField(),
        "point": package.PointField(),
        "n": package.SequenceField(required=False),
        "dyn": package.DynamicField(),
        "ints": package.ListField(package.IntField()),
        "words": package.ListField(package.StringField(), default=lambda: ["x"]),
        "sorted": package.SortedListField(package.FloatField()),
        "deep": package.ListField(package.ListField(package.DecimalField())),
        "any": package.ListField(),
        "d": package.DictField(),
        "whens": package.DictField(package.DateTimeField()),
        "m": package.MapField(package.IntField()),
        "other": package.StringField(db_field="o"),
    }


def _classes(package: Any) -> tuple[Any, Any]:
    """A class with a subclass and embedded documents, and a dynamic one."""
    part = type("Part", (package.EmbeddedDocument,), {**_fields(package), "meta": {"allow_inheritance": True}})
    type("Piece", (part,), {"extra": package.IntField()})
    own = {
        "part": package.EmbeddedDocumentField(part),
        "parts": package.EmbeddedDocumentListField(part),
        "by_name": package.MapField(package.EmbeddedDocumentField(part)),
        "gen": package.GenericEmbeddedDocumentField(),
        "gens": package.ListField(package.GenericEmbeddedDocumentField()),
        "ref": package.ReferenceField("self", dbref=False),
        "dbref": package.ReferenceField("self", dbref=True),
        "refs": package.ListField(package.ReferenceField("self")),
        "gref": package.GenericReferenceField(),
        "lazy": package.LazyReferenceField("self"),
        "glazy": package.GenericLazyReferenceField(),
    }
    body = {**_fields(package), **own, "meta": {"allow_inheritance": True}}
    thing = type("Thing", (package.Document,), body)
    type("SubThing", (thing,), {"more": package.StringField()})
    loose = type("Loose", (package.DynamicDocument,), {"s": package.StringField(), "part": own["part"]})
    return thing, loose


for _package in PACKAGES:
    _package.connect("fuzz", mongo_client_class=mongomock.MongoClient, uuidRepresentation="standard")
_CLASSES = [_classes(package) for package in PACKAGES]
#: Keys and texts that mean something in a stored document.
NAMES = ["_id", "_cls", "extra", "more", "_ref", "$ref", "$id", "coordinates", "type"]
NAMES += _CLASSES[0][0]._db_field_map.values()
TEXTS = ["Thing", "Thing.SubThing", "Loose", "Part", "Part.Piece", "Nothing", "blue", "Point", "2024-05-06", "12.345"]


_OBJECT_ID = re.compile(r'{"\$oid": "([0-9a-f]{24})"}')


def check(data: bytes, which: int) -> None:
    """Load a document of one of the classes in both packages and compare all that can be seen of it."""
    stock, ours = (classes[which] for classes in _CLASSES)
    pair = [
        raised(lambda: stock._from_son(bson.decode(data, CODEC))),
        raised(lambda: load_documents(DocumentLoader(ours), [data], CODEC)[0]),
    ]
    # Which error of several pymongo finds first depends on what is in memory behind the bytes.
    if all(isinstance(one, InvalidBSON) for one in pair) or failed(pair):
        return
    same(pair)
    same(pair, lambda document: document.to_mongo())
    same(pair, lambda document: document.validate())
    same(pair, lambda document: sorted(document._get_changed_fields()))
    same(pair, lambda document: _OBJECT_ID.sub(lambda found: known_id(found, data), document.to_json()))


def known_id(found: re.Match[str], data: bytes) -> str:
    """What stands for an id in JSON: itself if it was stored, else it was made, which no two packages do alike."""
    return found[0] if bytes.fromhex(found[1]) in data else "made"
