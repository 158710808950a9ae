"""Each kind of value, alone and nested, under every option that concerns it."""

from __future__ import annotations

import collections
import copy
import datetime
import enum
import pickle
import re
import uuid
from typing import Any

import bson
import pytest
from bson.binary import Binary
from bson.code import Code
from bson.codec_options import CodecOptions, DatetimeConversion, TypeDecoder, TypeEncoder, TypeRegistry
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp
from bson.tz_util import FixedOffset, utc
from codec_helpers import HIGHEST_SUBTYPE, assert_same, assert_same_decoding, assert_same_encoding, exact, outcome

from mongoengine_fast import _native

OID = ObjectId("0123456789abcdef01234567")
TEHRAN = FixedOffset(210, "Tehran")
ZONE = datetime.timezone(datetime.timedelta(hours=-7))


class Color(enum.IntEnum):
    RED = 7


class Word(str):
    pass


class Marked(str, enum.Enum):
    A = "a"


class MyOid(ObjectId):
    pass


class MyInt64(Int64):
    pass


class MyBinary(Binary):
    pass


class MyUuid(uuid.UUID):
    pass


class MyRef(DBRef):
    def as_doc(self) -> SON[str, Any]:
        return SON([("$ref", "elsewhere"), ("$id", 5)])


class MyDatetime(datetime.datetime):
    pass


class MyList(list):  # type: ignore[type-arg]
    pass


class MyDict(dict):  # type: ignore[type-arg]
    def items(self) -> Any:
        raise AssertionError("pymongo reads the storage of a dict, not its methods")


class Inventive:
    """Answers for every attribute, as pymongo.database.Database does."""

    def __getattr__(self, name: str) -> Any:
        return Inventive()

    def __repr__(self) -> str:
        return "<Inventive>"


class Raising:
    @property
    def _type_marker(self) -> int:
        raise ValueError("no marker today")

    def __repr__(self) -> str:
        return "<Raising>"


SCALARS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31 - 1,
    2**31,
    -(2**31),
    -(2**31) - 1,
    2**63 - 1,
    -(2**63),
    2**63,
    -(2**63) - 1,
    10**30,
    0.0,
    -0.0,
    1.5,
    float("inf"),
    float("-inf"),
    "",
    "ascii",
    "h\u00e9llo",
    "\U0001f600",
    "a\x00b",
    "\ud800",
    "x" * 5000,
    "\u00e9" * 5000,
    b"",
    b"bytes",
    bytearray(b"ba"),
    memoryview(b"mv"),
    OID,
    MyOid(OID),
    Int64(5),
    Int64(2**40),
    MyInt64(3),
    Int64(2**70),
    Binary(b"x", 0),
    Binary(b"x", 2),
    Binary(b"", 2),
    Binary(b"x", 128),
    Binary(b"x" * 16, 3),
    Binary(b"x" * 16, 4),
    Binary(b"x", HIGHEST_SUBTYPE),
    Binary(b"x", 9),
    MyBinary(b"x", 5),
    Decimal128("1.50"),
    Decimal128("NaN"),
    Decimal128("-Infinity"),
    Decimal128("9.999999999999999999999999999999999E+6144"),
    Timestamp(1, 2),
    Timestamp(2**32 - 1, 2**32 - 1),
    MinKey(),
    MaxKey(),
    DatetimeMS(0),
    DatetimeMS(-(2**63)),
    DatetimeMS(2**63 - 1),
    Code("f()"),
    Code("f()", {}),
    Code("f()", {"a": OID}),
    Code("f()", SON(x=1)),
    Code("h\u00e9"),
    Code("a\x00b"),
    Regex("a"),
    Regex("a", "imsxul"),
    Regex("a\x00b"),
    Regex(b"bytes"),
    Regex(b"\xff"),
    Regex("h\u00e9", 0),
    Regex("big", 2**40),
    re.compile("a"),
    re.compile("a", re.I | re.M | re.S | re.X),
    re.compile(b"a"),
    re.compile(b"\xff"),
    re.compile("nul\x00"),
    DBRef("c", OID),
    DBRef("c", 1, "db"),
    DBRef("c", {"a": [1]}, "db", x=1, y={"z": 2}),
    DBRef("c", None),
    DBRef("c", 1, _extra={"$ref": "other"}),
    DBRef("c", 1, **{"a\x00": 1}),
    MyRef("c", 1),
    Color.RED,
    Word("w"),
    Marked.A,
    SON([("b", 1), ("a", 2)]),
    MyDict(a=1),
    MyList([1, 2]),
    collections.OrderedDict(z=1, a=2),
    collections.defaultdict(list, a=1),
    collections.Counter("aab"),
    collections.UserDict(a=1),
    collections.ChainMap({"a": 1}, {"b": 2}),
    RawBSONDocument(bson.encode({"r": 1})),
    [],
    [[]],
    [1, "two", [3.0]],
    (),
    (1, (2,)),
    {},
    {"a": {"b": {"c": 1}}},
    {"_id": 1, "x": 2},
    {"x": 1, "_id": 2},
    {"$ref": "c", "$id": 1},
    {"$ref": 1, "$id": 1},
    {"$ref": "c"},
    {"$id": 1},
    {"$ref": "c", "$id": 1, "$db": "d"},
    {"$ref": "c", "$id": 1, "$db": None},
    {"$ref": "c", "$id": 1, "$db": 5},
    {"x": 1, "$id": 1, "y": 2, "$ref": "c"},
    {"$ref": "c", "$id": {"$ref": "d", "$id": 2}},
    object,
    1j,
    Inventive(),
    Raising(),
    {1, 2},
    range(3),
    ...,
    NotImplemented,
    {1: "int key"},
    {None: 1},
    {b"bytes": 1},
    {"a\x00b": 1},
    {"": 1},
    {"h\u00e9": 1},
    {"\ud800": 1},
    {("a",): 1},
    {Word("k"): 1},
    datetime.date(2020, 1, 1),
    datetime.time(1, 2),
    datetime.timedelta(1),
    uuid.UUID(int=5),
    MyUuid(int=6),
]

