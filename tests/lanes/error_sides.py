"""One operation that fails, on three sides: MongoEngine, and mongoengine_fast on its native and on its pymongo lane.

All sides work on one database, one after the other, so that texts with names in them are equal as they are.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from difflib import unified_diff
from pprint import pformat
from typing import Any

import pytest
from bson import ObjectId
from bson.timestamp import Timestamp
from error_models import COLLECTIONS, define, seeds
from pymongo.errors import PyMongoError

from compat_tests.differential.harness import Renumber, fresh_classes, normal
from mongoengine_fast import lanes
from mongoengine_fast.lanes.outcome import is_open

ALIAS = "errors"
DATABASE = "lanes_errors"
APPLICATION = "errors"
STOCK, NATIVE, RAW = "stock", "native", "pymongo lane"
DATA_COMMANDS = ("find", "getMore", "aggregate", "count", "distinct", "insert", "update", "delete", "findAndModify")

# What the server says of this very moment.
_OF_THE_MOMENT = {"operationTime", "$clusterTime", "opTime", "electionId"}
_CURSOR = re.compile(r"cursor id -?\d+")
_LONG = 10_000
# As `normal` writes it.
_NO_KEY = ("NoneType", None)


@dataclass
class Outcome:
    """What became of an operation."""

    value: Any = None
    error: Any = None
    #: What only our exceptions have: compared between our lanes.
    own: Any = None
    #: Whether the write may have been done.
    unsure: bool = field(default=False, compare=False)
    #: Key, change set and flags of the documents that took part, and the documents themselves.
    documents: list[Any] = field(default_factory=list)
    arrived: list[Any] = field(default_factory=list)
    stored: dict[str, list[Any]] = field(default_factory=dict)
    #: Why the native lane was left, where it was.
    lanes: dict[str, int] = field(default_factory=dict)


class Package:
    """MongoEngine or mongoengine_fast, with its classes."""

    def __init__(self, name: str) -> None:
        self.me = importlib.import_module(name)
        with fresh_classes(name):
            self.models = define(self.me, ALIAS)

    @contextmanager
    def connected(self, uri: str, **options: Any) -> Iterator[None]:
        """Connect, and know the classes, for a block."""
        registry = importlib.import_module(f"{self.me.__name__}.base.common")._document_registry
        self.me.connect(DATABASE, alias=ALIAS, host=uri, appname=APPLICATION, **options)
        try:
            with fresh_classes(self.me.__name__):
                registry.update({model._class_name: model for model in self.models.values()})
                yield
        finally:
            for model in self.models.values():
                model._collection = None
            self.me.disconnect(ALIAS)


@contextmanager
def connected_sides(packages: list[Package], uri: str, **options: Any) -> Iterator[list[Side]]:
    """The three sides, connected for a block."""
    with packages[0].connected(uri, **options), packages[1].connected(uri, **options):
        yield [Side(STOCK, packages[0]), Side(NATIVE, packages[1]), Side(RAW, packages[1])]


class Scene:
    """The classes of one side, and the documents of a run that are looked at afterwards."""

    def __init__(self, package: Package, watcher: Watcher) -> None:
        self.watcher = watcher
        self.watched: list[Any] = []
        #: What an operation was given before it failed.
        self.arrived: list[Any] = []
        self.Author, self.Note, self.Keyed, self.Counted, self.Story = package.models.values()

    def watch(self, *documents: Any) -> Any:
        """Compare *documents* after the operation; the first is returned."""
        self.watched.extend(documents)
        return documents[0]


Operation = Callable[[Scene], Callable[[], Any]]


class Side:
    """A package and, for ours, a lane."""

    def __init__(self, name: str, package: Package) -> None:
        self.name = name
        self._package = package

    def run(self, watcher: Watcher, operation: Operation, fault: Any, again: bool) -> list[Outcome]:
        """Run *operation* under *fault* on seeded data, and once more without."""
        watcher.seed()
        ids = Renumber()
        scene = Scene(self._package, watcher)
        with lanes.force("pymongo") if self.name == RAW else nullcontext():
            call = operation(scene)
            lanes.reset()
            with fault(watcher):
                outcomes = [outcome(call, ids)]
            self._look(outcomes[0], scene, watcher, ids)
            if again:
                outcomes.append(outcome(call, ids))
                self._look(outcomes[1], scene, watcher, ids)
        return outcomes

    def _look(self, seen: Outcome, scene: Scene, watcher: Watcher, ids: Renumber) -> None:
        if self.name == NATIVE:
            seen.lanes = lanes.report()["reasons"]
        seen.documents = [state(document, ids) for document in scene.watched]
        seen.arrived = normal(scene.arrived, ids)
        seen.stored = watcher.stored(ids)


def compare(
    sides: list[Side], watcher: Watcher, operation: Operation, fault: Any, again: bool = True
) -> dict[str, list[Outcome]]:
    """Run *operation* under *fault* on every side, and fail where they differ."""
    seen = {side.name: side.run(watcher, operation, fault, again) for side in sides}
    for number, native in enumerate(seen[NATIVE]):
        others = {name: outcomes[number] for name, outcomes in seen.items() if name != NATIVE}
        for name, other in others.items():
            ours = replace(native, own=native.own if name == RAW else other.own, lanes=other.lanes)
            if name == STOCK and _is_unsure(seen[STOCK][0], seen[NATIVE][0]):
                if number:
                    # MongoEngine has stored it under another key; `tests/faults` has what ours does then.
                    continue
                ours.documents = [_without_key(document) for document in ours.documents]
            found = differences(other, ours)
            if found:
                occasion = ("while the server fails", "afterwards")[number]
                pytest.fail("\n".join([f"{occasion}, native differs from {name}:", *found]), pytrace=False)
    return seen


def _is_unsure(stock: Outcome, ours: Outcome) -> bool:
    """Whether a new document has kept the key under which it may be stored; MongoEngine forgets it."""
    kept = [
        theirs[1][0] == _NO_KEY and own[1][0] != _NO_KEY
        for theirs, own in zip(stock.documents, ours.documents, strict=True)
    ]
    if any(kept):
        assert ours.unsure, "a document that was refused, or never sent, has a key"
    return any(kept)


def _without_key(document: Any) -> Any:
    """A document's state as it is in MongoEngine while it has no key."""
    kind, (_, *rest, (mapping, values)) = document
    return kind, [_NO_KEY, *rest, (mapping, [pair for pair in values if pair[0] != ("str", "_id")])]


