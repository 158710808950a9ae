"""Connections to servers that answer, do not answer, or are closed."""

import socket
import threading

import pytest
from pymongo import MongoClient
from pymongo.errors import ServerSelectionTimeoutError

import mongoengine_fast as me
from tests.base.both_sides import alike_with_mongodb, raised

IMPATIENT = {"serverSelectionTimeoutMS": 300, "connectTimeoutMS": 300, "uuidRepresentation": "standard"}


@pytest.fixture
def nobody():
    """The URI of a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"mongodb://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture(autouse=True)
def no_connections():
    """Leave no alias behind."""
    yield
    me.disconnect_all()


class Distant(me.Document):
    name = me.StringField()
    meta = {"auto_create_index": False}


OPERATIONS = {
    "save": lambda: Distant(name="a").save(),
    "first": lambda: Distant.objects.first(),
    "get": lambda: Distant.objects.get(id="0" * 24),
    "iterate": lambda: list(Distant.objects),
    "count": lambda: Distant.objects(name="a").count(),
    "update": lambda: Distant.objects.update(set__name="b"),
    "delete": lambda: Distant.objects.delete(),
    "insert": lambda: Distant.objects.insert([Distant(), Distant()]),
    "aggregate": lambda: list(Distant.objects.aggregate([{"$match": {}}])),
    "distinct": lambda: Distant.objects.distinct("name"),
    "modify": lambda: Distant.objects.modify(set__name="c"),
    "reload": lambda: Distant(id="0" * 24).reload(),
}


@pytest.mark.timeout(30)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unreachable_server_is_given_up_on(nobody, operation):
    me.connect("nowhere", host=nobody, **IMPATIENT)
    with pytest.raises(ServerSelectionTimeoutError):
        OPERATIONS[operation]()


@pytest.mark.timeout(30)
def test_a_server_that_never_answers_is_given_up_on():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        me.connect("nowhere", host=f"mongodb://127.0.0.1:{silent.getsockname()[1]}", socketTimeoutMS=300, **IMPATIENT)
        with pytest.raises(ServerSelectionTimeoutError):
            Distant.objects.first()


def test_connecting_does_not_wait_for_the_server(nobody):
    assert isinstance(me.connect("nowhere", host=nobody, **IMPATIENT), MongoClient)


@alike_with_mongodb
def test_a_closed_client_is_not_used(me):
    class Thing(me.Document):
        name = me.StringField()

    Thing(name="a").save()
    me.get_connection().close()
    return [
        raised(lambda: Thing.objects.first()),
        raised(lambda: Thing(name="b").save()),
        raised(lambda: Thing.objects.count()),
        raised(lambda: Thing.objects.insert([Thing()])),
        raised(lambda: Thing.objects.delete()),
    ]


@alike_with_mongodb
def test_a_query_set_made_before_disconnecting(me):
    class Thing(me.Document):
        name = me.StringField()

    Thing(name="a").save()
    queries = Thing.objects, Thing.objects(name="a")
    assert queries[0].first().name == "a"
    me.disconnect()
    return [raised(lambda query=query: list(query.clone())) for query in queries], raised(lambda: Thing.objects.first())


def test_reconnecting_under_the_same_alias_to_another_database(mongodb_uri, mongodb_database):
    names = [f"{mongodb_database.name}_{suffix}" for suffix in "ab"]
    for name in names:
        me.connect(name, host=mongodb_uri, uuidRepresentation="standard")
        Distant.drop_collection()
        Distant(name=name).save()
        assert [thing.name for thing in Distant.objects] == [name]
        me.disconnect()
    for name in names:
        assert mongodb_database.client[name]["distant"].count_documents({}) == 1
        mongodb_database.client.drop_database(name)


def test_documents_read_before_disconnecting_stay_readable(mongodb_uri, mongodb_database):
    me.connect(mongodb_database.name, host=mongodb_uri, uuidRepresentation="standard")
    Distant(name="a").save()
    things = list(Distant.objects)
    me.disconnect()
    assert things[0].name == "a"


def test_many_threads_share_a_connection(mongodb_uri, mongodb_database):
    me.connect(mongodb_database.name, host=mongodb_uri, uuidRepresentation="standard")
    Distant.drop_collection()
    errors, start = [], threading.Barrier(8)

    def work(number):
        try:
            start.wait(20)
            for turn in range(10):
                thing = Distant(name=f"{number}-{turn}").save()
                assert Distant.objects.get(id=thing.id).name == thing.name
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert Distant.objects.count() == 80


def test_many_aliases_in_turn_leave_none_behind(mongodb_uri, mongodb_database):
    for number in range(20):
        me.connect(
            mongodb_database.name,
            alias=f"a{number}",
            host=mongodb_uri,
            uuidRepresentation="standard",
            appname=f"{number}",
        )
        me.get_db(f"a{number}").command("ping")
    me.disconnect_all()
    assert me.connection._connections == {}
    assert me.connection._connection_settings == {}
