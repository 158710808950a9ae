"""One side of the comparison: the whole suite on one package, on a server of its own.

Runs as a process of its own (``python -m compat_tests.upstream.side``), because it may move into a network namespace.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from compat_tests.upstream import network

ROOT = Path(__file__).resolve().parents[2]
INJECTED = Path(__file__).with_name("injected")
_PYTEST_OPTIONS = (
    "-q", "--tb=short", "--color=no", "-p", "parity_plugin", "-p", "no:cacheprovider", "-p", "no:benchmark",
    "-p", "no:mongoengine_fast",
)  # fmt: skip


@dataclass
class SideResult:
    """What became of every test on one package."""

    package: str
    version: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    lanes: list[dict[str, Any]] = field(default_factory=list)
    reruns: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Side:
    """Runs the suite file by file.  A test that kills or hangs its interpreter is `crashed`; the rest goes on.

    With a `seed`, files and the tests in them come in a random order, which is the same for every package.
    """

    def __init__(self, package: str, suite: Path, test_timeout: int, flaky: set[str], seed: int | None = None) -> None:
        self.result = SideResult(package)
        self._seed = seed
        self._suite = suite
        self._test_timeout = test_timeout
        self._flaky = flaky

    def run(self, selected: list[str]) -> SideResult:
        """Run the files whose path contains one of `selected` (all if empty)."""
        started = time.monotonic()
        files = sorted(path.relative_to(self._suite).as_posix() for path in self._suite.glob("tests/**/test_*.py"))
        files = [file for file in files if not selected or any(part in file for part in selected)]
        if self._seed is not None:
            random.Random(self._seed).shuffle(files)
        for number, file in enumerate(files, 1):
            self._run_file(file)
            self._rerun_flaky()
            done = list(self.result.outcomes.values())
            bad = sum(outcome in ("failed", "crashed") for outcome in done)
            print(
                f"[{self.result.package}] {number}/{len(files)} {file}: {len(done)} run, {bad} not passed", flush=True
            )
        self.result.seconds = time.monotonic() - started
        return self.result

    def _rerun_flaky(self) -> None:
        for test in sorted(self._flaky - set(self.result.reruns)):
            if self.result.outcomes.get(test) == "failed":
                self.result.reruns.append(test)
                del self.result.outcomes[test]
                self._run_file(test)

    def _run_file(self, target: str) -> None:
        done: set[str] = set(self.result.outcomes)
        while True:
            before = len(done)
            ended, hung_in = self._run_once(target, done)
            done |= set(self.result.outcomes)
            if ended:
                return
            if hung_in:
                self.result.outcomes[hung_in] = "crashed"
                done.add(hung_in)
            elif len(done) == before:
                # Died outside of any test: nothing more can be learnt from this file.
                self.result.outcomes[target] = "crashed"
                return

    def _run_once(self, target: str, done: set[str]) -> tuple[bool, str | None]:
        """Run what is not `done`; return whether pytest came to its end, and the test that it died in."""
        with tempfile.TemporaryDirectory(prefix="parity-") as scratch:
            events, done_file, output = (Path(scratch, name) for name in ("events", "done", "output"))
            events.touch()
            done_file.write_text(json.dumps(sorted(done)))
            environment = {
                **os.environ,
                "PARITY_PACKAGE": self.result.package,
                "PARITY_EVENTS": str(events),
                "PARITY_DONE": str(done_file),
                "PYTHONPATH": os.pathsep.join([str(self._suite), str(INJECTED), str(ROOT)]),
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            order = ["-p", "no:randomly"] if self._seed is None else [f"--randomly-seed={self._seed}"]
            command = [
                sys.executable, "-m", "pytest", *_PYTEST_OPTIONS, *order, f"--timeout={self._test_timeout}", target,
            ]  # fmt: skip
            with output.open("wb") as stream:
                process = subprocess.Popen(
                    command, cwd=self._suite, env=environment, stdout=stream, stderr=subprocess.STDOUT,
                    start_new_session=True,
                )  # fmt: skip
                self._wait(process, events)
            return self._read(events, output, target, process.returncode)

    def _wait(self, process: "subprocess.Popen[bytes]", events: Path) -> None:
        # pytest-timeout cannot interrupt native code that never comes back: an interpreter that reports nothing for
        # longer than a test may take is killed.
        silence = self._test_timeout + 30
        size, last = -1, time.monotonic()
        while True:
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                now = events.stat().st_size
                if now != size:
                    size, last = now, time.monotonic()
                elif time.monotonic() - last > silence:
                    os.killpg(process.pid, signal.SIGKILL)
            else:
                return

    def _read(self, events: Path, output: Path, target: str, code: int) -> tuple[bool, str | None]:
        running: str | None = None
        ended = False
        for line in events.read_text().splitlines():
            event = json.loads(line)
            kind = event["event"]
            if kind == "start":
                running = event["id"]
            elif kind == "finish":
                running = None
            elif kind == "result":
                self._note(event["id"], event["outcome"], event["text"])
            elif kind == "collect-error":
                self._note(event["id"], "failed", event["text"])
            elif kind == "session":
                self.result.version = event["version"]
            elif kind == "lanes":
                self.result.lanes.append(event["report"])
            elif kind == "end":
                ended = True
        if not ended:
            tail = output.read_text(errors="replace")[-4000:]
            self.result.texts[running or target] = f"the interpreter ended with code {code}\n{tail}"
        return ended, running

    def _note(self, test: str, outcome: str, text: str) -> None:
        # A failed tear-down after a passed call is a failure; so is the first of several reports.
        if self.result.outcomes.get(test) not in ("failed", "crashed"):
            self.result.outcomes[test] = outcome
        if text:
            self.result.texts[test] = text


def main() -> None:
    """Run one side and write its result as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("package", choices=["mongoengine", "mongoengine_fast"])
    parser.add_argument("suite", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--namespace", action="store_true")
    parser.add_argument("--test-timeout", type=int, default=120)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--flaky", action="append", default=[])
    parser.add_argument("--select", action="append", default=[])
    arguments = parser.parse_args()
    if arguments.namespace:
        network.enter_namespace()
    from mongoengine_fast.testing import Standalone  # after the namespace: nothing may have started a thread before

    with Standalone(port=network.PORT):
        side = Side(arguments.package, arguments.suite, arguments.test_timeout, set(arguments.flaky), arguments.seed)
        result = side.run(arguments.select)
    arguments.result.write_text(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()
