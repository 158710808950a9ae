"""Which collection a document class lives in, and making it."""

from __future__ import annotations

from typing import Any

from mongoengine_fast._sessions import session_option, when_rolled_back
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_db
from mongoengine_fast.errors import OperationError
from mongoengine_fast.pymongo_support import list_collection_names

__all__ = ("CollectionAccess", "InvalidCollectionError")

_DEFAULT_CAPPED_BYTES = 10 * 2**20
_CAPPED_UNIT_BYTES = 256


class InvalidCollectionError(Exception):
    """A collection exists already with other options than the document class asks for."""

    __module__ = "mongoengine_fast.document"


class CollectionAccess:
    """The database and the collection of a document class."""

    __slots__ = ()

    @classmethod
    def _get_db(cls) -> Any:
        """Return the database of the class's ``db_alias``."""
        return get_db(cls._meta.get("db_alias", DEFAULT_CONNECTION_NAME))

    @classmethod
    def _disconnect(cls) -> None:
        """Forget the collection, so that the next use looks it up again."""
        cls._collection = None

    @classmethod
    def _get_collection(cls) -> Any:
        """Return the pymongo collection.

        On first use it is created if it is capped or a time series, and its indexes are ensured, unless ``meta`` has
        ``auto_create_index: False`` or the client is not connected to a primary. Raises `InvalidCollectionError` when
        it exists with other limits than ``meta`` says.
        """
        if getattr(cls, "_collection", None) is None:
            if cls._meta.get("max_size") or cls._meta.get("max_documents"):
                cls._collection = cls._get_capped_collection()
            elif cls._meta.get("timeseries"):
                cls._collection = cls._get_timeseries_collection()
            else:
                cls._collection = cls._get_db()[cls._get_collection_name()]

            if cls._meta.get("auto_create_index", True) and cls._get_db().client.is_primary:
                cls.ensure_indexes()
            # Neither the collection nor its indexes exist if the transaction that has made them does not last.
            when_rolled_back(cls._disconnect)
        return cls._collection

    @classmethod
    def _get_capped_collection(cls) -> Any:
        """Return the capped collection, created with the limits of ``meta`` if it does not exist."""
        db = cls._get_db()
        name = cls._get_collection_name()
        max_documents = cls._meta.get("max_documents")
        max_bytes = cls._meta.get("max_size") or _DEFAULT_CAPPED_BYTES
        # The server rounds up in the same way; without it the limits could not be compared below.
        max_bytes += -max_bytes % _CAPPED_UNIT_BYTES

        if name in list_collection_names(db, include_system_collections=True):
            collection = db[name]
            options = collection.options()
            if options.get("max") != max_documents or options.get("size") != max_bytes:
                raise InvalidCollectionError(
                    f'Cannot create collection "{cls._collection}" as a capped collection as it already exists'
                )
            return collection

        limits = {"capped": True, "size": max_bytes}
        if max_documents:
            limits["max"] = max_documents
        return db.create_collection(name, **limits, **session_option())

    @classmethod
    def _get_timeseries_collection(cls) -> Any:
        """Return the time series collection, created with the options of ``meta`` if it does not exist."""
        db = cls._get_db()
        name = cls._get_collection_name()
        if name in list_collection_names(db, include_system_collections=True):
            collection = db[name]
            collection.options()
            return collection

        options = cls._meta.get("timeseries")
        expire_after = options.pop("expireAfterSeconds", None)
        return db.create_collection(name=name, timeseries=options, expireAfterSeconds=expire_after, **session_option())

    @classmethod
    def drop_collection(cls) -> None:
        """Drop the collection from the database, indexes included.

        Raises `OperationError` for a class that has none, an abstract one for instance.
        """
        name = cls._get_collection_name()
        if not name:
            raise OperationError(f"Document {cls} has no collection defined (is it abstract ?)")
        cls._collection = None
        cls._get_db().drop_collection(name, **session_option())
