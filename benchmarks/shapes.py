"""The documents of the benchmark: about 250 bytes of BSON, with a list and an embedded document."""

from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

_CITIES = ("Lisbon", "Oslo", "Quito", "Kyoto", "Accra", "Perth")
_TAGS = ("new", "gift", "fragile", "express", "retail", "b2b")
_START = datetime(2024, 1, 1)
FIELDS = ("number", "customer", "email", "active", "total", "placed", "tags", "address")


def values(number: int) -> dict[str, Any]:
    """The values of order `number` as plain Python; the same number gives the same values."""
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


def with_id(number: int) -> dict[str, Any]:
    """The document of order `number` with an id of its own, as it is stored."""
    return {"_id": ObjectId(f"{number + 1:024x}"), **values(number)}


def define_models(package: Any) -> tuple[Any, Any]:
    """Define the same document classes with MongoEngine's API as `package` offers it; return (order, address)."""

    class Address(package.EmbeddedDocument):  # type: ignore[misc]
        street = package.StringField(max_length=100)
        city = package.StringField(required=True)
        code = package.StringField(regex=r"^\d{5}$")

    class Order(package.Document):  # type: ignore[misc]
        number = package.IntField(required=True, min_value=0)
        customer = package.StringField(max_length=100)
        email = package.StringField()
        active = package.BooleanField(default=True)
        total = package.FloatField()
        placed = package.DateTimeField()
        tags = package.ListField(package.StringField(max_length=20))
        address = package.EmbeddedDocumentField(Address)
        meta = {"collection": "orders", "auto_create_index": False}

    return Order, Address
