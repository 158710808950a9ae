"""Both packages under one load and one fault, at the same time and on the same servers."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from pymongo.read_concern import ReadConcern

from mongoengine_fast.testing import ReplicaSet
from tests.faults.faults import Fault
from tests.faults.journal import Journal
from tests.faults.proxy import Proxy
from tests.faults.verdict import Verdict, judge

OURS = "mongoengine_fast"
STOCK = "mongoengine"
#: Seconds for which an operation looks for a server. An application is expected to be back within that time.
SELECTION = 15.0
_OPTIONS = f"w=majority&serverSelectionTimeoutMS={int(SELECTION * 1000)}&connectTimeoutMS=1000&heartbeatFrequencyMS=500"
_CALM_BEFORE = 1.0
_CALM_AFTER = 1.5
_END = 60.0
_ROOT = Path(__file__).parents[2]


class Load:
    """The load of one package, in its own process, on a database of its own."""

    def __init__(self, package: str, uri: str, folder: Path) -> None:
        self.package = package
        self.database = f"faults_{package}_{uuid.uuid4().hex[:8]}"
        self._journal = folder / f"{package}.json"
        self._errors = (folder / f"{package}.err").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.load", package, uri, self.database, str(self._journal)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=_ROOT,
        )

    def wait_until_ready(self) -> None:
        """Wait until the load is steady; raise what it has to say when it ends instead."""
        assert self._process.stdout is not None
        # The load bounds its own start; its end closes the pipe.
        if self._process.stdout.readline() != "ready\n":
            raise AssertionError(f"the load of {self.package} did not start\n{self._said()}")

    def ask_to_stop(self) -> None:
        """Have no further call begin."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()

    def stop(self) -> Journal:
        """Have every call that is under way end, and return the journal."""
        self.ask_to_stop()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the load of {self.package} hangs\n{self._said()}")
        if self._process.returncode:
            raise AssertionError(f"the load of {self.package} failed\n{self._said()}")
        return Journal.read(self._journal)

    def end(self) -> None:
        """End the process if it is still there."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe is not None:
                pipe.close()

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:]


def play(fault: Fault, replica_set: ReplicaSet, packages: Sequence[str] = (OURS, STOCK)) -> dict[str, Verdict]:
    """Have `fault` strike while the load of each package runs; return what became of them."""
    recover(replica_set)
    options = _OPTIONS + fault.options
    if not fault.on_connections:
        return _play(replica_set, f"{replica_set.uri}&{options}", lambda: fault.strike(replica_set), packages)
    with Proxy(replica_set.wait_for_primary().port) as proxy:
        return _play(replica_set, f"{proxy.uri}&{options}", lambda: fault.strike(proxy), packages)


def recover(replica_set: ReplicaSet) -> None:
    """Have every member run, whatever the fault before has left behind."""
    for member in replica_set.members:
        member.resume()
    replica_set.start()


def _play(
    replica_set: ReplicaSet, uri: str, strike: Callable[[], list[float]], packages: Sequence[str]
) -> dict[str, Verdict]:
    loads: list[Load] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            loads.extend(Load(package, uri, Path(folder)) for package in packages)
            for load in loads:
                load.wait_until_ready()
            time.sleep(_CALM_BEFORE)
            struck = strike()
            time.sleep(_CALM_AFTER)
            for load in loads:
                load.ask_to_stop()
            journals = [load.stop() for load in loads if load.package == OURS]
            journals += _others(loads)
        finally:
            for load in loads:
                load.end()
        databases = {load.package: load.database for load in loads}
        return {
            journal.package: _judge(replica_set, databases[journal.package], journal, struck) for journal in journals
        }


def _others(loads: Sequence[Load]) -> list[Journal]:
    """Stop the loads beside ours; that one of them hangs or fails is reported, and no failure of ours."""
    journals = []
    for load in loads:
        if load.package != OURS:
            try:
                journals.append(load.stop())
            except AssertionError as failure:
                print(failure, file=sys.stderr)
    return journals


def _judge(replica_set: ReplicaSet, name: str, journal: Journal, struck: list[float]) -> Verdict:
    replica_set.wait_for_primary(timeout=20)
    replica_set.wait_for_secondaries(timeout=20)
    with replica_set.client(serverSelectionTimeoutMS=20_000) as client:
        database = client.get_database(name, read_concern=ReadConcern("majority"))
        verdict = judge(journal, database, struck)
        client.drop_database(name)
    return verdict
