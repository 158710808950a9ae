"""MongoDB's BSON conformance cases, read from ``MONGOENGINE_FAST_DATA`` when it is set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions
from bson.son import SON
from codec_helpers import assert_same_decoding, corpus_files, exact

from mongoengine_fast import _native

FILES = corpus_files()
needs_corpus = pytest.mark.skipif(not FILES, reason="MONGOENGINE_FAST_DATA names no folder with bson-corpus")
OPTIONS = [
    CodecOptions(document_class=SON),
    CodecOptions(uuid_representation=4, tz_aware=True, datetime_conversion=4),
]


def cases(path: Path, group: str) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8")).get(group, [])


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("options", OPTIONS, ids=["son", "standard"])
def test_valid_cases(path: Path, options: CodecOptions[Any]) -> None:
    for case in cases(path, "valid"):
        for name in ("canonical_bson", "degenerate_bson", "converted_bson"):
            if name not in case:
                continue
            data = bytes.fromhex(case[name])
            assert_same_decoding(data, options)
            kept = options.with_options(datetime_conversion=3, uuid_representation=0)
            document = bson.decode(data, kept)
            assert _native.encode(document, kept) == bson.encode(document, codec_options=kept)
            if name == "canonical_bson" and not case.get("deprecated") and "lossy" not in case:
                again = _native.decode(_native.encode(document, kept), kept)
                assert exact(again) == exact(document)


@needs_corpus
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_decode_errors(path: Path) -> None:
    for case in cases(path, "decodeErrors"):
        for options in OPTIONS:
            assert_same_decoding(bytes.fromhex(case["bson"]), options)


def test_every_cut_and_every_flipped_bit_of_a_full_document() -> None:
    document = {
        "_id": bson.ObjectId(b"abcdefghijkl"),
        "d": 1.5,
        "s": "text",
        "o": {"$ref": "c", "$id": 1},
        "a": [1, [2]],
        "b": b"x",
        "b2": bson.Binary(b"xy", 2),
        "u": bson.Binary(b"x" * 16, 4),
        "t": True,
        "w": bson.DatetimeMS(5),
        "n": None,
        "r": bson.Regex("p", "i"),
        "c": bson.Code("c"),
        "cs": bson.Code("c", {"x": 1}),
        "i": 5,
        "ts": bson.Timestamp(1, 2),
        "l": bson.Int64(6),
        "dec": bson.Decimal128("1"),
        "mi": bson.MinKey(),
        "ma": bson.MaxKey(),
    }
    data = bson.encode(document)
    options = CodecOptions(uuid_representation=4)
    for length in range(len(data)):
        assert_same_decoding(data[:length], options)
    for position in range(len(data)):
        for bit in range(8):
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            assert_same_decoding(bytes(changed), options)
