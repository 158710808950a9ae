"""Hint, collation and comment of a queryset reach every command that takes them, on either lane."""

import pytest
from bson import ObjectId

import mongoengine_fast as me
from mongoengine_fast import lanes
from tests.base.repaired import outcomes

CASELESS = {"locale": "en", "strength": 2}


def person_class(package):
    class Person(package.Document):
        name = package.StringField()
        age = package.IntField()
        meta = {"collection": "person", "indexes": [{"fields": ["name"], "name": "by_name"}]}

    return Person


def stored_people(package):
    person = person_class(package)
    for number, name in enumerate(("Ann", "Bob", "ann")):
        person(id=ObjectId(f"{number + 1:024x}"), name=name, age=number).save()
    return person


COMMANDS = {
    "update": (lambda q: q.update(set__age=9), "update"),
    "update_one": (lambda q: q.update_one(set__age=9), "update"),
    "upsert_one": (lambda q: q.filter(name="Bob").upsert_one(set__age=9), "update"),
    "modify": (lambda q: q.modify(set__age=9), "findAndModify"),
    "modify that removes": (lambda q: q.modify(remove=True), "findAndModify"),
    "delete": (lambda q: q.delete(), "remove"),
    "count": (lambda q: q.filter(age__gte=0).count(), "aggregate"),
    "count by metadata": (lambda q: q.count(), "count"),
    "aggregate": (lambda q: list(q.aggregate([{"$project": {"name": 1}}])), "aggregate"),
    "sum": (lambda q: q.sum("age"), "aggregate"),
    "average": (lambda q: q.average("age"), "aggregate"),
    "distinct": (lambda q: q.distinct("name"), "distinct"),
    "find": (lambda q: list(q), "find"),
}
# The server's `distinct` has no hint before MongoDB 7.1, and pymongo sends none. Metadata know no index.
NO_HINT = {"distinct", "count by metadata"}
NO_COLLATION = {"count by metadata"}


def sent(connected, kind, run):
    """Run something and return the command of a kind that the server saw."""
    connected.command("profile", 2)
    try:
        run()
    finally:
        connected.command("profile", 0)
    operations = [entry for entry in connected["system.profile"].find() if entry["ns"].endswith(".person")]
    connected["system.profile"].drop()
    commands = [
        entry["command"]
        for entry in operations
        if entry["op"] == kind or kind.lower() in map(str.lower, entry["command"])
    ]
    assert commands, operations
    return commands[0]


@pytest.fixture(params=[None, "pymongo"], ids=["native", "pymongo"])
def lane(request):
    """Either lane; the test must have used no other."""
    lanes.reset()
    with lanes.force(request.param):
        yield request.param
    counted = lanes.report()["lanes"]
    assert counted["pymongo" if request.param is None else "native"] == 0


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("comment", ["why", {"a": 1}], ids=["text", "document"])
def test_a_comment_is_sent(connected, lane, name, comment):
    person = stored_people(me)
    run, kind = COMMANDS[name]
    command = sent(connected, kind, lambda: run(person.objects.comment(comment)))
    assert command["comment"] == comment
    assert "hint" not in command and "collation" not in command


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - NO_HINT))
@pytest.mark.parametrize("hint", ["by_name", [("name", 1)], {"name": 1}], ids=["name", "keys", "mapping"])
def test_a_hint_is_sent(connected, lane, name, hint):
    person = stored_people(me)
    run, kind = COMMANDS[name]
    command = sent(connected, kind, lambda: run(person.objects.hint(hint)))
    wanted = {"name": 1} if hint != "by_name" else {"$hint": "by_name"} if kind in ("update", "remove") else hint
    assert command["hint"] == wanted
    assert "comment" not in command and "collation" not in command


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - NO_COLLATION))
def test_a_collation_is_sent(connected, lane, name):
    person = stored_people(me)
    run, kind = COMMANDS[name]
    command = sent(connected, kind, lambda: run(person.objects.collation(CASELESS)))
    assert command["collation"]["strength"] == 2
    assert "comment" not in command and "hint" not in command


@pytest.mark.parametrize("name", COMMANDS)
def test_a_query_without_options_sends_none(connected, lane, name):
    person = stored_people(me)
    run, kind = COMMANDS[name]
    command = sent(connected, kind, lambda: run(person.objects.hint("by_name").hint()))
    assert not {"hint", "comment", "collation"} & command.keys()


@pytest.mark.parametrize("name", ["update", "modify", "delete", "aggregate", "sum"])
def test_an_index_that_does_not_exist_is_an_error(connected, lane, name):
    """MongoEngine 0.29.3 leaves the hint out of these commands, and so notices nothing."""
    person = stored_people(me)
    with pytest.raises(Exception, match=r"hint|index"):
        COMMANDS[name][0](person.objects(age=1).hint("nowhere"))
    assert sorted(found.age for found in person.objects) == [0, 1, 2]


WITH_COLLATION = {
    "update": (lambda q: q.update(set__age=9), 0, 2),
    "update_one": (lambda q: q.update_one(set__age=9), 0, 1),
    "delete": (lambda q: q.delete(), 0, 2),
    "sum": (lambda q: q.sum("age"), 0, 2),
    "aggregate": (lambda q: len(list(q.aggregate([]))), 0, 2),
    "modify": (lambda q: getattr(q.modify(set__age=9), "name", None), None, "Ann"),
    "count": (lambda q: q.count(), 2, 2),
}


@pytest.mark.parametrize("name", WITH_COLLATION)
def test_a_collation_decides_what_equals(both_sides, name):
    """MongoEngine 0.29.3 compares exactly wherever it does not find or count."""
    run, on_stock, on_ours = WITH_COLLATION[name]
    stock, ours = outcomes(
        both_sides, lambda package: run(stored_people(package).objects(name="ANN").collation(CASELESS))
    )
    assert (stock.result, ours.result) == (on_stock, on_ours)
    assert ours.commands == stock.commands


def test_options_given_to_aggregate_itself_win(connected, lane):
    person = stored_people(me)
    query = person.objects(name="ANN").comment("query's").collation({"locale": "fr"}).hint("by_name")
    command = sent(
        connected, "aggregate", lambda: list(query.aggregate([], comment="own", collation=CASELESS, hint="_id_"))
    )
    assert (command["comment"], command["hint"], command["collation"]["locale"]) == ("own", "_id_", "en")


def test_counting_everything_still_asks_the_metadata(both_sides):
    stock, ours = outcomes(both_sides, lambda package: stored_people(package).objects.comment("why").count())
    assert (stock.result, ours.result) == (3, 3)
    assert ours.commands == stock.commands


def test_clients_that_are_not_pymongos_are_spared_options_they_do_not_know():
    """mongomock's `update_many` takes no hint; MongoEngine 0.29.3 never gave it one."""
    mongomock = pytest.importorskip("mongomock")
    me.connect("mocked", alias="mocked", mongo_client_class=mongomock.MongoClient, uuidRepresentation="standard")
    try:

        class Mocked(me.Document):
            name = me.StringField()
            meta = {"db_alias": "mocked"}

        Mocked(name="a").save()
        query = Mocked.objects(name="a").hint("_id_")
        assert query.update(set__name="b") == 1
        assert query.modify(set__name="c") is None
        assert Mocked.objects.hint("_id_").delete() == 1
    finally:
        me.disconnect("mocked")
