"""Aliases: registering, sharing, replacing and forgetting connections, without a server."""

import warnings

import mongomock
import pytest
from pymongo import MongoClient, ReadPreference

from tests.base.both_sides import alike, raised

URI = "mongodb://127.0.0.1:1"
LAZY = {"host": URI, "connect": False, "uuidRepresentation": "standard"}


@pytest.fixture(autouse=True)
def no_connections():
    """Leave no alias behind on either side."""
    import mongoengine

    import mongoengine_fast

    yield
    for package in (mongoengine, mongoengine_fast):
        package.disconnect_all()
        package.connection._connection_settings.clear()


@alike
def test_connecting_returns_a_pymongo_client(me):
    client = me.connect("one", **LAZY)
    assert type(client) is MongoClient
    assert me.get_connection() is client
    assert me.get_db().name == "one"
    assert me.get_db() is me.get_db()


@alike
def test_connecting_twice_alike_gives_the_same_client(me):
    assert me.connect("one", **LAZY) is me.connect("one", **LAZY)


@alike
def test_connecting_twice_otherwise_is_refused(me):
    me.connect("one", **LAZY)
    return [raised(lambda: me.connect("two", **LAZY)), raised(lambda: me.connect("one", **{**LAZY, "maxPoolSize": 3}))]


@alike
def test_aliases_that_differ_in_the_database_share_a_client(me):
    one = me.connect("one", alias="a", **LAZY)
    two = me.connect("two", alias="b", **LAZY)
    assert one is two
    assert (me.get_db("a").name, me.get_db("b").name) == ("one", "two")


@alike
def test_aliases_that_differ_otherwise_do_not_share(me):
    one = me.connect("one", alias="a", **LAZY)
    two = me.connect("one", alias="b", **{**LAZY, "maxPoolSize": 3})
    assert one is not two


@alike
def test_a_shared_client_is_closed_with_its_last_alias(me):
    closed = []

    class Client(MongoClient):
        def close(self):
            closed.append(self)
            super().close()

    client = me.connect("one", alias="a", mongo_client_class=Client, **LAZY)
    me.connect("two", alias="b", mongo_client_class=Client, **LAZY)
    me.disconnect("a")
    assert closed == []
    me.disconnect("b")
    assert len(closed) == 1
    assert closed[0] is client


@alike
def test_disconnecting_forgets_the_settings(me):
    me.connect("one", **LAZY)
    me.disconnect()
    me.disconnect()
    me.disconnect("never heard of")
    error = raised(me.get_connection)
    assert isinstance(error, me.ConnectionFailure)
    return error, raised(lambda: me.get_db("other"))


@alike
def test_registering_does_not_connect(me):
    made = []

    class Client(MongoClient):
        def __init__(self, *args, **kwargs):
            made.append(sorted(kwargs))
            super().__init__(*args, **kwargs)

    me.register_connection("later", "one", mongo_client_class=Client, **LAZY)
    assert made == []
    assert me.get_db("later").name == "one"
    assert len(made) == 1
    return made


@alike
def test_reconnecting_needs_the_settings_again(me):
    me.connect("one", **LAZY)
    return raised(lambda: me.get_connection(reconnect=True)), raised(lambda: me.get_db(reconnect=True))


SETTINGS = [
    {"db": "a"},
    {"name": "a"},
    {"db": "a", "name": "b"},
    {"host": "mongodb://h/inuri"},
    {"db": "a", "host": "mongodb://h/inuri"},
    {
        "host": "mongodb://u:p@h:1/d?authSource=admin&replicaSet=rs&readPreference=secondary&uuidRepresentation=javaLegacy"
    },
    {"host": ["h1", "mongodb://h2:5"], "port": 7},
    {"username": "u", "password": "p", "authentication_source": "s"},
    {"read_preference": ReadPreference.NEAREST},
    {"uuidrepresentation": "standard"},
    {"slaves": 1, "is_slave": True},
    {"db": "a.b"},
    {"db": ""},
    {"db": 5},
    {"db": "a b"},
    {"host": "mongomock://x"},
    {"is_mock": True},
    {"host": "mongodb://h/?readPreference=wrong"},
    {"tz_aware": True, "anything": 5},
]


@pytest.mark.parametrize("arguments", SETTINGS, ids=str)
@alike
def test_settings_of_an_alias(me, arguments):
    error = raised(lambda: me.register_connection("alias", **arguments))
    found = me.connection._connection_settings.get("alias")
    return type(error).__name__, str(error), found and {key: repr(value) for key, value in found.items()}


@alike
def test_a_missing_uuid_representation_is_warned_about(me):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        me.register_connection("alias", "db", host=URI)
    return [(warning.category, str(warning.message)) for warning in caught]


@alike
def test_refused_arguments_name_the_alias(me):
    return raised(lambda: me.connect("one", alias="mine", host=URI, noSuchOption=1, connect=False))


@alike
def test_the_dictionaries_may_be_replaced(me):
    me.connect("one", **LAZY)
    me.connection._connections = {}
    me.connection._connection_settings = {}
    me.connection._dbs = {}
    assert isinstance(raised(me.get_db), me.ConnectionFailure)
    me.connect("two", **LAZY)
    assert me.get_db().name == "two"


@alike
def test_another_client_class(me):
    client = me.connect(
        "one", host="mongodb://localhost", mongo_client_class=mongomock.MongoClient, uuidRepresentation="standard"
    )

    class Thing(me.Document):
        name = me.StringField(unique=True)
        tags = me.ListField(me.StringField())

    thing = Thing(name="a", tags=["x"]).save()
    thing.tags.append("y")
    thing.save()
    Thing.objects.insert([Thing(name="b"), Thing(name="c")])
    Thing.objects(name="b").update(set__tags=["z"])
    assert isinstance(client, mongomock.MongoClient)
    loaded = [(thing.name, thing.tags) for thing in Thing.objects.order_by("name")]
    assert Thing.objects(name="c").delete() == 1
    return (
        loaded,
        Thing.objects.count(),
        Thing.objects.get(name="a").tags,
        raised(lambda: Thing(name="a").save()).__class__.__name__,
    )


@alike
def test_document_classes_follow_their_alias(me):
    class Thing(me.Document):
        meta = {"db_alias": "things", "auto_create_index": False}

    error = raised(Thing._get_collection)
    me.connect("one", alias="things", **LAZY)
    assert Thing._get_collection().database.name == "one"
    me.disconnect("things")
    me.connect("two", alias="things", **LAZY)
    assert Thing._get_collection().database.name == "two"
    return error
