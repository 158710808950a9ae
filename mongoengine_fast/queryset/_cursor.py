"""How a queryset's options become a find command, and how its rows are read."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from bson.code import Code
from pymongo.collection import Collection

from mongoengine_fast import lanes
from mongoengine_fast.base.plan import DocumentLoader
from mongoengine_fast.common import _import_class
from mongoengine_fast.context_managers import no_dereferencing_active_for_class
from mongoengine_fast.queryset._find import FindSpec, PymongoRows
from mongoengine_fast.queryset._state import QuerySetState
from mongoengine_fast.queryset._stock import StockCheck

_own_cursor = StockCheck("_cursor", "_cursor_obj")


def _get_cursor_obj(self: Any) -> Any:
    state = self.__dict__
    if state.get("_cursor_obj") is None and self._spec is not None:
        # From now on the cursor is what can be changed, so it is what counts.
        state["_cursor_obj"] = self._spec.to_cursor()
        state["_spec"] = None
    return state.get("_cursor_obj")


def _set_cursor_obj(self: Any, cursor: Any) -> None:
    state = self.__dict__
    state["_cursor_obj"] = cursor
    state["_spec"] = None
    state["_rows"] = None


class CursorAccess(QuerySetState):
    """The query in MongoDB's terms, and the cursor over its result."""

    _sub_js_fields: Callable[[str], str]
    _get_order_by: Callable[..., list[tuple[str, Any]]]
    _get_scalar: Callable[[Any], Any]
    _get_scalars: Callable[[list[Any]], list[Any]]

    # The pymongo cursor, or None while there is none; assigning None forgets what was decided
    # to be read.
    _cursor_obj = property(_get_cursor_obj, _set_cursor_obj)

    @property
    def _collection(self) -> Any:
        """The pymongo collection."""
        return self._collection_obj

    def _reading_collection(self) -> Any:
        """Return the collection with the read preference and concern of this query."""
        collection = self._collection
        if self._read_preference is None and self._read_concern is None:
            return collection
        return collection.with_options(read_preference=self._read_preference, read_concern=self._read_concern)

    @property
    def _query(self) -> dict[str, Any]:
        """The filter in MongoDB's form."""
        if self._mongo_query is None:
            self._mongo_query = self._compiled(self._query_obj)
        return self._mongo_query

    def _compiled(self, conditions: Any) -> dict[str, Any]:
        """Translate conditions, and restrict them to the document class where it shares its collection."""
        query: dict[str, Any] = conditions.to_query(self._document)
        if self._cls_query:
            if "_cls" in query:
                return {"$and": [self._cls_query, query]}
            query.update(self._cls_query)
        return query

    @property
    def _cursor_args(self) -> dict[str, Any]:
        """Keyword arguments for `Collection.find`."""
        if self._snapshot:
            msg = "The snapshot option is not anymore available with PyMongo 3+"
            warnings.warn(msg, DeprecationWarning, stacklevel=1)
        args: dict[str, Any] = {}
        if not self._timeout:
            args["no_cursor_timeout"] = True
        if self._allow_disk_use:
            args["allow_disk_use"] = True
        if self._loaded_fields:
            args["projection"] = self._loaded_fields.as_dict()
        if self._search_text:
            projection = args.setdefault("projection", {})
            if self._search_text_score:
                projection["_text_score"] = {"$meta": "textScore"}
        return args

    def _command_options(self) -> dict[str, Any]:
        """Return what commands other than find take of this query's options: hint, collation and comment."""
        options: dict[str, Any] = {}
        # Clients of other makers (mongomock) do not know them, and have been doing without.
        if not isinstance(self._collection, Collection):
            return options
        if self._hint not in (-1, None):
            options["hint"] = self._hint
        if self._collation:
            options["collation"] = self._collation
        if self._comment:
            options["comment"] = self._comment
        return options

    def _with_where(self, filter: dict[str, Any]) -> dict[str, Any]:
        """Add the JavaScript expression of this query, if there is one, to a filter."""
        if not self._where_clause:
            return filter
        return {**filter, "$where": Code(self._sub_js_fields(self._where_clause))}

    def _sort(self, ordering: Any) -> Any:
        """Return an ordering in MongoDB's form: the given one, else the class's."""
        # An empty list is an explicit wish for no order.
        if ordering is None and self._document._meta["ordering"]:
            ordering = self._get_order_by(self._document._meta["ordering"])
        if isinstance(ordering, str):
            return [(ordering, 1)]
        if hasattr(ordering, "items"):
            return list(ordering.items())
        return ordering

    def _find_spec(self) -> FindSpec:
        """Return the find command of this queryset, deciding on it now if need be."""
        spec = self._spec
        if spec is None:
            self._spec = spec = self._make_spec(self._query, self._ordering, self._limit)
        return spec

    def _make_spec(self, filter: dict[str, Any], ordering: Any, limit: int | None) -> FindSpec:
        collection = self._collection
        if self._read_preference is not None or self._read_concern is not None:
            collection = self._reading_collection()
        args = self._cursor_args
        # The time limit is not here: it belongs to the command it was set on, and a
        # queryset that is filtered further begins a new one.
        modifiers: dict[str, Any] = {}
        if self._where_clause:
            if lanes.is_foreign(collection):
                modifiers["where"] = self._sub_js_fields(self._where_clause)
            else:
                filter = self._with_where(filter)
        if ordering is not None or self._document._meta["ordering"]:
            sort = self._sort(ordering)
            if sort:
                modifiers["sort"] = sort
        if limit is not None:
            modifiers["limit"] = limit
        if self._skip is not None:
            modifiers["skip"] = self._skip
        if self._hint != -1:
            modifiers["hint"] = self._hint
        if self._collation is not None:
            modifiers["collation"] = self._collation
        if self._batch_size is not None:
            modifiers["batch_size"] = self._batch_size
        if self._comment is not None:
            modifiers["comment"] = self._comment
        return FindSpec(collection, filter, args, modifiers)

    @property
    def _cursor(self) -> Any:
        """The pymongo cursor of this queryset, made when it is first asked for."""
        cursor = self._cursor_obj
        if cursor is None:
            self._find_spec()
            cursor = self._cursor_obj
        return cursor

    def _modify_command(self, option: str, value: Any) -> None:
        """Change an option of the find command, if it has been decided on already."""
        cursor = self.__dict__.get("_cursor_obj")
        if cursor is not None:
            getattr(cursor, option)(value)
        elif self._spec is not None:
            # What pymongo refuses of a cursor is refused here.
            getattr(self._spec.collection.find(), option)(value)
            self._spec.modifiers[option] = value

    def _forget_command(self) -> None:
        """Have the find command decided on anew, from the attributes."""
        self._cursor_obj = None

    def _lane_spec(self) -> FindSpec | None:
        """Return the find command if a lane can run it; None if only a pymongo cursor can."""
        if self.__dict__.get("_cursor_obj") is not None or not _own_cursor(self.__class__):
            return None
        spec = self._find_spec()
        return spec if spec.for_lanes else None

    def _loader(self) -> Any:
        """Return what makes rows of stored documents; None stands for plain dicts."""
        if self._as_pymongo:
            return None
        return DocumentLoader(self._document, self._auto_dereference)

    def _from_raw(self, raw: Any) -> Any:
        """Make a row of a raw document from a pymongo cursor."""
        if self._as_pymongo:
            return raw
        return self._document._from_son(raw, _auto_dereference=self._auto_dereference)

    def _open_rows(self) -> Any:
        spec = self._lane_spec()
        if spec is not None:
            rows = spec.open(self._loader())
        else:
            rows = PymongoRows(self._cursor, self._from_raw)
        self._rows = rows
        return rows

    def _pull(self, n: int) -> list[Any]:
        """Read some of the next `n` rows; none means that there are no others."""
        if self._none or self._empty:
            return []
        rows = self._rows
        if rows is None:
            rows = self._open_rows()
        found = rows.next_batch(n)
        if self._scalar and not self._as_pymongo:
            return self._get_scalars(found)
        return found

    def __next__(self) -> Any:
        """Return the next row: a document, a scalar or a dict."""
        if self._none or self._empty:
            raise StopIteration
        rows = self._rows
        if rows is None:
            rows = self._open_rows()
        row = next(rows)
        if self._scalar and not self._as_pymongo:
            return self._get_scalar(row)
        return row

    def rewind(self) -> None:
        """Read from the first row again, with a new round trip."""
        self._iter = False
        rows, self._rows = self._rows, None
        if rows is not None:
            rows.close()
        if self._lane_spec() is None:
            self._cursor.rewind()

    @property
    def _dereference(self) -> Any:
        """The object that fetches what the rows refer to."""
        worker = self.__dict__.get("_BaseQuerySet__dereference")
        if not worker:
            worker = _import_class("DeReference")()
            self.__dict__["_BaseQuerySet__dereference"] = worker
        return worker

    @property
    def _auto_dereference(self) -> bool:
        """Whether references in the rows are followed when they are read."""
        allowed = not no_dereferencing_active_for_class(self._document)
        return allowed and self.__dict__["_BaseQuerySet__auto_dereference"]
