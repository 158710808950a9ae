"""Dicts that a program inserts instead of documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mongoengine_fast import lanes, signals
from mongoengine_fast.base.common import get_document
from mongoengine_fast.errors import OperationError, ValidationError


def checked_rows(queryset: Any, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, Any]:
    """Return what can be inserted for *rows*, which are dicts by position: as documents of the class would be stored.

    Raises:
        FieldDoesNotExist, OperationError, ValidationError: as `validated_documents`.
    """
    document = queryset._document
    if any(getattr(signal, "receivers", True) for signal in (signals.pre_bulk_insert, signals.post_bulk_insert)):
        # They are sent documents.
        return validated_documents(document, rows)
    encoded = lanes.encode_rows(queryset._collection, document, list(rows.values()))
    made = {position: row for position, row in zip(rows, encoded, strict=False) if row is not None}
    if len(made) < len(rows):
        others = {position: row for position, row in rows.items() if position not in made}
        made.update(validated_documents(document, others, valid=len(made)))
    return made


def validated_documents(document: Any, rows: Mapping[int, Mapping[str, Any]], valid: int = 0) -> dict[int, Any]:
    """Make documents of *rows* and validate them; *valid* others have been found to be so.

    Raises:
        FieldDoesNotExist: a dict has a key that is no field.
        OperationError: a dict names a class that is not derived from *document*.
        ValidationError: some are not valid; its `errors` are by position.
    """
    made = {position: _made(document, row) for position, row in rows.items()}
    each_valid(made, lambda doc: doc.validate(), valid)
    return made


def each_valid(docs: Mapping[int, Any], check: Callable[[Any], Any], valid: int = 0) -> dict[int, Any]:
    """Return what *check* returns for each document, by position; *valid* others are so.

    Raises:
        ValidationError: it raised that for some of them; its `errors` are by position.
    """
    checked: dict[int, Any] = {}
    invalid: dict[int, ValidationError] = {}
    for position, doc in docs.items():
        try:
            checked[position] = check(doc)
        except ValidationError as error:
            invalid[position] = error
    if invalid:
        raise ValidationError(f"{len(invalid)} of {len(docs) + valid} documents are not valid", errors=invalid)
    return checked


def trusted_rows(document: Any, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return copies of *rows* as they will be stored: with the class where the collection holds several."""
    if "_cls" not in document._fields:
        return {position: dict(row) for position, row in rows.items()}
    return {position: {"_cls": document._class_name, **row} for position, row in rows.items()}


def _made(document: Any, row: Mapping[str, Any]) -> Any:
    cls = document
    if type(row) is dict and row.keys() <= cls._fields.keys() and "_cls" not in row:
        return cls(**row)
    if "_cls" in row:
        cls = get_document(row["_cls"])
        if not issubclass(cls, document):
            raise OperationError(f"Some documents inserted aren't instances of {document}")
    names, stored = cls._fields, cls._reverse_db_field_map
    values = {key if key in names else stored.get(key, key): value for key, value in row.items() if key != "_cls"}
    return cls(**values)
