"""Common values must not take the slow road through pymongo, nor be decoded late when they could fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import bson
from bson.codec_options import CodecOptions
from bson.datetime_ms import DatetimeMS

from mongoengine_fast import _native

WITHOUT_PYMONGO = """
import bson, datetime, re, uuid, collections
from bson.codec_options import CodecOptions

def refuse(*args, **kwargs):
    raise AssertionError("pymongo was asked")

# The native module keeps what it finds when it is imported.
encode, decode, inner = bson.encode, bson.decode, bson._dict_to_bson
bson.encode = bson.decode = bson._dict_to_bson = refuse
from mongoengine_fast import _native
bson._dict_to_bson = inner

class MyDict(dict): pass
class MyList(list): pass
class MyStr(str): pass
class MyInt(int): pass

document = {
    "_id": bson.ObjectId(), "none": None, "bool": True, "int": 5, "long": 2**40, "float": 1.5, "str": "h\u00e9",
    "bytes": b"x", "list": [1, (2, 3)], "dict": {"a": {}}, "son": bson.SON(a=1), "naive": datetime.datetime(2020, 1, 1),
    "aware": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), "ms": bson.DatetimeMS(5),
    "i64": bson.Int64(5),
    "bin": bson.Binary(b"x", 5), "uuid": uuid.uuid4(), "code": bson.Code("c"), "scope": bson.Code("c", {"x": 1}),
    "regex": bson.Regex("a", "i"), "re": re.compile("a"), "ts": bson.Timestamp(1, 2),
    "ref": bson.DBRef("c", 1, "d", x=1),
    "dec": bson.Decimal128("1.5"), "min": bson.MinKey(), "max": bson.MaxKey(), "mydict": MyDict(a=MyList([MyStr("s")])),
    "default": collections.defaultdict(int, a=MyInt(4)), "user": collections.UserDict(a=1),
}
legacy = CodecOptions(uuid_representation=3, tz_aware=True, document_class=bson.SON)
for options in (CodecOptions(uuid_representation=4), legacy):
    data = _native.encode(document, options)
    assert data == encode(document, codec_options=options)
    assert _native.decode(data, options) == decode(data, options)
"""


def test_common_values_never_reach_pymongo() -> None:
    root = str(Path(__file__).resolve().parents[2])
    subprocess.run([sys.executable, "-c", WITHOUT_PYMONGO], check=True, timeout=60, cwd=root)


def test_what_may_fail_later_is_decoded_at_once() -> None:
    late = bson.encode({"a": {"d": DatetimeMS(2**60)}})
    short = bson.encode({"a": [bson.Binary(b"short", 4)]})
    fine = bson.encode({"a": [1, {"b": "c"}]})
    standard: CodecOptions[dict[str, object]] = CodecOptions(uuid_representation=4)
    assert _native.decodes_later(fine, standard)
    assert not _native.decodes_later(late, standard)
    assert _native.decodes_later(late, standard.with_options(datetime_conversion=4))
    assert not _native.decodes_later(short, standard)
    assert not _native.decodes_later(short, standard.with_options(uuid_representation=0))
    assert not _native.decodes_later(fine[:-1], standard)
