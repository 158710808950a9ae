"""How many operations went down which lane, and why."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

NATIVE = "native"
PYMONGO = "pymongo"
PYTHON = "python"

#: Operations by name, lane and reason.
counts: dict[tuple[str, str, str], int] = {}
#: The lanes forced by the open `force` blocks, the innermost last; None forces nothing.
forced_lanes: list[str | None] = [os.environ.get("MONGOENGINE_FAST_LANE") or None]


def count(operation: str, lane: str, reason: str) -> None:
    """Note one operation. Called once for every choice; *reason* is ``""`` on the native lane."""
    key = (operation, lane, reason)
    counts[key] = counts.get(key, 0) + 1


def report() -> dict[str, Any]:
    """Return the choices made so far.

    Returns a dict: ``operations`` maps an operation to ``{lane: count}``, ``lanes`` maps a lane to its total,
    ``reasons`` maps each reason for leaving the native lane to its count, ``native_share`` is a float from 0 to 1.
    """
    operations: dict[str, dict[str, int]] = {}
    lanes: dict[str, int] = {NATIVE: 0, PYMONGO: 0, PYTHON: 0}
    reasons: dict[str, int] = {}
    for (operation, lane, reason), number in list(counts.items()):
        if not number:
            continue
        row = operations.setdefault(operation, {})
        row[lane] = row.get(lane, 0) + number
        lanes[lane] += number
        if reason:
            reasons[reason] = reasons.get(reason, 0) + number
    total = sum(lanes.values())
    return {
        "lanes": lanes,
        "operations": operations,
        "reasons": reasons,
        "native_share": lanes[NATIVE] / total if total else 0.0,
    }


def reset() -> None:
    """Forget every count."""
    counts.clear()


def forced() -> str | None:
    """Return the lane that is forced now (``"pymongo"``), or None."""
    return forced_lanes[-1]


@contextlib.contextmanager
def force(lane: str | None) -> Iterator[None]:
    """Send every operation of the block down one lane, in all threads.

    :param lane: ``"pymongo"`` keeps off the native lane; None lifts an outer force.
    """
    if lane not in (None, NATIVE, PYMONGO):
        raise ValueError(f"unknown lane {lane!r}; choose 'pymongo' or None")
    forced_lanes.append(None if lane == NATIVE else lane)
    try:
        yield
    finally:
        forced_lanes.pop()


def move(operation: str, reason: str) -> None:
    """Recount the last native *operation* as one that pymongo carried, for *reason*."""
    native = (operation, NATIVE, "")
    counts[native] = counts.get(native, 1) - 1
    count(operation, PYMONGO, reason)
