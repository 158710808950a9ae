"""The faults, each a function that strikes while the load runs and returns when it struck (by the monotonic clock).

A fault has passed when its function returns: everything runs again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mongoengine_fast.testing import Member, ReplicaSet
from tests.faults.proxy import REPLIES, REQUESTS, Proxy

#: Seconds between one blow and the next.
BETWEEN = 1.0


@dataclass(frozen=True)
class Fault:
    """A fault by name: `strike` takes the replica set, or the proxy before its primary."""

    name: str
    strike: Callable[[Any], list[float]]
    on_connections: bool = False
    #: Nothing breaks, so nothing may raise.
    is_harmless: bool = False
    #: Further options of the URI.
    options: str = ""


def step_down(replica_set: ReplicaSet) -> list[float]:
    """The primary steps down, and another is elected."""
    struck = time.monotonic()
    replica_set.step_down(seconds=5)
    return [struck]


def kill(replica_set: ReplicaSet) -> list[float]:
    """The primary dies of SIGKILL, and is started again when there is another."""
    return _lose_primary(replica_set, Member.kill, Member.start)


def shut_down(replica_set: ReplicaSet) -> list[float]:
    """The primary is shut down cleanly, and is started again when there is another."""
    return _lose_primary(replica_set, Member.terminate, Member.start)


def pause(replica_set: ReplicaSet) -> list[float]:
    """The primary is paused with SIGSTOP, and goes on when there is another."""
    return _lose_primary(replica_set, Member.pause, Member.resume)


def _lose_primary(
    replica_set: ReplicaSet, lose: Callable[[Member], None], bring_back: Callable[[Member], None]
) -> list[float]:
    old = replica_set.wait_for_primary()
    struck = time.monotonic()
    lose(old)
    replica_set.wait_for_primary(other_than=old, timeout=20)
    time.sleep(BETWEEN)
    bring_back(old)
    replica_set.wait_for_secondaries(timeout=20)
    return [struck]


def cut(proxy: Proxy) -> list[float]:
    """Every connection is reset, five times."""
    return [_blow(proxy.cut) for _ in range(5)]


def delay(proxy: Proxy) -> list[float]:
    """Every message takes 150 ms longer, each way, for three seconds."""
    struck = _blow(lambda: proxy.delay(0.15))
    time.sleep(3)
    proxy.delay(0)
    return [struck]


def truncate_requests(proxy: Proxy) -> list[float]:
    """Requests end in their middle, with their connections: twelve, three at a time."""
    return [_blow(lambda: proxy.truncate(REQUESTS, 3)) for _ in range(4)]


def truncate_replies(proxy: Proxy) -> list[float]:
    """Replies end in their middle, with their connections: twelve, three at a time. Their writes were done."""
    return [_blow(lambda: proxy.truncate(REPLIES, 3)) for _ in range(4)]


def split(proxy: Proxy) -> list[float]:
    """Everything arrives in pieces of seven bytes, for two seconds, then in single bytes."""
    struck = [_blow(lambda: proxy.split(7))]
    time.sleep(2)
    struck.append(_blow(lambda: proxy.split(1)))
    time.sleep(1)
    proxy.split(0)
    return struck


def _blow(strike: Callable[[], None]) -> float:
    struck = time.monotonic()
    strike()
    time.sleep(BETWEEN)
    return struck


FAULTS = (
    Fault("step down", step_down),
    Fault("kill", kill),
    Fault("shut down", shut_down),
    Fault("pause", pause),
    Fault("cut", cut, on_connections=True),
    Fault("delay", delay, on_connections=True, is_harmless=True),
    Fault("truncate requests", truncate_requests, on_connections=True),
    Fault("truncate replies", truncate_replies, on_connections=True),
    Fault("truncate replies, retryWrites=false", truncate_replies, on_connections=True, options="&retryWrites=false"),
    Fault("split", split, on_connections=True, is_harmless=True),
)
