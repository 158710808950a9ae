"""The pymongo sessions that operations run in, without being told: the innermost `run_in_transaction` block's."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

__all__ = (
    "_clear_session",
    "_get_session",
    "_local_sessions",
    "_set_session",
    "forget",
    "open_sessions",
    "session_option",
    "when_rolled_back",
)

# A context variable, not a thread's: tasks of an event loop take turns on one thread, and each has its own blocks.
_open_sessions: ContextVar[tuple[Any, ...]] = ContextVar("mongoengine_sessions", default=())


class _LocalSessions:
    """The sessions of the blocks that are open here, the innermost last.

    Every thread and every task starts without any, except where Python copies the context (`asyncio.to_thread`).
    """

    def append(self, session: Any) -> None:
        """Make a session the current one."""
        _open_sessions.set((*_open_sessions.get(), session))

    def get_current(self) -> Any:
        """Return the innermost session, or None."""
        sessions = _open_sessions.get()
        return sessions[-1] if sessions else None

    def clear_current(self) -> None:
        """Go back to the session outside the innermost one."""
        _open_sessions.set(_open_sessions.get()[:-1])

    def clear_all(self) -> None:
        """Forget all sessions."""
        _open_sessions.set(())


_local_sessions = _LocalSessions()
#: The sessions themselves, for those who are in a hurry.
open_sessions = _open_sessions.get
_set_session = _local_sessions.append
_get_session = _local_sessions.get_current
_clear_session = _local_sessions.clear_current


# What was done on the strength of a session's writes, and is to be undone if they do not last.
_undoing: WeakKeyDictionary[Any, list[Callable[[], None]]] = WeakKeyDictionary()


def when_rolled_back(undo: Callable[[], None]) -> None:
    """Have *undo* called if the current transaction is not committed; outside of transactions nothing happens."""
    session = _get_session()
    if session is not None:
        _undoing.setdefault(session, []).append(undo)


def forget(session: Any) -> None:
    """Undo what relied on the writes of a session, which did not last."""
    for undo in _undoing.pop(session, ()):
        undo()


def session_option() -> dict[str, Any]:
    """Return the current session as a keyword argument; nothing outside of transactions.

    Clients that only look like pymongo's need not know the argument.
    """
    session = _get_session()
    return {} if session is None else {"session": session}
