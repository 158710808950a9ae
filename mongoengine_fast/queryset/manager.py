"""What `Document.objects` is: a descriptor that hands out querysets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mongoengine_fast.queryset.queryset import QuerySet

__all__ = ("QuerySetManager", "queryset_manager")


class QuerySetManager:
    """Gives a document class a fresh queryset whenever the attribute is read.

    Args:
        queryset_func: prepares that queryset. It may take the queryset, or the document
            class and the queryset, and returns a queryset. With more parameters than
            that, the attribute is a function taking the others.
    """

    get_queryset: Callable[..., Any] | None = None
    default = QuerySet

    def __init__(self, queryset_func: Callable[..., Any] | None = None) -> None:
        if queryset_func:
            self.get_queryset = queryset_func

    def __get__(self, instance: Any, owner: Any) -> Any:
        """Return a queryset over the owner's documents; on a document, the manager itself."""
        if instance is not None:
            return self

        queryset_class = owner._meta.get("queryset_class", self.default)
        queryset = queryset_class(owner, owner._get_collection())
        prepare = self.get_queryset
        if not prepare:
            return queryset
        parameters = prepare.__code__.co_argcount
        if parameters == 1:
            return prepare(queryset)
        if parameters == 2:
            return prepare(owner, queryset)
        return partial(prepare, owner, queryset)


def queryset_manager(func: Callable[..., Any]) -> QuerySetManager:
    """Make a function of a document class a manager: a named, prepared queryset.

    Args:
        func: called with the document class and a queryset; returns a queryset.
    """
    return QuerySetManager(func)
