"""Temporary changes: another database or collection, no dereferencing, counted queries."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from mongoengine_fast._transactions import run_in_transaction
from mongoengine_fast.base.fields import _no_dereference_for_fields
from mongoengine_fast.common import _import_class  # noqa: F401  programs look for it here
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_db
from mongoengine_fast.pymongo_support import count_documents  # noqa: F401  programs look for it here

__all__ = (
    "no_dereference",
    "no_dereferencing_active_for_class",
    "no_sub_classes",
    "query_counter",
    "run_in_transaction",
    "set_read_write_concern",
    "set_write_concern",
    "switch_collection",
    "switch_db",
)


class MyThreadLocals(threading.local):
    """Per thread, how many `no_dereference` blocks are open for each document class."""

    def __init__(self) -> None:
        self.no_dereferencing_class: dict[Any, int] = {}


thread_locals = MyThreadLocals()


def no_dereferencing_active_for_class(cls: Any) -> bool:
    """Tell whether this thread is in a `no_dereference` block for a document class."""
    return cls in thread_locals.no_dereferencing_class


def _register_no_dereferencing_for_class(cls: Any) -> None:
    open_blocks = thread_locals.no_dereferencing_class
    open_blocks[cls] = open_blocks.get(cls, 0) + 1


def _unregister_no_dereferencing_for_class(cls: Any) -> None:
    open_blocks = thread_locals.no_dereferencing_class
    open_blocks[cls] -= 1
    if not open_blocks[cls]:
        del open_blocks[cls]


class switch_db:
    """Keep the documents of a class in another database for the length of a block.

    ::

        with switch_db(Group, "archive") as Group:
            Group(name="old").save()

    The class itself is changed, for all threads.

    Args:
        cls: the document class.
        db_alias: the connection alias of the database.
    """

    def __init__(self, cls: Any, db_alias: str) -> None:
        self.cls = cls
        self.collection = cls._get_collection()
        self.db_alias = db_alias
        self.ori_db_alias = cls._meta.get("db_alias", DEFAULT_CONNECTION_NAME)

    def __enter__(self) -> Any:
        self.cls._meta["db_alias"] = self.db_alias
        self.cls._collection = None
        return self.cls

    def __exit__(self, t: Any, value: Any, traceback: Any) -> None:
        self.cls._meta["db_alias"] = self.ori_db_alias
        self.cls._collection = self.collection


class switch_collection:
    """Keep the documents of a class in another collection for the length of a block.

    ::

        with switch_collection(Group, "old_groups") as Group:
            Group(name="old").save()

    The class itself is changed, for all threads.

    Args:
        cls: the document class.
        collection_name: the name of the collection.
    """

    def __init__(self, cls: Any, collection_name: str) -> None:
        self.cls = cls
        self.ori_collection = cls._get_collection()
        self.ori_get_collection_name = cls._get_collection_name
        self.collection_name = collection_name

    def __enter__(self) -> Any:
        name = self.collection_name
        self.cls._get_collection_name = classmethod(lambda cls: name)
        self.cls._collection = None
        return self.cls

    def __exit__(self, t: Any, value: Any, traceback: Any) -> None:
        self.cls._collection = self.ori_collection
        self.cls._get_collection_name = self.ori_get_collection_name


def _may_dereference(field: Any) -> bool:
    return (
        getattr(field, "_is_reference_field", False)
        or getattr(field, "_is_generic_reference_field", False)
        or getattr(field, "_is_complex_field", False)
    )


@contextlib.contextmanager
def no_dereference(cls: Any) -> Iterator[None]:
    """Leave references of a class's documents unresolved for the length of a block.

    ::

        with no_dereference(Group):
            groups = list(Group.objects)

    Args:
        cls: the document class; only this thread is affected.
    """
    fields = [field for field in cls._fields.values() if _may_dereference(field)]
    _register_no_dereferencing_for_class(cls)
    try:
        with _no_dereference_for_fields(*fields):
            yield None
    finally:
        _unregister_no_dereferencing_for_class(cls)


class no_sub_classes:
    """Leave subclasses out of a class's queries for the length of a block.

    ::

        with no_sub_classes(Group) as Group:
            groups = list(Group.objects)

    Args:
        cls: the document class, which is changed for all threads.
    """

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.cls_initial_subclasses: Any = None

    def __enter__(self) -> Any:
        self.cls_initial_subclasses = self.cls._subclasses
        self.cls._subclasses = (self.cls._class_name,)
        return self.cls

    def __exit__(self, t: Any, value: Any, traceback: Any) -> None:
        self.cls._subclasses = self.cls_initial_subclasses


class query_counter:
    """Count the operations a database carries out during a block.

    The database's profiler does the counting, so that operations of other programs are
    included; long results take further operations, one per batch. For debugging::

        with query_counter() as queries:
            User.objects.first()
            assert queries == 1

    Comparing or printing the counter asks the database.

    Args:
        alias: the connection alias of the database.
    """

    def __init__(self, alias: str = DEFAULT_CONNECTION_NAME) -> None:
        self.db = get_db(alias=alias)
        self.initial_profiling_level: Any = None
        # Asking for the count is an operation too.
        self._ctx_query_counter = 0
        # Cursors are closed, and indexes looked at, when it suits the driver.
        self._ignored_query = {
            "ns": {"$ne": f"{self.db.name}.system.indexes"},
            "op": {"$ne": "killcursors"},
            "command.killCursors": {"$exists": False},
        }

    def _turn_on_profiling(self) -> None:
        self.initial_profiling_level = self.db.command({"profile": 0})["was"]
        self.db.system.profile.drop()
        self.db.command({"profile": 2})

    def _resets_profiling(self) -> None:
        self.db.command({"profile": self.initial_profiling_level})

    def __enter__(self) -> query_counter:
        self._turn_on_profiling()
        return self

    def __exit__(self, t: Any, value: Any, traceback: Any) -> None:
        self._resets_profiling()

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, value: object) -> bool:
        return value == self._get_count()

    def __ne__(self, value: object) -> bool:
        return not self.__eq__(value)

    def __lt__(self, value: int) -> bool:
        return self._get_count() < value

    def __le__(self, value: int) -> bool:
        return self._get_count() <= value

    def __gt__(self, value: int) -> bool:
        return self._get_count() > value

    def __ge__(self, value: int) -> bool:
        return self._get_count() >= value

    def __int__(self) -> int:
        return self._get_count()

    def __repr__(self) -> str:
        return str(self._get_count())

    def _get_count(self) -> int:
        """Ask the database how many operations there were, this question not included."""
        # Without the session of a transaction, which has no access to the profile.
        found = self.db.system.profile.count_documents(self._ignored_query)
        count = found - self._ctx_query_counter
        self._ctx_query_counter += 1
        return count


def _merged(concern: Any, options: Mapping[str, Any] | None) -> dict[str, Any]:
    merged = dict(concern.document)
    merged.update(options or {})
    return merged


@contextlib.contextmanager
def set_write_concern(collection: Any, write_concerns: Mapping[str, Any]) -> Iterator[Any]:
    """Give a collection with some options of its write concern changed.

    Args:
        collection: a pymongo collection.
        write_concerns: the options, such as ``{"w": 2}``.
    """
    if write_concerns:
        concern = WriteConcern(**_merged(collection.write_concern, write_concerns))
        collection = collection.with_options(write_concern=concern)
    yield collection


@contextlib.contextmanager
def set_read_write_concern(
    collection: Any,
    write_concerns: Mapping[str, Any] | None,
    read_concerns: Mapping[str, Any] | None,
) -> Iterator[Any]:
    """Give a collection with some options of its write and read concerns changed.

    Args:
        collection: a pymongo collection.
        write_concerns: the options, such as ``{"w": 2}``; None changes none.
        read_concerns: the options, such as ``{"level": "majority"}``; None changes none.
    """
    if write_concerns or read_concerns:
        collection = collection.with_options(
            write_concern=WriteConcern(**_merged(collection.write_concern, write_concerns)),
            read_concern=ReadConcern(**_merged(collection.read_concern, read_concerns)),
        )
    yield collection
