"""Rows as extended JSON, written natively where the text does not depend on Python objects."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timezone
from typing import Any

from bson import json_util
from bson.binary import UuidRepresentation
from bson.codec_options import DatetimeConversion
from bson.tz_util import utc

_BATCH = 10_000
_DATES = {
    json_util.DatetimeRepresentation.LEGACY: 0,
    json_util.DatetimeRepresentation.NUMBERLONG: 1,
    json_util.DatetimeRepresentation.ISO8601: 2,
}
#: By what a collection decodes to UUIDs: the binary subtype of those that are written as their own bytes.
_UUID_SUBTYPES = {UuidRepresentation.STANDARD: 4, UuidRepresentation.PYTHON_LEGACY: 3}


def native_style(json_options: Any, codec_options: Any) -> tuple[Any, ...] | None:
    """Return how the native core is to write, or None where only `bson.json_util` can."""
    if type(json_options) is not json_util.JSONOptions:
        return None
    if codec_options.datetime_conversion is not DatetimeConversion.DATETIME:
        return None
    if codec_options.unicode_decode_error_handler not in (None, "strict"):
        return None
    if codec_options.tz_aware and codec_options.tzinfo not in (None, utc, timezone.utc):
        return None
    uuids = codec_options.uuid_representation
    subtype = None if json_options.strict_uuid else _UUID_SUBTYPES.get(uuids)
    return (
        json_options.json_mode == json_util.JSONMode.LEGACY,
        json_options.json_mode == json_util.JSONMode.CANONICAL,
        bool(json_options.strict_number_long),
        _DATES[json_options.datetime_representation],
        subtype,
        # Binary data of the other subtype stays what it is, but only where nothing else is made of it.
        uuids != UuidRepresentation.UNSPECIFIED and subtype is None,
    )


def text_of(rows: Any, native: bool, json_options: Any, codec_options: Any) -> str:
    """Return everything that is left of *rows*, which are dicts, as the text of a JSON array."""
    style = native_style(json_options, codec_options) if native else None
    written = rows.json(style) if style else list(_items(rows))
    return written if isinstance(written, str) else json_util.dumps(written, json_options=json_options)


def _items(rows: Any) -> Iterator[Any]:
    while batch := rows.next_batch(_BATCH):
        yield from batch
