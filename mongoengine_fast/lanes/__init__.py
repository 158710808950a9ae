"""The one road to the data: each operation goes down the native, the pymongo or the python lane.

Call this package (``mongoengine_fast.lanes()``) for the report of the lanes taken.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from mongoengine_fast import connection
from mongoengine_fast.lanes.bulk import bulk_write
from mongoengine_fast.lanes.choice import count_foreign, is_foreign, is_raised_by_hook, mark_as_raised_by_hook
from mongoengine_fast.lanes.counters import force, report, reset
from mongoengine_fast.lanes.cursor import LaneCursor
from mongoengine_fast.lanes.find_and_modify import find_one_and_delete, find_one_and_replace, find_one_and_update
from mongoengine_fast.lanes.options import release
from mongoengine_fast.lanes.outcome import sent_key
from mongoengine_fast.lanes.reads import (
    aggregate,
    count_documents,
    distinct,
    estimated_document_count,
    find,
    find_one,
)
from mongoengine_fast.lanes.statements import (
    Insert,
    Statement,
    Update,
    change_encoder,
    encode_rows,
    prepare_changes,
    update_encoder,
)
from mongoengine_fast.lanes.writes import (
    delete_many,
    delete_one,
    insert_many,
    insert_one,
    replace_one,
    update_many,
    update_one,
)

__all__ = [
    "Insert",
    "LaneCursor",
    "Statement",
    "Update",
    "aggregate",
    "bulk_write",
    "change_encoder",
    "count_documents",
    "count_foreign",
    "delete_many",
    "delete_one",
    "distinct",
    "encode_rows",
    "estimated_document_count",
    "find",
    "find_one",
    "find_one_and_delete",
    "find_one_and_replace",
    "find_one_and_update",
    "force",
    "insert_many",
    "insert_one",
    "is_foreign",
    "is_raised_by_hook",
    "mark_as_raised_by_hook",
    "prepare_changes",
    "release",
    "replace_one",
    "report",
    "reset",
    "sent_key",
    "update_encoder",
    "update_many",
    "update_one",
]


class _Lanes(types.ModuleType):
    """A package that answers a call with its report."""

    def __call__(self) -> dict[str, Any]:
        """Return :func:`report`."""
        return report()


sys.modules[__name__].__class__ = _Lanes

connection._on_client_closed.append(release)
