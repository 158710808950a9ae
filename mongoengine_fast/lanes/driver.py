"""The parts of pymongo, moved about between 4.8 and the newest, that the lanes lean on."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.command_cursor import CommandCursor
from pymongo.common import validate_is_mapping, validate_ok_for_replace, validate_ok_for_update
from pymongo.cursor import Cursor
from pymongo.database import Database

try:  # 4.9 and newer
    from pymongo import helpers_shared as helpers
except ImportError:  # 4.8
    from pymongo import helpers  # type: ignore[no-redef, attr-defined]

try:
    from pymongo.bulk_shared import _merge_command, _raise_bulk_write_error, _Run
except ImportError:
    from pymongo.bulk import (  # type: ignore[no-redef, import-not-found]
        _merge_command,
        _raise_bulk_write_error,
        _Run,
    )

try:
    from pymongo.synchronous import client_session as _sessions
except ImportError:
    from pymongo import client_session as _sessions  # type: ignore[no-redef]

from pymongo import _csot

_BOUND_SESSION = getattr(_sessions, "_SESSION", None)

index_document = helpers._index_document
fields_document = helpers._fields_list_to_dict
check_command_response = helpers._check_command_response
check_write_command_response = helpers._check_write_command_response

__all__ = [
    "Collection",
    "CommandCursor",
    "Database",
    "MongoClient",
    "_Run",
    "_merge_command",
    "_raise_bulk_write_error",
    "bound_session",
    "check_command_response",
    "check_write_command_response",
    "csot_timeout",
    "fields_document",
    "index_document",
    "is_closed",
    "validate_is_mapping",
    "validate_ok_for_replace",
    "validate_ok_for_update",
    "warns_of_no_cursor_timeout",
]

#: The seconds that are left in a ``with pymongo.timeout()`` block, or None.
csot_timeout: Callable[[], float | None] = _csot.TIMEOUT.get

#: Whether a pymongo client was closed. Before 4.9 only its topology knows.
is_closed: Callable[[Any], bool] = attrgetter(
    "_closed" if "_closed" in MongoClient.__init__.__code__.co_names else "_topology._closed"
)


def _no_session() -> Any:
    return None


#: The session a ``with session.bind():`` block has made current (pymongo 4.17 and newer), or None.
bound_session = _BOUND_SESSION.get if _BOUND_SESSION is not None else _no_session

#: Whether this pymongo warns when a find without a session sets ``no_cursor_timeout``: its cursor then asks itself
#: if the session is an explicit one (the name is mangled in 4.8). Newer ones open the session later and say nothing.
warns_of_no_cursor_timeout = any(name.endswith("_explicit_session") for name in Cursor.__init__.__code__.co_names)
