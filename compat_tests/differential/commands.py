"""The commands that a server saw, as its profiler shows them, in a form that can be compared.

The profiler keeps the statement of an operation: everything of a `find`, `aggregate`, `findAndModify`, `distinct` or
`count`; of an `update` or `delete` each statement for itself, without the command's write concern and `ordered`; of an
`insert` the number of documents.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from bson import json_util
from bson.code import Code
from pymongo.database import Database

_PROFILE = "system.profile"
# The default of one megabyte would drop the beginning of a long scenario without a word.
_PROFILE_SIZE = 64 << 20

# What says nothing about the program, and is different in every run.
_ALWAYS_DIFFERENT = {"lsid", "$clusterTime", "txnNumber", "$db"}
# What the two drivers have to do differently:
_DRIVER = {
    # pymongo sends documents beside the command, where the profiler does not see them; ours has them in the command.
    # Both are counted, and what was stored is compared anyway.
    "insert": {"documents"},
    # Where to read is settled by the first batch; the Rust driver repeats it on direct connections to a replica set.
    "getmore": {"$readPreference"},
}
# save() only asks whether there was a document to replace: ours does not have the old one sent back.
_ID_ONLY = {"_id": 1}
# The functions of item_frequencies() are each package's own words.
_OWN_CODE = (
    (
        re.compile(r"^\s*function\(\) \{.*'(?P<path>[\w.{}~]+)'\.split\('\.'\).*emit\(item, 1\);.*\}\s*$", re.S),
        "count items",
    ),
    (re.compile(r"^\s*function\(key, (?:values|counts)\) \{.*(?:valuesSize|counts\.reduce).*\}\s*$", re.S), "add up"),
    (re.compile(r"^\s*function\(path\) \{.*db\[collection\]\.find\(query\).*\}\s*$", re.S), "count items"),
)
_SILENT = {
    # The watcher's own.
    "profile",
    # A cursor that is dropped is closed by a thread of pymongo's, at some time.
    "killCursors",
}
_ORDERED = re.compile(r"ordered: (true|false)")


class Ids(Protocol):
    """Replaces generated ids by stand-ins that are the same on both sides."""

    def in_value(self, value: Any) -> Any:
        """Return a copy of *value* with stand-ins."""


@contextmanager
def recorded(database: Database[dict[str, Any]], into: list[Mapping[str, Any]]) -> Iterator[None]:
    """Put the profiler's entries of all that happens inside to *into*, in order."""
    database.create_collection(_PROFILE, capped=True, size=_PROFILE_SIZE)
    database.command("profile", 2)
    try:
        yield
    finally:
        database.command("profile", 0)
        into += database[_PROFILE].find().sort("$natural", 1)


def described(entries: list[Mapping[str, Any]], ids: Ids) -> list[str]:
    """Return a line for each command of the program, with the BSON types of its values."""
    return [line for line in (_line(entry, ids) for entry in entries) if line]


def _line(entry: Mapping[str, Any], ids: Ids) -> str:
    operation, namespace = str(entry["op"]), str(entry.get("ns", "")).partition(".")[2]
    command = dict(entry.get("command", {}))
    if operation == "command":
        operation = next(iter(command), operation)
    if operation in _SILENT or namespace == _PROFILE:
        return ""
    if "client" not in entry:
        return ""  # the server's own doing, such as the removal of what has expired
    if "$truncated" in command:
        # More than 50 kB: the profiler turns it into text and cuts that off.
        command = _beginning(operation, command["$truncated"])
    if operation == "findAndModify" and _is_replacement(command) and command.get("fields") == _ID_ONLY:
        del command["fields"]
    if operation in ("mapReduce", "mapreduce", "eval"):
        command = {key: _without_own_code(value) for key, value in command.items()}
    left_out = _ALWAYS_DIFFERENT | _DRIVER.get(operation, set())
    # The order of a command's options has no meaning; that of the keys below them has.
    shown = {key: ids.in_value(command[key]) for key in sorted(command) if key not in left_out}
    if operation == "insert":
        shown["ninserted"] = entry.get("ninserted")
    if operation == "getmore":
        shown["getMore"] = "the cursor"
        shown["nreturned"] = entry.get("nreturned")
        if entry.get("originatingCommand", {}).get("limit"):
            # pymongo asks for what is left of the limit; the Rust driver leaves that to the server, which knows it.
            shown.pop("batchSize", None)
    return f"{operation} {namespace} {_typed(shown)}"


def _beginning(operation: str, text: str) -> dict[str, Any]:
    if operation != "insert":
        return {"$truncated": text}
    found = _ORDERED.search(text)
    return {"insert": text.split('"')[1], **({"ordered": found[1] == "true"} if found else {})}


def _is_replacement(command: Mapping[str, Any]) -> bool:
    update = command.get("update")
    return isinstance(update, Mapping) and not any(key.startswith("$") for key in update)


def _without_own_code(value: Any) -> Any:
    """Return *value*; for a function that a package brings itself, what it does and to which path."""
    if not isinstance(value, Code):
        return value
    for pattern, purpose in _OWN_CODE:
        found = pattern.match(value)
        if found:
            return Code(" ".join((purpose, *found.groups())), value.scope)
    return value


def _typed(value: Any) -> str:
    """Return *value* as extended JSON, shortened where a type is the usual one."""
    text = json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS, ensure_ascii=False)
    return re.sub(r'\{"\$numberInt": "(-?\d+)"\}', r"\1", text)
