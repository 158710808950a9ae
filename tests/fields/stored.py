"""Stored values that no field of MongoEngine wrote: each type of BSON, wrong shapes, keys too many and too few.

Each is the bytes of the elements of a document, so that it can be what Python cannot express: duplicate keys, types
that pymongo only reads, indexes out of order.
"""

import struct
import uuid
from datetime import datetime
from typing import Any

from bson import SON, Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp, encode
from bson.binary import UuidRepresentation

from tests.fields.kinds import KEY

__all__ = ("SHAPES", "STORED", "document", "element")


def document(*elements: bytes) -> bytes:
    """A BSON document of *elements*."""
    body = b"".join(elements)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def element(tag: int, payload: bytes, name: str = "value") -> bytes:
    """One element of a document."""
    return bytes([tag]) + name.encode() + b"\0" + payload


def value(stored: Any, name: str = "value") -> bytes:
    """The element that pymongo makes of *stored*."""
    return encode(SON([(name, stored)]))[4:-1]


def _text(text: bytes) -> bytes:
    return struct.pack("<i", len(text) + 1) + text + b"\0"


def _binary(subtype: int, data: bytes) -> bytes:
    return struct.pack("<iB", len(data), subtype) + data


def _sub(*elements: bytes, tag: int = 3) -> bytes:
    return element(tag, document(*elements))


_VALUES: dict[str, Any] = {
    "null": None,
    "int32": 5,
    "int32 min": -(2**31),
    "int64": Int64(5),
    "int64 max": Int64(2**63 - 1),
    "double": 1.5,
    "whole double": 2.0,
    "minus zero": -0.0,
    "nan": float("nan"),
    "inf": float("inf"),
    "decimal": Decimal128("2.500"),
    "decimal nan": Decimal128("NaN"),
    "decimal infinity": Decimal128("-Infinity"),
    "decimal of 34 digits": Decimal128("1." + "3" * 33),
    "text": "abc",
    "empty text": "",
    "text with NUL": "a\0b",
    "digits": "5",
    "letter": "r",
    "id text": str(KEY),
    "uuid text": str(uuid.UUID(int=6)),
    "day": "2020-01-02",
    "precise": "2020,01,02,03,04,05,000006",
    "bad precise": "2020,13,02,03,04,05,000006",
    "url": "http://example.org",
    "email": "me@example.org",
    "true": True,
    "false": False,
    "datetime": datetime(2020, 1, 2, 3, 4, 5, 678000),
    "1969": datetime(1969, 12, 31, 23, 59, 59, 999000),
    "year 1": datetime.min,
    "object id": KEY,
    "regex": Regex("a+", "im"),
    "code": Code("x"),
    "scoped code": Code("x", {"a": 1}),
    "timestamp": Timestamp(1, 2),
    "min key": MinKey(),
    "max key": MaxKey(),
    "dbref": DBRef("author", KEY),
    "dbref elsewhere": DBRef("elsewhere", 5, "base"),
    "half a dbref": {"$ref": "author"},
    "half a dbref with more": {"a": {"$ref": 1.5, "$id": 2, "b": Binary(b"ab", 35), "c": [b"x"]}},
    "list": [1, 2],
    "unsorted": [3, 1, 2],
    "empty list": [],
    "list of null": [None],
    "list of text": ["a", "5"],
    "mixed list": [1, "r", None, 1.5, [1], {"a": 1}],
    "nested list": [[1], [2, [3]]],
    "list of ids": [KEY, str(KEY)],
    "list of dates": [datetime(2020, 1, 2), "x"],
    "list of binary": [b"ab"],
    "list of dbrefs": [DBRef("author", KEY)],
    "list of parts": [{"_cls": "Part", "n": 1}, {"_cls": "Part.SubPart", "n": "x", "more": ["1"]}],
    "list of odd parts": [{"n": 1, "nobody": 2}],
    "list of mixed parts": [{"_cls": "Part", "n": 1}, 5],
    "list of references": [{"_cls": "Author", "_ref": DBRef("author", KEY)}],
    "points": [[1, 2], [3, 4]],
    "document": {"a": 1},
    "empty document": {},
    "deep": {"a": {"b": [{"c": {"d": [1]}}]}},
    "document of text": {"a": "r"},
    "document of lists": {"a": [1, "x"]},
    "document of null": {"a": None},
    "odd keys": {"": 1, "a.b": 2, "$c": 3, "0": 4},
    "point": {"type": "Point", "coordinates": [1, 2]},
    "bad point": {"type": "Point", "coordinates": ["x"], "more": 1},
    "part": {"n": 5},
    "part of text": {"n": "x", "text": 5},
    "part with cls": {"_cls": "Part", "n": 5},
    "sub part": {"_cls": "Part.SubPart", "n": 5, "more": [1]},
    "sub part by name": {"_cls": "SubPart", "n": 5, "more": 7},
    "lone": {"_cls": "Lone", "value": "x"},
    "empty lone": {"_cls": "Lone"},
    "extra": {"n": 5, "nobody": 1},
    "unknown cls": {"_cls": "Nobody", "n": 5},
    "cls of a document": {"_cls": "Author", "name": "x"},
    "odd cls": {"_cls": 5},
    "null cls": {"_cls": None, "n": 5},
    "reference": {"_cls": "Author", "_ref": DBRef("author", KEY)},
    "reference to other": {"_cls": "Other", "_ref": DBRef("other", KEY)},
    "reference by id": {"_cls": "Author", "_ref": KEY},
    "half a reference": {"_ref": DBRef("author", KEY)},
    "cached": {"_id": KEY, "name": "x"},
}

