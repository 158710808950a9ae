"""Documents of MongoDB's published ODM and driver benchmarks, from a folder, or made up here with the same shape.

The folder is what ``--data`` or the environment variable MONGOENGINE_FAST_DATA names; it holds ``odm-benchmark/`` and
``driver-benchmark/``.  Where a file is not there, a document of the same shape is generated: the same keys, types and
about the same lengths, values from a generator that always starts alike.
"""

import functools
import json
import os
import string
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from bson.json_util import loads

VARIABLE = "MONGOENGINE_FAST_DATA"
FILES = {
    "small": "odm-benchmark/small_doc.json",
    "large": "odm-benchmark/large_doc.json",
    "nested": "odm-benchmark/large_doc_nested.json",
    "tweet": "driver-benchmark/tweet.json",
}
IMAGE_BYTES = 2_400_000


@functools.cache
def document(name: str) -> dict[str, Any]:
    """The document `name`, one of `FILES`; not to be changed."""
    path = _path(name)
    values = dict(loads(path.read_text())) if path is not None else generate(name)
    return dict(_without_nulls(values))


def _without_nulls(value: Any) -> Any:
    """MongoEngine stores no None, so pymongo shall not store any either."""
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def source() -> str:
    """For the report: which documents were given and which made up."""
    given = [name for name in FILES if _path(name) is not None]
    if len(given) == len(FILES):
        return "MongoDB's published files"
    made_up = ", ".join(name for name in FILES if name not in given)
    return f"generated with the same shape: {made_up}" + (f"; published files: {', '.join(given)}" if given else "")


def _path(name: str) -> Path | None:
    folder = os.environ.get(VARIABLE)
    path = Path(folder, FILES[name]) if folder else None
    return path if path is not None and path.is_file() else None


def generate(name: str) -> dict[str, Any]:
    """A made-up document with the shape of `name`."""
    random = Random(f"mongoengine_fast {name}")
    return _GENERATORS[name](random)


def _text(random: Random, length: int) -> str:
    return "".join(random.choices(string.ascii_letters + string.digits, k=length))


def _texts(random: Random, count: int, length: int, first: int = 1) -> dict[str, Any]:
    return {f"field{number}": _text(random, length) for number in range(first, first + count)}


def _numbers(random: Random, count: int, limit: int, first: int = 1) -> dict[str, Any]:
    return {f"field{number}": random.randrange(1, limit) for number in range(first, first + count)}


def _small(random: Random) -> dict[str, Any]:
    """Thirteen fields: seven short texts, six whole numbers."""
    return {**_texts(random, 7, 8), **_numbers(random, 6, 10**8, first=8)}


def _large(random: Random) -> dict[str, Any]:
    """125 texts, 125 whole numbers and an image of 2.4 MB."""
    image = random.randbytes(IMAGE_BYTES)
    return {**_texts(random, 125, 31), **_numbers(random, 125, 1000, first=126), "image_field": image}


def _nested(random: Random) -> dict[str, Any]:
    """Twelve embedded documents and an array of two, fifteen fields each."""
    values: dict[str, Any] = {f"embedded_str_doc_{number}": _texts(random, 15, 31) for number in range(1, 6)}
    values["embedded_str_doc_array"] = [_texts(random, 15, 31) for _ in range(2)]
    values.update({f"embedded_int_doc_{number}": _numbers(random, 15, 1000) for number in range(8, 15)})
    return values


def _tweet(random: Random) -> dict[str, Any]:
    """A short text with a user of 38 fields, entities, and a few that are null."""
    colours = ("sidebar_fill", "sidebar_border", "background", "text", "link")
    user: dict[str, Any] = {f"profile_{name}_color": _text(random, 6) for name in colours}
    user.update({f"{name}_count": random.randrange(2000) for name in ("friends", "favourites", "listed", "statuses")})
    switches = ("verified", "geo_enabled", "protected", "contributors_enabled", "default_profile", "translator")
    user.update({name: random.random() < 0.5 for name in switches})
    user.update({"follow_request_sent": None, "notifications": None, "following": None})
    user.update({name: _text(random, 24) for name in ("location", "created_at", "description", "time_zone", "url")})
    user.update({name: _text(random, 80) for name in ("profile_image_url", "profile_background_image_url")})
    user.update({"screen_name": _text(random, 8), "name": _text(random, 14), "id": random.randrange(10**8)})
    mention = {"indices": [0, 9], "screen_name": _text(random, 8), "name": _text(random, 17), "id": 41_832_464}
    return {
        "text": _text(random, 40),
        "in_reply_to_status_id": random.randrange(10**10, 10**11),
        "retweet_count": None,
        "created_at": _text(random, 30),
        "geo": None,
        "source": "web",
        "truncated": False,
        "entities": {"user_mentions": [mention], "urls": [], "hashtags": []},
        "retweeted": False,
        "user": user,
        "favorited": False,
        "in_reply_to_user_id": random.randrange(10**8),
        "id": random.randrange(10**10, 10**11),
    }


_GENERATORS: dict[str, Callable[[Random], dict[str, Any]]] = {
    "small": _small,
    "large": _large,
    "nested": _nested,
    "tweet": _tweet,
}


def size(name: str) -> int:
    """Characters of the document as JSON, for a title."""
    return len(json.dumps(document(name), default=lambda value: value.hex()))