def differences(expected: Outcome, got: Outcome) -> list[str]:
    """What differs, as lines of a unified diff."""
    if expected == got:
        return []
    left, right = (pformat(asdict(one), width=110, sort_dicts=False).splitlines() for one in (expected, got))
    return list(unified_diff(left, right, lineterm="", n=1)) or ["what their texts do not show"]


def outcome(call: Callable[[], Any], ids: Renumber) -> Outcome:
    """Call and describe what is returned or raised."""
    try:
        return Outcome(value=normal(of_any_moment(call()), ids))
    except Exception as error:
        cause = error if isinstance(error, PyMongoError) else error.__context__
        unsure = cause is not None and is_open(cause)
        return Outcome(error=described(error, ids), own=own_details(error, ids), unsure=unsure)


def described(error: BaseException, ids: Renumber) -> Any:
    """Reduce an exception, and the server's error that it stands for, to what a program can see of it."""
    kind = type(error)
    seen = {
        "class": f"{kind.__module__}.{kind.__qualname__}".replace("mongoengine_fast", "mongoengine"),
        "bases": [base.__name__ for base in kind.__mro__],
        "text": ids.in_text(without_moment(str(error))),
        "args": len(error.args),
    }
    if isinstance(error, PyMongoError):
        seen["code"] = getattr(error, "code", None)
        seen["details"] = normal(of_any_moment(getattr(error, "details", None)), ids)
        seen["labels"] = sorted(error._error_labels)
        seen["timeout"] = error.timeout
    elif isinstance(error.__context__, PyMongoError):
        # Of pymongo's own errors it is not compared: a socket's error there, nothing of Python's on the native lane.
        seen["context"] = described(error.__context__, ids)
    return seen


