"""Runs an operation through pymongo and through a lane, on equal data, and compares all that can be seen of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import PyMongoError
from pymongo.results import _WriteResult

SEED = [
    {"_id": 1, "a": 1, "s": "alpha", "tags": ["x", "y"], "in": {"b": 1}},
    {"_id": 2, "a": 2, "s": "Beta", "tags": ["y"], "in": {"b": 2}},
    {"_id": 3, "a": 3, "s": "gamma", "tags": [], "in": {"b": 3}},
    {"_id": 4, "a": 3, "s": "alpha", "tags": ["x"], "in": {"b": 3}},
]

# What differs from one run to the next, or tells which driver asked.
_VOLATILE = {
    "lsid",
    "$clusterTime",
    "operationTime",
    "opTime",
    "electionId",
    "txnNumber",
    "getMore",
    "cursorId",
    "cursors",
}
# The server chooses a read preference's place in the profile by driver: checked by its own test.
_VOLATILE |= {"$readPreference", "apiVersion"}


@dataclass
class Seen:
    """What one run of an operation led to."""

    value: Any = None
    error: Any = None
    stored: list[Any] = field(default_factory=list)
    commands: list[Any] = field(default_factory=list)


def plain(value: Any) -> Any:
    """Reduce a result to what can be compared."""
    if isinstance(value, _WriteResult):
        names = [name for name in dir(type(value)) if not name.startswith("_")]
        return type(value), {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items() if key not in _VOLATILE}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value


def describe(error: BaseException) -> Any:
    """Reduce an exception to its class, text, code, details and labels."""
    details = getattr(error, "details", None)
    labels = sorted(error._error_labels) if isinstance(error, PyMongoError) else []
    text = str(error)
    if isinstance(details, dict) and ("operationTime" in details or "$clusterTime" in details):
        text = text.partition(", full error:")[0]
    return type(error), text, getattr(error, "code", None), plain(details), labels


def run(collection: Any, operation: Callable[[Any], Any], seed: list[Any]) -> Seen:
    """Seed *collection*, run *operation* on it and collect what can be seen."""
    database = collection.database
    collection.delete_many({})
    if seed:
        collection.insert_many([dict(document) for document in seed])
    database.command("profile", 0)
    database["system.profile"].drop()
    database.command("profile", 2)
    seen = Seen()
    try:
        seen.value = plain(operation(collection))
    except Exception as error:
        seen.error = describe(error)
    finally:
        database.command("profile", 0)
    seen.stored = list(collection.find(sort=[("_id", 1)]))
    ours = {"ns": collection.full_name, "op": {"$ne": "killcursors"}}
    seen.commands = [_command(entry) for entry in database["system.profile"].find(ours, sort=[("$natural", 1)])]
    return seen


def _command(entry: dict[str, Any]) -> Any:
    command = dict(entry.get("command") or entry.get("query") or {})
    if entry["op"] == "getmore" and "limit" in entry.get("originatingCommand", {}):
        # pymongo asks for what the limit leaves over; the server knows the limit and sends no more anyway.
        command.pop("batchSize", None)
    if "batchSize" in command and command.get("limit") in (command["batchSize"], command["batchSize"] - 1):
        # Old pymongo leaves out the one more that closes the cursor with its first batch.
        command["batchSize"] = command["limit"]
    if entry["op"] == "insert":
        # The native lane sends the documents inside the command, where the profiler shows them.
        command.pop("documents", None)
    return entry["op"], plain(command)


def compare(
    collection: Any, pymongo_way: Callable[[Any], Any], lane_way: Callable[[Any], Any], seed: Any = None
) -> Seen:
    """Assert that both ways do the same, and return what the lane did."""
    seed = SEED if seed is None else seed
    expected = run(collection, pymongo_way, seed)
    got = run(collection, lane_way, seed)
    assert got.error == expected.error
    assert got.value == expected.value
    assert got.stored == expected.stored
    assert got.commands == expected.commands
    return got
