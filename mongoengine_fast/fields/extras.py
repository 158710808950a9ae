"""Packages that few programs need: `dateutil` for dates in strings, Pillow for images, `gridfs` for files.

A name is None where its package is not installed. They are imported when somebody asks for them: that takes longer
than everything of ours.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Names that are there once somebody asks for them.
LAZY = ("Image", "ImageOps", "LANCZOS", "dateutil", "gridfs")


def __getattr__(name: str) -> Any:
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = _FINDERS.get(name, _pillow)()
    globals().update(found)
    return found[name]


def _dateutil() -> dict[str, Any]:
    try:
        import_module("dateutil.parser")
    except ImportError:
        return {"dateutil": None}
    return {"dateutil": import_module("dateutil")}


def _gridfs() -> dict[str, Any]:
    return {"gridfs": import_module("gridfs")}


def _pillow() -> dict[str, Any]:
    try:
        image, operations = import_module("PIL.Image"), import_module("PIL.ImageOps")
    except ImportError:
        return {"Image": None, "ImageOps": None, "LANCZOS": None}
    # The filters moved into an enumeration in Pillow 9.1.
    return {"Image": image, "ImageOps": operations, "LANCZOS": getattr(image, "Resampling", image).LANCZOS}


_FINDERS = {"dateutil": _dateutil, "gridfs": _gridfs}