_RAW: dict[str, bytes] = {
    **{f"binary {subtype}": value(Binary(bytes(16), subtype)) for subtype in (0, 1, 3, 4, 5, 6, 7, 8, 9, 128)},
    "binary 2": element(5, _binary(2, struct.pack("<i", 2) + b"ab")),
    "short binary": element(5, _binary(0, b"ab")),
    "short uuid": element(5, _binary(4, b"ab")),
    "undefined": element(6, b""),
    "pointer": element(12, _text(b"author") + KEY.binary),
    "symbol": element(14, _text(b"abc")),
    "bad utf-8": element(2, _text(b"a\xff")),
    "beyond year 9999": element(9, struct.pack("<q", 2**62)),
    "before year 1": element(9, struct.pack("<q", -(2**60))),
    "missing": b"",
    "twice": value(1) + value("x"),
    "twice, null last": value(1) + value(None),
    "duplicates": _sub(value(1, "a"), value(2, "a")),
    "duplicates in part": _sub(value(1, "n"), value("x", "n")),
    "duplicates, the first too large": _sub(value(1e300, "a"), value(2.5, "a")),
    "indexes out of order": _sub(value(1, "1"), value(2, "0"), tag=4),
    "indexes of words": _sub(value(1, "a"), value(2, "a"), tag=4),
    "symbols in list": _sub(element(14, _text(b"r"), "0"), tag=4),
    "bad date in list": _sub(element(9, struct.pack("<q", 2**62), "0"), tag=4),
    "bad date in document": _sub(element(9, struct.pack("<q", 2**62), "n")),
    "undefined in document": _sub(element(6, b"", "a")),
}

#: By name, the elements of one document that has something unusual under `value`.
STORED: dict[str, bytes] = {**{name: value(stored) for name, stored in _VALUES.items()}, **_RAW}

#: Whole documents that are unusual beside their values, for a class with `value` (an int) and one without.
SHAPES: dict[str, bytes] = {
    "plain": document(value(KEY, "_id"), value(5)),
    "no id": document(value(5)),
    "null id": document(value(None, "_id"), value(5)),
    "text id": document(value("x", "_id"), value(5)),
    "list id": document(value([1], "_id")),
    "id twice": document(value(KEY, "_id"), value(ObjectId(f"{8:024x}"), "_id")),
    "id last": document(value(5), value(KEY, "_id")),
    "extra": document(value(KEY, "_id"), value(5), value(1, "nobody")),
    "two extra": document(value(KEY, "_id"), value(1, "nobody"), value([1], "somebody")),
    "extra twice": document(value(1, "nobody"), value(2, "nobody")),
    "extra bad date": document(value(KEY, "_id"), element(9, struct.pack("<q", 2**62), "nobody")),
    "extra uuid": document(value(Binary.from_uuid(uuid.UUID(int=5), UuidRepresentation.STANDARD), "nobody")),
    "attribute name": document(value(5, "number")),
    "name and db name": document(value(5), value(6, "number")),
    "pk": document(value(5, "pk")),
    "id by name": document(value(KEY, "id")),
    "method": document(value(5, "save")),
    "dunder": document(value(5, "__class__")),
    "text score": document(value(1.5, "_text_score"), value(5)),
    "empty key": document(value(5, "")),
    "dollar": document(value(5, "$a")),
    "dotted": document(value(5, "a.b")),
    "own cls": document(value("Thing", "_cls"), value(5)),
    "cls of a subclass": document(value("Thing.SubThing", "_cls"), value(5), value(6, "more")),
    "cls last": document(value(5), value(6, "more"), value("Thing.SubThing", "_cls")),
    "short cls": document(value("SubThing", "_cls"), value(5)),
    "unknown cls": document(value("Nobody", "_cls"), value(5)),
    "cls of a part": document(value("Part", "_cls"), value(5)),
    "odd cls": document(value(5, "_cls")),
    "null cls": document(value(None, "_cls"), value(5)),
    "list cls": document(value(["Thing"], "_cls"), value(5)),
    "cls twice": document(value("Thing", "_cls"), value("Thing.SubThing", "_cls"), value(6, "more")),
    "empty": document(),
}
