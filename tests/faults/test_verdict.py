"""The judge of the fault tests sees what went wrong. (These need no server and are part of every run.)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.faults.journal import Entry, Journal
from tests.faults.models import ACCOUNTS, ITEMS
from tests.faults.report import table
from tests.faults.verdict import Verdict, judge


class Stored(list[dict[str, Any]]):
    """A collection."""

    find = list.copy


def entry(kind: str, keys: list[str], *, error: str = "", end: float = 1.0, value: int = 0) -> Entry:
    return Entry(0, kind, keys, end - 0.1, end, value, error)


def _nothing() -> Any:
    return {ITEMS: Stored(), ACCOUNTS: Stored()}


def verdict(entries: list[Entry], items: dict[str, list[int]], **account: int) -> Verdict:
    """Judge entries against items (by key, the value of each document) and one account."""
    rows = [{"key": key, "value": value} for key, values in items.items() for value in values]
    database: Any = {ITEMS: Stored(rows), ACCOUNTS: Stored([{"_id": "account", **account}])}
    journal = Journal("package", entries, {"account": {"counter": 1}})
    return judge(journal, database, [0.0])


def test_all_is_well() -> None:
    entries = [entry("insert", ["a", "b"]), entry("save new", ["c"], value=4), entry("first", ["c"])]
    found = verdict(entries, {"a": [9], "b": [0], "c": [4]}, counter=1)
    assert (found.acknowledged, found.raised) == (2, 0)
    assert found.lost == found.doubled == found.wrong == found.missed == found.strange == []


def test_a_lost_document() -> None:
    assert verdict([entry("insert", ["a", "b"])], {"a": [0]}, counter=1).lost == ["insert of b"]


@pytest.mark.parametrize("error", ["", "AutoReconnect: gone"])
def test_a_doubled_document(error: str) -> None:
    found = verdict([entry("insert", ["a"], error=error)], {"a": [0, 0]}, counter=1)
    assert found.doubled == ["a: 2 times"]


def test_a_write_that_raised_may_be_done_or_not() -> None:
    entries = [entry("insert", [key], error="AutoReconnect: gone") for key in "ab"]
    found = verdict(entries, {"a": [0]}, counter=1)
    assert (found.raised, found.unacknowledged) == (2, 1)
    assert found.lost == found.doubled == found.strange == []
    assert found.errors == {"AutoReconnect": 2}


def test_a_value_of_an_earlier_save() -> None:
    entries = [entry("bulk save", ["a"], value=1), entry("bulk save", ["a"], value=2)]
    assert verdict(entries, {"a": [1]}, counter=1).wrong == ["a: saved 2, stored 1"]
    assert len(verdict([], {}, counter=0).wrong) == 1


@pytest.mark.parametrize(("stored", "lost", "doubled"), [(1, 1, 0), (2, 0, 0), (3, 0, 0), (4, 0, 1)])
def test_counts(stored: int, lost: int, doubled: int) -> None:
    """Two increments were acknowledged, and one raised."""
    entries = [entry("by_update", ["account"], error=error) for error in ("", "", "AutoReconnect: gone")]
    found = verdict(entries, {}, counter=1, by_update=stored)
    assert (len(found.lost), len(found.doubled)) == (lost, doubled)


def test_an_exception_that_no_fault_explains() -> None:
    found = verdict([entry("save", ["account"], error="KeyError: 'a'")], {}, counter=1)
    assert found.strange == ["save: KeyError: 'a'"]


def test_a_read_that_misses_what_was_acknowledged() -> None:
    read = entry("list", ["a"])
    read.missing = 2
    assert verdict([read], {}, counter=1).missed == ["list of a: 2 not found"]


def test_recovery_is_the_longest_silence_after_a_fault() -> None:
    # One more answer came from the server that was about to fail.
    entries = [entry("save", ["account"], end=end) for end in (-1.0, 0.2, 1.7, 1.8, 2.0)]
    assert verdict(entries, {}, counter=1).recoveries == [pytest.approx(1.5)]
    assert verdict(entries[:1], {}, counter=1).worst == float("inf")


def test_silence_that_lasts_beyond_the_next_fault() -> None:
    entries = [entry("save", ["account"], end=end) for end in (-1.0, 1.2, 1.3)]
    journal = Journal("package", entries)
    assert judge(journal, _nothing(), [0.0, 1.0]).recoveries == [pytest.approx(1.2), pytest.approx(0.2)]


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    journal = Journal("package", [entry("insert", ["a"])], {"account": {"counter": 1}}, {"native": 1.0})
    journal.write(tmp_path / "journal")
    assert Journal.read(tmp_path / "journal") == journal


def test_the_table() -> None:
    lines = table({"kill": {"mongoengine": Verdict("mongoengine", 10, 2, 1, recoveries=[1.0, 2.0, 6.0])}}).splitlines()
    assert lines[1].split() == ["kill", "mongoengine", "10", "2", "1", "0", "0", "0", "2.00", "s", "6.00", "s"]
    assert lines[0].startswith("fault")
