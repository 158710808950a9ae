"""A pre-fork web server: workers are forked, mostly after the application was used, and each serves many clients."""

import importlib.util
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.processes.running import Programs, assert_quiet

pytest.importorskip("gunicorn")

CLIENTS, REQUESTS = 6, 8
OPTIONS = {"sync": ["--preload"], "gthread": ["--preload", "--threads", "4"], "gevent": []}


@pytest.mark.parametrize("worker", OPTIONS)
def test_gunicorn(programs: Programs, worker: str, tmp_path: Path) -> None:
    if worker == "gevent" and importlib.util.find_spec("gevent") is None:
        pytest.skip("gevent is not installed")
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    # gevent patches in the worker, which fails where the application was loaded before, with MongoEngine too.
    command += ["--worker-class", worker, *OPTIONS[worker]]
    command += ["--graceful-timeout", "10", "--timeout", "20", "--no-control-socket", "shop_site:application"]
    log = tmp_path / "log"
    with log.open("w") as written, programs.started(command, stdout=written, stderr=written) as server:
        wait_until_it_listens(server, port, log)
        with ThreadPoolExecutor(CLIENTS) as clients:
            answers = list(clients.map(lambda number: ask(port, f"n{number}"), range(CLIENTS * REQUESTS)))
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0, log.read_text()
    assert [answer["name"] for answer in answers] == [f"n{number}-made" for number in range(CLIENTS * REQUESTS)]
    assert all(answer["maker"] == "before the fork" for answer in answers)
    assert all(answer["preloaded"] is (worker != "gevent") for answer in answers)
    # Patched sockets are pymongo's to use.
    assert all(answer["native"] is (worker != "gevent") for answer in answers)
    assert len({answer["process"] for answer in answers}) == 2
    told = log.read_text()
    assert_quiet(told)
    assert "[ERROR]" not in told
    assert "was sent SIG" not in told


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until_it_listens(server: subprocess.Popen[str], port: int, log: Path, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"the server does not listen:\n{log.read_text()}")


def ask(port: int, name: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/?name={name}", timeout=30) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found
