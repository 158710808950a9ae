"""From keyword arguments (`age__gte=18`, `push__tags="x"`) to MongoDB's queries and updates."""

from mongoengine_fast.queryset._geo import _geo_operator, _infer_geometry  # noqa: F401
from mongoengine_fast.queryset._operators import (  # noqa: F401
    COMPARISON_OPERATORS,
    CUSTOM_OPERATORS,
    GEO_OPERATORS,
    MATCH_OPERATORS,
    STRING_OPERATORS,
)
from mongoengine_fast.queryset._query_transform import query
from mongoengine_fast.queryset._transform_values import (  # noqa: F401
    _prepare_query_for_iterable,
    handle_raw_query,
)
from mongoengine_fast.queryset._update_transform import update

__all__ = ("STRING_OPERATORS", "query", "update")
