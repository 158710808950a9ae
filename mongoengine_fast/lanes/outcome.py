"""Inserts of which nobody knows whether they were done: the connection broke, or too few members have the write.

The key that was sent travels with the exception, so that the document can be told: stored again under the same key it
is there once, whatever became of the first attempt.
"""

from __future__ import annotations

from typing import Any

from pymongo.errors import (
    ConfigurationError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteConcernError,
)

_KEY = "_mongoengine_fast_sent"
_NOT_SENT = (ConfigurationError, InvalidOperation, ServerSelectionTimeoutError, WaitQueueTimeoutError)


def is_open(error: BaseException) -> bool:
    """Whether a write that ended with *error* may have been done."""
    if isinstance(error, _NOT_SENT):
        return False
    if isinstance(error, OperationFailure):
        return isinstance(error, WriteConcernError) or error.has_error_label("RetryableWriteError")
    # Other exceptions are of values that cannot be encoded, but for those that end a wait.
    return isinstance(error, (PyMongoError, OSError)) or not isinstance(error, Exception)


def note_sent(error: BaseException, key: Any) -> None:
    """Note on *error* the key of a document that may have been inserted."""
    if key is not None and is_open(error):
        setattr(error, _KEY, key)


def sent_key(error: BaseException) -> Any:
    """Return the key of the document that may have been inserted when *error* was raised, else None."""
    return getattr(error, _KEY, None)
