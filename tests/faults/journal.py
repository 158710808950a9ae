"""What a load did: one entry for each call, kept in memory and written as JSON at the end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: Kinds of calls that read; every other one writes.
READS = frozenset({"first", "count", "list"})


@dataclass
class Entry:
    """One call: its documents by key, what it was to store, and how it ended."""

    thread: int
    kind: str
    keys: list[str]
    start: float
    end: float
    #: The value under each key once the call is acknowledged.
    value: int = 0
    #: The class and message of the exception; empty where the call was acknowledged.
    error: str = ""
    #: What a read should have found and did not.
    missing: int = 0

    @property
    def acknowledged(self) -> bool:
        """Whether the call returned."""
        return not self.error

    @property
    def writes(self) -> bool:
        """Whether the call is one that writes."""
        return self.kind not in READS


@dataclass
class Journal:
    """Everything that one load did."""

    package: str
    entries: list[Entry] = field(default_factory=list)
    #: The documents that are saved again and again, as they were after the last save that was acknowledged.
    saved: dict[str, dict[str, int]] = field(default_factory=dict)
    #: Operations by lane; nothing for MongoEngine.
    lanes: dict[str, float] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write it to `path`."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Journal:
        """Read what `write` wrote."""
        stored = json.loads(path.read_text())
        stored["entries"] = [Entry(**entry) for entry in stored["entries"]]
        return cls(**stored)
