"""Checks of GeoJSON coordinates: the methods of `GeoJsonBaseField`, kept apart.

Each returns what is wrong with the value, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _distinct_errors(items: Any, check: Callable[[Any], str | None]) -> str:
    """Run a check on every item and join the different complaints."""
    complaints = dict.fromkeys(check(item) for item in items)
    return ", ".join(complaint for complaint in complaints if complaint)


def has_depth(value: Any, depth: int) -> bool:
    """Tell whether the first items of nested sequences reach down `depth` levels."""
    try:
        for _ in range(depth):
            value = value[0]
    except (TypeError, IndexError):
        return False
    return True


def validate_point(self: Any, value: Any) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "Points must be a list of coordinate pairs"
    if len(value) != 2:
        return f"Value ({value!r}) must be a two-dimensional point"
    if not all(isinstance(number, (float, int)) for number in value):
        return f"Both values ({value!r}) in point must be float or int"
    return None


def validate_linestring(self: Any, value: Any, top_level: bool = True) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "LineStrings must contain list of coordinate pairs"
    if not has_depth(value, 2):
        return "Invalid LineString must contain at least one valid point"
    errors = _distinct_errors(value, self._validate_point)
    return f"Invalid LineString:\n{errors}" if errors and top_level else errors


def _validate_ring(self: Any, value: Any) -> str | None:
    error = self._validate_linestring(value, False)
    if not error and value[0] != value[-1]:
        return "LineStrings must start and end at the same point"
    return error


def validate_polygon(self: Any, value: Any, top_level: bool = True) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "Polygons must contain list of linestrings"
    if not has_depth(value, 3):
        return "Invalid Polygon must contain at least one valid linestring"
    errors = _distinct_errors(value, lambda ring: _validate_ring(self, ring))
    return f"Invalid Polygon:\n{errors}" if errors and top_level else errors


def validate_multipoint(self: Any, value: Any) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "MultiPoint must be a list of Point"
    if not has_depth(value, 2):
        return "Invalid MultiPoint must contain at least one valid point"
    return _distinct_errors(value, self._validate_point)


def validate_multilinestring(self: Any, value: Any, top_level: bool = True) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "MultiLineString must be a list of LineString"
    if not has_depth(value, 3):
        return "Invalid MultiLineString must contain at least one valid linestring"
    errors = _distinct_errors(value, lambda linestring: self._validate_linestring(linestring, False))
    return f"Invalid MultiLineString:\n{errors}" if errors and top_level else errors


def validate_multipolygon(self: Any, value: Any) -> str | None:
    if not isinstance(value, (list, tuple)):
        return "MultiPolygon must be a list of Polygon"
    if not has_depth(value, 4):
        return "Invalid MultiPolygon must contain at least one valid Polygon"
    errors = _distinct_errors(value, lambda polygon: self._validate_polygon(polygon, False))
    return f"Invalid MultiPolygon:\n{errors}" if errors else errors
