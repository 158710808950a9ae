"""The contestants behind one interface: what a case calls is the same code for MongoEngine and for ours."""

import importlib
from typing import Any

from pymongo import MongoClient

from benchmarks import shapes

STOCK = "mongoengine"
OURS = "mongoengine_fast"
RAW = "pymongo"
NAMES = (STOCK, RAW, OURS)


class ModelLibrary:
    """MongoEngine, or mongoengine_fast through the very same calls."""

    def __init__(self, name: str, uri: str, database: str) -> None:
        self.name = name
        self.package = importlib.import_module(name)
        self.client = self.package.connect(database, host=uri, tz_aware=False)
        self.database = self.client[database]
        self.collection = self.database["orders"]
        self.order, self.address = shapes.define_models(self.package)

    def close(self) -> None:
        """Close the connection."""
        self.package.disconnect()

    def build(self, number: int) -> Any:
        """A new document object with the values of order `number`."""
        return self.construct(shapes.values(number))

    def construct(self, values: dict[str, Any]) -> Any:
        """A new document object with these values."""
        return self.order(**{**values, "address": self.address(**values["address"])})

    def plain(self, document: Any) -> dict[str, Any]:
        """The document as plain Python, for comparison between libraries."""
        result = {name: getattr(document, name) for name in shapes.FIELDS}
        address = result["address"]
        result["address"] = {name: getattr(address, name) for name in ("street", "city", "code")}
        result["tags"] = list(result["tags"])
        return result


class RawLibrary:
    """pymongo with dicts."""

    name = RAW

    def __init__(self, uri: str, database: str) -> None:
        self.client: MongoClient[dict[str, Any]] = MongoClient(uri)
        self.database = self.client[database]
        self.collection = self.database["orders"]

    def close(self) -> None:
        """Close the connection."""
        self.client.close()

    def build(self, number: int) -> Any:
        """A new dict with the values of order `number`."""
        return self.construct(shapes.values(number))

    def construct(self, values: dict[str, Any]) -> Any:
        """A new dict with these values."""
        return {**values, "address": dict(values["address"])}

    def plain(self, document: Any) -> dict[str, Any]:
        """The document without its id."""
        return {name: document[name] for name in shapes.FIELDS}


Library = ModelLibrary | RawLibrary


def open_library(name: str, uri: str) -> Any:
    """Connect library `name` to a database of its own on the server at `uri`."""
    database = f"bench_{name}"
    return RawLibrary(uri, database) if name == RAW else ModelLibrary(name, uri, database)
