"""Users, passwords and roles, on a server that asks for them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_plus

import pymongo
import pytest

import mongoengine_fast
from mongoengine_fast.testing import Standalone
from tests.native_client.three_sides import NATIVE, RAW, STOCK, on_three_sides

ODD = "p@ss:w/ör%d[?]#&="
SECRET = "a-wrong-but-secret-password"
USERS: dict[str, dict[str, Any]] = {
    "reader": {"roles": ["read"]},
    "writer": {"roles": ["readWrite"]},
    "sha1": {"roles": ["readWrite"], "mechanisms": ["SCRAM-SHA-1"]},
    "sha256": {"roles": ["readWrite"], "mechanisms": ["SCRAM-SHA-256"]},
    "odd": {"roles": ["readWrite"], "pwd": ODD},
}
OPERATIONS: dict[str, Callable[[Any], Any]] = {
    "first": lambda Thing: Thing.objects.first(),
    "list": lambda Thing: len(list(Thing.objects)),
    "count": lambda Thing: Thing.objects(name="a").count(),
    "distinct": lambda Thing: Thing.objects.distinct("name"),
    "aggregate": lambda Thing: list(Thing.objects.aggregate([{"$limit": 1}])),
    "save": lambda Thing: Thing(name="a").save() and None,
    "insert": lambda Thing: Thing.objects.insert([Thing(name="a"), Thing(name="b")], load_bulk=False) and None,
    "update": lambda Thing: Thing.objects.update(set__name="b"),
    "modify": lambda Thing: Thing.objects(name="none").modify(set__name="b"),
    "delete": lambda Thing: Thing.objects(name="none").delete(),
}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Standalone]:
    """A server with users; without one, nothing is allowed."""
    with Standalone(arguments=["--auth"]) as server:
        with server.client() as client:
            client.admin.command("createUser", "root", pwd="root", roles=["root"])
        with server.client(username="root", password="root") as client:
            for name, options in USERS.items():
                client.sides.command("createUser", name, **{"pwd": "right", **options})
        yield server


def uri_of(server: Standalone, user: str, password: str) -> str:
    """*server* as seen by a user of the database that the tests use."""
    host = server.uri.removeprefix("mongodb://")
    return f"mongodb://{user}:{quote_plus(password)}@{host}/sides"


@pytest.mark.parametrize("user", ["writer", "sha1", "sha256", "odd"])
def test_who_may_do_it_goes_the_native_way(guarded: Standalone, user: str) -> None:
    def program(Thing: Any) -> Any:
        Thing.drop_collection()
        return [operation(Thing) for name, operation in OPERATIONS.items() if name != "aggregate"]

    uri = uri_of(guarded, user, USERS[user].get("pwd", "right"))
    seen = on_three_sides(program, uri)
    assert seen[STOCK].error is None
    assert seen[STOCK].value == seen[NATIVE].value == seen[RAW].value
    assert seen[NATIVE].reasons == {}


@pytest.mark.parametrize("given", ["username", "authSource", "mechanism"])
def test_credentials_given_as_options(guarded: Standalone, given: str) -> None:
    options: dict[str, Any] = {"username": "sha256", "password": "right", "authentication_source": "sides"}
    if given == "authSource":
        options = {"username": "root", "password": "root", "authentication_source": "admin"}
    if given == "mechanism":
        options["authentication_mechanism"] = "SCRAM-SHA-256"
    seen = on_three_sides(lambda Thing: Thing.objects(name="nobody").count(), guarded.uri, **options)
    assert [one.value for one in seen.values()] == [0, 0, 0]
    assert seen[NATIVE].reasons == {}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("user", ["nobody", "reader", "wrong password", "unknown"])
def test_who_may_not_is_told_the_same(guarded: Standalone, user: str, operation: str) -> None:
    uri = {
        "nobody": guarded.uri,
        "reader": uri_of(guarded, "reader", "right"),
        "wrong password": uri_of(guarded, "writer", SECRET),
        "unknown": uri_of(guarded, "unknown", SECRET),
    }[user]
    seen = on_three_sides(OPERATIONS[operation], uri, heartbeatFrequencyMS=500)
    assert seen[NATIVE].error == seen[STOCK].error
    assert seen[RAW].error == seen[STOCK].error
    assert seen[NATIVE].text == seen[STOCK].text == seen[RAW].text
    writes = operation in ("save", "insert", "update", "modify", "delete")
    assert (seen[STOCK].error is None) == (user == "reader" and not writes)


def test_a_password_is_in_no_text(guarded: Standalone, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    uri = uri_of(guarded, "writer", SECRET)
    client = mongoengine_fast.connect("sides", host=uri, heartbeatFrequencyMS=500, uuidRepresentation="standard")
    try:

        class Thing(mongoengine_fast.Document):
            name = mongoengine_fast.StringField()

        for operation in OPERATIONS.values():
            with pytest.raises((pymongo.errors.OperationFailure, mongoengine_fast.OperationError)) as raised:
                operation(Thing)
            error: BaseException | None = raised.value
            while error is not None:
                assert SECRET not in f"{error} {error!r} {vars(error)}"
                error = error.__cause__ or error.__context__
        assert SECRET not in f"{client!r} {mongoengine_fast.lanes()} {Thing._get_collection()!r}"
        assert SECRET not in caplog.text
    finally:
        mongoengine_fast.disconnect()
