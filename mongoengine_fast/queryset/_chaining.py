"""Methods that return a changed copy of the queryset."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Mapping
from typing import Any

import pymongo
from bson import SON
from pymongo.common import validate_read_preference
from pymongo.cursor import Cursor
from pymongo.read_concern import ReadConcern

from mongoengine_fast.context_managers import switch_db
from mongoengine_fast.errors import InvalidQueryError, OperationError
from mongoengine_fast.queryset._cursor import CursorAccess
from mongoengine_fast.queryset.visitor import Q, QNode


def _condition(q_obj: Any, query: dict[str, Any]) -> Any:
    """Join a condition object and keyword conditions.

    Raises:
        InvalidQueryError: `q_obj` is not a condition object.
    """
    keywords = Q(**query)
    if not q_obj:
        return keywords
    if not isinstance(q_obj, QNode):
        raise InvalidQueryError(f"Not a query object: {q_obj}. Did you intend to use key=value?")
    return keywords & q_obj


def _both(own: Any, condition: Any) -> Any:
    """Return `own & condition`; most often there was no condition before, which is seen without asking it."""
    if own.__class__ is Q and not own.query and condition.__class__ is Q and condition.query:
        return condition
    return own & condition


class Chaining(CursorAccess):
    """Filters, order, limits and options of a query."""

    def __call__(self, q_obj: QNode | None = None, **query: Any) -> Any:
        """Return a queryset narrowed by further conditions.

        Args:
            q_obj: a condition, made of `Q` objects.
            query: conditions by `path__to__field__operator`; all must hold.

        Raises:
            InvalidQueryError: `q_obj` is something else.
        """
        condition = _condition(q_obj, query)
        queryset = self.clone()
        queryset._narrow(condition)
        return queryset

    def _filter_with(self, q_obj: Any, query: dict[str, Any]) -> dict[str, Any]:
        """Return the filter in MongoDB's form, this queryset's and further conditions together."""
        cls = type(self)
        if cls.__call__ is Chaining.__call__ and cls.filter is Chaining.filter:
            compiled = self._compiled(_both(self._query_obj, _condition(q_obj, query)))
            return self._with_where(compiled)
        narrowed = self.filter(**query) if q_obj is None else self.filter(q_obj)
        filter: dict[str, Any] = narrowed._with_where(narrowed._query)
        return filter

    def _narrow(self, condition: Any) -> None:
        """Add a condition to this very queryset."""
        self._query_obj = _both(self._query_obj, condition)
        self._mongo_query = None
        self._cursor_obj = None

    def all(self) -> Any:
        """Return a copy of the queryset."""
        return self.__call__()

    def filter(self, *q_objs: QNode, **query: Any) -> Any:
        """Return a queryset narrowed by further conditions, as calling the queryset does.

        Args:
            q_objs: at most one condition, made of `Q` objects.
            query: conditions by `path__to__field__operator`; all must hold.
        """
        return self.__call__(*q_objs, **query)

    def search_text(self, text: str, language: str | None = None, text_score: bool = True) -> Any:
        """Return a queryset of the documents a text search finds; needs a text index.

        Args:
            text: the words to look for.
            language: decides on stop words and stemming; the index's own by default.
            text_score: load how well each document matches (`get_text_score()`). Unless
                the query is ordered, this may change the order.

        Raises:
            OperationError: the queryset is a text search already.
        """
        queryset = self.clone()
        if queryset._search_text:
            raise OperationError("It is not possible to use search_text two times.")
        search = SON({"$search": text})
        if language:
            search["$language"] = language
        queryset._narrow(Q(__raw__={"$text": search}))
        queryset._search_text = text
        queryset._search_text_score = text_score
        return queryset

    def none(self) -> Any:
        """Return a queryset without results, which never asks the database."""
        queryset = self.clone()
        queryset._none = True
        return queryset

    def no_sub_classes(self) -> Any:
        """Leave out documents of subclasses; changes and returns this queryset."""
        if self._document._meta.get("allow_inheritance") is True:
            self._cls_query = {"_cls": self._document._class_name}
        return self

    def clear_cls_query(self) -> Any:
        """Return a queryset that does not ask for the class of documents.

        Where all documents of a collection belong to one hierarchy, that condition only
        costs time.
        """
        queryset = self.clone()
        queryset._cls_query = {}
        return queryset

    def using(self, alias: str) -> Any:
        """Return the same query on the database of another connection alias."""
        with switch_db(self._document, alias) as cls:
            collection = cls._get_collection()
        return self._clone_into(self.__class__(self._document, collection))

    def limit(self, n: int) -> Any:
        """Return a queryset of at most `n` documents; 0 means all of them."""
        queryset = self.clone()
        queryset._limit = n
        queryset._empty = False  # takes back an empty slice
        queryset._modify_command("limit", n)
        return queryset

    def skip(self, n: int) -> Any:
        """Return a queryset without its first `n` documents."""
        queryset = self.clone()
        queryset._skip = n
        queryset._modify_command("skip", n)
        return queryset

    def hint(self, index: Any = None) -> Any:
        """Return a queryset that makes the server use an index.

        Args:
            index: its name or its keys; None leaves the choice to the server again.
        """
        queryset = self.clone()
        queryset._hint = index
        queryset._modify_command("hint", index)
        return queryset

    def collation(self, collation: Any = None) -> Any:
        """Return a queryset that compares strings by the rules of a language.

        Args:
            collation: a `pymongo.collation.Collation` or a dict of its options. An index
                is only used if it was made with the same one.
        """
        queryset = self.clone()
        queryset._collation = collation
        queryset._modify_command("collation", collation)
        return queryset

    def batch_size(self, size: int) -> Any:
        """Return a queryset that fetches `size` documents per round trip."""
        queryset = self.clone()
        queryset._batch_size = size
        queryset._modify_command("batch_size", size)
        return queryset

    def order_by(self, *keys: str, __raw__: Any = None) -> Any:
        """Return a queryset in another order.

        Args:
            keys: field paths, the most significant first, descending after a "-"; none
                at all take back any order, the document class's own included.
            __raw__: the order in pymongo's form instead: ``[("name", -1)]``.

        Raises:
            OperationError: both forms are given.
        """
        if __raw__ and keys:
            raise OperationError("Can not use both keys and __raw__ with order_by() ")
        queryset = self.clone()
        former = queryset._ordering
        ordering = __raw__ if __raw__ else queryset._get_order_by(keys)
        if ordering:
            queryset._modify_command("sort", ordering)
        elif former:
            # An order cannot be taken back from a command.
            queryset._forget_command()
        queryset._ordering = ordering
        return queryset

    def _get_order_by(self, keys: Any) -> list[tuple[str, Any]]:
        """Translate sort keys (`-last_name`) into pairs of database name and direction."""
        pairs: list[tuple[str, Any]] = []
        for key in keys:
            if not key:
                continue
            if key == "$text_score":
                pairs.append(("_text_score", {"$meta": "textScore"}))
                continue
            direction = pymongo.DESCENDING if key[0] == "-" else pymongo.ASCENDING
            path = (key[1:] if key[0] in "+-" else key).replace("__", ".")
            # What is not a field of the model is taken for a database name.
            with contextlib.suppress(Exception):
                path = self._document._translate_field_name(path)
            pairs.append((path, direction))
        return pairs

    def _chainable_method(self, method_name: str, val: Any) -> Any:
        """Return a copy on whose cursor a method has been called.

        Args:
            method_name: a method of pymongo's `Cursor` that changes an option; the
                value is kept in the attribute of that name as well.
            val: its argument.
        """
        queryset = self.clone()
        spec = queryset._lane_spec() if method_name in ("comment", "max_time_ms") else None
        if spec is not None:
            spec.modifiers[method_name] = val
        else:
            getattr(queryset._cursor, method_name)(val)
        setattr(queryset, "_" + method_name, val)
        return queryset

    def comment(self, text: str) -> Any:
        """Return a queryset whose query carries a comment into the server's logs."""
        return self._chainable_method("comment", text)

    def max_time_ms(self, ms: int | None) -> Any:
        """Return a queryset that the server gives up after a time.

        Args:
            ms: milliseconds; None for no limit.

        Raises:
            TypeError: `ms` is not an integer.
        """
        if not isinstance(ms, int) and ms is not None:
            # Each version of pymongo words it differently.
            Cursor.max_time_ms(None, ms)  # type: ignore[arg-type]
        return self._chainable_method("max_time_ms", ms)

    def snapshot(self, enabled: bool) -> Any:
        """Deprecated: MongoDB has no snapshot mode any more."""
        msg = "snapshot is deprecated as it has no impact when using PyMongo 3+."
        warnings.warn(msg, DeprecationWarning, stacklevel=1)
        queryset = self.clone()
        queryset._snapshot = enabled
        return queryset

    def allow_disk_use(self, enabled: bool) -> Any:
        """Return a queryset that may sort on disk what exceeds the server's memory limit."""
        queryset = self.clone()
        queryset._allow_disk_use = enabled
        return queryset

    def timeout(self, enabled: bool) -> Any:
        """Return a queryset whose cursor the server drops, or keeps, after ten idle minutes."""
        queryset = self.clone()
        queryset._timeout = enabled
        return queryset

    def read_preference(self, read_preference: Any) -> Any:
        """Return a queryset that reads from the members a preference names.

        Args:
            read_preference: one of `pymongo.ReadPreference`.

        Raises:
            TypeError: it is something else.
        """
        validate_read_preference("read_preference", read_preference)
        queryset = self.clone()
        queryset._read_preference = read_preference
        queryset._forget_command()
        return queryset

    def read_concern(self, read_concern: Mapping[str, Any] | None) -> Any:
        """Return a queryset with another read concern.

        Args:
            read_concern: ``{"level": "majority"}``, or None for the collection's own.

        Raises:
            TypeError: it is neither.
        """
        if read_concern is not None and not isinstance(read_concern, Mapping):
            raise TypeError(f"{read_concern!r} is not a valid read concern.")
        queryset = self.clone()
        queryset._read_concern = None if read_concern is None else ReadConcern(**read_concern)
        queryset._forget_command()
        return queryset

    def as_pymongo(self) -> Any:
        """Return a queryset whose rows are plain dicts, as pymongo returns them."""
        queryset = self.clone()
        queryset._as_pymongo = True
        return queryset

    def no_dereference(self) -> Any:
        """Return a queryset whose documents keep references unresolved."""
        queryset = self.clone()
        queryset._BaseQuerySet__auto_dereference = False
        return queryset

    def select_related(self, max_depth: int = 1) -> Any:
        """Fetch the documents and all they refer to, in one query per class.

        Args:
            max_depth: how many references deep to follow.

        Returns:
            A list of documents.
        """
        queryset = self.clone()
        return queryset._dereference(queryset, max_depth=max_depth + 1)