DATETIMES = [
    datetime.datetime(1970, 1, 1),
    datetime.datetime(2020, 2, 29, 12, 30, 45, 678999),
    datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
    datetime.datetime.min,
    datetime.datetime.max,
    datetime.datetime(1, 1, 1, 1, 1, 1, 111111),
    datetime.datetime(1900, 2, 28),
    datetime.datetime(2000, 12, 31, 23, 59, 59),
    datetime.datetime(2020, 1, 1, tzinfo=utc),
    datetime.datetime(2020, 1, 1, 5, 6, 7, 8900, tzinfo=TEHRAN),
    datetime.datetime(2020, 1, 1, tzinfo=ZONE),
    datetime.datetime.min.replace(tzinfo=TEHRAN),
    datetime.datetime.max.replace(tzinfo=ZONE),
    MyDatetime(2020, 5, 5, 5, 5, 5, 5),
    MyDatetime(2020, 5, 5, tzinfo=TEHRAN),
]


def _name(value: Any) -> str:
    """Without addresses, which differ between the processes of one run."""
    return re.sub(" at 0x[0-9a-f]+", "", repr(value))[:40]


@pytest.mark.parametrize("value", SCALARS, ids=_name)
def test_value_is_encoded_and_decoded_like_pymongo(value: Any) -> None:
    assert_same({"key": value})
    assert_same({"a": [1, {"key": value}, 2], "b": 1})
    assert_same(SON([("z", value), ("_id", 1)]))


@pytest.mark.parametrize("document", SCALARS, ids=_name)
def test_anything_as_top_level_document(document: Any) -> None:
    assert_same(document)


@pytest.mark.parametrize("document_class", [dict, SON, collections.OrderedDict, RawBSONDocument, MyDict])
@pytest.mark.parametrize("value", SCALARS, ids=_name)
def test_document_classes(value: Any, document_class: Any) -> None:
    assert_same({"key": value, "n": {"m": [value]}}, CodecOptions(document_class=document_class))


@pytest.mark.parametrize("value", DATETIMES, ids=str)
@pytest.mark.parametrize("tzinfo", [None, utc, TEHRAN, ZONE], ids=["none", "utc", "tehran", "zone"])
@pytest.mark.parametrize("tz_aware", [False, True])
def test_datetimes(value: datetime.datetime, tz_aware: bool, tzinfo: Any) -> None:
    options = CodecOptions(tz_aware=tz_aware, tzinfo=tzinfo if tz_aware else None)
    assert_same({"when": value, "nested": [value]}, options)


@pytest.mark.parametrize("mode", list(DatetimeConversion))
@pytest.mark.parametrize("tz_aware", [False, True])
@pytest.mark.parametrize("tzinfo", [None, TEHRAN, ZONE], ids=["none", "tehran", "zone"])
def test_datetime_limits(mode: DatetimeConversion, tz_aware: bool, tzinfo: Any) -> None:
    options = CodecOptions(datetime_conversion=mode, tz_aware=tz_aware, tzinfo=tzinfo if tz_aware else None)
    if outcome(bson.decode, bson.encode({"d": DatetimeMS(0)}), options)[0] == "error":
        pytest.skip("this version of pymongo cannot decode any datetime under these options")
    low, high = -62135596800000, 253402300799999
    hour = 3_600_000
    for edge in (low, high, -(2**63), 2**63 - 1, 0):
        for shift in (-50 * hour, -7 * hour, -1, 0, 1, 4 * hour, 7 * hour, 50 * hour):
            if -(2**63) <= edge + shift < 2**63:
                assert_same_decoding(bson.encode({"d": DatetimeMS(edge + shift)}), options)


