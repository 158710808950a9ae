"""Geospatial operators, as MongoDB spells them."""

from __future__ import annotations

from typing import Any

import pymongo

from mongoengine_fast.base.geometry import has_depth
from mongoengine_fast.errors import InvalidQueryError

# operator -> the keys the value is wrapped in, outermost first
_DISTANCES = {"max_distance": "$maxDistance", "min_distance": "$minDistance"}
_PLANE = {
    "within_distance": ("$within", "$center"),
    "within_spherical_distance": ("$within", "$centerSphere"),
    "within_polygon": ("$within", "$polygon"),
    "within_box": ("$within", "$box"),
    "near": ("$near",),
    "near_sphere": ("$nearSphere",),
}
_SPHERE = {
    "geo_within_box": ("$geoWithin", "$box"),
    "geo_within_polygon": ("$geoWithin", "$polygon"),
    "geo_within_center": ("$geoWithin", "$center"),
    "geo_within_sphere": ("$geoWithin", "$centerSphere"),
}
_SPHERE_GEOMETRY = {
    "geo_within": "$geoWithin",
    "geo_intersects": "$geoIntersects",
    "near": "$near",
}
# Depth of nesting of the coordinates tells the shape.
_SHAPES = ((3, "Polygon"), (2, "LineString"), (1, "Point"))


def _geo_operator(field: Any, op: str, value: Any) -> dict[str, Any]:
    """Return the condition a geospatial operator stands for.

    Args:
        field: the field queried; the kind of its index decides which operators it has.
        op: one of `GEO_OPERATORS`.
        value: distances in the unit of the index (degrees, radians or metres),
            shapes as (nested) coordinate lists or GeoJSON.

    Raises:
        NotImplementedError: the field has no such operator.
        InvalidQueryError: `value` is not a shape.
    """
    if op in _DISTANCES:
        return {_DISTANCES[op]: value}
    if field._geo_index == pymongo.GEO2D:
        if op not in _PLANE:
            raise NotImplementedError(f'Geo method "{op}" has not been implemented for a GeoPointField')
        return _wrap(_PLANE[op], value)
    if op in _SPHERE:
        return _wrap(_SPHERE[op], value)
    if op in _SPHERE_GEOMETRY:
        return {_SPHERE_GEOMETRY[op]: _infer_geometry(value)}
    raise NotImplementedError(f'Geo method "{op}" has not been implemented for a {field._name} ')


def _wrap(keys: tuple[str, ...], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value


def _infer_geometry(value: Any) -> Any:
    """Return `value` as a `$geometry` condition, guessing the shape of bare coordinates.

    Raises:
        InvalidQueryError: it is neither GeoJSON nor a (nested) list of coordinates.
    """
    if isinstance(value, dict):
        if "$geometry" in value:
            return value
        if "coordinates" in value and "type" in value:
            return {"$geometry": value}
        raise InvalidQueryError("Invalid $geometry dictionary should have type and coordinates keys")
    if isinstance(value, (list, set)):
        for depth, shape in _SHAPES:
            if has_depth(value, depth):
                return {"$geometry": {"type": shape, "coordinates": value}}
    raise InvalidQueryError("Invalid $geometry data. Can be either a dictionary or (nested) lists of coordinate(s)")
