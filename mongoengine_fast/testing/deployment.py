"""Deployments: what a program connects to."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pymongo import MongoClient

from mongoengine_fast.testing.errors import MongodStartError
from mongoengine_fast.testing.member import Member

URI_VARIABLE = "MONGODB_URI"
_D = TypeVar("_D", bound="Deployment")


class Deployment(ABC):
    """Something with a URI that can be started and stopped; a context manager that does both."""

    @property
    @abstractmethod
    def uri(self) -> str:
        """The URI to connect with; it names no database."""

    @abstractmethod
    def start(self) -> None:
        """Start it and wait until it is ready.  Does nothing when it is running."""

    @abstractmethod
    def stop(self) -> None:
        """End every process and remove all data.  Harmless when it has been stopped before."""

    def client(self, **options: Any) -> MongoClient[dict[str, Any]]:
        """A new client for the whole deployment; the caller closes it."""
        return MongoClient(self.uri, **options)

    def __enter__(self: _D) -> _D:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class External(Deployment):
    """A server that someone else runs, as named by ``MONGODB_URI``.  `stop` leaves it alone."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    @property
    def uri(self) -> str:
        """The URI as it was given."""
        return self._uri

    def start(self) -> None:
        """Check that the server answers.  Raises MongodStartError when it does not."""
        try:
            with self.client(serverSelectionTimeoutMS=10_000) as client:
                client.admin.command("ping")
        except Exception as error:
            raise MongodStartError(f"the server named by {URI_VARIABLE} does not answer: {error}") from error

    def stop(self) -> None:
        """Nothing: whoever started the server stops it."""


class Standalone(Deployment):
    """A single ``mongod`` without a replica set, started by this process.

    `port` 0 takes a free one.  `journal` False drops the journal, for benchmarks that must not wait for a disk.
    `test_commands` allows ``failCommand`` and its like.  `arguments` are added to the command line.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        journal: bool = True,
        test_commands: bool = False,
        arguments: Sequence[str] = (),
        mongod: Path | None = None,
        timeout: float = 60.0,
    ) -> None:
        extra = ("--setParameter", "enableTestCommands=1") if test_commands else ()
        self.member = Member(port=port, arguments=(*extra, *arguments), journal=journal, mongod=mongod, timeout=timeout)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.uri}>"

    @property
    def port(self) -> int:
        """The TCP port."""
        return self.member.port

    @property
    def uri(self) -> str:
        """``mongodb://127.0.0.1:PORT``."""
        return f"mongodb://{self.member.address}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.member.start()

    def stop(self) -> None:
        """Stop the server and remove its data."""
        self.member.stop()


def start_mongod(*, journal: bool = True) -> Deployment:
    """Return a running standalone server: the one of ``MONGODB_URI`` if that is set, else one started here.

    The caller stops it, or uses it as a context manager; it is stopped when the process ends in any case.
    Raises MongodNotFound or MongodStartError.
    """
    uri = os.environ.get(URI_VARIABLE)
    deployment: Deployment = External(uri) if uri else Standalone(journal=journal)
    deployment.start()
    return deployment
