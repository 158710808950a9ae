"""A steady load under one of the two packages, in a process of its own.

``python -m tests.faults.load PACKAGE URI DATABASE JOURNAL`` says "ready" once every thread has made a round, goes on
until its input is closed, and then writes its journal.
"""

from __future__ import annotations

import importlib
import itertools
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.journal import Entry, Journal
from tests.faults.models import SAVED, define

THREADS = 4
#: Between two calls of a thread, in seconds: the load is to be steady, not heavy.
PAUSE = 0.005
#: Before a failed save is made again.
BACK_OFF = 0.05
#: How long a save is repeated at most.
PATIENCE = 40.0


class Worker(threading.Thread):
    """One thread, with documents that no other thread writes."""

    def __init__(self, number: int, models: Any, stop: threading.Event) -> None:
        super().__init__(name=f"load-{number}", daemon=True)
        self.entries: list[Entry] = []
        self.made_a_round = threading.Event()
        self.saved: dict[str, int] = {}
        self._number = number
        self._models = models
        self._stop_asked = stop
        self._stored: list[str] = []
        self._account = models.Account(key=f"account-{number}")

    @property
    def key(self) -> str:
        """The key of the document that is saved again and again."""
        return f"account-{self._number}"

    def run(self) -> None:
        """Make rounds of every kind of call until asked to stop."""
        self._save(self._account, "save", [self.key], lambda: None)
        rounds = [self._insert, self._save_new, self._save_changed, self._update, self._bulk, self._read]
        for number in itertools.count():
            for step in rounds:
                if self._stop_asked.is_set():
                    return
                step(number)
                time.sleep(PAUSE)
            self.made_a_round.set()

    def _attempt(self, kind: str, keys: list[str], call: Callable[[], Any], value: int = 0) -> bool:
        """Make one call and note how it ended."""
        entry = Entry(self._number, kind, keys, time.monotonic(), 0.0, value)
        try:
            found = call()
        except Exception as error:  # whatever it is goes into the journal, and the verdict judges it
            entry.error = f"{type(error).__name__}: {str(error)[:300]}"
        else:
            if not entry.writes:
                entry.missing = found
        entry.end = time.monotonic()
        self.entries.append(entry)
        return entry.acknowledged

    def _save(self, document: Any, kind: str, keys: list[str], change: Callable[[], Any], value: str = "") -> None:
        """Save until it is acknowledged, as programs do, with one more change before each further attempt."""
        deadline = time.monotonic() + PATIENCE
        while not self._attempt(kind, keys, document.save, getattr(document, value) if value else 0):
            if time.monotonic() > deadline:
                return
            time.sleep(BACK_OFF)
            change()
        if document is self._account:
            self.saved = {name: getattr(document, name) for name in SAVED}
        else:
            self._stored.extend(keys)

    def _items(self, kind: str, number: int, many: int) -> tuple[list[Any], list[str]]:
        keys = [f"{kind}-{self._number}-{number}-{position}" for position in range(many)]
        return [self._models.Item(key=key, thread=self._number) for key in keys], keys

    def _insert(self, number: int) -> None:
        """Insert several; what failed is left alone."""
        items, keys = self._items("insert", number, 5)
        if self._attempt("insert", keys, lambda: self._models.Item.objects.insert(items, load_bulk=False)):
            self._stored.extend(keys)

    def _save_new(self, number: int) -> None:
        (item,), keys = self._items("new", number, 1)

        def change() -> None:
            item.value += 1

        self._save(item, "save new", keys, change, "value")

    def _save_changed(self, number: int) -> None:
        """Count up by change tracking; a further attempt has to send the first change and one more."""
        account = self._account
        account.counter += 1
        account.note = number

        def change() -> None:
            account.retries += 1

        self._save(account, "save", [self.key], change)

    def _update(self, number: int) -> None:
        found = self._models.Account.objects(pk=self.key)
        self._attempt("by_update_one", [self.key], lambda: found.update_one(inc__by_update_one=1))
        self._attempt("by_update", [self.key], lambda: found.update(inc__by_update=1))

    def _bulk(self, number: int) -> None:
        """Bulk saves, repeated until acknowledged, and bulk writes, made once; MongoEngine has only inserts."""
        items, keys = self._items("bulk", number, 6)
        objects = self._models.Item.objects
        if not self._models.has_bulk:
            self._attempt("insert", keys, lambda: objects.insert(items, load_bulk=False))
            return
        deadline = time.monotonic() + PATIENCE
        for value in (1, 2):
            # The first time all are new, the second time all have changed.
            for item in items:
                item.value = value
            while not self._attempt("bulk save", keys, lambda: objects.bulk_save(items), value):
                if time.monotonic() > deadline:
                    return
                time.sleep(BACK_OFF)
        self._stored.extend(keys)
        self._bulk_write(number)

    def _bulk_write(self, number: int) -> None:
        bulk = importlib.import_module(f"{self._models.engine.__name__}.bulk")
        items, keys = self._items("written", number, 3)
        inserts = [bulk.InsertOne(item) for item in items]
        self._attempt("bulk write", keys, lambda: self._models.Item.objects.bulk_write(inserts, ordered=False))
        counting = [bulk.UpdateOne({"pk": self.key}, inc__by_bulk_write=1)]
        self._attempt("by_bulk_write", [self.key], lambda: self._models.Account.objects.bulk_write(counting))

    def _read(self, number: int) -> None:
        """What this thread knows to be stored must be found, whoever is primary."""
        objects, last = self._models.Item.objects, self._stored[-40:]
        if not last:
            return
        self._attempt("first", last[-1:], lambda: int(objects(key=last[-1]).first() is None))
        self._attempt("count", last, lambda: max(0, len(last) - objects(key__in=last).count()))
        self._attempt("list", last, lambda: len(set(last) - {item.key for item in objects(key__in=last)}))


def run(package: str, uri: str, database: str) -> Journal:
    """Run the load until the input is closed."""
    models = define(package)
    models.engine.connect(database, host=uri)
    models.Item.ensure_indexes()
    stop = threading.Event()
    workers = [Worker(number, models, stop) for number in range(THREADS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.made_a_round.wait(30)
    print("ready", flush=True)
    sys.stdin.read()
    stop.set()
    deadline = time.monotonic() + PATIENCE
    for worker in workers:
        worker.join(max(0.1, deadline - time.monotonic()))
    stuck = [worker.name for worker in workers if worker.is_alive()]
    if stuck:
        raise SystemExit(f"{package}: {stuck} did not come back within {PATIENCE} s")
    journal = Journal(package)
    for worker in workers:
        journal.entries.extend(worker.entries)
        journal.saved[worker.key] = worker.saved
    if hasattr(models.engine, "lanes"):
        journal.lanes = {"native": models.engine.lanes()["native_share"]}
    return journal


if __name__ == "__main__":
    run(*sys.argv[1:4]).write(Path(sys.argv[4]))
