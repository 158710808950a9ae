"""Every kind of field with its own options, and a value that is good for each."""

import decimal
import enum
import uuid
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from bson import ObjectId

__all__ = ("BASIC", "KEY", "KINDS", "Colour", "Level", "make", "surroundings")

KEY = ObjectId(f"{7:024x}")


class Colour(enum.Enum):
    """Members of several types."""

    RED = "r"
    BLUE = 2
    NONE = None


class Level(enum.IntEnum):
    """Members that are integers themselves."""

    LOW = 1
    HIGH = 2


def surroundings(me: Any) -> SimpleNamespace:
    """The package and the document classes that fields and values refer to."""

    class Author(me.Document):
        name = me.StringField()
        age = me.IntField(db_field="a")
        meta = {"auto_create_index": False}

    class Other(me.Document):
        meta = {"auto_create_index": False}

    class Abstract(me.Document):
        meta = {"abstract": True}

    class Concrete(Abstract):
        meta = {"auto_create_index": False}

    class Part(me.EmbeddedDocument):
        number = me.IntField(db_field="n", max_value=100)
        text = me.StringField(default="t")
        meta = {"allow_inheritance": True}

    class SubPart(Part):
        more = me.ListField(me.IntField())

    class Lone(me.EmbeddedDocument):
        value = me.StringField(required=True)

    return SimpleNamespace(
        me=me,
        Author=Author,
        Other=Other,
        Abstract=Abstract,
        Concrete=Concrete,
        Part=Part,
        SubPart=SubPart,
        Lone=Lone,
    )


Make = Callable[..., Any]


def _plain(name: str, **own: Any) -> Make:
    return lambda w, **options: getattr(w.me, name)(**own, **options)


def _referring(name: str, target: str = "Author", **own: Any) -> Make:
    return lambda w, **options: getattr(w.me, name)(getattr(w, target), **own, **options)


def _holding(name: str, inner: Make, **own: Any) -> Make:
    return lambda w, **options: getattr(w.me, name)(inner(w), **own, **options)


_RING = [[[0, 0], [1, 0], [1, 1], [0, 0]]]

#: One of each kind: how it is made, and a value that it accepts.
BASIC: dict[str, tuple[Make, Any]] = {
    "string": (_plain("StringField"), "abc"),
    "url": (_plain("URLField"), "http://example.org"),
    "email": (_plain("EmailField"), "me@example.org"),
    "int": (_plain("IntField"), 5),
    "long": (_plain("LongField"), 5),
    "float": (_plain("FloatField"), 1.5),
    "decimal": (_plain("DecimalField"), Decimal("1.50")),
    "decimal128": (_plain("Decimal128Field"), Decimal("1.5")),
    "boolean": (_plain("BooleanField"), True),
    "datetime": (_plain("DateTimeField"), datetime(2020, 1, 2)),
    "date": (_plain("DateField"), date(2020, 1, 2)),
    "complex datetime": (_plain("ComplexDateTimeField"), datetime(2020, 1, 2, 3, 4, 5, 6)),
    "embedded": (_referring("EmbeddedDocumentField", "Part"), lambda w: w.Part(number=1)),
    "generic embedded": (_plain("GenericEmbeddedDocumentField"), lambda w: w.Lone(value="x")),
    "object id": (_plain("ObjectIdField"), KEY),
    "dynamic": (_plain("DynamicField"), {"a": [1]}),
    "list": (_plain("ListField"), [1]),
    "list of int": (_holding("ListField", _plain("IntField")), [1]),
    "sorted list": (_holding("SortedListField", _plain("IntField")), [1, 2]),
    "embedded list": (_referring("EmbeddedDocumentListField", "Part"), lambda w: [w.Part(number=1)]),
    "dict": (_plain("DictField"), {"a": 1}),
    "map": (_holding("MapField", _plain("IntField")), {"a": 1}),
    "reference": (_referring("ReferenceField"), KEY),
    "cached reference": (_referring("CachedReferenceField", fields=["name"]), lambda w: w.Author(id=KEY)),
    "lazy reference": (_referring("LazyReferenceField"), KEY),
    "generic reference": (_plain("GenericReferenceField"), lambda w: w.Author(id=KEY)),
    "generic lazy reference": (_plain("GenericLazyReferenceField"), lambda w: w.Author(id=KEY)),
    "binary": (_plain("BinaryField"), b"ab"),
    "file": (_plain("FileField"), None),
    "image": (_plain("ImageField"), None),
    "geo point": (_plain("GeoPointField"), [1, 2]),
    "point": (_plain("PointField"), [1, 2]),
    "line": (_plain("LineStringField"), [[1, 2], [3, 4]]),
    "polygon": (_plain("PolygonField"), _RING),
    "multi point": (_plain("MultiPointField"), [[1, 2]]),
    "multi line": (_plain("MultiLineStringField"), [[[1, 2], [3, 4]]]),
    "multi polygon": (_plain("MultiPolygonField"), [_RING]),
    "sequence": (_plain("SequenceField"), 3),
    "uuid": (_plain("UUIDField"), uuid.UUID(int=5)),
    "enum": (lambda w, **options: w.me.EnumField(Colour, **options), Colour.RED),
}

