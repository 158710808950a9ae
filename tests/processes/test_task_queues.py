"""Celery's prefork pool: tasks save and read documents in workers forked after their parent used the connection."""

import json
import signal
import sys
from pathlib import Path

import pytest

from tests.processes.running import Programs, assert_quiet

pytest.importorskip("celery")


def test_celery_with_its_prefork_pool(programs: Programs, tmp_path: Path) -> None:
    for name in ("queue", "control", "results"):
        (tmp_path / name).mkdir()
    programs.environment["SHOP_BROKER"] = str(tmp_path)
    command = [sys.executable, "-m", "celery", "--app", "shop_tasks:application", "worker", "--pool", "prefork"]
    command += ["--concurrency", "2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    # A child is replaced after some tasks, so that forks happen while the others work.
    command += ["--max-tasks-per-child", "4", "--loglevel", "WARNING"]
    log = tmp_path / "log"
    with log.open("w") as written, programs.started(command, stdout=written, stderr=written) as worker:
        answers = json.loads(programs.run("asking_tasks.py"))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0, log.read_text()
    assert [answer["name"] for answer in answers] == [f"task{number}-made" for number in range(20)]
    assert all(answer["native"] for answer in answers)
    assert len({answer["process"] for answer in answers}) > 2
    assert_quiet(log.read_text())
