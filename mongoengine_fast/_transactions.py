"""Multi-document transactions: the blocks, and what is tried again when the server asks for it."""

from __future__ import annotations

import functools
import inspect
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pymongo.errors import PyMongoError

from mongoengine_fast._sessions import _local_sessions, forget
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_connection
from mongoengine_fast.errors import MongoEngineException

__all__ = ("run_in_transaction",)

_Function = TypeVar("_Function", bound=Callable[..., Any])

# From the drivers' specification of transactions: how long to go on trying, and how long to wait in between (seconds).
_RETRY_LIMIT = 120.0
_FIRST_WAIT = 0.005
_LONGEST_WAIT = 0.5
_WAIT_GROWTH = 1.5

_TRANSIENT = "TransientTransactionError"
_UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
_MAX_TIME_EXPIRED = 50


class run_in_transaction:
    """Run all operations of a block in one transaction: all of them take effect, or none does.

    ::

        with run_in_transaction():
            source.update(dec__balance=10)
            target.update(inc__balance=10)

    An exception that leaves the block rolls back. What other threads do is not part of the transaction. A block within
    a block has a transaction of its own, which is committed at its own end.

    The commit is repeated while its outcome is unknown. A block cannot be run again, so a conflict with another
    transaction (the error label ``TransientTransactionError``) is raised; a decorated function is run again::

        @run_in_transaction()
        def transfer(source, target, amount): ...

    Args:
        alias: the connection alias; operations on another connection fail inside.
        session_kwargs: for pymongo's `MongoClient.start_session`.
        transaction_kwargs: for pymongo's `ClientSession.start_transaction`.
    """

    __module__ = "mongoengine_fast.context_managers"

    def __init__(
        self,
        alias: str = DEFAULT_CONNECTION_NAME,
        session_kwargs: Mapping[str, Any] | None = None,
        transaction_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        self.alias = alias
        self.session_kwargs = dict(session_kwargs or {})
        self.transaction_kwargs = dict(transaction_kwargs or {})
        self._session: Any = None

    def __enter__(self) -> Any:
        """Begin the transaction and return pymongo's session."""
        if self._session is not None:
            raise RuntimeError("This transaction is open already; a nested one needs a run_in_transaction of its own")
        session = get_connection(self.alias).start_session(**self.session_kwargs)
        try:
            session.start_transaction(**self.transaction_kwargs)
        except BaseException:
            session.end_session()
            raise
        self._session = session
        _local_sessions.append(session)
        return session

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        session, self._session = self._session, None
        _local_sessions.clear_current()
        committed = False
        try:
            # The end of a session rolls back what was not committed.
            with session:
                # The program may have ended the transaction itself.
                if kind is None and session.in_transaction:
                    _commit(session)
                    committed = True
        finally:
            if not committed:
                forget(session)

    def __call__(self, function: _Function) -> _Function:
        """Make *function* run in a transaction, again and again while others get in its way.

        Raises `TypeError` for a coroutine or generator function: calling it runs nothing yet.
        """
        if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
            raise TypeError(f"{function.__qualname__} cannot be run as a whole; use a with block inside it")

        @functools.wraps(function)
        def in_transaction(*args: Any, **kwargs: Any) -> Any:
            return self._repeat(functools.partial(function, *args, **kwargs))

        return in_transaction  # type: ignore[return-value]

    def _repeat(self, function: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + _RETRY_LIMIT
        wait = _FIRST_WAIT
        while True:
            try:
                with run_in_transaction(self.alias, self.session_kwargs, self.transaction_kwargs):
                    return function()
            except Exception as error:
                # Within another block the conflict may be with that one, which would never end.
                if _local_sessions.get_current() is not None or not _is_transient(error):
                    raise
                pause = random.random() * wait
                if time.monotonic() + pause > deadline:
                    raise
            time.sleep(pause)
            wait = min(wait * _WAIT_GROWTH, _LONGEST_WAIT)


def _commit(session: Any) -> None:
    """Commit, and repeat it while nobody knows whether it happened: that is safe."""
    deadline = time.monotonic() + _RETRY_LIMIT
    while True:
        try:
            session.commit_transaction()
            return
        except PyMongoError as error:
            unknown = error.has_error_label(_UNKNOWN_COMMIT) and not _time_expired(error)
            if not unknown or time.monotonic() > deadline:
                raise


def _time_expired(error: Any) -> bool:
    """Whether the commit took longer than ``max_commit_time_ms`` allows, so that repeating it would as well."""
    if getattr(error, "code", None) == _MAX_TIME_EXPIRED:
        return True
    details = getattr(error, "details", None) or {}
    return bool((details.get("writeConcernError") or {}).get("code") == _MAX_TIME_EXPIRED)


def _is_transient(error: BaseException | None) -> bool:
    """Whether the server wants the whole transaction to be run again; our errors stand for the driver's below them."""
    while isinstance(error, MongoEngineException):
        error = error.__cause__ or error.__context__
    return isinstance(error, PyMongoError) and error.has_error_label(_TRANSIENT)
