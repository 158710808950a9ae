"""A registry through which low modules reach classes of higher ones by name.

Modules import only from lower layers. Where a low module still needs a class
of a higher one (a field that builds a generic reference, say), it asks for it
here at call time; the higher module has said when it was imported that it has
such a class.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

_class_registry_cache: dict[str, Any] = {}
_field_list_cache: list[str] = []

# The modules that have classes, with the names of those. The fields' module is by itself: which names it answers
# to stands in `_field_list_cache`, where programs find it.
_providers: list[tuple[str, Sequence[str]]] = []
_field_provider: list[tuple[str, Sequence[str]]] = []


def provide_classes(module: str, names: Sequence[str], *, fields: bool = False) -> None:
    """Make classes of a module available to `_import_class`.

    Args:
        module: name of the module; its attributes are read when a class is first asked for.
        names: the names of the classes.
        fields: whether they are field classes.
    """
    (_field_provider if fields else _providers).append((module, names))


def _import_class(cls_name: str) -> Any:
    """Return the class of the package called `cls_name`.

    Raises:
        ValueError: no module has such a class.
    """
    try:
        return _class_registry_cache[cls_name]
    except KeyError:
        pass
    if not _field_list_cache:
        _field_list_cache.extend(name for _, names in _field_provider for name in names)
    for module, names in (*_providers, *((module, _field_list_cache) for module, _ in _field_provider)):
        if cls_name in names:
            _class_registry_cache.update((name, getattr(sys.modules[module], name)) for name in names)
            return _class_registry_cache[cls_name]
    raise ValueError(f"No import set for: {cls_name}")
