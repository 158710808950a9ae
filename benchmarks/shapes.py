"""The project's own benchmark documents as plain values: the same number gives the same values."""

from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

_CITIES = ("Lisbon", "Oslo", "Quito", "Kyoto", "Accra", "Perth")
_TAGS = ("new", "gift", "fragile", "express", "retail", "b2b")
_KINDS = ("Animal", "Animal.Dog", "Animal.Bird")
_START = datetime(2024, 1, 1)
AUTHORS, POSTS = 100, 300
LINES = 10


def key(number: int, family: int = 0) -> ObjectId:
    """The id of document `number`; families of documents have different ids."""
    return ObjectId(f"{family:08x}{number + 1:016x}")


def order(number: int) -> dict[str, Any]:
    """About 250 bytes of BSON, with a list and an embedded document."""
    return {
        "number": number,
        "customer": f"customer {number % 977:05d}",
        "email": f"customer{number % 977:05d}@example.org",
        "active": number % 3 != 0,
        "total": round(number * 1.37 % 1000, 2),
        "placed": _START + timedelta(minutes=number),
        "tags": [_TAGS[(number + step) % 6] for step in range(3)],
        "address": {
            "street": f"{number % 300} Harbour Road",
            "city": _CITIES[number % 6],
            "code": f"{number % 90000:05d}",
        },
    }


def stored_order(number: int) -> dict[str, Any]:
    """Order `number` as it is stored."""
    return {"_id": key(number), **order(number)}


def invoice(number: int) -> dict[str, Any]:
    """A document with a list of ten embedded documents."""
    lines = [
        {"article": f"article {number + step:06d}", "quantity": step + 1, "price": float((number + step) % 90)}
        for step in range(LINES)
    ]
    return {"number": number, "customer": f"customer {number % 977:05d}", "lines": lines}


def stored_invoice(number: int) -> dict[str, Any]:
    """Invoice `number` as it is stored."""
    return {"_id": key(number), **invoice(number)}


def stored_author(number: int) -> dict[str, Any]:
    """An author, whom posts refer to."""
    return {"_id": key(number, 1), "name": f"author {number:04d}", "born": 1900 + number % 100}


def stored_post(number: int) -> dict[str, Any]:
    """A post with one author, a lazy editor and three reviewers."""
    return {
        "_id": key(number, 2),
        "title": f"post {number:05d}",
        "author": key(number % AUTHORS, 1),
        "editor": key((number * 7) % AUTHORS, 1),
        "reviewers": [key((number + step) % AUTHORS, 1) for step in (1, 2, 3)],
    }


def stored_animal(number: int) -> dict[str, Any]:
    """An animal of one of three classes."""
    kind = _KINDS[number % 3]
    values = {"_id": key(number), "_cls": kind, "name": f"animal {number:05d}", "weight": number % 100}
    if kind == "Animal.Dog":
        values["breed"] = f"breed {number % 40}"
    elif kind == "Animal.Bird":
        values["wingspan"] = number % 250 / 100
    return values


def stored_note(number: int) -> dict[str, Any]:
    """A document with fields that no class declares."""
    return {
        "_id": key(number),
        "title": f"note {number:05d}",
        "mood": "calm",
        "score": number % 10,
        "extra": {"a": number, "b": [number, number + 1]},
    }
