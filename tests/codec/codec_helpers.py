"""Comparison of the native codec with pymongo's: same bytes, same values, same exceptions."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bson
from bson.codec_options import DEFAULT_CODEC_OPTIONS, CodecOptions

from mongoengine_fast import _native


def outcome(function: Callable[..., Any], *args: Any) -> tuple[str, Any]:
    """What a call gives: its result, or type, message and arguments of its exception."""
    try:
        return "value", function(*args)
    except Exception as error:
        return "error", (type(error), str(error))


def exact(value: Any) -> Any:
    """A form of a decoded value in which values of different classes or key orders are different."""
    if isinstance(value, dict):
        state = getattr(value, "__dict__", None)
        return (type(value), [(k, exact(v)) for k, v in dict.items(value)], state and exact(dict(state)))
    if isinstance(value, list):
        return (type(value), [exact(item) for item in value])
    if isinstance(value, bson.DBRef):
        extra = value._DBRef__kwargs  # type: ignore[attr-defined]
        return (type(value), value.collection, exact(value.id), value.database, exact(extra))
    if isinstance(value, bson.Code):
        return (type(value), str(value), exact(value.scope))
    if isinstance(value, bson.Regex):
        return (type(value), value.pattern, value.flags)
    if isinstance(value, bson.Decimal128):
        return (type(value), value.bid)  # the text of some values is beyond older versions of pymongo
    return (type(value), repr(value))


def pymongo_knows_subtype_255() -> bool:
    return outcome(bson.encode, {"b": bson.Binary(b"x", 255)})[0] == "value"


# Old versions of pymongo take 255 for an error code of their own.
HIGHEST_SUBTYPE = 255 if pymongo_knows_subtype_255() else 254


def pymongo_encode(document: Any, options: CodecOptions[Any]) -> bytes:
    return bson.encode(document, codec_options=options)


def assert_same_encoding(document: Any, options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
    expected = outcome(pymongo_encode, document, options)
    assert outcome(_native.encode, document, options) == expected


def assert_same_decoding(data: Any, options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
    kind, expected = outcome(bson.decode, data, options)
    got_kind, got = outcome(_native.decode, data, options)
    assert got_kind == kind, (got, expected)
    assert (exact(got) == exact(expected)) if kind == "value" else (got == expected)
    if isinstance(data, bytes) and _native.decodes_later(data, options):
        assert kind == "value", "bytes that fail to decode were said to be sound"


def assert_same(document: Any, options: CodecOptions[Any] = DEFAULT_CODEC_OPTIONS) -> None:
    """Both directions."""
    assert_same_encoding(document, options)
    kind, data = outcome(pymongo_encode, document, options)
    if kind == "value":
        assert_same_decoding(data, options)


def corpus_files() -> list[Path]:
    """MongoDB's BSON conformance files, if ``MONGOENGINE_FAST_DATA`` names a folder that has them."""
    folder = os.environ.get("MONGOENGINE_FAST_DATA")
    return sorted(Path(folder, "bson-corpus").glob("*.json")) if folder else []
