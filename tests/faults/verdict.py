"""What became of a load: its journal against the documents in the database."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.database import Database

from tests.faults.journal import Entry, Journal
from tests.faults.models import ACCOUNTS, COUNTED, ITEMS, NOT_RETRYABLE

#: What a client may raise when a server or the way to it fails; MongoEngine has its own name for the server's refusals.
EXPECTED = frozenset(
    {
        "AutoReconnect",
        "NotPrimaryError",
        "NetworkTimeout",
        "ServerSelectionTimeoutError",
        "OperationError",
        "OperationFailure",
        "BulkWriteError",
        "WriteConcernError",
    }
)
#: Kinds that are repeated until they are acknowledged, so that their documents carry the last value.
_REPEATED = ("save new", "bulk save")


@dataclass
class Verdict:
    """The figures of one load."""

    package: str
    #: Writes that returned, and that raised.
    acknowledged: int = 0
    raised: int = 0
    #: Those of them that MongoDB defines as retryable: the second attempt failed too.
    raised_again: int = 0
    reads_raised: int = 0
    #: Documents, or counts of a counter, that an acknowledged write made and that are not there.
    lost: list[str] = field(default_factory=list)
    #: Documents that are there more than once; counts beyond the number of calls.
    doubled: list[str] = field(default_factory=list)
    #: Documents without the value of the last acknowledged save.
    wrong: list[str] = field(default_factory=list)
    #: Documents of writes that raised and were done all the same, which is allowed.
    unacknowledged: int = 0
    #: Reads that did not find what had been acknowledged before.
    missed: list[str] = field(default_factory=list)
    #: Exceptions that no failure of a server explains.
    strange: list[str] = field(default_factory=list)
    #: Seconds from a fault to the next acknowledged write, by thread and fault.
    recoveries: list[float] = field(default_factory=list)
    #: The number of exceptions by class, and one message for each class and kind of call.
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    native_share: float = 0.0

    @property
    def median(self) -> float:
        """The median of the recovery times."""
        return statistics.median(self.recoveries) if self.recoveries else float("inf")

    @property
    def worst(self) -> float:
        """The longest recovery time."""
        return max(self.recoveries, default=float("inf"))


def judge(journal: Journal, database: Database[dict[str, Any]], faults: Sequence[float]) -> Verdict:
    """Compare a journal with the database that its load wrote to; `faults` are the moments when a fault struck."""
    verdict = Verdict(journal.package, native_share=journal.lanes.get("native", 0.0))
    for entry in journal.entries:
        _count(entry, verdict)
    _judge_items(journal.entries, list(database[ITEMS].find()), verdict)
    accounts = {account["_id"]: account for account in database[ACCOUNTS].find()}
    for key, saved in journal.saved.items():
        account = accounts.get(key, {})
        if not saved.items() <= account.items():
            verdict.wrong.append(f"{key}: saved {saved}, stored {account}")
        _judge_counts(key, [entry for entry in journal.entries if entry.keys == [key]], account, verdict)
    verdict.recoveries = _recoveries(journal.entries, faults)
    return verdict


def _count(entry: Entry, verdict: Verdict) -> None:
    if entry.missing:
        verdict.missed.append(f"{entry.kind} of {entry.keys[-1]}: {entry.missing} not found")
    if entry.acknowledged:
        verdict.acknowledged += entry.writes
        return
    if entry.writes:
        verdict.raised += 1
        verdict.raised_again += entry.kind not in NOT_RETRYABLE
    else:
        verdict.reads_raised += 1
    name = entry.error.partition(":")[0]
    verdict.errors[name] += 1
    verdict.examples.setdefault(f"{name} of {entry.kind}", entry.error)
    if name not in EXPECTED:
        verdict.strange.append(f"{entry.kind}: {entry.error}")


def _judge_items(entries: Iterable[Entry], stored: list[dict[str, Any]], verdict: Verdict) -> None:
    """Look at the documents that were inserted and saved."""
    acknowledged: dict[str, Entry] = {}
    for entry in entries:
        if entry.acknowledged and entry.writes:
            acknowledged.update(dict.fromkeys(entry.keys, entry))
    values = {item["key"]: item["value"] for item in stored}
    numbers = Counter(item["key"] for item in stored)
    verdict.doubled += [f"{key}: {number} times" for key, number in numbers.items() if number > 1]
    verdict.unacknowledged = len(numbers.keys() - acknowledged.keys())
    for key, entry in acknowledged.items():
        if entry.kind in ("save", *COUNTED):
            continue
        if key not in numbers:
            verdict.lost.append(f"{entry.kind} of {key}")
        elif entry.kind in _REPEATED and values[key] != entry.value:
            verdict.wrong.append(f"{key}: saved {entry.value}, stored {values[key]}")


def _judge_counts(key: str, entries: list[Entry], account: dict[str, Any], verdict: Verdict) -> None:
    """An acknowledged increment counts once; one that raised, once or not at all."""
    for field_name in COUNTED:
        calls = [entry for entry in entries if entry.kind == field_name]
        done = sum(entry.acknowledged for entry in calls)
        stored = account.get(field_name, 0)
        text = f"{key}.{field_name}: {done} of {len(calls)} acknowledged, {stored} stored"
        verdict.lost += [text] * max(0, done - stored)
        verdict.doubled += [text] * max(0, stored - len(calls))
        verdict.unacknowledged += max(0, min(stored, len(calls)) - done)


def _recoveries(entries: Iterable[Entry], faults: Sequence[float]) -> list[float]:
    """For each fault and thread, the time from the fault to the end of the longest silence that follows.

    The very next acknowledgement may still be the work of the server that is about to fail.
    """
    ends: dict[int, list[float]] = {}
    for entry in entries:
        if entry.writes and entry.acknowledged:
            ends.setdefault(entry.thread, []).append(entry.end)
    found = []
    for fault, following in zip(faults, [*faults[1:], float("inf")], strict=True):
        for times in ends.values():
            during = [time for time in times if fault <= time < following]
            # Silence that lasts beyond the next fault is this one's all the same.
            during = during or [time for time in times if time >= following][:1] or [float("inf")]
            found.append(max(end - start for start, end in zip([fault, *during], during, strict=False)))
    return found
