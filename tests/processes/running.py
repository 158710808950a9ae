"""Real programs in processes of their own: started, watched, and judged by how they end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).parent / "programs"
OURS = "mongoengine_fast"
STOCK = "mongoengine"

#: What a program never says on its standard error, and what it does not say unless a test expects an exception.
CRASHES = ("panicked", "Fatal Python error", "fatal runtime error", "Segmentation fault", "Aborted", "core dumped")
COMPLAINTS = ("Traceback", "Exception ignored", "never awaited")


@dataclass
class Programs:
    """Starts the programs of this folder against one database."""

    uri: str
    database: str
    environment: dict[str, str] = field(default_factory=dict)

    def run(
        self, name: str, *arguments: object, package: str = OURS, timeout: float = 60, code: int = 0, loud: bool = False
    ) -> str:
        """Return what program *name* prints. It has to end in time, with *code*, and leave no process behind.

        `loud` allows it exceptions that nobody catches.
        """
        command = [sys.executable, "-X", "faulthandler", "-W", "ignore", str(PROGRAMS / name), *map(str, arguments)]
        with self.started(command, package=package) as process:
            out, err = _wait(process, timeout)
            assert process.returncode == code, f"{name} {arguments} ended with {process.returncode}:\n{out}\n{err}"
            assert_quiet(err, loud=loud)
            assert _ends(process.pid), f"{name} {arguments} left processes behind"
        return out

    @contextmanager
    def started(
        self,
        command: Sequence[str],
        *,
        package: str = OURS,
        stdout: int | IO[str] | None = subprocess.PIPE,
        stderr: int | IO[str] | None = subprocess.PIPE,
    ) -> Iterator[subprocess.Popen[str]]:
        """Run *command* in a process group of its own, of which nothing is left in the end."""
        path = os.pathsep.join(filter(None, [str(ROOT), str(PROGRAMS), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **self.environment}
        environment.update(SHOP_URI=self.uri, SHOP_DATABASE=self.database, SHOP_PACKAGE=package)
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=stdout, stderr=stderr, text=True, start_new_session=True
        )
        try:
            yield process
        finally:
            if _lives(process.pid):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()


def assert_quiet(err: str, *, loud: bool = False) -> None:
    """Fail when a standard error tells of a crash or, unless `loud`, of an exception that nobody caught."""
    alarms = CRASHES if loud else CRASHES + COMPLAINTS
    assert not [alarm for alarm in alarms if alarm in err], err


def _wait(process: subprocess.Popen[str], timeout: float) -> tuple[str, str]:
    try:
        return process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        # SIGABRT has faulthandler show where every thread hangs.
        os.killpg(process.pid, signal.SIGABRT)
        try:
            out, err = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
        raise AssertionError(f"{process.args} hung for {timeout} s:\n{out}\n{err[-8000:]}") from None


def _ends(group: int, patience: float = 5) -> bool:
    """Whether every process of a group is gone soon."""
    deadline = time.monotonic() + patience
    while _lives(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(group: int) -> bool:
    """Whether a process group has a member that is not a zombie (an orphan's is the init process's to clear away)."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    processes = list(Path("/proc").glob("[0-9]*")) if Path("/proc/self/stat").exists() else None
    return True if processes is None else any(_is_member(entry, group) for entry in processes)


def _is_member(entry: Path, group: int) -> bool:
    try:
        state, _, its_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(its_group) == group and state != "Z"