#: The options that only some kinds have, and containers of containers.
_VARIANTS: dict[str, Make] = {
    "bounded string": _plain("StringField", min_length=2, max_length=4, regex="^[a-z]"),
    "url of own scheme": _plain("URLField", schemes=["s3"], max_length=10),
    "lenient email": _plain("EmailField", domain_whitelist=["local"], allow_utf8_user=True, allow_ip_domain=True),
    "bounded int": _plain("IntField", min_value=0, max_value=2**31),
    "bounded long": _plain("LongField", min_value=-1.5, max_value=2**63),
    "bounded float": _plain("FloatField", min_value=-1, max_value=2**53),
    "bounded decimal": _plain("DecimalField", min_value=0, max_value=Decimal(10), precision=0),
    "decimal as text": _plain("DecimalField", force_string=True, precision=5, rounding=decimal.ROUND_DOWN),
    "bounded decimal128": _plain("Decimal128Field", min_value=0, max_value=Decimal("1e3")),
    "datetime with dashes": _plain("ComplexDateTimeField", separator="-"),
    "int enum": lambda w, **options: w.me.EnumField(Level, **options),
    "some of an enum": lambda w, **options: w.me.EnumField(Colour, choices=[Colour.RED], **options),
    "uuid as text": _plain("UUIDField", binary=False),
    "bounded binary": _plain("BinaryField", max_bytes=2),
    "chosen generic embedded": lambda w, **options: w.me.GenericEmbeddedDocumentField(choices=[w.Lone], **options),
    "chosen generic reference": lambda w, **options: w.me.GenericReferenceField(choices=[w.Other], **options),
    "dbref": _referring("ReferenceField", dbref=True),
    "abstract reference": _referring("ReferenceField", "Abstract"),
    "lazy dbref": _referring("LazyReferenceField", dbref=True, passthrough=True),
    "short list": _holding("ListField", _plain("StringField", max_length=3), max_length=2),
    "required list": _holding("ListField", _plain("FloatField"), required=True),
    "list of embedded": _holding("ListField", _referring("EmbeddedDocumentField", "Part")),
    "list of generic embedded": _holding("ListField", _plain("GenericEmbeddedDocumentField")),
    "list of references": _holding("ListField", _referring("ReferenceField")),
    "list of dbrefs": _holding("ListField", _referring("ReferenceField", dbref=True)),
    "list of lazy references": _holding("ListField", _referring("LazyReferenceField")),
    "list of generic references": _holding("ListField", _plain("GenericReferenceField")),
    "list of enums": _holding("ListField", lambda w: w.me.EnumField(Colour)),
    "list of long": _holding("ListField", _plain("LongField")),
    "list of object ids": _holding("ListField", _plain("ObjectIdField")),
    "list of datetimes": _holding("ListField", _plain("DateTimeField")),
    "list of complex datetimes": _holding("ListField", _plain("ComplexDateTimeField")),
    "list of decimals": _holding("ListField", _plain("DecimalField")),
    "list of uuids": _holding("ListField", _plain("UUIDField")),
    "list of binary": _holding("ListField", _plain("BinaryField")),
    "list of dynamic": _holding("ListField", _plain("DynamicField")),
    "list of dicts": _holding("ListField", _plain("DictField")),
    "list of points": _holding("ListField", _plain("PointField")),
    "list of lists": _holding("ListField", _holding("ListField", _plain("IntField"))),
    "descending list": _holding("SortedListField", _plain("IntField"), reverse=True),
    "list sorted by key": _holding("SortedListField", _plain("DictField"), ordering="a"),
    "list sorted by member": _holding("SortedListField", _referring("EmbeddedDocumentField", "Part"), ordering="n"),
    "dict of int": _holding("DictField", _plain("IntField")),
    "dict of lists": _holding("DictField", _holding("ListField", _plain("IntField"))),
    "map of embedded": _holding("MapField", _referring("EmbeddedDocumentField", "Part")),
    "map of references": _holding("MapField", _referring("ReferenceField")),
    "map of enums": _holding("MapField", lambda w: w.me.EnumField(Level)),
    "map of decimal128": _holding("MapField", _plain("Decimal128Field")),
    "five deep": _holding(
        "ListField",
        _holding("MapField", _holding("ListField", _holding("MapField", _holding("ListField", _plain("IntField"))))),
    ),
}

KINDS: dict[str, Make] = {**{kind: make for kind, (make, _) in BASIC.items()}, **_VARIANTS}


def make(w: SimpleNamespace, kind: str, base: str = "Document", **options: Any) -> Any:
    """A document class with one field of *kind*, called `value`."""
    field = KINDS[kind](w, **options)
    return type("Thing", (getattr(w.me, base),), {"value": field, "meta": {"auto_create_index": False}})
