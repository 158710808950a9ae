"""Querysets as JSON: the text of `bson.json_util.dumps`, whoever writes it."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp, encode, json_util
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mongoengine_fast as me
from mongoengine_fast import lanes

OPTIONS = {
    "legacy": json_util.LEGACY_JSON_OPTIONS,
    "relaxed": json_util.RELAXED_JSON_OPTIONS,
    "canonical": json_util.CANONICAL_JSON_OPTIONS,
    "legacy, own": json_util.LEGACY_JSON_OPTIONS.with_options(
        strict_number_long=True, datetime_representation=json_util.DatetimeRepresentation.ISO8601, strict_uuid=True,
        uuid_representation=UuidRepresentation.STANDARD,
    ),
}  # fmt: skip
VALUES: dict[str, Any] = {
    "text": 'ünï "quoted" \\ \n\t\0\x7f\u20ac\U0001f600',
    "numbers": [0, -1, 2**31, -(2**63), Int64(5), 1.5, -0.0, 1e16, 1e-5, 123456789.123, 5e-324],
    "not numbers": [float("nan"), float("inf"), float("-inf")],
    "dates": [
        datetime.datetime(2024, 2, 29, 1, 2, 3, 120000), datetime.datetime(1969, 12, 31, 23, 59, 59),
        datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999000),
    ],
    "bytes": [b"", b"abc", Binary(b"abc", 128), Binary(b"x" * 16, 5), Binary(b"abc", 2), Binary(b"abc", 3)],
    "uuids": [Binary(b"u" * 16, 3), Binary(b"u" * 16, 4)],
    "uuid": uuid.UUID(int=5),
    "decimals": [Decimal128(text) for text in ("1.50", "-0", "1E+6144", "NaN", "Infinity", "1E-6176", "0E+3")],
    "regexes": [Regex("a/b", "imx"), Regex("é")],
    "code": [Code("f()"), Code("g()", {"a": ObjectId(b"0" * 12)})],
    "references": [DBRef("c", 1), DBRef("c", ObjectId(b"1" * 12), "d"), DBRef("c", 1, extra=2)],
    "rest": [None, True, False, MinKey(), MaxKey(), Timestamp(4, 5), ObjectId(b"2" * 12)],
    "nested": {"": {}, "a": [], "b": [[{"c": [1]}]], "é": {"$x": 1}},
}  # fmt: skip


class JsonThing(me.DynamicDocument):
    meta = {"collection": "json_things"}


@pytest.fixture(params=["standard", "unspecified", "pythonLegacy", "javaLegacy"])
def uuids(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def things(mongodb_uri: str, uuids: str) -> Iterator[Any]:
    me.connect("json_tests", host=mongodb_uri, uuidRepresentation=uuids)
    collection = JsonThing._get_collection()
    collection.drop()
    lanes.reset()
    yield collection.with_options(CodecOptions(uuid_representation=UuidRepresentation.STANDARD))
    me.connection.get_connection().drop_database("json_tests")
    me.disconnect_all()


def expected(options: Any) -> Any:
    """What stock does: pymongo's rows, pymongo's text."""
    return json_util.dumps(list(JsonThing._get_collection().find()), json_options=options)


def outcome(function: Any) -> Any:
    try:
        return function()
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", VALUES)
def test_every_type_as_pymongo_writes_it(things: Any, name: str, options: Any) -> None:
    things.insert_one({"_id": 1, "v": VALUES[name]})
    assert outcome(lambda: JsonThing.objects.to_json(json_options=options)) == outcome(lambda: expected(options))


@pytest.mark.parametrize("uuids", ["standard"], indirect=True)
class TestRows:
    def test_of_every_kind_of_queryset(self, things: Any) -> None:
        things.insert_many([{"_id": number, "a": number % 7, "t": "x" * number} for number in range(250)])
        for queryset in (
            JsonThing.objects,
            JsonThing.objects.no_cache(),
            JsonThing.objects(a=3),
            JsonThing.objects[5:150],
            JsonThing.objects.none(),
            JsonThing.objects.order_by("-a", "id"),
            JsonThing.objects.only("a"),
            JsonThing.objects.batch_size(20),
            JsonThing.objects(a=99),
            JsonThing.objects.scalar("a"),
        ):
            rows = list(queryset.as_pymongo())
            text = queryset.to_json(json_options=json_util.LEGACY_JSON_OPTIONS)
            assert text == json_util.dumps(rows, json_options=json_util.LEGACY_JSON_OPTIONS)

    def test_that_are_many(self, things: Any) -> None:
        things.insert_many([{"_id": number, "t": "x" * 1000} for number in range(3000)])
        assert JsonThing.objects.to_json(json_options=OPTIONS["legacy"]) == expected(OPTIONS["legacy"])
        assert lanes.report()["lanes"]["pymongo"] == 0

    def test_with_arguments_of_json(self, things: Any) -> None:
        things.insert_many([{"_id": 2, "b": 1, "a": "é"}])
        text = JsonThing.objects.to_json(indent=1, sort_keys=True, ensure_ascii=False, json_options=OPTIONS["legacy"])
        assert text == '[\n {\n  "_id": 2,\n  "a": "é",\n  "b": 1\n }\n]'

    def test_with_a_key_twice(self, things: Any) -> None:
        twice = bytearray(encode({"_id": 1, "a": 1, "b": 2}))
        twice[twice.index(b"b\0")] = ord("a")
        things.database.json_things.insert_one(RawBSONDocument(bytes(twice)))
        assert JsonThing.objects.to_json(json_options=OPTIONS["legacy"]) == '[{"_id": 1, "a": 2}]'

    def test_of_subclasses_that_look_at_each_row(self, things: Any) -> None:
        class Own(me.QuerySet):
            def __next__(self) -> Any:
                return {**super().__next__(), "own": True}

        things.insert_one({"_id": 1})
        queryset = Own(JsonThing, JsonThing._get_collection())
        assert json.loads(queryset.to_json(json_options=OPTIONS["legacy"])) == [{"_id": 1, "own": True}]

    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.floats() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8), max_size=20))
    def test_of_any_numbers_and_texts(self, things: Any, values: list[Any]) -> None:
        things.replace_one({"_id": 1}, {"v": [_storable(value) for value in values]}, upsert=True)
        for options in OPTIONS.values():
            assert JsonThing.objects.to_json(json_options=options) == expected(options)


def _storable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
