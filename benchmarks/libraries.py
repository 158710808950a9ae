"""The contestants behind one interface: what a case calls is the same code for MongoEngine and for ours."""

import importlib
from typing import Any

from pymongo import MongoClient

from benchmarks import models, shapes

STOCK = "mongoengine"
OURS = "mongoengine_fast"
RAW = "pymongo"
NAMES = (STOCK, RAW, OURS)


class ModelLibrary:
    """MongoEngine, or mongoengine_fast through the very same calls.

    `alias` is the connection that its classes use: one for each deployment that is open at the same time.
    """

    def __init__(self, name: str, uri: str, database: str, alias: str) -> None:
        self.name = name
        self.alias = alias
        self.package = importlib.import_module(name)
        self.client = self.package.connect(database, host=uri, alias=alias, tz_aware=False)
        self.database = self.client[database]
        self.models = models.define(self.package, alias)
        self.filled: dict[str, Any] = {}

    def close(self) -> None:
        """Close the connection."""
        self.package.disconnect(self.alias)

    def order(self, number: int) -> Any:
        """A new document object with the values of order `number`."""
        return self.construct(shapes.order(number))

    def construct(self, values: dict[str, Any]) -> Any:
        """A new document object with the values of an order."""
        return self.models.order(**{**values, "address": self.models.address(**values["address"])})

    def invoice(self, number: int) -> Any:
        """A new document object with the values of invoice `number`, its lines as embedded documents."""
        values = shapes.invoice(number)
        return self.models.invoice(**{**values, "lines": [self.models.line(**line) for line in values["lines"]]})


class RawLibrary:
    """pymongo with dicts."""

    name = RAW

    def __init__(self, uri: str, database: str) -> None:
        self.client: MongoClient[dict[str, Any]] = MongoClient(uri)
        self.database = self.client[database]
        self.filled: dict[str, Any] = {}

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def order(self, number: int) -> Any:
        """A new dict with the values of order `number`."""
        return self.construct(shapes.order(number))

    def construct(self, values: dict[str, Any]) -> Any:
        """A new dict with the values of an order."""
        return {**values, "address": dict(values["address"])}

    def invoice(self, number: int) -> Any:
        """A new dict with the values of invoice `number`."""
        return shapes.invoice(number)


Library = ModelLibrary | RawLibrary


def open_library(name: str, uri: str, alias: str = "default") -> Any:
    """Connect library `name` to a database of its own on the server at `uri`."""
    database = f"bench_{name}"
    return RawLibrary(uri, database) if name == RAW else ModelLibrary(name, uri, database, alias)
