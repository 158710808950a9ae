"""Queries: how they are built, sent and read, and what may be imported for them."""

from mongoengine_fast.errors import *
from mongoengine_fast.queryset.field_list import QueryFieldList
from mongoengine_fast.queryset.manager import QuerySetManager, queryset_manager
from mongoengine_fast.queryset.queryset import (
    CASCADE,
    DENY,
    DO_NOTHING,
    NULLIFY,
    PULL,
    QuerySet,
    QuerySetNoCache,
)
from mongoengine_fast.queryset.transform import STRING_OPERATORS, query, update
from mongoengine_fast.queryset.visitor import Q, QNode

__all__ = (
    "CASCADE",
    "DENY",
    "DO_NOTHING",
    "NULLIFY",
    "PULL",
    "DoesNotExist",
    "InvalidQueryError",
    "MultipleObjectsReturned",
    "NotUniqueError",
    "OperationError",
    "Q",
    "QueryFieldList",
    "QuerySet",
    "QuerySetManager",
    "QuerySetNoCache",
    "queryset_manager",
)
