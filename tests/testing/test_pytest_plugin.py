"""The fixtures users get."""

from pymongo import MongoClient

names = []


def test_the_uri_reaches_the_server(mongodb, mongodb_uri):
    assert mongodb_uri == mongodb.uri
    with MongoClient(mongodb_uri) as client:
        assert client.admin.command("ping")["ok"] == 1


def test_a_database_is_empty_and_writable(mongodb_database):
    assert mongodb_database.list_collection_names() == []
    mongodb_database.things.insert_one({})
    names.append(mongodb_database.name)


def test_another_test_gets_another_database(mongodb_database):
    assert mongodb_database.list_collection_names() == []
    names.append(mongodb_database.name)
    assert len(set(names)) == len(names)


def test_databases_are_dropped(mongodb):
    with mongodb.client() as client:
        assert not set(names) & set(client.list_database_names())
