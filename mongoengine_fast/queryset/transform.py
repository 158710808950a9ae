"""From keyword arguments (`age__gte=18`, `push__tags="x"`) to MongoDB's queries and updates.

Some names are imported only because programs find them in this module of MongoEngine's.
"""

import pymongo  # noqa: F401
from bson import SON, ObjectId  # noqa: F401
from bson.dbref import DBRef  # noqa: F401

from mongoengine_fast.base.assembly import present_as
from mongoengine_fast.base.common import UPDATE_OPERATORS  # noqa: F401
from mongoengine_fast.common import _import_class  # noqa: F401
from mongoengine_fast.errors import InvalidQueryError  # noqa: F401
from mongoengine_fast.queryset._geo import _geo_operator, _infer_geometry
from mongoengine_fast.queryset._operators import (  # noqa: F401
    COMPARISON_OPERATORS,
    CUSTOM_OPERATORS,
    GEO_OPERATORS,
    MATCH_OPERATORS,
    STRING_OPERATORS,
)
from mongoengine_fast.queryset._query_transform import query
from mongoengine_fast.queryset._transform_values import (
    _prepare_query_for_iterable,
    handle_raw_query,
)
from mongoengine_fast.queryset._update_transform import update

__all__ = ("STRING_OPERATORS", "query", "update")

present_as(__name__, _geo_operator, _infer_geometry, _prepare_query_for_iterable, handle_raw_query, query, update)
