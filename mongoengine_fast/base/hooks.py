"""Which Python hooks of fields the native core may do itself.

The hooks (`to_python`, `to_mongo`, `validate`, `_validate`, ...) are ordinary
methods. For those listed here the native core knows the same operation for
exact common types. A field class that overrides a hook has another function,
which is not listed, and is therefore called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

NATIVE_HOOKS: dict[Callable[..., Any], str] = {}


def register_hooks(cls: type, **ops: str) -> None:
    """Declare what methods defined by a class itself do.

    Args:
        cls: a field class.
        ops: by method name, the name the native core has for the operation.

    Raises:
        KeyError: `cls` only inherits one of the methods.
    """
    for hook, op in ops.items():
        NATIVE_HOOKS[cls.__dict__[hook]] = op
