"""Replica sets, with the means to make them fail."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from bson.timestamp import Timestamp
from pymongo import MongoClient
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from mongoengine_fast.testing.deployment import Deployment
from mongoengine_fast.testing.errors import MongodStartError, TestingError
from mongoengine_fast.testing.member import Member

_ELECTION_TIMEOUT_MS = 1500
_HEARTBEAT_MS = 300
_POLL = 0.05
_IMPATIENT_MS = 800
_T = TypeVar("_T")


class ReplicaSet(Deployment):
    """A replica set of `members` processes on this machine: 1 for transactions, 3 for failover.

    Elections take about two seconds instead of ten.  `test_commands` allows ``failCommand`` and its like.
    """

    def __init__(
        self,
        members: int = 1,
        *,
        name: str = "rs0",
        test_commands: bool = False,
        arguments: Sequence[str] = (),
        mongod: Path | None = None,
        timeout: float = 90.0,
    ) -> None:
        if members < 1:
            raise ValueError("a replica set has at least one member")
        extra = ("--setParameter", "enableTestCommands=1") if test_commands else ()
        command = ("--replSet", name, "--oplogSize", "64", *extra, *arguments)
        self.name = name
        self.members = [
            Member(arguments=command, cache_gb=0.25, mongod=mongod, timeout=timeout) for _ in range(members)
        ]
        self._timeout = timeout
        self._initiated = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.uri}>"

    @property
    def uri(self) -> str:
        """The URI with every member and the name of the set."""
        return f"mongodb://{','.join(member.address for member in self.members)}/?replicaSet={self.name}"

    def start(self) -> None:
        """Start every member that is not running, initiate the set the first time, and wait for a primary."""
        with ThreadPoolExecutor(len(self.members)) as pool:
            list(pool.map(Member.start, self.members))
        new = not self._initiated
        if new:
            self._initiate()
            self._initiated = True
        self.wait_for_primary()
        self.wait_for_secondaries()
        if new and len(self.members) > 1:
            self._settle()

    def _initiate(self) -> None:
        config = {
            "_id": self.name,
            "members": [{"_id": number, "host": member.address} for number, member in enumerate(self.members)],
            "settings": {"electionTimeoutMillis": _ELECTION_TIMEOUT_MS, "heartbeatIntervalMillis": _HEARTBEAT_MS},
        }
        with self.members[0].client() as client:
            client.admin.command("replSetInitiate", config)

    def _settle(self) -> None:
        """Wait until every member has a majority-committed state on disk.

        A member that loses its primary before that has nothing to roll back to, and aborts (server code 31049).
        """

        def noted() -> Any:
            primary = self.primary()
            if primary is None:
                return None
            try:
                with _impatient(primary) as client:
                    return client.admin.command("appendOplogNote", data={"started": self.name})["operationTime"]
            except PyMongoError:
                return None  # an early election: ask the next primary

        operation_time = self._wait(noted, "a primary took a write", None)

        def committed() -> bool | None:
            return all(_committed(member) >= operation_time for member in self.members) or None

        self._wait(committed, "every member knew a write of the majority", None)
        for member in self.members:
            with member.client() as client:
                client.admin.command("fsync")

    def stop(self) -> None:
        """Stop every member and remove all data."""
        for member in self.members:
            member.stop()
        self._initiated = False

    def primary(self) -> Member | None:
        """The member that is primary and writable at this moment, or None."""
        return next((member for member in self.members if _hello(member).get("isWritablePrimary")), None)

    def secondaries(self) -> list[Member]:
        """The members that are secondaries at this moment."""
        return [member for member in self.members if _hello(member).get("secondary")]

    def wait_for_primary(self, *, other_than: Member | None = None, timeout: float | None = None) -> Member:
        """Wait until there is a primary (a different one than `other_than`) and return it.

        Raises MongodStartError after `timeout` seconds, with the tail of a member's log.
        """

        def found() -> Member | None:
            primary = self.primary()
            return primary if primary is not other_than else None

        return self._wait(found, "a primary was elected", timeout)

    def wait_for_secondaries(self, *, timeout: float | None = None) -> list[Member]:
        """Wait until every running member that is not primary is a secondary, and return those."""

        def found() -> list[Member] | None:
            expected = sum(member.running for member in self.members) - 1
            secondaries = self.secondaries()
            return secondaries if len(secondaries) >= expected else None

        return self._wait(found, "every other member was a secondary", timeout)

    def step_down(self, *, seconds: int = 30) -> Member:
        """Make the primary step down for `seconds`, wait for its successor and return that (one member: itself)."""
        old = self.wait_for_primary()
        alone = len(self.members) == 1
        with old.client() as client:
            try:
                client.admin.command(
                    "replSetStepDown",
                    1 if alone else seconds,
                    secondaryCatchUpPeriodSecs=0 if alone else min(5, seconds - 1),
                    force=True,
                )
            except AutoReconnect:
                pass  # the server may cut the connection that asked
            except OperationFailure as error:
                raise TestingError(f"the primary does not step down: {error}\n{old.log_tail()}") from error
        return self.wait_for_primary(other_than=None if alone else old)

    def _wait(self, look: Callable[[], _T | None], what: str, timeout: float | None) -> _T:
        limit = self._timeout if timeout is None else timeout
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            found = look()
            if found is not None:
                return found
            time.sleep(_POLL)
        logs = "\n".join(f"--- {member!r}\n{member.log_tail(8)}" for member in self.members)
        raise MongodStartError(f"replica set {self.name}: not within {limit:g} s that {what}\n{logs}")


def _hello(member: Member) -> dict[str, Any]:
    if not member.running:
        return {}
    try:
        with _impatient(member) as client:
            return dict(client.admin.command("hello"))
    except PyMongoError:
        return {}


def _committed(member: Member) -> Timestamp:
    """The newest write that `member` knows to be on a majority of the members."""
    try:
        with _impatient(member) as client:
            committed: Timestamp = client.admin.command("replSetGetStatus")["optimes"]["lastCommittedOpTime"]["ts"]
            return committed
    except PyMongoError:
        return Timestamp(0, 0)


def _impatient(member: Member) -> MongoClient[dict[str, Any]]:
    return member.client(
        serverSelectionTimeoutMS=_IMPATIENT_MS, connectTimeoutMS=_IMPATIENT_MS, socketTimeoutMS=_IMPATIENT_MS
    )
