"""The queryset all others derive from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mongoengine_fast.queryset._aggregation import Aggregation
from mongoengine_fast.queryset._chaining import Chaining
from mongoengine_fast.queryset._deleting import Deleting
from mongoengine_fast.queryset._javascript import JavaScript
from mongoengine_fast.queryset._projection import Projection
from mongoengine_fast.queryset._reading import Reading
from mongoengine_fast.queryset._rules import CASCADE, DENY, DO_NOTHING, NULLIFY, PULL
from mongoengine_fast.queryset._stock import StockCheck
from mongoengine_fast.queryset._writing import Writing

__all__ = ("CASCADE", "DENY", "DO_NOTHING", "NULLIFY", "PULL", "BaseQuerySet")


class BaseQuerySet(Chaining, Projection, Reading, Writing, Deleting, Aggregation, JavaScript):
    """A query on the documents of a class; its subclasses say how it is iterated over.

    Nothing is sent to the database before results are asked for.

    Args:
        document: the document class.
        collection: its pymongo collection.
    """

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError


StockCheck.remember(BaseQuerySet)
