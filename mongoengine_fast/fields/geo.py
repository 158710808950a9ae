"""Fields of places: GeoJSON objects and legacy coordinate pairs."""

from __future__ import annotations

from typing import Any

import pymongo

from mongoengine_fast.base.fields import BaseField, GeoJsonBaseField


class GeoPointField(BaseField):
    """A pair of longitude and latitude in degrees, on a plane ("2d" index)."""

    _geo_index = pymongo.GEO2D

    def validate(self, value: Any) -> None:
        """Check that the value is a pair of numbers."""
        if not isinstance(value, (list, tuple)):
            self.error("GeoPointField can only accept tuples or lists of (x, y)")
        if len(value) != 2:
            self.error(f"Value ({value!r}) must be a two-dimensional point")
        elif not all(isinstance(number, (float, int)) for number in value):
            self.error(f"Both values ({value!r}) in point must be float or int")


class PointField(GeoJsonBaseField):
    """A GeoJSON Point: ``[x, y]``."""

    _type = "Point"


class LineStringField(GeoJsonBaseField):
    """A GeoJSON LineString: ``[[x1, y1], [x2, y2], ...]``."""

    _type = "LineString"


class PolygonField(GeoJsonBaseField):
    """A GeoJSON Polygon: closed lines, the outline first, then holes in it."""

    _type = "Polygon"


class MultiPointField(GeoJsonBaseField):
    """A GeoJSON MultiPoint: a list of points."""

    _type = "MultiPoint"


class MultiLineStringField(GeoJsonBaseField):
    """A GeoJSON MultiLineString: a list of lines."""

    _type = "MultiLineString"


class MultiPolygonField(GeoJsonBaseField):
    """A GeoJSON MultiPolygon: a list of polygons."""

    _type = "MultiPolygon"
