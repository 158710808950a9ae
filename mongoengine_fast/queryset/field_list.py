"""Which fields a query loads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = ("QueryFieldList",)


class QueryFieldList:
    """The combined effect of `only()`, `exclude()` and `fields()` calls.

    Args:
        fields: database names of the fields.
        value: `ONLY`, `EXCLUDE`, or a projection operator such as ``{"$slice": 5}``.
        always_include: names that are loaded whatever is asked for (`_cls`).
        _only_called: whether the list comes from `only()`; two of those are united,
            while otherwise a later selection takes the place of an earlier one.
    """

    ONLY = 1
    EXCLUDE = 0

    def __init__(
        self,
        fields: Iterable[str] | None = None,
        value: Any = ONLY,
        always_include: Iterable[str] | None = None,
        _only_called: bool = False,
    ) -> None:
        self.value = value
        self.fields = set(fields or ())
        self.always_include = set(always_include or ())
        self.slice: dict[str, Any] = {}
        self._id: Any = None
        self._only_called = _only_called

    def __add__(self, f: QueryFieldList) -> QueryFieldList:
        """Apply a further selection to this list, which is changed and returned."""
        if isinstance(f.value, dict):
            self.slice.update(dict.fromkeys(f.fields, f.value))
            if not self.fields:
                self.fields = f.fields
        elif not self.fields:
            self.fields, self.value, self.slice = f.fields, f.value, {}
        else:
            self._select(f)

        if "_id" in f.fields:
            self._id = f.value
        if self.always_include:
            self._keep_always_included()
        if getattr(f, "_only_called", False):
            self._only_called = True
        return self

    def _select(self, f: QueryFieldList) -> None:
        mine, other = self.value, f.value
        if mine is self.ONLY and other is self.ONLY:
            # A slice of a field that is no longer selected would select it again.
            self._clean_slice()
            self.fields = self.fields | f.fields if self._only_called else f.fields
            return
        if mine is self.EXCLUDE and other is self.EXCLUDE:
            self.fields = self.fields | f.fields
        elif mine is self.ONLY and other is self.EXCLUDE:
            self.fields -= f.fields
        elif mine is self.EXCLUDE and other is self.ONLY:
            self.value = self.ONLY
            self.fields = f.fields - self.fields
        else:
            return
        self._clean_slice()

    def _keep_always_included(self) -> None:
        if self.value is self.ONLY and self.fields:
            # Slices alone load the other fields too.
            if self.slice.keys() != self.fields:
                self.fields = self.fields | self.always_include
        else:
            self.fields -= self.always_include

    def __copy__(self) -> QueryFieldList:
        # Every clone of a queryset copies its list; the default protocol is much slower.
        twin = self.__class__.__new__(self.__class__)
        twin.__dict__.update(self.__dict__)
        return twin

    def __bool__(self) -> bool:
        return bool(self.fields)

    def as_dict(self) -> dict[str, Any]:
        """Return the list as a MongoDB projection."""
        projection = {**dict.fromkeys(self.fields, self.value), **self.slice}
        if self._id is not None:
            projection["_id"] = self._id
        return projection

    def reset(self) -> None:
        """Go back to loading every field."""
        self.fields = set()
        self.slice = {}
        self.value = self.ONLY

    def _clean_slice(self) -> None:
        for field in self.slice.keys() - self.fields:
            del self.slice[field]