@pytest.mark.parametrize("representation", [0, 3, 4, 5, 6])
def test_uuids(representation: int) -> None:
    options = CodecOptions(uuid_representation=representation)
    value = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    for stored in (
        value,
        MyUuid(int=value.int),
        Binary(value.bytes, 3),
        Binary(value.bytes, 4),
        Binary(b"short", 3),
        Binary(b"short", 4),
    ):
        assert_same({"u": stored, "l": [stored]}, options)


@pytest.mark.parametrize(
    "handler", ["strict", "replace", "ignore", "backslashreplace", "surrogateescape", "no-such-handler"]
)
def test_invalid_utf8_follows_the_error_handler(handler: str) -> None:
    options = CodecOptions(unicode_decode_error_handler=handler)
    for good in (bson.encode({"kXy": "vXy"}), bson.encode({"a": {"kX": ["vX"]}, "r": Regex("pX"), "c": Code("cX")})):
        for position, byte in enumerate(good):
            if byte == ord("X"):
                assert_same_decoding(good[:position] + b"\xff" + good[position + 1 :], options)


class Doubler(TypeEncoder, TypeDecoder):
    """Encodes complex numbers and decodes strings, to see both directions of a type registry."""

    python_type = complex
    bson_type = str

    def transform_python(self, value: complex) -> Any:
        return [value.real, value.imag]

    def transform_bson(self, value: str) -> Any:
        return value * 2


@pytest.mark.parametrize("fallback", [None, str, lambda value: value])
def test_type_registry(fallback: Any) -> None:
    options = CodecOptions(type_registry=TypeRegistry([Doubler()], fallback_encoder=fallback))
    for value in (1j, [1j, "s"], {"a": "b", "c": [{"d": "e"}]}, {1, 2}, 2**70, DBRef("c", "i"), Code("c", {"x": "y"})):
        assert_same({"v": value}, options)


@pytest.mark.parametrize("options", [None, {}, 5, CodecOptions, (dict, False)])
def test_other_options_are_refused(options: Any) -> None:
    if options is None:
        return
    with pytest.raises(TypeError, match="codec_options must be an instance of CodecOptions"):
        _native.encode({}, options)
    with pytest.raises(TypeError, match="codec_options must be an instance of CodecOptions"):
        _native.decode(b"\x05\x00\x00\x00\x00", options)


@pytest.mark.parametrize(
    "wrap",
    [bytes, bytearray, memoryview, lambda b: memoryview(b + b)[::2], lambda b: 5, lambda b: None, lambda b: b.hex()],
)
def test_inputs_of_decode(wrap: Any) -> None:
    assert_same_decoding(wrap(bson.encode({"a": "b", "n": {"x": 1}})))


def test_decoded_objects_live_on_like_constructed_ones() -> None:
    document = {
        "oid": OID,
        "ref": DBRef("c", OID, "db", x=1),
        "dec": Decimal128("2.5"),
        "ts": Timestamp(4, 5),
        "uuid": uuid.UUID(int=7),
        "i64": Int64(9),
        "son": {"b": 1, "a": [OID]},
    }
    options = CodecOptions(uuid_representation=4, document_class=SON)
    got = _native.decode(bson.encode(document, codec_options=options), options)
    for other in (pickle.loads(pickle.dumps(got)), copy.deepcopy(got), copy.copy(got)):
        assert exact(other) == exact(got)
        assert other == got
    assert hash(got["oid"]) == hash(OID) and got["oid"] == OID and str(got["oid"]) == str(OID)
    assert got["uuid"] == uuid.UUID(int=7) and got["uuid"].is_safe is uuid.SafeUUID.unknown
    got["son"]["c"] = 3
    del got["son"]["b"]
    assert list(got["son"]) == ["a", "c"] and got["son"].to_dict() == {"a": [OID], "c": 3}


def test_broken_objectid_is_reported_like_pymongo() -> None:
    hollow = ObjectId.__new__(ObjectId)
    assert_same_encoding({"a": hollow})
    short = ObjectId.__new__(ObjectId)
    short.__setstate__(b"short bytes!"[:12])
    assert_same_encoding({"a": short})


def test_same_key_twice_keeps_the_last_value_in_the_first_place() -> None:
    data = b"\x1a\x00\x00\x00\x10a\x00\x01\x00\x00\x00\x10b\x00\x02\x00\x00\x00\x10a\x00\x03\x00\x00\x00\x00"
    for document_class in (dict, SON):
        assert_same_decoding(data, CodecOptions(document_class=document_class))


def test_defaultdict_gets_no_id_by_being_encoded() -> None:
    document: Any = collections.defaultdict(int, a=1)
    _native.encode(document)
    assert dict(document) == {"a": 1}
