"""Every exception MongoEngine itself raises.

Errors of the server and of the network stay `pymongo.errors`; the classes
below are about models, queries and documents.
"""

from __future__ import annotations

from typing import Any

__all__ = (
    "BulkWriteError",
    "DeprecatedError",
    "DoesNotExist",
    "FieldDoesNotExist",
    "InvalidDocumentError",
    "InvalidQueryError",
    "LookUpError",
    "MultipleObjectsReturned",
    "NotRegistered",
    "NotUniqueError",
    "OperationError",
    "SaveConditionError",
    "ValidationError",
)


class MongoEngineException(Exception):
    """Common ancestor of the errors that are not `ValidationError` or `LookUpError`."""


class NotRegistered(MongoEngineException):
    """A document class was asked for by a name that no imported class has."""


class InvalidDocumentError(MongoEngineException):
    """A document class is declared wrongly, or stored data does not fit its class."""


class LookUpError(AttributeError):
    """A dotted field path names something the model does not have."""


class DoesNotExist(MongoEngineException):
    """A query or a reference that must find a document found none."""


class MultipleObjectsReturned(MongoEngineException):
    """A query that must find exactly one document found several."""


class InvalidQueryError(MongoEngineException):
    """A query cannot be expressed: unknown field, operator or value."""


class OperationError(MongoEngineException):
    """The database refused an operation."""


class NotUniqueError(OperationError):
    """A write would break a unique index."""


class BulkWriteError(OperationError):
    """Some of the writes of a bulk operation failed.

    Attributes:
        details: pymongo's account of it where there is one: counts, ``writeErrors``, ``writeConcernErrors``.
        errors: from `bulk_save` and `bulk_write`, what the server said of each write that failed, by its position
            in what was given (dicts with ``code``, ``errmsg`` and more).
    """

    def __init__(self, *args: Any, details: dict[str, Any] | None = None, errors: dict[int, Any] | None = None) -> None:
        super().__init__(*args)
        self.details = {} if details is None else details
        self.errors = {} if errors is None else errors


class SaveConditionError(OperationError):
    """`save(save_condition=...)` matched no stored document."""


class FieldDoesNotExist(MongoEngineException):
    """A value was given for a field that the document class does not declare.

    Documents with ``meta = {"strict": False}`` ignore unknown fields when they
    are loaded, instead of raising this.
    """


class ValidationError(AssertionError):
    """A value is not acceptable for its field, or a document for its class.

    Args:
        message: what is wrong.
        errors: for a container or a document, the errors of its parts by field
            name or index (values are `ValidationError`, other exceptions,
            nested dicts or strings).
        field_name: the field that was validated.
    """

    errors: Any = {}
    field_name: str | None = None
    _message: Any = None

    def __init__(self, message: Any = "", **kwargs: Any) -> None:
        super().__init__(message)
        self.errors = kwargs.get("errors", {})
        self.field_name = kwargs.get("field_name")
        self.message = message

    def __str__(self) -> str:
        return str(self.message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message},)"

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        # Done here rather than in the property, so that a subclass with its
        # own `message` still reports the errors of its parts.
        return self._with_details(value) if name == "message" else value

    def _with_details(self, message: Any) -> Any:
        if self.field_name:
            message = "%s" % message  # noqa: UP031
        if self.errors:
            message = f"{message}({self._format_errors()})"
        return message

    def _get_message(self) -> Any:
        return self._message

    def _set_message(self, message: Any) -> None:
        self._message = message

    message = property(_get_message, _set_message)

    def to_dict(self) -> dict[Any, Any]:
        """Return the errors of the parts as plain data.

        Returns:
            A dict keyed by field name or index; a value is the message of that
            part, or a dict of the same form for a nested document or list.
            Empty when the error concerns a single value.
        """
        return _plain_errors(self.errors) if self.errors else {}

    def _format_errors(self) -> str:
        """Return the errors of the parts on one line, the parts grouped by message."""
        parts: dict[str, list[Any]] = {}
        for part, error in self.to_dict().items():
            parts.setdefault(_flat_message(error), []).append(part)
        return " ".join(f"{message}: {names}" for message, names in parts.items())


def _plain_errors(source: Any) -> Any:
    """Turn errors, nested in dicts or in each other, into dicts of strings."""
    while isinstance(source, ValidationError) and source.errors:
        source = source.errors
    if isinstance(source, dict):
        return {part: _plain_errors(error) for part, error in source.items()}
    return str(source)


def _flat_message(error: Any, prefix: Any = "") -> str:
    """Write a (nested) message of `ValidationError.to_dict` on one line."""
    if isinstance(error, list):
        error = " ".join(_flat_message(item) for item in error)
    elif isinstance(error, dict):
        error = " ".join(_flat_message(item, part) for part, item in error.items())
    return f"{prefix}.{error}" if prefix else error


class DeprecatedError(MongoEngineException):
    """The program relies on something that is no longer supported."""
