"""What a queryset remembers, and how that is copied and pickled."""

from __future__ import annotations

import copy
from typing import Any

from mongoengine_fast.errors import OperationError
from mongoengine_fast.queryset._find import FindSpec
from mongoengine_fast.queryset._stock import StockCheck
from mongoengine_fast.queryset.field_list import QueryFieldList
from mongoengine_fast.queryset.visitor import Q

# What a new queryset starts with, as far as it cannot be changed in place.
_INITIAL: dict[str, Any] = {
    "_mongo_query": None,
    "_where_clause": None,
    "_ordering": None,
    "_snapshot": False,
    "_timeout": True,
    "_allow_disk_use": False,
    "_read_preference": None,
    "_read_concern": None,
    "_iter": False,
    "_none": False,
    "_as_pymongo": False,
    "_search_text": None,
    "_search_text_score": None,
    "_limit": None,
    "_skip": None,
    "_hint": -1,  # None is a hint of its own: it takes back an earlier one
    "_collation": None,
    "_batch_size": None,
    "_max_time_ms": None,
    "_comment": None,
    "_empty": False,
    "_BaseQuerySet__auto_dereference": True,
}
# What every queryset has for itself: the find command decided on, its rows once it has been
# sent, the pymongo cursor if somebody wants it, and the helper that follows references.
_OWN: dict[str, Any] = {
    "_spec": None,
    "_rows": None,
    "_cursor_obj": None,
    "_BaseQuerySet__dereference": False,
}
_MUTABLE = ("_mongo_query", "_query_obj", "_cls_query", "_loaded_fields", "_ordering", "_scalar")
_INHERITED = (
    *(name for name in _INITIAL if name not in _MUTABLE),
    *_MUTABLE,
)
_STATE_NAMES = frozenset((*_INHERITED, "_document", "_collection_obj"))
_FRESH = {**_INITIAL, **_OWN}
_SIZE = len(_STATE_NAMES) + len(_OWN)

_plain_copy = StockCheck("_clone_into", "__init__", "__new__", "__setattr__")


def _shallow(value: Any) -> Any:
    """Copy a container one level deep."""
    kind = value.__class__
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if kind is dict or kind is list:
        return value.copy()
    if kind is Q or kind is QueryFieldList:
        return value.__copy__()
    return copy.copy(value)


def has_plain_layout(cls: type) -> bool:
    """Whether all of the state of a class's querysets can live in the instance dictionary."""
    return cls.__setattr__ is object.__setattr__ and not any(hasattr(cls, name) for name in _STATE_NAMES)


class QuerySetState:
    """The attributes of a queryset and the copying of them.

    Args:
        document: the document class that is queried.
        collection: its pymongo collection.
    """

    _document: Any
    _collection_obj: Any
    _cursor_obj: Any
    _mongo_query: dict[str, Any] | None
    _query_obj: Any
    _cls_query: dict[str, Any]
    _where_clause: str | None
    _loaded_fields: QueryFieldList
    _ordering: Any
    _scalar: list[str]
    _snapshot: bool
    _timeout: bool
    _allow_disk_use: bool
    _read_preference: Any
    _read_concern: Any
    _iter: bool
    _none: bool
    _empty: bool
    _as_pymongo: bool
    _search_text: str | None
    _search_text_score: bool | None
    _limit: int | None
    _skip: int | None
    _hint: Any
    _collation: Any
    _batch_size: int | None
    _max_time_ms: int | None
    _comment: str | None

    # The find command in use, and its rows once it has been sent.
    _spec: FindSpec | None = None
    _rows: Any = None
    # What `has_plain_layout` says.
    _plain_layout = True
    _is_query_set = True

    def __init__(self, document: Any, collection: Any) -> None:
        state = dict(
            _FRESH,
            _document=document,
            _collection_obj=collection,
            _query_obj=Q(),
            _scalar=[],
        )
        # With inheritance, a class answers for its subclasses too, and rows must tell theirs.
        if document._meta.get("allow_inheritance") is True:
            names = document._subclasses
            state["_cls_query"] = {"_cls": names[0] if len(names) == 1 else {"$in": names}}
            state["_loaded_fields"] = QueryFieldList(always_include=["_cls"])
        else:
            state["_cls_query"] = {}
            state["_loaded_fields"] = QueryFieldList()
        if self._plain_layout:
            self.__dict__.update(state)
            return
        for name, value in state.items():
            setattr(self, name, value)

    def clone(self) -> Any:
        """Return a copy that can be changed without changing this queryset.

        Rows that have been read are not copied.
        """
        cls = self.__class__
        if not (cls._plain_layout and _plain_copy(cls)):
            return self._clone_into(cls(self._document, self._collection_obj))
        mine = self.__dict__
        if len(mine) == _SIZE:
            state = mine.copy()
        else:
            # Results that have been kept, and attributes a program has added, stay behind.
            state = {name: getattr(self, name) for name in _INHERITED}
            state["_document"] = self._document
            state["_collection_obj"] = self._collection_obj
        for name in _MUTABLE:
            value = state[name]
            if value is None:
                continue
            kind = value.__class__
            if kind is dict or kind is list:
                state[name] = value.copy()
            elif kind is Q or kind is QueryFieldList:
                # As their `__copy__`, without a call.
                state[name] = twin = kind.__new__(kind)
                twin.__dict__.update(value.__dict__)
            else:
                state[name] = _shallow(value)
        state.update(_OWN)
        cursor, spec = mine.get("_cursor_obj"), self._spec
        if cursor is not None:
            state["_cursor_obj"] = cursor.clone()
        elif spec is not None:
            state["_spec"] = spec.copy()
        twin = object.__new__(cls)
        twin.__dict__ = state
        return twin

    def _clone_into(self, new_qs: Any) -> Any:
        """Copy the query and its options into another queryset, which is returned.

        Raises:
            OperationError: `new_qs` is not a queryset.
        """
        if not getattr(new_qs.__class__, "_is_query_set", False):
            raise OperationError(f"{new_qs.__name__} is not a subclass of BaseQuerySet")
        for name in _INHERITED:
            setattr(new_qs, name, _shallow(getattr(self, name)))
        cursor = self.__dict__.get("_cursor_obj")
        if cursor is not None:
            new_qs._cursor_obj = cursor.clone()
        elif self._spec is not None:
            new_qs._spec = self._spec.copy()
        return new_qs

    def __deepcopy__(self, memo: Any) -> Any:
        # Keyword arguments of queries are copied deeply, and may hold querysets.
        return self.clone()

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        # Connections and what is bound to them cannot travel; the document class finds them.
        state.pop("_collection_obj")
        state.pop("_spec", None)
        state.pop("_rows", None)
        state["_cursor_obj"] = None
        return state

    def __setstate__(self, obj_dict: dict[str, Any]) -> None:
        obj_dict["_collection_obj"] = obj_dict["_document"]._get_collection()
        self.__dict__.update(obj_dict)
