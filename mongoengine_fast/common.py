"""A registry through which low modules reach classes of higher ones by name.

Modules import only from lower layers. Where a low module still needs a class
of a higher one (a field that builds a generic reference, say), it asks for it
here at call time; the higher module has put it there when it was imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_class_registry_cache: dict[str, type] = {}
_field_list_cache: list[str] = []


def register_classes(classes: Mapping[str, type], *, fields: bool = False) -> None:
    """Make classes available to `_import_class`.

    Args:
        classes: the classes by the name they are asked for.
        fields: whether they are field classes.
    """
    _class_registry_cache.update(classes)
    if fields:
        _field_list_cache.extend(classes)


def _import_class(cls_name: str) -> Any:
    """Return the class registered as `cls_name`.

    Raises:
        ValueError: no module has registered such a class.
    """
    try:
        return _class_registry_cache[cls_name]
    except KeyError:
        raise ValueError(f"No import set for: {cls_name}") from None
