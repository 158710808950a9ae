"""The writes that `QuerySet.bulk_write` sends together.

The names are pymongo's; queries and updates are written as everywhere else in MongoEngine::

    Post.objects.bulk_write([
        InsertOne(Post(title="new")),
        UpdateMany({"tags": "old"}, pull__tags="old", push__tags="new"),
        UpdateOne(Q(slug="about"), set__title="About", upsert=True),
        DeleteOne({"pk": draft.pk}),
    ])
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ("DeleteMany", "DeleteOne", "InsertOne", "ReplaceOne", "UpdateMany", "UpdateOne")


class InsertOne:
    """Insert a document.

    Args:
        document: an instance of the queryset's class, or a dict as `QuerySet.insert` takes it.
    """

    __slots__ = ("document",)

    kind = "insert_one"

    def __init__(self, document: Any) -> None:
        self.document = document

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.document!r})"


class ReplaceOne(InsertOne):
    """Put a document in the place of the stored one with the same primary key.

    Args:
        document: an instance of the queryset's class that has a primary key.
        upsert: insert it when none is stored.
    """

    __slots__ = ("upsert",)

    kind = "replace_one"

    def __init__(self, document: Any, upsert: bool = False) -> None:
        super().__init__(document)
        self.upsert = upsert


class _Queried:
    """A write on what a query finds.

    Args:
        query: a `Q`, or a mapping of what `QuerySet.filter` takes as keyword arguments; an empty mapping finds all.
    """

    __slots__ = ("query",)

    kind: str

    def __init__(self, query: Any) -> None:
        if not (isinstance(query, Mapping) or hasattr(query, "to_query")):
            raise TypeError(f"{type(self).__name__}: the query must be a Q or a mapping, not {type(query).__name__}")
        self.query = query

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.query!r})"


class UpdateOne(_Queried):
    """Change the first document that a query finds.

    Args:
        query: a `Q`, or a mapping of what `QuerySet.filter` takes as keyword arguments.
        upsert: insert a document when the query finds none.
        array_filters: which items of arrays an update of arrays is about.
        **update: new values by `operator__path__to__field`, as for `QuerySet.update`.
    """

    __slots__ = ("array_filters", "update", "upsert")

    kind = "update_one"

    def __init__(
        self, query: Any, *, upsert: bool = False, array_filters: list[Mapping[str, Any]] | None = None, **update: Any
    ) -> None:
        super().__init__(query)
        self.upsert = upsert
        self.array_filters = array_filters
        self.update = update


class UpdateMany(UpdateOne):
    """Change every document that a query finds; arguments as for `UpdateOne`."""

    __slots__ = ()

    kind = "update_many"


class DeleteOne(_Queried):
    """Delete the first document that a query finds."""

    __slots__ = ()

    kind = "delete_one"


class DeleteMany(_Queried):
    """Delete every document that a query finds."""

    __slots__ = ()

    kind = "delete_many"
