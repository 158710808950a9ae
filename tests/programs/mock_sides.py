"""Tests that run on both packages with mongomock as their client, as the test suites of many programs do."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mongomock

from tests.base.both_sides import alike

__all__ = ("alike_on_mongomock", "connected_to_mongomock")


@contextmanager
def connected_to_mongomock(me: Any, *others: str) -> Iterator[Any]:
    """Connect the package *me* to an empty mongomock, under the default alias and *others*; yield the client."""
    options = {"mongo_client_class": mongomock.MongoClient, "uuidRepresentation": "standard"}
    client = me.connect("mongoenginetest", host="mongodb://localhost", **options)
    for alias in others:
        me.connect(alias, alias=alias, host="mongodb://localhost", **options)
    try:
        yield client
    finally:
        me.disconnect_all()
        me.connection._connection_settings.clear()


def alike_on_mongomock(function: Callable[..., Any]) -> Callable[..., None]:
    """Make a test of *function* that runs it on both packages with mongomock, and compares.

    Compared are what it returns, and everything that is stored when it ends, indexes included.
    """

    @functools.wraps(function)
    def on_mongomock(me: Any, **arguments: Any) -> Any:
        with connected_to_mongomock(me, "second") as client:
            return function(me, **arguments), _stored(client)

    return alike(on_mongomock)


def _stored(client: Any) -> list[Any]:
    found = []
    for database_name in sorted(client.list_database_names()):
        database = client[database_name]
        for name in sorted(database.list_collection_names()):
            indexes = sorted(str(sorted(index.items(), key=str)) for index in database[name].list_indexes())
            found.append((database_name, name, list(database[name].find()), indexes))
    return found
