"""MongoEngine's interface on a Rust core: ``import mongoengine_fast as mongoengine``.

All of MongoEngine's public names are here, and its module paths below. On top of them there are
`install_as_mongoengine` (the same for programs that cannot be edited), `lanes` (how the data travels) and, imported
on first use, `testing`.
"""

from typing import Any as _Any

# `_interpreter` has to be the first: where the native core cannot work it says so.
from mongoengine_fast import _interpreter
from mongoengine_fast._version import VERSION, __version__, get_version

try:
    import mongoengine_fast._native as _native
except ImportError as _error:
    raise ImportError(
        f"mongoengine_fast cannot load its native core, mongoengine_fast._native ({_error}). "
        "Install a wheel for this platform and Python version, or build the core in a checkout with "
        "`maturin develop --release`."
    ) from _error

# `base` has to be the first: it loads the layers in their order.
from mongoengine_fast import (
    base,
    common,
    connection,
    dereference,
    document,
    errors,
    fields,
    lanes,
    queryset,
    signals,
)
from mongoengine_fast.alias import install_as_mongoengine
from mongoengine_fast.connection import *
from mongoengine_fast.document import *
from mongoengine_fast.errors import *
from mongoengine_fast.fields import *
from mongoengine_fast.queryset import *
from mongoengine_fast.signals import *

__all__ = (
    list(document.__all__)
    + list(fields.__all__)
    + list(connection.__all__)
    + list(queryset.__all__)
    + list(signals.__all__)
    + list(errors.__all__)
)


base.assembly.present_as(__name__, get_version)


def _warn_of_debug_build() -> None:
    """Say that the native core was built without optimisation, unless the developer knows."""
    import os
    import warnings

    if getattr(_native, "__debug_build__", False) and os.environ.get("MONGOENGINE_FAST_ALLOW_DEBUG") != "1":
        warnings.warn(
            "mongoengine_fast's native core is a debug build, many times slower than a release build. Build it with "
            "`maturin develop --release`, or set MONGOENGINE_FAST_ALLOW_DEBUG=1 to silence this.",
            RuntimeWarning,
            stacklevel=3,
        )


_warn_of_debug_build()


def __getattr__(name: str) -> _Any:
    # Test helpers are of no use to a running application, so they wait until someone asks.
    if name == "testing":
        import importlib

        return importlib.import_module(f"{__name__}.testing")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), "testing"})
