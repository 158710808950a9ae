"""Values that a program might assign: good ones, bad ones, and those at the edge.

Each is made anew by a function of the surroundings (`kinds.surroundings`), because some belong to a package and some
are used up or changed.
"""

import collections
import enum
import re
import types
import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bson import SON, Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp

from tests.fields.kinds import KEY, Colour, Level

__all__ = ("DOCUMENTS", "EDGES", "INPUTS", "PLAIN")


class Text(str):
    """A subclass of a type that BSON knows, as are those below."""


class Number(int):
    pass


class Real(float):
    pass


class Bytes(bytes):
    pass


class Mapped(dict):
    pass


class Listed(list):
    pass


class When(datetime):
    pass


class Day(date):
    pass


class Oid(ObjectId):
    pass


class Uid(uuid.UUID):
    pass


class Cash(Decimal):
    pass


class Word(str, enum.Enum):
    """Members that are text themselves."""

    RED = "r"


Pair = collections.namedtuple("Pair", "x y")


class Shown:
    """An object that shows as its class."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class LikeInt(Shown):
    """Converts to an integer, as scalars of numpy do."""

    def __int__(self) -> int:
        return 7


class LikeIndex(Shown):
    def __index__(self) -> int:
        return 8


class LikeFloat(Shown):
    def __float__(self) -> float:
        return 1.5


class LikeList(Shown):
    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> int:
        return [1, 2][index]


class Untrue(Shown):
    """Refuses to be compared, hashed and asked for its truth."""

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise ValueError("no truth")

    def __eq__(self, other: object) -> bool:
        raise ValueError("not comparable")


class Unprintable:
    """Has no text."""

    def __str__(self) -> str:
        raise ValueError("no text")

    def __repr__(self) -> str:
        return "Unprintable()"


class Crashing(Shown):
    """Fails in every conversion with an error that no field expects."""

    def __int__(self) -> int:
        raise RuntimeError("no int")

    def __float__(self) -> float:
        raise RuntimeError("no float")

    def __iter__(self) -> Any:
        raise RuntimeError("no items")


def _deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


_TEXTS = {
    "empty text": "",
    "a": "a",
    "abc": "abc",
    "long text": "x" * 2_000,
    "text with NUL": "a\0b",
    "lone surrogate": "a\ud800",
    "other script": "\u0663\u00e9\U0001f600",
    "blank": " \t\n",
    "digits": "5",
    "padded digits": " 5 ",
    "digits with underscore": "1_000",
    "big digits": "9" * 30,
    "too many digits": "9" * 5_000,
    "fraction": "1.255",
    "exponent": "1e3",
    "nan text": "nan",
    "signalling nan text": "sNaN",
    "infinity text": "Infinity",
    "minus zero text": "-0",
    "hex": "0x10",
    "yes": "yes",
    "false text": "False",
    "id text": str(KEY),
    "uuid text": str(uuid.UUID(int=6)),
    "bad uuid text": "{00000000-0000-0000-0000-0000000000zz}",
    "url": "http://example.org/a?b=c",
    "short url": "s3://localhost",
    "bad url": "http://nothing",
    "url with line end": "http://example.org\n",
    "email": "me@example.org",
    "local email": "me@local",
    "foreign email": "m\u00e9@example.org",
    "ip email": "me@[127.0.0.1]",
    "idn email": "me@ex\u00e4mple.org",
    "empty domain": "me@",
    "dot domain": "me@.",
    "day text": "2020-01-02",
    "minute text": "2020-01-02 03:04",
    "second text": "2020-01-02 03:04:05",
    "iso text": "2020-01-02T03:04:05.6",
    "micro text": "2020-01-02 03:04:05.123456",
    "bad day text": "2020-02-30",
    "stored datetime": "2020,01,02,03,04,05,000006",
    "stored bad datetime": "2020,13,02,03,04,05,000006",
    "short stored datetime": "2020,01",
    "datetime with dashes": "2020-01-02-03-04-05-000006",
}

_NUMBERS = {
    "0": 0,
    "1": 1,
    "2": 2,
    "-1": -1,
    "true": True,
    "false": False,
    "int32 max": 2**31 - 1,
    "over int32": 2**31,
    "under int32": -(2**31) - 1,
    "over double": 2**53 + 1,
    "int64 max": 2**63 - 1,
    "over int64": 2**63,
    "int64 min": -(2**63),
    "under int64": -(2**63) - 1,
    "huge": 10**400,
    "Int64": Int64(4),
    "Int64 max": Int64(2**63 - 1),
    "0.0": 0.0,
    "-0.0": -0.0,
    "1.5": 1.5,
    "2.0": 2.0,
    "float of 2**63": 2.0**63,
    "tiny": 5e-324,
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": float("-inf"),
    "complex": 1j,
    "fraction number": Fraction(1, 3),
    "decimal half": Decimal("1.005"),
    "decimal integer": Decimal("3"),
    "decimal minus zero": Decimal("-0"),
    "decimal nan": Decimal("NaN"),
    "decimal snan": Decimal("sNaN"),
    "decimal infinity": Decimal("-Infinity"),
    "decimal of 35 digits": Decimal("1." + "3" * 34),
    "decimal too big": Decimal("1E+6145"),
    "Decimal128": Decimal128("2.50"),
    "Decimal128 nan": Decimal128("NaN"),
    "Decimal128 infinity": Decimal128("Infinity"),
}

_TIMES = {
    "datetime": datetime(2020, 1, 2, 3, 4, 5, 678901),
    "1969": datetime(1969, 12, 31, 23, 59, 59, 999999),
    "year 1": datetime.min,
    "year 9999": datetime.max,
    "datetime with tz": datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    "year 1 with tz": datetime.min.replace(tzinfo=timezone(timedelta(hours=2))),
    "seconds of tz": datetime(2020, 1, 2, tzinfo=timezone(timedelta(seconds=61))),
    "fold": datetime(2020, 1, 2, fold=1),
    "day": date(2020, 1, 2),
    "day 1": date.min,
    "time": time(1, 2),
    "timedelta": timedelta(1),
}

_BSON = {
    "bytes": b"ab",
    "empty bytes": b"",
    "bad utf-8": b"\xff",
    "more bytes": b"abcdef",
    "bytes of an id": KEY.binary,
    "binary 0": Binary(b"ab"),
    "binary 3": Binary(bytes(16), 3),
    "binary 4": Binary(bytes(16), 4),
    "binary 4, short": Binary(b"ab", 4),
    "binary 5": Binary(b"ab", 5),
    "binary 128": Binary(b"ab", 128),
    "object id": KEY,
    "uuid": uuid.UUID(int=5),
    "dbref": DBRef("author", KEY),
    "dbref elsewhere": DBRef("elsewhere", KEY),
    "dbref with database": DBRef("author", KEY, "another"),
    "dbref with class": DBRef("author", KEY, cls="Author"),
    "regex": Regex("a+", "i"),
    "pattern": re.compile("a+"),
    "code": Code("x"),
    "scoped code": Code("x", {"a": 1}),
    "timestamp": Timestamp(1, 2),
    "min key": MinKey(),
    "max key": MaxKey(),
}

_SHAPES = {
    "list": [1, 2],
    "empty list": [],
    "unsorted": [3, 1, 2],
    "mixed list": [1, "a", None],
    "list of None": [None],
    "list of text": ["a", "abcd"],
    "list of digits": ["1", "2"],
    "list of floats": [1.5, float("nan")],
    "nested list": [[1], [2, 3]],
    "list of dicts": [{"a": 2}, {"a": 1}],
    "list of ids": [KEY, str(KEY)],
    "list of choices": [Colour.RED, "r", "x"],
    "list of refs": [DBRef("author", KEY), KEY],
    "list of dates": [datetime(2020, 1, 2), "2020-01-03"],
    "list of sets": [{1}],
    "points": [[0, 0], [1, 1]],
    "ring": [[[0, 0], [1, 0], [1, 1], [0, 0]]],
    "open ring": [[[0, 0], [1, 0], [1, 1]]],
    "rings": [[[[0, 0], [1, 0], [1, 1], [0, 0]]]],
    "bad rings": [[[0, "a"], [1]], [[1, 2, 3]], 5, [[[0]]]],
    "point of text": ["a", "b"],
    "point of bools": [True, False],
    "tuple": (1, 2),
    "empty tuple": (),
    "pair": Pair(1, 2),
    "set": {1},
    "frozenset": frozenset({1}),
    "range": range(2),
    "deque": collections.deque([1]),
    "dict": {"a": 1},
    "empty dict": {},
    "dict of text": {"a": "x"},
    "dict of None": {"a": None},
    "dict of lists": {"a": [1]},
    "dict of dicts": {"a": {"b": {"c": 1}}},
    "dollar key": {"$a": 1},
    "deep dollar key": {"a": {"$b": 1}},
    "dollar key in list": {"a": [{"$b": 1}]},
    "dotted key": {"a.b": 1},
    "empty key": {"": 1},
    "NUL key": {"a\0b": 1},
    "int key": {1: 2},
    "None key": {None: 1},
    "int key below": {"a": {1: 2}},
    "surrogate key": {"\ud800": 1},
    "son": SON([("b", 1), ("a", 2)]),
    "ordered dict": collections.OrderedDict(a=1),
    "default dict": collections.defaultdict(int, a=1),
    "mapping": types.MappingProxyType({"a": 1}),
    "user dict": collections.UserDict({"a": 1}),
    "user list": collections.UserList([1]),
    "user string": collections.UserString("abc"),
    "geojson": {"type": "Point", "coordinates": [1, 2]},
    "geojson polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    "geojson extra": {"type": "Point", "coordinates": [1, 2], "crs": 1},
    "geojson bad": {"type": "Point", "coordinates": "ab"},
    "cls": {"_cls": "Lone", "value": "x"},
    "cls of part": {"_cls": "Part.SubPart", "n": 5},
    "unknown cls": {"_cls": "Nobody"},
    "odd cls": {"_cls": 5},
    "stored reference": {"_cls": "Author", "_ref": DBRef("author", KEY)},
    "half a reference": {"_ref": DBRef("author", KEY)},
    "part": {"n": 5},
    "part with extra": {"n": 5, "nobody": 1},
    "part by name": {"number": 5},
    "cached": {"_id": KEY, "name": "x"},
}

_SUBCLASSES = {
    "Text": Text("abc"),
    "Number": Number(5),
    "Real": Real(1.5),
    "Bytes": Bytes(b"ab"),
    "Mapped": Mapped(a=1),
    "Listed": Listed([1]),
    "When": When(2020, 1, 2),
    "Day": Day(2020, 1, 2),
    "Oid": Oid(KEY),
    "Uid": Uid(int=5),
    "Cash": Cash("1.5"),
    "member": Colour.RED,
    "None member": Colour.NONE,
    "IntEnum": Level.LOW,
    "text enum": Word.RED,
    "value of a member": "r",
}

_OBJECTS: dict[str, Callable[[], Any]] = {
    "like int": LikeInt,
    "like index": LikeIndex,
    "like float": LikeFloat,
    "like list": LikeList,
    "untrue": Untrue,
    "unprintable": Unprintable,
    "crashing": Crashing,
    "object": Shown,
    "type": lambda: Shown,
    "function": lambda: _give_date,
    "ellipsis": lambda: ...,
    "generator": lambda: (number for number in (1, 2)),
    "bytearray": lambda: bytearray(b"ab"),
    "memoryview": lambda: memoryview(b"ab"),
    "60 deep": lambda: _deep(60),
    "exception": lambda: ValueError("x"),
}


def _give_date() -> datetime:
    return datetime(2020, 1, 2)


def _copied(value: Any) -> Callable[[Any], Any]:
    """A function that makes lists and dicts anew, since what they are assigned to may change them."""

    def copied(item: Any) -> Any:
        if isinstance(item, dict):
            fresh = item.copy()
            fresh.update({key: copied(part) for key, part in item.items()})
            return fresh
        return type(item)(map(copied, item)) if type(item) in (list, Listed) else item

    return lambda w: copied(value)


_FIXED = {"None": None, **_TEXTS, **_NUMBERS, **_TIMES, **_BSON, **_SHAPES, **_SUBCLASSES}

#: Values that have nothing to do with a package.
PLAIN: dict[str, Callable[[Any], Any]] = {
    **{name: _copied(value) for name, value in _FIXED.items()},
    **{name: (lambda w, create=create: create()) for name, create in _OBJECTS.items()},
}

#: Documents, and what stands for them.
DOCUMENTS: dict[str, Callable[[Any], Any]] = {
    "author": lambda w: w.Author(id=KEY, name="n"),
    "unsaved author": lambda w: w.Author(),
    "other document": lambda w: w.Other(id=KEY),
    "concrete": lambda w: w.Concrete(id=KEY),
    "part document": lambda w: w.Part(number=5),
    "bad part": lambda w: w.Part(number=500, text=5),
    "sub part": lambda w: w.SubPart(number=5, more=[1]),
    "lone": lambda w: w.Lone(value="x"),
    "empty lone": lambda w: w.Lone(),
    "document class": lambda w: w.Author,
    "lazy author": lambda w: w.me.base.LazyReference(w.Author, KEY),
    "lazy other": lambda w: w.me.base.LazyReference(w.Other, KEY),
    "lazy nothing": lambda w: w.me.base.LazyReference(w.Author, None),
    "list of parts": lambda w: [w.Part(number=1), w.SubPart(number=2)],
    "list of bad parts": lambda w: [w.Part(number=500), w.Lone(), 5],
    "list of authors": lambda w: [w.Author(id=KEY), w.Author()],
    "list of others": lambda w: [w.Other(id=KEY), w.Author(id=KEY)],
    "dict of parts": lambda w: {"a": w.Part(number=1), "b": [w.Lone()]},
    "dict of authors": lambda w: {"a": w.Author(id=KEY)},
    "empty file": lambda w: w.me.fields.GridFSProxy(),
    "file": lambda w: w.me.fields.GridFSProxy(KEY),
    "image": lambda w: w.me.fields.ImageGridFsProxy(KEY),
    "odd file": lambda w: w.me.fields.GridFSProxy("x"),
    "field": lambda w: w.me.StringField(),
    "query object": lambda w: w.me.Q(a=1),
}

INPUTS: dict[str, Callable[[Any], Any]] = {**PLAIN, **DOCUMENTS}

#: The names of those whose encoding is worth a look at what the server got.
EDGES: list[str] = ["None", *_NUMBERS, *_TIMES, *_BSON, *_SUBCLASSES]