def own_details(error: BaseException, ids: Renumber) -> Any:
    """What the exceptions of our package have over those of MongoEngine."""
    if not type(error).__module__.startswith("mongoengine_fast"):
        return None
    return normal([of_any_moment(getattr(error, name, None)) for name in ("details", "errors")], ids)


def without_moment(text: str) -> str:
    """*text* without the server's times, which pymongo quotes with the whole reply."""
    for name in sorted(_OF_THE_MOMENT):
        while f"'{name}': " in text:
            start = text.index(f"'{name}': ")
            end = _end_of_value(text, start + len(name) + 4)
            text = f"{text[:start]}'{name}' = now{text[end:]}"
    return _CURSOR.sub("a cursor", text)


def _end_of_value(text: str, position: int) -> int:
    """The end of the Python literal that starts at *position*."""
    depth = 0
    while depth or text[position] not in ",}])":
        depth += (text[position] in "([{") - (text[position] in ")]}")
        position += 1
    return position


def of_any_moment(value: Any) -> Any:
    """A copy of *value* with types in place of what the server says of the moment."""
    if isinstance(value, dict):
        return {key: type(part) if key in _OF_THE_MOMENT else of_any_moment(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [of_any_moment(part) for part in value]
    if isinstance(value, str) and len(value) > _LONG:
        return f"{len(value)} characters"
    if isinstance(value, str):
        return _CURSOR.sub("a cursor", value)
    if hasattr(value, "raw_result"):
        return of_any_moment(value.raw_result)
    if hasattr(value, "bulk_api_result"):
        return of_any_moment(value.bulk_api_result)
    return "a time" if isinstance(value, Timestamp) else value


def state(document: Any, ids: Renumber) -> Any:
    """What a document believes of itself."""
    # Of a new document MongoEngine notes nothing.
    changed = getattr(document, "_changed_fields", None), sorted(document._get_changed_fields())
    return normal(of_any_moment([document.pk, document._created, *changed, dict(document.to_mongo())]), ids)


class Watcher:
    """Seeds, makes the server fail, and looks at what is stored, all by a client of its own."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.database = client[DATABASE]
        client.drop_database(DATABASE)
        for name in COLLECTIONS:
            self.database.create_collection(name)
        self.database.notes.create_index("name", unique=True)
        self._found: dict[str, list[Any]] = {name: [] for name in COLLECTIONS}

    def seed(self) -> None:
        """Put every collection into its first state, if it was not in it when it was last looked at."""
        for name, rows in seeds().items():
            if self._found[name] == rows:
                continue
            self.database[name].delete_many({})
            if rows:
                self.database[name].insert_many(rows)

    def stored(self, ids: Renumber) -> dict[str, list[Any]]:
        """Every stored document, in natural order, by one command."""
        stages = {name: [{"$project": {"_id": 0, "in": {"$literal": name}, "row": "$$ROOT"}}] for name in COLLECTIONS}
        first, *others = COLLECTIONS
        pipeline = [*stages[first], *({"$unionWith": {"coll": name, "pipeline": stages[name]}} for name in others)]
        self._found = {name: [] for name in COLLECTIONS}
        for entry in self.database[first].aggregate(pipeline):
            self._found[entry["in"]].append(entry["row"])
        return {name: [normal(of_any_moment(row), ids) for row in rows] for name, rows in self._found.items()}


def oid(number: int) -> ObjectId:
    """An id that all sides are given."""
    return ObjectId(f"{number:024x}")
