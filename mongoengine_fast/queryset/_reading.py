"""Methods that fetch documents or ask about them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from bson import ObjectId, json_util

from mongoengine_fast import lanes
from mongoengine_fast._sessions import session_option
from mongoengine_fast.base.plan import DocumentLoader
from mongoengine_fast.common import _import_class
from mongoengine_fast.errors import InvalidQueryError, LookUpError
from mongoengine_fast.pymongo_support import count_options, with_json_options
from mongoengine_fast.queryset._chaining import _both, _condition
from mongoengine_fast.queryset._cursor import CursorAccess
from mongoengine_fast.queryset._find import PymongoRows
from mongoengine_fast.queryset._stock import StockCheck

# What decides on a find command.
_COMMAND = ("_query", "_cursor", "_cursor_obj", "_cursor_args", "_find_spec", "_collection", "_get_order_by")
_COPYING = ("__init__", "clone", "_clone_into")
_JSON_OPTIONS_ONLY = {"json_options"}
_own_item = StockCheck(*_COPYING, "__getitem__")
_own_first = StockCheck(*_COPYING, *_COMMAND, "__getitem__")
_own_with_id = StockCheck(*_COPYING, "filter", "__call__", "first", "__getitem__")
_own_get = StockCheck(*_COPYING, "order_by", "_get_order_by", "limit", "filter", "__call__", "__next__", *_COMMAND)

# Fields whose values are stored as they are, by the class of the value.
_PLAIN_KEYS = {ObjectId: "ObjectIdField", str: "StringField", int: "IntField"}


class Reading(CursorAccess):
    """Access to single documents, counts and values."""

    _fields_to_dbfields: Callable[..., list[str]]
    _narrow: Callable[[Any], None]
    order_by: Callable[..., Any]
    as_pymongo: Callable[[], Any]

    def __getitem__(self, key: int | slice) -> Any:
        """Return the document at a position, or for a slice a queryset of that part.

        Raises:
            IndexError: there is no such document, or the slice has a step, a negative
                bound, or ends before it starts.
            TypeError: `key` is something else.
        """
        queryset = self.clone()
        queryset._empty = False
        if isinstance(key, slice):
            queryset._slice(key)
            return queryset
        if isinstance(key, int):
            return queryset._item(key)
        raise TypeError("Provide a slice or an integer index")

    def _slice(self, bounds: slice) -> None:
        spec = self._lane_spec()
        if spec is not None and all(bound is None or isinstance(bound, int) for bound in (bounds.start, bounds.stop)):
            spec.slice(bounds)
        else:
            self._cursor_obj = self._cursor[bounds]
        self._skip, self._limit = bounds.start, bounds.stop
        if bounds.start and bounds.stop:
            self._limit = bounds.stop - bounds.start
        if self._limit == 0:
            # The server would take a limit of 0 for none.
            self._empty = True

    def _item(self, index: int) -> Any:
        """Fetch the row at a position.

        Raises:
            IndexError: there is none.
        """
        raw = self._as_pymongo and not self._scalar
        spec = self._lane_spec()
        if spec is not None:
            loader = None if raw else DocumentLoader(self._document, self._auto_dereference)
            row = spec.row(index, loader)
        else:
            row = self._cursor[index]
            if not raw:
                row = self._document._from_son(row, _auto_dereference=self._auto_dereference)
        return self._get_scalar(row) if self._scalar else row

    def _has_data(self) -> bool:
        """Return whether the query finds anything."""
        return self.order_by().first() is not None

    def __bool__(self) -> bool:
        return self._has_data()

    def get(self, *q_objs: Any, **query: Any) -> Any:
        """Return the only document that fulfils the conditions.

        Args:
            q_objs: at most one condition, made of `Q` objects.
            query: conditions by `path__to__field__operator`; all must hold.

        Raises:
            DoesNotExist: there is none; the exception is the document class's own.
            MultipleObjectsReturned: there are several; likewise.
        """
        queryset = self
        if len(q_objs) < 2 and _own_get(self.__class__):
            found = self._first_two(_condition(q_objs[0] if q_objs else None, query))
        else:
            queryset = self.clone().order_by().limit(2).filter(*q_objs, **query)
            found = [row for _, row in zip(range(2), _rows(queryset), strict=False)]
        if len(found) == 1:
            return found[0]
        document = queryset._document
        if not found:
            raise document.DoesNotExist(f"{document._class_name} matching query does not exist.")
        raise document.MultipleObjectsReturned("2 or more items returned, instead of 1")

    def _first_two(self, condition: Any) -> list[Any]:
        """Return up to two rows that fulfil a further condition, without regard to order and limit."""
        if self._none:
            return []
        spec = self._make_spec(self._compiled(_both(self._query_obj, condition)), [], 2)
        if not spec.for_lanes:
            return [row for _, row in zip(range(2), PymongoRows(spec.to_cursor(), self._from_raw), strict=False)]
        rows = spec.open(self._loader())
        found: list[Any] = rows.next_batch(2)
        if len(found) == 1:
            found += rows.next_batch(1)
        if self._scalar and not self._as_pymongo:
            return self._get_scalars(found)
        return found

    def first(self) -> Any:
        """Return the first document, or None where there is none."""
        if _own_first(self.__class__) and self.__dict__.get("_cursor_obj") is None:
            if self._none or self._empty:
                return None
            # This queryset stays as it is: neither the translation nor the command is kept.
            spec = self._spec
            if spec is None:
                query = self._mongo_query
                if query is None:
                    query = self._compiled(self._query_obj)
                spec = self._make_spec(query, self._ordering, self._limit)
            if spec.for_lanes:
                raw = self._as_pymongo and not self._scalar
                loader = None if raw else DocumentLoader(self._document, self._auto_dereference)
                row = spec.peek(0, loader)
                return self._get_scalar(row) if self._scalar and row is not None else row
        queryset = self.clone()
        if self._none or self._empty:
            return None
        try:
            return queryset._item(0) if _own_item(queryset.__class__) else queryset[0]
        except IndexError:
            return None

    def with_id(self, object_id: Any) -> Any:
        """Return the document with a primary key, or None.

        Raises:
            InvalidQueryError: the queryset has conditions of its own.
        """
        queryset = self.clone()
        if queryset._query_obj:
            raise InvalidQueryError("Cannot use a filter whilst using `with_id`")
        if not _own_with_id(queryset.__class__):
            return queryset.filter(pk=object_id).first()
        if queryset._none or queryset._empty:
            return None
        queryset._narrow(_condition(None, {"pk": object_id}))
        try:
            return queryset._item(0)
        except IndexError:
            return None

    def in_bulk(self, object_ids: Any) -> dict[Any, Any]:
        """Return documents by their primary keys, whatever the conditions of the queryset.

        Args:
            object_ids: a list or tuple of stored primary keys.

        Returns:
            The rows found, by primary key.
        """
        args = self._cursor_args
        filter = {"_id": {"$in": object_ids}}
        if not self._scalar and not self._as_pymongo and not args and self._keys_are(object_ids):
            loader = DocumentLoader(self._document, self._auto_dereference)
            key = attrgetter(self._key_name())
            rows = lanes.find(self._collection, filter, loader=loader)
            found: dict[Any, Any] = {}
            while batch := rows.next_batch(len(object_ids)):
                found.update(zip(map(key, batch), batch, strict=True))
            return found
        rows = (
            lanes.find(self._collection, filter, **args)
            if args.keys() <= {"projection", "no_cursor_timeout", "allow_disk_use"}
            else self._collection.find(filter, **args, **session_option())
        )
        # A row that cannot be loaded is reported before one without a key.
        return {key: row for row, key in ((self._bulk_row(raw), raw["_id"]) for raw in rows)}

    def _bulk_row(self, raw: Any) -> Any:
        if self._scalar:
            return self._get_scalar(self._document._from_son(raw))
        return self._from_raw(raw)

    def _key_name(self) -> str:
        """Return the attribute that holds the primary key: the field itself, unless the class has its own `pk`."""
        document = self._document
        own_pk = document.pk is not _import_class("Document").pk
        return "pk" if own_pk else document._meta["id_field"]

    def _keys_are(self, keys: Any) -> bool:
        """Tell whether a loaded document's primary key equals the stored one."""
        kinds = set(map(type, keys)) if isinstance(keys, (list, tuple)) else ()
        name = _PLAIN_KEYS.get(*kinds) if len(kinds) == 1 else None
        if name is None:
            return False
        field = self._document._fields.get(self._document._meta.get("id_field"))
        return field.__class__ is _import_class(name)

    def count(self, with_limit_and_skip: bool = False) -> int:
        """Return how many documents the query finds.

        Args:
            with_limit_and_skip: count those that `skip` and `limit` leave.
        """
        if (self._limit == 0 and with_limit_and_skip is False) or self._none or self._empty:
            return 0
        options: dict[str, Any] = {}
        if with_limit_and_skip:
            options["skip"] = self._skip
            # A limit of 0 means no limit, but the server refuses to count with it.
            options["limit"] = self._limit or None
        comment = {name: value for name, value in self._command_options().items() if name == "comment"}
        if self._hint not in (-1, None):
            options["hint"] = self._hint
        if self._collation:
            options["collation"] = self._collation
        collection, query = self._counted_collection(), self._query
        options = count_options(**options)
        if query or options:
            found = lanes.count_documents(collection, query, **options, **comment)
        else:
            found = lanes.estimated_document_count(collection, **comment)
        self._cursor_obj = None
        return found

    def _counted_collection(self) -> Any:
        # The whole command is made, so that what pymongo refuses in it is refused when it is only counted, too.
        spec = self._lane_spec()
        return self._cursor.collection if spec is None else spec.collection

    def distinct(self, field: str) -> list[Any]:
        """Return the different values of a field; order and limit do not count.

        Args:
            field: the path of the field, with dots into embedded documents.
        """
        queryset = self.clone()
        with contextlib.suppress(LookUpError):
            field = self._fields_to_dbfields([field]).pop()
        spec = queryset._lane_spec()
        values = (spec or queryset._cursor).distinct(field)
        if not self._auto_dereference:
            return values
        values = self._dereference(values, 1, name=field, instance=self._document)
        embedded = _embedded_class(self._document, field)
        if embedded:
            return [embedded(**value) for value in values]
        return values

    def explain(self) -> dict[str, Any]:
        """Return how the server carries the query out."""
        return self._cursor.explain()

    def to_json(self, *args: Any, **kwargs: Any) -> str:
        """Return the stored documents as a JSON array.

        Args:
            args, kwargs: for `bson.json_util.dumps`; give `json_options`.
        """
        kwargs = with_json_options(kwargs)
        queryset = self.as_pymongo()
        if not args and kwargs.keys() == _JSON_OPTIONS_ONLY and queryset._reads_plainly():
            if queryset._none or queryset._empty:
                return "[]"
            spec = queryset._lane_spec()
            if spec is not None:
                return spec.open(None).to_json(kwargs["json_options"])
        return json_util.dumps(queryset, *args, **kwargs)

    def _reads_plainly(self) -> bool:
        """Whether iterating over this queryset gives the rows of its cursor and does nothing else."""
        return False

    def from_json(self, json_data: str) -> list[Any]:
        """Make unsaved documents of a JSON array."""
        return [self._document._from_son(data) for data in json_util.loads(json_data)]


def _rows(queryset: Any) -> Any:
    """Iterate over a queryset through its `__next__`, without its cache."""
    while True:
        try:
            yield next(queryset)
        except StopIteration:
            return


def _is_embedded(field: Any) -> bool:
    return getattr(field, "_is_embedded_field", False) or getattr(field, "_is_generic_embedded_field", False)


def _item_field(field: Any) -> Any:
    """Return the field of a list's items, or for any other field itself."""
    return getattr(field, "field", field) if getattr(field, "_is_list_field", False) else field


def _embedded_class(document: Any, path: str) -> Any:
    """Return the embedded document class a database path ends in, or None."""
    first, *rest = path.split(".")
    field = _item_field(document._fields.get(first))
    embedded = getattr(field, "document_type", None) if _is_embedded(field) else None
    for part in rest:
        if embedded and _is_embedded(field):
            field = embedded
        field = _item_field(getattr(field, part, field))
        if _is_embedded(field):
            embedded = getattr(field, "document_type", None)
    return embedded if embedded and _is_embedded(field) else None
