"""A write that waits for a majority while its primary steps down: done, but not acknowledged, and to be retried."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mongoengine_fast.testing import ReplicaSet
from tests.faults.scene import OURS, STOCK, recover
from tests.faults.sides import connected

pytestmark = pytest.mark.faults
#: Monitors look every few seconds and are not told of changes, so that it is the write which learns of the step-down.
POLLING = "serverMonitoringMode=poll&heartbeatFrequencyMS=4000&w=majority&serverSelectionTimeoutMS=20000"


@pytest.fixture(params=[OURS, STOCK])
def models(request: pytest.FixtureRequest, replica_set: ReplicaSet) -> Iterator[Any]:
    """Documents of one of the packages."""
    recover(replica_set)
    with connected(request.param, f"{replica_set.uri}&{POLLING}") as found:
        yield found


def interrupted(replica_set: ReplicaSet, write: Callable[[], Any]) -> list[BaseException]:
    """Have the primary step down while `write` waits for the others, and these go on; return what was raised."""
    primary, others = replica_set.wait_for_primary(), replica_set.wait_for_secondaries()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            write()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    try:
        for member in others:
            member.pause()
        thread.start()
        time.sleep(0.5)
        with primary.client() as client:
            client.admin.command("replSetStepDown", 3, secondaryCatchUpPeriodSecs=0, force=True)
    finally:
        for member in others:
            member.resume()
    thread.join(30)
    assert not thread.is_alive()
    return raised


def test_a_retry_waits_for_the_next_primary(replica_set: ReplicaSet, models: Any) -> None:
    item = models.Item(key="a")
    assert interrupted(replica_set, item.save) == []
    assert [stored["key"] for stored in models.Item._get_collection().find()] == ["a"]
    assert models.Item.objects.get().pk == item.pk


def test_what_is_not_retried_raises(replica_set: ReplicaSet, models: Any) -> None:
    models.Item(key="a").save()
    raised = interrupted(replica_set, lambda: models.Item.objects.update(inc__value=1))
    assert [type(error).__name__ for error in raised] == ["OperationError"]
    assert models.Item.objects.get().value in (0, 1)


@pytest.mark.parametrize("models", [OURS], indirect=True)
def test_ctrl_c_while_a_document_is_saved(replica_set: ReplicaSet, models: Any) -> None:
    """The insert is done and waits for the majority: saved again, the document is there once."""
    item = models.Item(key="a")
    secondaries = replica_set.wait_for_secondaries()
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for member in secondaries:
            member.pause()
        signal.setitimer(signal.ITIMER_REAL, 0.7)
        with pytest.raises(KeyboardInterrupt):
            item.save()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        for member in secondaries:
            member.resume()
    assert item.pk is not None and item._created
    replica_set.wait_for_primary()
    item.save()
    assert [stored["key"] for stored in models.Item._get_collection().find()] == ["a"]
