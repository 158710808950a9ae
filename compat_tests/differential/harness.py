"""Runs a scenario on both packages and describes what it did in a form that can be compared.

A *scenario* is a function of one argument, the package; it defines its documents, works with them and returns anything.
Compared are what it returned or raised, every stored document to the byte, the indexes, and the commands that the
server saw, by its own profiler (a command listener would push ours off its native lane).
"""

import difflib
import importlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pprint import pformat
from types import ModuleType
from typing import Any

from bson import DBRef, ObjectId, encode
from bson.code import Code
from pymongo import MongoClient

from compat_tests.differential.commands import described, recorded

STOCK = "mongoengine"
OURS = os.environ.get("DIFFERENTIAL_OURS", "mongoengine_fast")
Scenario = Callable[[Any], Any]
# Addresses of objects, and what the server makes up: the time of an operation, the ids of collections.
_OF_ONE_RUN = (
    (re.compile(r" at 0x[0-9a-f]+"), ""),
    (re.compile(r"Timestamp\(1\d{9}, \d+\)"), "Timestamp(now)"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"), "a random UUID"),
)


@dataclass
class Trace:
    """What a scenario did on one package."""

    result: Any = None
    error: tuple[str, str] | None = None
    documents: dict[str, list[bytes]] = field(default_factory=dict)
    indexes: dict[str, list[str]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)


def differences(stock: Trace, ours: Trace) -> list[str]:
    """What differs between two traces, as lines of a unified diff; empty when nothing does."""
    if stock == ours and repr(stock) == repr(ours):
        return []
    left, right = (pformat(asdict(trace), width=110, sort_dicts=False).splitlines() for trace in (stock, ours))
    found = list(difflib.unified_diff(left, right, STOCK, OURS, lineterm="", n=1))
    return found or ["the traces differ in a way that their text does not show"]


class Side:
    """One package, connected to a database of its own under the default alias."""

    def __init__(self, package: ModuleType, uri: str, database: str) -> None:
        self.package = package
        self._uri = uri
        self._name = database
        # Watched through a client of its own, so that watching looks the same on both sides.
        self._watcher: MongoClient[dict[str, Any]] = MongoClient(uri)
        self._database = self._watcher[database]

    def close(self) -> None:
        """Drop the database and close the connections."""
        self._watcher.drop_database(self._name)
        self._watcher.close()

    def run(self, scenario: Scenario) -> Trace:
        """Run `scenario` on an empty database and trace it."""
        self._watcher.drop_database(self._name)
        trace = Trace()
        ids = Renumber()
        seen: list[Mapping[str, Any]] = []
        with fresh_classes(self.package.__name__), self._connected(), recorded(self._database, seen):
            try:
                trace.result = normal(scenario(self.package), ids)
            except Exception as error:
                trace.error = (type(error).__name__, ids.in_text(str(error)))
        for name in sorted(self._database.list_collection_names()):
            if name.startswith("system."):
                continue
            collection = self._database[name]
            stored = list(collection.find().sort("$natural", 1))
            trace.documents[name] = [encode(ids.in_value(document)) for document in stored]
            trace.indexes[name] = sorted(str(sorted(index.items(), key=str)) for index in collection.list_indexes())
        trace.commands = described(seen, ids)
        return trace

    @contextmanager
    def _connected(self) -> Iterator[None]:
        self.package.connect(self._name, host=self._uri, uuidRepresentation="standard")
        try:
            yield
        finally:
            self.package.connection.disconnect_all()


@contextmanager
def fresh_classes(package: str) -> Iterator[None]:
    """Forget the document classes that are made inside, so that scenarios may use the same names."""
    registry = importlib.import_module(f"{package}.base.common")._document_registry
    before = dict(registry)
    try:
        yield
    finally:
        registry.clear()
        registry.update(before)


def open_sides(uri: str) -> list[Side]:
    """Stock and ours, on two databases."""
    names = (STOCK, OURS)
    return [Side(importlib.import_module(name), uri, f"differential_{number}") for number, name in enumerate(names)]


class Renumber:
    """Replaces generated ids by the order in which they were met, which is the same on both sides."""

    def __init__(self) -> None:
        self._ids: dict[ObjectId, ObjectId] = {}

    def id(self, value: ObjectId) -> ObjectId:
        """The stand-in for `value`.  Ids that a scenario chose itself (small numbers), and stand-ins, stay."""
        if value.binary.startswith((b"\0\0\0\0", b"\xff\xff")):
            return value
        return self._ids.setdefault(value, ObjectId(f"ffff{len(self._ids):020x}"))

    def in_value(self, value: Any) -> Any:
        """A copy of a decoded document with stand-ins; types and key order stay."""
        if isinstance(value, ObjectId):
            return self.id(value)
        if type(value) is str:
            return _one_database(value)
        if isinstance(value, list):
            return [self.in_value(item) for item in value]
        if type(value) is dict:
            return {key: self.in_value(item) for key, item in value.items()}
        if isinstance(value, DBRef):
            extra = self.in_value(value._DBRef__kwargs)
            return DBRef(value.collection, self.in_value(value.id), self.in_value(value.database), extra)
        if isinstance(value, Code) and value.scope:
            return Code(str(value), self.in_value(dict(value.scope)))
        return value

    def in_text(self, text: str) -> str:
        """`text` with stand-ins for what is different in every run, and with one name for both databases."""
        text = re.sub(r"\b[0-9a-f]{24}\b", lambda found: str(self.id(ObjectId(found[0]))), text)
        for pattern, stand_in in _OF_ONE_RUN:
            text = pattern.sub(stand_in, text)
        return _one_database(text).replace(OURS, STOCK)


def _one_database(text: str) -> str:
    """`text` with the one name for the databases of both sides."""
    return text.replace("differential_1", "differential_0")


def normal(value: Any, ids: Renumber) -> Any:
    """`value` in plain Python types, with the type's name wherever it matters to a user."""
    name = type(value).__name__
    if isinstance(value, type):
        return name, value.__name__
    if isinstance(value, ObjectId):
        return ids.id(value)
    if isinstance(value, Mapping):
        return name, [(normal(key, ids), normal(item, ids)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return name, [normal(item, ids) for item in value]
    if isinstance(value, (set, frozenset)):
        return name, sorted(repr(normal(item, ids)) for item in value)
    if hasattr(value, "_fields") and hasattr(value, "to_mongo"):
        # The order of _data is that of the class's fields on both sides, but not part of the interface.
        return name, sorted((key, normal(item, ids)) for key, item in value._data.items())
    if isinstance(value, BaseException):
        return name, ids.in_text(str(value))
    if isinstance(value, float) and value != value:
        return name, "not a number"  # which would be different from itself
    if isinstance(value, str):
        return name, ids.in_text(str(value))
    if isinstance(value, (bytes, int, float, bool, datetime, type(None))):
        return name, value
    return name, ids.in_text(str(value))


def raised(function: Callable[[], Any]) -> Any:
    """What `function` raises (class name and text), for scenarios that provoke errors; else what it returns."""
    try:
        return "returned", function()
    except Exception as error:
        return error
