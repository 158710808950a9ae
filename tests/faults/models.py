"""The documents of the load, for either package."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from typing import Any

#: The collections, by what they hold.
ITEMS = "items"
ACCOUNTS = "accounts"
#: Fields of an account that only updates count up.
COUNTED = ("by_update_one", "by_update", "by_bulk_write")
#: Kinds of calls that are about any number of documents, and never sent twice.
NOT_RETRYABLE = frozenset({"by_update"})
#: Fields of an account that only saves change.
SAVED = ("counter", "note", "retries")


def define(package: str, alias: str = "default") -> Any:
    """Return the package and its document classes, on the connection of that alias, as attributes."""
    engine = importlib.import_module(package)

    class Item(engine.Document):  # type: ignore[misc, name-defined]
        # No unique index: a document that is stored twice must show.
        meta = {"collection": ITEMS, "db_alias": alias, "indexes": ["key"]}
        key = engine.StringField(required=True)
        thread = engine.IntField()
        value = engine.IntField(default=0)
        padding = engine.StringField(default="x" * 200)

    class Account(engine.Document):  # type: ignore[misc, name-defined]
        meta = {"collection": ACCOUNTS, "db_alias": alias}
        key = engine.StringField(primary_key=True)
        counter = engine.IntField(default=0)
        note = engine.IntField(default=0)
        retries = engine.IntField(default=0)
        by_update_one = engine.IntField(default=0)
        by_update = engine.IntField(default=0)
        by_bulk_write = engine.IntField(default=0)

    return SimpleNamespace(engine=engine, Item=Item, Account=Account, has_bulk=hasattr(engine.QuerySet, "bulk_save"))
