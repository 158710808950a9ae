"""Random documents and random damage, pymongo being the judge."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import bson
from bson.binary import Binary
from bson.code import Code
from bson.codec_options import CodecOptions
from bson.dbref import DBRef
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from bson.son import SON
from bson.timestamp import Timestamp
from bson.tz_util import utc
from codec_helpers import HIGHEST_SUBTYPE, assert_same, assert_same_decoding, assert_same_encoding, exact, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mongoengine_fast import _native

UINT32 = st.integers(0, 2**32 - 1)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64),
    st.integers(-(2**33), 2**33),
    st.floats(allow_nan=False),
    st.text(),
    st.text(st.characters(codec=None)),
    st.binary(),
    st.datetimes(),
    st.datetimes(timezones=st.just(utc)),
    st.binary(min_size=12, max_size=12).map(ObjectId),
    st.uuids(),
    st.integers(-(2**63), 2**63 - 1).map(Int64),
    st.builds(Binary, st.binary(), st.integers(0, HIGHEST_SUBTYPE)),
    st.builds(Timestamp, UINT32, UINT32),
    st.builds(Regex, st.text(), st.text("imlsux")),
    st.binary(min_size=16, max_size=16).map(Decimal128.from_bid),
    st.sampled_from([MinKey(), MaxKey(), object, Decimal128("1.1")]),
)
KEYS = st.one_of(st.sampled_from(["_id", "$ref", "$id", "$db", "a", "b"]), st.text())


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    documents = st.dictionaries(KEYS, inner, max_size=5)
    return st.one_of(
        documents,
        documents.map(SON),
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=3).map(tuple),
        st.builds(DBRef, st.text(), inner, st.none() | st.text()),
        st.builds(Code, st.text(), st.none() | documents),
    )


VALUES = st.recursive(SCALARS, containers, max_leaves=20)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=6)
OPTIONS = st.builds(
    CodecOptions,
    document_class=st.sampled_from([dict, SON]),
    tz_aware=st.booleans(),
    uuid_representation=st.sampled_from([0, 3, 4, 5, 6]),
    datetime_conversion=st.sampled_from([1, 2, 3, 4]),
    unicode_decode_error_handler=st.sampled_from(["strict", "replace", "ignore"]),
    tzinfo=st.none(),
    type_registry=st.none(),
)
THOROUGH = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@THOROUGH
@given(DOCUMENTS, OPTIONS)
def test_any_document(document: dict[str, Any], options: CodecOptions[Any]) -> None:
    assert_same(document, options)


@THOROUGH
@given(DOCUMENTS, OPTIONS, st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=3))
def test_damaged_bytes(document: dict[str, Any], options: CodecOptions[Any], damage: list[tuple[float, int]]) -> None:
    kind, data = outcome(lambda: bson.encode(document, codec_options=options))
    if kind == "error":
        return
    changed = bytearray(data)
    for place, byte in damage:
        changed[int(place * len(changed))] = byte
    assert_same_decoding(bytes(changed), options)


@THOROUGH
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    assert_same_decoding(data)
    framed = (len(data) + 5).to_bytes(4, "little") + data + b"\x00"
    assert_same_decoding(framed)


@THOROUGH
@given(st.datetimes(), st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23)))
def test_time_zones(moment: datetime.datetime, offset: datetime.timedelta) -> None:
    zone = datetime.timezone(offset)
    assert_same({"d": moment.replace(tzinfo=zone)}, CodecOptions(tz_aware=True, tzinfo=zone))


@THOROUGH
@given(st.integers(-(2**63), 2**63 - 1), OPTIONS)
def test_every_datetime_of_bson(millis: int, options: CodecOptions[Any]) -> None:
    assert_same_decoding(b"\x10\x00\x00\x00\x09d\x00" + millis.to_bytes(8, "little", signed=True) + b"\x00", options)


@THOROUGH
@given(st.uuids(), st.sampled_from([3, 4, 5, 6]))
def test_uuids_come_back(value: uuid.UUID, representation: int) -> None:
    options: CodecOptions[Any] = CodecOptions(uuid_representation=representation)
    assert_same_encoding({"u": value}, options)
    assert exact(_native.decode(_native.encode({"u": value}, options), options)) == exact({"u": value})
