"""Seeds for the fuzz targets: documents of all types of BSON, and MongoDB's BSON corpus where it is at hand.

``python fuzz/seeds.py`` writes them to ``fuzz/corpus/<target>/``. ``MONGOENGINE_FAST_DATA`` names a folder that has
``bson-corpus``, the conformance files of https://github.com/mongodb/specifications (source/bson-corpus/tests).
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import bson
from bson.codec_options import CodecOptions

CORPUS = Path(__file__).parent / "corpus"
#: Their input are the bytes of a document; the other targets make documents of their input.
OF_BYTES = ("reader", "json", "plan_decode")


def every_type() -> dict[str, object]:
    """One value of each type of BSON."""
    return {
        "_id": bson.ObjectId(b"abcdefghijkl"),
        "double": 1.5,
        "text": "h\u00e9llo \U0001f600",
        "document": {"a": {"b": {}}},
        "list": [1, [2, [3, "x"]]],
        "bytes": b"\x00\x01",
        "old": bson.Binary(b"xyz", 2),
        "uuid": bson.Binary(uuid.UUID(int=7).bytes, 4),
        "true": True,
        "when": datetime.datetime(2024, 5, 6, 7, 8, 9, 123000),
        "never": bson.DatetimeMS(2**62),
        "none": None,
        "regex": bson.Regex("a.*", "im"),
        "code": bson.Code("f()"),
        "scope": bson.Code("f()", {"x": 1}),
        "int": -7,
        "timestamp": bson.Timestamp(5, 6),
        "long": bson.Int64(-(2**63)),
        "decimal": bson.Decimal128("1.10"),
        "reference": bson.DBRef("things", bson.ObjectId(b"abcdefghijkl"), "db"),
        "nan": float("nan"),
        "min": bson.MinKey(),
        "max": bson.MaxKey(),
    }


def conformance() -> Iterator[bytes]:
    """The documents of the BSON corpus, the broken ones too."""
    folder = os.environ.get("MONGOENGINE_FAST_DATA")
    for path in sorted(Path(folder, "bson-corpus").glob("*.json")) if folder else ():
        cases = json.loads(path.read_text("utf-8"))
        for case in cases.get("valid", []):
            for name in ("canonical_bson", "degenerate_bson", "converted_bson"):
                if name in case:
                    yield bytes.fromhex(case[name])
        for case in cases.get("decodeErrors", []):
            yield bytes.fromhex(case["bson"])


def seeds() -> Iterator[bytes]:
    """All seeds."""
    options: CodecOptions[dict[str, object]] = CodecOptions()
    whole = every_type()
    yield bson.encode(whole, codec_options=options)
    for key, value in whole.items():
        yield bson.encode({key: value}, codec_options=options)
        yield bson.encode({"v": [value, value], "w": {key: value}}, codec_options=options)
    yield from conformance()


def main() -> None:
    """Write the seeds, each under the hash of its bytes, as libFuzzer names what it finds."""
    found = list(seeds())
    for target in OF_BYTES:
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for data in found:
            # The first byte tells `plan_decode` what follows: 0 for the bytes of a document.
            data = b"\x00" + data if target == "plan_decode" else data
            (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)
    print(f"{len(found)} seeds for each of {', '.join(OF_BYTES)} in {CORPUS}")


if __name__ == "__main__":
    main()
