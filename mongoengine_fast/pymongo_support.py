"""What differs between pymongo's interface and the one MongoEngine promises."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pymongo
from bson import binary, json_util
from pymongo.errors import OperationFailure  # noqa: F401  programs look for it here

from mongoengine_fast._sessions import session_option

PYMONGO_VERSION: tuple[int | str, ...] = tuple(pymongo.version_tuple[:2])

LEGACY_JSON_OPTIONS = json_util.LEGACY_JSON_OPTIONS.with_options(
    uuid_representation=binary.UuidRepresentation.PYTHON_LEGACY,
)


def count_options(
    skip: int | None = None,
    limit: int | None = None,
    hint: Any = None,
    collation: Any = None,
) -> dict[str, Any]:
    """Return the keyword arguments of pymongo's `count_documents` that are in use.

    Args:
        skip, limit: in documents; None leaves the option out.
        hint: an index; None and -1 mean that none is imposed.
        collation: None leaves the option out.
    """
    options = {"skip": skip, "limit": limit, "collation": collation}
    options = {name: value for name, value in options.items() if value is not None}
    if hint not in (-1, None):
        options["hint"] = hint
    return options


def count_documents(
    collection: Any,
    filter: Mapping[str, Any],
    skip: int | None = None,
    limit: int | None = None,
    hint: Any = None,
    collation: Any = None,
) -> int:
    """Count the documents of a collection that match a filter.

    With neither filter nor option the server answers from the collection's
    metadata, which is quick, but an estimate after an unclean shutdown or on a
    sharded cluster.

    Raises:
        pymongo.errors.OperationFailure: the server rejects the filter (`$where`
            and `$near` cannot be counted).
    """
    # The server rejects a limit of 0, where pymongo's cursors take it as "no limit".
    if limit == 0:
        return 0
    options = {**count_options(skip, limit, hint, collation), **session_option()}
    if not filter and not options:
        return collection.estimated_document_count()
    return collection.count_documents(filter=filter, **options)


def list_collection_names(db: Any, include_system_collections: bool = False) -> list[str]:
    """Return the names of a database's collections, by default without `system.*`."""
    names = db.list_collection_names()
    if include_system_collections:
        return names
    return [name for name in names if not name.startswith("system.")]


def with_json_options(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Fall back to the legacy JSON options, with a warning, when the caller named none."""
    if "json_options" not in kwargs:
        warnings.warn(
            "No 'json_options' are specified! Falling back to "
            "LEGACY_JSON_OPTIONS with uuid_representation=PYTHON_LEGACY. "
            "For use with other MongoDB drivers specify the UUID "
            "representation to use. This will be changed to "
            "uuid_representation=UNSPECIFIED in a future release.",
            DeprecationWarning,
            # As upstream: the method of ours that was called, in a library, so that it is silent unless asked for.
            stacklevel=2,
        )
        kwargs["json_options"] = LEGACY_JSON_OPTIONS
    return kwargs
