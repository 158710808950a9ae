"""Which fields of the documents are loaded, and in what form."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from mongoengine_fast.base.common import get_document
from mongoengine_fast.errors import LookUpError
from mongoengine_fast.queryset._cursor import CursorAccess
from mongoengine_fast.queryset.field_list import QueryFieldList

_PROJECTION_OPERATORS = ("slice", "elemMatch")


def _projection_item(key: str, value: Any) -> tuple[str, Any]:
    """Translate `slice__comments=5` into the path and the projection of it."""
    parts = key.split("__")
    if parts[0] in _PROJECTION_OPERATORS:
        value = {"$" + parts.pop(0): value}
    return ".".join(parts), value


def _projection_order(item: tuple[str, Any]) -> int:
    """Sort exclusions first, then inclusions, then operators."""
    value = item[1]
    return value if isinstance(value, int) else 2


def _reach(doc: Any, name: str) -> Any:
    """Return the value at the end of a path of attributes; None where an embedded document on the way is missing."""
    value = doc
    for attribute in name.split("__"):
        if value is None:
            return None
        value = getattr(value, attribute)
    return value


def _is_attribute(name: Any) -> bool:
    """Tell whether a path is the name of one attribute."""
    return isinstance(name, str) and "__" not in name and "." not in name


def _db_path(document: Any, parts: list[str]) -> str:
    return ".".join(step if isinstance(step, str) else step.db_field for step in document._lookup_field(parts))


class Projection(CursorAccess):
    """Selection of fields."""

    def only(self, *fields: str) -> Any:
        """Return a queryset that loads these fields; further calls add to them.

        Args:
            fields: field paths, with dots into embedded documents.
        """
        return self.fields(True, **dict.fromkeys(fields, QueryFieldList.ONLY))

    def exclude(self, *fields: str) -> Any:
        """Return a queryset that does not load these fields; further calls add to them.

        Args:
            fields: field paths, with dots into embedded documents.
        """
        return self.fields(**dict.fromkeys(fields, QueryFieldList.EXCLUDE))

    def fields(self, _only_called: bool = False, **kwargs: Any) -> Any:
        """Return a queryset with a projection.

        Args:
            _only_called: whether the selection adds to earlier ones of its kind.
            kwargs: by field path, 1 to load the field and 0 not to; or by
                `slice__path` and `elemMatch__path`, the operand of that operator.

        Raises:
            LookUpError: the class has no such field.
        """
        items = sorted(
            (_projection_item(key, value) for key, value in kwargs.items()),
            key=_projection_order,
        )
        queryset = self.clone()
        for value, group in groupby(items, itemgetter(1)):
            paths = queryset._fields_to_dbfields([path for path, _ in group])
            queryset._loaded_fields += QueryFieldList(paths, value=value, _only_called=_only_called)
        return queryset

    def all_fields(self) -> Any:
        """Return a queryset that loads every field again."""
        queryset = self.clone()
        queryset._loaded_fields = QueryFieldList(always_include=queryset._loaded_fields.always_include)
        return queryset

    def scalar(self, *fields: str) -> Any:
        """Return a queryset whose rows are the values of fields instead of documents.

        Args:
            fields: field paths, with "__" into embedded documents. One gives bare values,
                several give tuples, none gives documents again.
        """
        queryset = self.clone()
        queryset._scalar = list(fields)
        return queryset.only(*fields) if fields else queryset.all_fields()

    def values_list(self, *fields: str) -> Any:
        """Return a queryset whose rows are values; another name of `scalar`."""
        return self.scalar(*fields)

    def _get_scalar(self, doc: Any) -> Any:
        """Return the values of a document that `scalar` asked for."""
        values = tuple(_reach(doc, name) for name in self._scalar)
        return values[0] if len(values) == 1 else values

    def _get_scalars(self, documents: list[Any]) -> list[Any]:
        """Return the values of each document that `scalar` asked for."""
        is_stock = getattr(self._get_scalar, "__func__", None) is Projection._get_scalar
        if is_stock and all(_is_attribute(name) for name in self._scalar):
            return list(map(attrgetter(*self._scalar), documents))
        return [self._get_scalar(document) for document in documents]

    def _fields_to_dbfields(self, fields: Iterable[str]) -> list[str]:
        """Translate dotted field paths into database names.

        Raises:
            LookUpError: neither the class nor a subclass has such a field.
        """
        return [self._field_to_dbfield(field.split(".")) for field in fields]

    def _field_to_dbfield(self, parts: list[str]) -> str:
        try:
            return _db_path(self._document, parts)
        except LookUpError as err:
            if self._document._meta["allow_inheritance"]:
                for name in self._document._subclasses[1:]:
                    try:
                        return _db_path(get_document(name), parts)
                    except LookUpError:
                        continue
            raise err
