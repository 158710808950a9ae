"""The module globals of `connection`: programs and test suites read them and put others in their place."""

import mongomock
import pytest

from tests.base.both_sides import alike, raised

LAZY = {"host": "mongodb://127.0.0.1:1", "connect": False, "uuidRepresentation": "standard"}
NAMES = ("_connections", "_dbs", "_connection_settings")


@pytest.fixture(autouse=True)
def globals_restored():
    """Put the dictionaries back on both sides, and leave no alias behind."""
    import mongoengine

    import mongoengine_fast

    modules = [package.connection for package in (mongoengine, mongoengine_fast)]
    before = [{name: getattr(module, name) for name in NAMES} for module in modules]
    yield
    for module, values in zip(modules, before, strict=True):
        module.disconnect_all()
        for name, value in values.items():
            value.clear()
            setattr(module, name, value)


@alike
def test_what_connecting_leaves_behind(me):
    client = me.connect("one", alias="a", **LAZY)
    database = me.get_db("a")
    module = me.connection
    assert module._connections == {"a": client}
    assert module._connections["a"] is client
    assert module._dbs["a"] is database
    return sorted(module._connection_settings["a"].items(), key=str), list(module._connections), list(module._dbs)


@alike
def test_fresh_dictionaries_forget_everything(me):
    me.connect("one", **LAZY).close()
    module = me.connection
    module._connections, module._dbs, module._connection_settings = {}, {}, {}
    missing = raised(me.get_connection), raised(me.get_db)
    client = me.connect("two", **LAZY)
    return missing, me.get_db().name, list(module._connections), me.get_connection() is client


@alike
def test_a_client_may_be_put_in(me):
    module, client = me.connection, mongomock.MongoClient()
    module._connection_settings["default"] = {"name": "mine", "host": ["nowhere"]}
    module._connections["default"] = client
    assert me.get_connection() is client

    class Thing(me.Document):
        name = me.StringField()

    Thing(name="a").save()
    return me.get_db().name, client["mine"]["thing"].count_documents({}), Thing.objects.get().name


@alike
def test_a_database_may_be_put_in(me):
    me.connect("one", mongo_client_class=mongomock.MongoClient, uuidRepresentation="standard")
    other = mongomock.MongoClient()["other"]
    me.connection._dbs["default"] = other

    class Thing(me.Document):
        name = me.StringField()

    Thing(name="a").save()
    return Thing._get_db() is other, other["thing"].count_documents({})


@alike
def test_settings_may_be_edited_before_the_first_use(me):
    me.register_connection("default", "one", **LAZY)
    settings = me.connection._connection_settings["default"]
    settings["name"], settings["maxPoolSize"] = "two", 7
    client = me.get_connection()
    return me.get_db().name, client.options.pool_options.max_pool_size


@alike
def test_the_class_of_clients_may_be_replaced(me):
    module = me.connection
    before = module.MongoClient
    module.MongoClient = mongomock.MongoClient
    try:
        return type(me.connect("one", uuidRepresentation="standard")).__module__.partition(".")[0]
    finally:
        module.MongoClient = before


@alike
def test_names_of_long_ago(me):
    module = me.connection
    return (
        module._get_connection is module.get_connection, module._get_db is module.get_db,
        module.DEFAULT_CONNECTION_NAME,
        module.DEFAULT_DATABASE_NAME, module.DEFAULT_HOST, module.DEFAULT_PORT, repr(module.READ_PREFERENCE),
    )  # fmt: skip


@alike
def test_private_functions(me):
    module = me.connection
    settings = module._get_connection_settings(db="one", **LAZY)
    client = module._create_connection("a", mongomock.MongoClient, host="h")
    return (
        sorted(settings.items(), key=str), type(client).__name__, module._find_existing_connection(settings),
        raised(lambda: module._check_db_name(3)), raised(lambda: module._check_db_name("a b")),
        raised(lambda: module._create_connection("a", mongomock.MongoClient, nothing=1)).__class__,
    )  # fmt: skip
