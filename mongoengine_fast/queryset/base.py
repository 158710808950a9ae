"""The queryset all others derive from.

Much of what is imported here is not used: programs find it in this module of MongoEngine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pymongo  # noqa: F401
from bson import SON, json_util  # noqa: F401
from bson.code import Code  # noqa: F401
from pymongo import ReturnDocument  # noqa: F401
from pymongo.common import validate_read_preference  # noqa: F401
from pymongo.read_concern import ReadConcern  # noqa: F401

from mongoengine_fast import signals  # noqa: F401
from mongoengine_fast.base.assembly import assemble
from mongoengine_fast.base.common import get_document  # noqa: F401
from mongoengine_fast.common import _import_class  # noqa: F401
from mongoengine_fast.connection import get_db  # noqa: F401
from mongoengine_fast.context_managers import (  # noqa: F401
    no_dereferencing_active_for_class,
    set_read_write_concern,
    set_write_concern,
    switch_db,
)
from mongoengine_fast.errors import (  # noqa: F401
    BulkWriteError,
    InvalidQueryError,
    LookUpError,
    NotUniqueError,
    OperationError,
)
from mongoengine_fast.pymongo_support import LEGACY_JSON_OPTIONS, count_documents  # noqa: F401
from mongoengine_fast.queryset import transform  # noqa: F401
from mongoengine_fast.queryset._aggregation import Aggregation
from mongoengine_fast.queryset._bulk import BulkWriting
from mongoengine_fast.queryset._chaining import Chaining
from mongoengine_fast.queryset._deleting import Deleting
from mongoengine_fast.queryset._javascript import JavaScript
from mongoengine_fast.queryset._projection import Projection
from mongoengine_fast.queryset._reading import Reading
from mongoengine_fast.queryset._rules import CASCADE, DENY, DO_NOTHING, NULLIFY, PULL
from mongoengine_fast.queryset._state import has_plain_layout
from mongoengine_fast.queryset._stock import StockCheck
from mongoengine_fast.queryset.field_list import QueryFieldList  # noqa: F401
from mongoengine_fast.queryset.visitor import Q, QNode  # noqa: F401

__all__ = ("CASCADE", "DENY", "DO_NOTHING", "NULLIFY", "PULL", "BaseQuerySet")


if TYPE_CHECKING:

    class _Parts(Chaining, Projection, Reading, BulkWriting, Deleting, Aggregation, JavaScript): ...

else:
    _Parts = object


class BaseQuerySet(_Parts):
    """A query on the documents of a class; its subclasses say how it is iterated over.

    Nothing is sent to the database before results are asked for.

    Args:
        document: the document class.
        collection: its pymongo collection.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._plain_layout = has_plain_layout(cls)

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


assemble(BaseQuerySet, Chaining, Projection, Reading, BulkWriting, Deleting, Aggregation, JavaScript)
StockCheck.remember(BaseQuerySet)
