"""Strategies of values, by kind of field, and of values that suit no field.

Values that only a package can make (documents, lazy references) are described by recipes: `Part` and `Ref`.
"""

import enum
import re
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from bson import DBRef, Decimal128, Int64, ObjectId, Regex
from hypothesis import strategies as st

__all__ = ("KINDS", "REFERENCES", "WRONG", "Colour", "Part", "Ref", "bson_values", "keys", "object_ids", "plain_values")

MILLISECOND = 1000


class Colour(enum.Enum):
    """An enumeration for EnumField."""

    RED = "r"
    BLUE = "b"


class Text(str):
    """A subclass, as programs store them."""

    __slots__ = ()


class Number(int):
    """The same for integers."""


@dataclass(frozen=True)
class Part:
    """A recipe of a document: its shape, which of the shape's classes, values by name (dynamic ones too)."""

    shape: Any = field(repr=False)
    variant: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Ref:
    """A recipe of a reference to one of the ready documents, or to one that is not there (number 9)."""

    form: str
    target: str
    number: int


def key_of(number: int) -> ObjectId:
    """The id of a ready document."""
    return ObjectId(f"{number:024x}")


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
keys = st.text("abcxyz0", min_size=1, max_size=3)
integers = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
reals = st.floats(allow_nan=False)
dates = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(
    lambda when: when.replace(microsecond=when.microsecond // MILLISECOND * MILLISECOND)
)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
object_ids = st.integers(0, 2**32).map(key_of)
uuids = st.integers(0, 2**64).map(lambda number: uuid.UUID(int=number))
decimals = st.decimals(-1000, 1000, places=2, allow_nan=False, allow_infinity=False)
coordinates = st.tuples(st.integers(-180, 180), st.integers(-90, 90)).map(list)
paths = st.lists(coordinates, min_size=2, max_size=3)
rings = st.tuples(coordinates, coordinates, coordinates).map(lambda three: [[*three, three[0]]])


def _geo(kind: str, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return strategy | strategy.map(lambda found: {"type": kind, "coordinates": found})


def _several(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(strategy, min_size=1, max_size=2)


#: By kind: the field class, its arguments, the strategy of valid values.
KINDS: dict[str, tuple[str, dict[str, Any], st.SearchStrategy[Any]]] = {
    "string": ("StringField", {}, texts | texts.map(Text)),
    "short string": ("StringField", {"max_length": 3, "min_length": 1}, st.text("abc", min_size=1, max_size=3)),
    "matching string": ("StringField", {"regex": r"^[a-c]+$"}, st.text("abc", min_size=1, max_size=3)),
    "chosen string": ("StringField", {"choices": ("a", "b", "")}, st.sampled_from(["a", "b", ""])),
    "url": ("URLField", {}, st.sampled_from(["http://a.example", "https://b.example/x?y=1", "ftp://c.example:21/"])),
    "email": ("EmailField", {}, st.sampled_from(["a@b.example", "x.y+z@sub.example.org"])),
    "local email": (
        "EmailField",
        {"domain_whitelist": ["localhost"], "allow_ip_domain": True, "allow_utf8_user": True},
        st.sampled_from(["a@localhost", "b@[127.0.0.1]", "ü@b.example"]),
    ),
    "int": ("IntField", {}, integers | st.integers(-9, 9).map(Number)),
    "bounded int": ("IntField", {"min_value": -2, "max_value": 2}, st.integers(-2, 2)),
    "chosen int": ("IntField", {"choices": [(1, "one"), (2, "two")]}, st.sampled_from([1, 2])),
    "long": ("LongField", {"max_value": 2**63 - 1}, integers),
    "float": ("FloatField", {}, reals | st.integers(-(2**40), 2**40)),
    "bounded float": ("FloatField", {"min_value": 0, "max_value": 1.5}, st.floats(0, 1.5)),
    "bool": ("BooleanField", {}, st.booleans()),
    "date-time": ("DateTimeField", {}, dates | st.sampled_from(["2020-01-02", "2020-01-02 03:04:05.678901"])),
    "date": ("DateField", {}, st.dates(date(1900, 1, 1), date(2200, 1, 1)) | dates),
    "complex date-time": ("ComplexDateTimeField", {}, moments),
    "dotted date-time": ("ComplexDateTimeField", {"separator": "."}, moments),
    "object id": ("ObjectIdField", {}, object_ids | object_ids.map(str)),
    "uuid": ("UUIDField", {"binary": False}, uuids | uuids.map(str)),
    "binary uuid": ("UUIDField", {}, uuids),
    "decimal": ("DecimalField", {"precision": 2}, decimals | st.integers(-9, 9)),
    "decimal string": ("DecimalField", {"force_string": True, "precision": 1, "min_value": -2000}, decimals),
    "decimal128": ("Decimal128Field", {}, decimals | decimals.map(Decimal128)),
    "binary": ("BinaryField", {}, st.binary(max_size=4)),
    "small binary": ("BinaryField", {"max_bytes": 2}, st.binary(max_size=2)),
    "enum": ("EnumField", {"enum": Colour}, st.sampled_from(Colour)),
    "chosen enum": ("EnumField", {"enum": Colour, "choices": [Colour.RED]}, st.just(Colour.RED) | st.just("r")),
    "sequence": ("SequenceField", {}, st.integers(1, 99)),
    "text sequence": ("SequenceField", {"sequence_name": "s", "value_decorator": str}, st.integers(1, 99).map(str)),
    "geo point": ("GeoPointField", {}, coordinates),
    "point": ("PointField", {}, _geo("Point", coordinates)),
    "line": ("LineStringField", {}, _geo("LineString", paths)),
    "polygon": ("PolygonField", {}, _geo("Polygon", rings)),
    "points": ("MultiPointField", {}, _geo("MultiPoint", _several(coordinates))),
    "lines": ("MultiLineStringField", {}, _geo("MultiLineString", _several(paths))),
    "polygons": ("MultiPolygonField", {}, _geo("MultiPolygon", _several(rings))),
}

_numbers = st.sampled_from([1, 2, 4, 9])


def _refs(forms: list[str], *targets: str) -> st.SearchStrategy[Any]:
    return st.builds(Ref, st.sampled_from(forms), st.sampled_from(targets), _numbers)


#: The same for references; the class referred to is an argument that each package fills in.
REFERENCES: dict[str, tuple[str, dict[str, Any], st.SearchStrategy[Any]]] = {
    "reference": ("ReferenceField", {"document_type": "Target"}, _refs(["document", "id", "dbref"], "Target")),
    "dbref": ("ReferenceField", {"document_type": "Kin", "dbref": True}, _refs(["document", "dbref"], "Kin", "Son")),
    "lazy": ("LazyReferenceField", {"document_type": "Target"}, _refs(["document", "id", "lazy"], "Target")),
    "passing lazy": (
        "LazyReferenceField",
        {"document_type": "Target", "passthrough": True, "dbref": True},
        _refs(["document", "dbref", "lazy"], "Target"),
    ),
    "generic": ("GenericReferenceField", {}, _refs(["document"], "Target", "Kin", "Son")),
    "chosen generic": ("GenericReferenceField", {"choices": ["Kin"]}, _refs(["document"], "Kin")),
    "generic lazy": ("GenericLazyReferenceField", {}, _refs(["document", "lazy"], "Target", "Son")),
    "cached": ("CachedReferenceField", {"document_type": "Target", "fields": ["name"]}, _refs(["document"], "Target")),
}

WRONG = st.sampled_from(
    [
        None,
        "",
        "text",
        "5",
        "1.5",
        Text("text"),
        "2020-01-01",
        "2020,01,01,00,00,00,000000",
        "x@localhost",
        0,
        1.5,
        float("inf"),
        True,
        Number(3),
        -(2**40),
        2**70,
        b"x",
        b"long bytes",
        [],
        [1],
        ["a", None],
        [1, 2],
        [1000, 2000],
        [[1, 2], [3, 4]],
        {},
        {"a": 1},
        {"$a": 1},
        {"a.b": 1},
        {1: 2},
        {"_cls": "Nowhere"},
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Nowhere", "coordinates": [1]},
        (1, 2),
        datetime(2020, 1, 1),
        datetime(2020, 1, 1, tzinfo=timezone.utc),
        date(2020, 1, 1),
        ObjectId(b"0" * 12),
        DBRef("target", key_of(1)),
        DBRef("nowhere", 5),
        Decimal("1.5"),
        Decimal("NaN"),
        Decimal128("2.5"),
        uuid.UUID(int=7),
        Int64(5),
        Colour.RED,
        Ref("document", "Target", 1),
        Ref("document", "Son", 1),
        Ref("lazy", "Kin", 2),
        Ref("new", "Target", 1),
    ]
)


@cache
def plain_values() -> st.SearchStrategy[Any]:
    """Nested data as a DictField takes it."""
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
    )


@cache
def bson_values() -> st.SearchStrategy[Any]:
    """Anything that might stand in a database."""
    leaves = st.one_of(
        st.none(), st.booleans(), integers, reals, texts, dates, object_ids, st.binary(max_size=3), uuids,
        decimals.map(Decimal128), integers.map(Int64), st.just(Regex("^a", re.IGNORECASE)),
        st.just(DBRef("target", key_of(1))), st.sampled_from(["2020,01,01,00,00,00,000000", "r", "Kin"]),
    )  # fmt: skip
    inside = keys | st.sampled_from(["_cls", "_ref", "_id", "type", "coordinates"])
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(inside, inner, max_size=3), max_leaves=6
    )
