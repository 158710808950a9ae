"""The same program on MongoEngine, and on the native and the pymongo lane of mongoengine_fast."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from mongoengine_fast import lanes
from tests.base.both_sides import fresh_classes

STOCK, NATIVE, RAW = "MongoEngine", "native lane", "pymongo lane"

# What the client sees of the servers, and the command, which the server quotes with its session.
_OF_THE_CLIENT = re.compile(r"Topology Description: .*|to execute command .*", re.DOTALL)


@dataclass
class Seen:
    """What became of a program."""

    value: Any = None
    error: Any = None
    text: str = ""
    #: Why the native lane was left, by number of operations.
    reasons: dict[str, int] = field(default_factory=dict)


def on_three_sides(program: Callable[[Any], Any], uri: str, **options: Any) -> dict[str, Seen]:
    """Connect with *options* and run *program* with the document class on each side."""
    return {name: _on_one(name, program, uri, options) for name in (STOCK, NATIVE, RAW)}


def _on_one(name: str, program: Callable[[Any], Any], uri: str, options: dict[str, Any]) -> Seen:
    me = importlib.import_module("mongoengine" if name == STOCK else "mongoengine_fast")
    seen = Seen()
    with fresh_classes(me.__name__), lanes.force("pymongo") if name == RAW else nullcontext():

        class Thing(me.Document):  # type: ignore[misc,name-defined]
            name = me.StringField()
            meta = {"auto_create_index": False}

        lanes.reset()
        me.connect("sides", host=uri, uuidRepresentation="standard", **options)
        try:
            seen.value = program(Thing)
        except Exception as error:
            cause = error.__context__ if type(error).__module__.startswith("mongoengine") else error
            seen.error = type(error).__name__, type(cause).__name__, getattr(cause, "code", None)
            seen.text = _OF_THE_CLIENT.sub("", str(error))
        finally:
            seen.reasons = lanes.report()["reasons"] if name == NATIVE else {}
            me.disconnect()
    return seen
