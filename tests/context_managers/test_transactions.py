"""Transactions on a replica set: what they cover, and how they end.

MongoEngine 0.29.3 has no transactions.
"""

import asyncio
import threading

import pymongo
import pytest
from bson import ObjectId
from pymongo.errors import InvalidOperation, OperationFailure

import mongoengine_fast as me
from mongoengine_fast import lanes
from mongoengine_fast.connection import _get_session, get_db
from mongoengine_fast.context_managers import query_counter, run_in_transaction
from mongoengine_fast.errors import OperationError
from tests.context_managers.accounts import Stop, balances, outside, rolled_back


def test_all_of_a_block_takes_effect_at_its_end(account):
    with run_in_transaction():
        account.objects(name="a").update(dec__balance=10)
        account.objects(name="b").update(inc__balance=10)
        assert balances(account) == {"a": 90, "b": 110}
        assert outside(account) == {"a": 100, "b": 100}
    assert outside(account) == {"a": 90, "b": 110}


def test_an_exception_rolls_back_and_goes_on(account):
    with rolled_back():
        account.objects(name="a").update(dec__balance=10)
        account(name="c").save()
    assert outside(account) == {"a": 100, "b": 100}
    assert _get_session() is None


WRITES = {
    "create": lambda c: c.objects.create(name="c"),
    "save a new one": lambda c: c(name="c").save(),
    "save one with a key": lambda c: c(id=ObjectId(), name="c").save(),
    "save changes": lambda c: _changed(c).save(),
    "insert one": lambda c: c.objects.insert(c(name="c")),
    "insert several": lambda c: c.objects.insert([c(name="c"), c(name="d")]),
    "insert unread": lambda c: c.objects.insert([c(name="c")], load_bulk=False),
    "update": lambda c: c.objects.update(inc__balance=1),
    "update_one": lambda c: c.objects.update_one(inc__balance=1),
    "upsert_one": lambda c: c.objects(name="c").upsert_one(balance=1),
    "update of a document": lambda c: c.objects.get(name="a").update(inc__balance=1),
    "modify": lambda c: c.objects(name="a").modify(inc__balance=1),
    "modify that removes": lambda c: c.objects(name="a").modify(remove=True),
    "modify a document": lambda c: c.objects.get(name="a").modify(inc__balance=1),
    "delete": lambda c: c.objects.delete(),
    "delete a document": lambda c: c.objects.get(name="a").delete(),
    "with a write concern": lambda c: c.objects.update(inc__balance=1, write_concern={"w": "majority"}),
}


def _changed(account):
    found = account.objects.get(name="a")
    found.balance = 7
    return found


@pytest.mark.parametrize("name", WRITES)
def test_every_write_is_part_of_the_transaction(account, name):
    before = outside(account)
    with rolled_back():
        WRITES[name](account)
        assert balances(account) != before
        assert outside(account) == before
    assert outside(account) == before


READS = {
    "iterate": lambda c: sorted(found.name for found in c.objects),
    "as_pymongo": lambda c: sorted(row["name"] for row in c.objects.as_pymongo()),
    "scalar": lambda c: sorted(c.objects.scalar("name")),
    "distinct": lambda c: sorted(c.objects.distinct("name")),
    "aggregate": lambda c: sorted(row["name"] for row in c.objects.aggregate([])),
    "in_bulk": lambda c: sorted(found.name for found in c.objects.in_bulk(list(c.objects.scalar("id"))).values()),
    "index": lambda c: sorted([c.objects[0].name, c.objects[1].name, c.objects[2].name]),
    "pymongo's cursor": lambda c: sorted(row["name"] for row in c.objects._cursor),
}


@pytest.mark.parametrize("name", READS)
def test_every_read_sees_what_the_transaction_did(account, name):
    with rolled_back():
        account(name="c").save()
        assert READS[name](account) == ["a", "b", "c"]
    assert sorted(outside(account)) == ["a", "b"]


NUMBERS = {
    "count": lambda c: c.objects.count(),
    "count with a filter": lambda c: c.objects(balance__gte=0).count(),
    "len": lambda c: len(c.objects),
    "sum": lambda c: c.objects.sum("balance") // 100,
    "first": lambda c: 3 if c.objects(name="c").first() else 2,
    "get": lambda c: 3 if c.objects.get(name="c") else 2,
    "exists": lambda c: 3 if c.objects(name="c") else 2,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_counts_and_single_documents_see_what_the_transaction_did(account, name):
    """Even `count()` without a filter, which otherwise asks the metadata: they know no transactions."""
    with rolled_back():
        account(name="c").save()
        assert NUMBERS[name](account) == 3


def test_references_are_followed_within_the_transaction(account):
    with rolled_back():
        friend = account(name="c").save()
        account.objects(name="a").update(friends=[friend])
        assert [found.name for found in account.objects.get(name="a").friends] == ["c"]
        assert [found.name for found in account.objects(name="a").select_related()[0].friends] == ["c"]
        assert account.objects.get(name="c").reload().name == "c"


def test_delete_rules_are_part_of_the_transaction(account):
    class Card(me.Document):
        owner = me.ReferenceField(account, reverse_delete_rule=me.CASCADE)

    Card(owner=account.objects.get(name="a")).save()
    with rolled_back():
        account.objects.get(name="a").delete()
        assert Card.objects.count() == 0
    assert Card.objects.count() == 1


def test_counters_of_sequence_fields_are_rolled_back(database):
    class Ticket(me.Document):
        id = me.SequenceField(primary_key=True)

    assert Ticket().save().id == 1
    with rolled_back():
        assert Ticket().save().id == 2
    assert Ticket().save().id == 2


def test_a_class_may_be_used_for_the_first_time_in_a_transaction(database):
    class New(me.Document):
        name = me.StringField(unique=True)

    with run_in_transaction():
        New(name="a").save()
    assert sorted(index["name"] for index in New._get_collection().list_indexes()) == ["_id_", "name_1"]
    assert New.objects.count() == 1


def test_a_class_whose_first_use_is_rolled_back_gets_its_indexes_later(database):
    class New(me.Document):
        name = me.StringField(unique=True)

    with rolled_back():
        New(name="a").save()
    assert database.list_collection_names() == []
    New(name="a").save()
    with pytest.raises(me.NotUniqueError):
        New(name="a").save()


def test_a_collection_cannot_be_dropped_in_a_transaction(account):
    with pytest.raises(OperationFailure, match="transaction"), run_in_transaction():
        account.drop_collection()
    assert outside(account) == {"a": 100, "b": 100}


def test_queries_are_counted_in_a_transaction(account):
    with query_counter() as queries, run_in_transaction():
        account.objects(name="a").first()
        assert queries == 1
        account.objects(name="b").update(balance=1)
        assert queries == 2


def test_operations_of_a_transaction_take_pymongos_lane(account):
    lanes.reset()
    with run_in_transaction():
        account.objects.first()
        account.objects.count()
        account(name="c").save()
    account.objects.first()
    report = lanes.report()
    assert report["lanes"] == {"native": 1, "pymongo": 3, "python": 0}
    assert report["reasons"] == {"a pymongo session is active": 3}


def test_a_queryset_made_in_a_transaction_can_be_read_afterwards(account):
    with run_in_transaction():
        account(name="c").save()
        query = account.objects.order_by("name")
        assert len(query.clone()) == 3
    assert [found.name for found in query] == ["a", "b", "c"]


def test_a_nested_block_has_a_transaction_of_its_own(account):
    with run_in_transaction() as outer:
        assert _get_session() is outer
        with run_in_transaction() as inner:
            assert _get_session() is inner is not outer
            account.objects(name="b").update(balance=1)
        assert _get_session() is outer
        assert outside(account)["b"] == 1
    assert _get_session() is None


def test_rolling_back_the_outer_block_leaves_the_inner_one_done(account):
    with rolled_back():
        account.objects(name="a").update(balance=1)
        with run_in_transaction():
            account.objects(name="b").update(balance=1)
    assert outside(account) == {"a": 100, "b": 1}


def test_rolling_back_the_inner_block_leaves_the_outer_one_going(account):
    with run_in_transaction():
        account.objects(name="a").update(balance=1)
        with rolled_back():
            account.objects(name="b").update(balance=1)
        assert balances(account) == {"a": 1, "b": 100}
    assert outside(account) == {"a": 1, "b": 100}


def test_a_block_cannot_be_entered_twice_at_once(account):
    block = run_in_transaction()
    with block:
        with pytest.raises(RuntimeError, match="open already"):
            block.__enter__()
        account.objects(name="a").update(balance=1)
    with block:
        account.objects(name="b").update(balance=1)
    assert outside(account) == {"a": 1, "b": 1}


def test_the_program_may_end_the_transaction_itself(account):
    with run_in_transaction() as session:
        account.objects(name="a").update(balance=1)
        session.abort_transaction()
    with run_in_transaction() as session:
        account.objects(name="b").update(balance=1)
        session.commit_transaction()
    assert outside(account) == {"a": 100, "b": 1}


def test_options_reach_session_and_transaction(account):
    concern = pymongo.write_concern.WriteConcern("majority")
    with run_in_transaction(
        session_kwargs={"causal_consistency": False}, transaction_kwargs={"write_concern": concern}
    ) as session:
        assert session.options.causal_consistency is False
        assert session._transaction.opts.write_concern == concern
        account.objects(name="a").update(balance=1)
    assert outside(account)["a"] == 1


def test_a_bad_option_leaves_no_session_behind(account):
    with pytest.raises(TypeError), run_in_transaction(transaction_kwargs={"nothing": 1}):
        pass
    assert _get_session() is None


def test_another_thread_is_not_part_of_the_transaction(account):
    seen = []
    with run_in_transaction():
        account.objects(name="a").update(balance=1)
        thread = threading.Thread(target=lambda: seen.extend([_get_session(), balances(account)]))
        thread.start()
        thread.join()
    assert seen == [None, {"a": 100, "b": 100}]


def test_every_thread_has_its_own_transaction(account):
    """Each moves money within a pair of its own; every second one rolls back."""
    for number in range(6):
        account(name=f"from {number}").save()
        account(name=f"to {number}").save()
    barrier = threading.Barrier(6)

    def transfer(number):
        try:
            with run_in_transaction():
                account.objects(name=f"from {number}").update(dec__balance=number)
                barrier.wait(timeout=30)
                account.objects(name=f"to {number}").update(inc__balance=number)
                if number % 2:
                    raise Stop
        except Stop:
            pass

    threads = [threading.Thread(target=transfer, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = outside(account)
    for number in range(6):
        moved = 0 if number % 2 else number
        assert (found[f"from {number}"], found[f"to {number}"]) == (100 - moved, 100 + moved)


def test_tasks_of_one_thread_have_their_own_transactions(account):
    seen = []

    async def transact(going, ended):
        with run_in_transaction():
            account.objects(name="a").update(balance=1)
            going.set()
            await ended.wait()

    async def watch(going, ended):
        await going.wait()
        seen.extend([_get_session(), balances(account)])
        ended.set()

    async def both():
        going, ended = asyncio.Event(), asyncio.Event()
        await asyncio.gather(transact(going, ended), watch(going, ended))

    asyncio.run(both())
    assert seen == [None, {"a": 100, "b": 100}]
    assert outside(account)["a"] == 1


def test_another_database_of_the_client_can_take_part(account, replica_set):
    me.connect("transactions_other", alias="other", host=replica_set.uri, uuidRepresentation="standard")

    class Entry(me.Document):
        name = me.StringField()
        meta = {"db_alias": "other"}

    Entry(name="first").save()
    try:
        assert get_db("other").client is get_db().client
        with rolled_back():
            account.objects(name="a").update(balance=1)
            Entry(name="second").save()
        assert Entry.objects.count() == 1
        with run_in_transaction("other"):
            account.objects(name="a").update(balance=1)
            Entry(name="second").save()
        assert (outside(account)["a"], Entry.objects.count()) == (1, 2)
    finally:
        get_db("other").client.drop_database("transactions_other")


def test_another_client_is_refused(account, replica_set):
    me.connect("transactions_other", alias="other", host=replica_set.uri, appname="x", uuidRepresentation="standard")

    class Entry(me.Document):
        meta = {"db_alias": "other"}

    Entry.objects.first()
    with pytest.raises(InvalidOperation, match="MongoClient"), run_in_transaction():
        Entry().save()
    assert Entry.objects.count() == 0


def test_a_standalone_server_has_no_transactions(mongodb_uri):
    me.connect("transactions_alone", alias="alone", host=mongodb_uri, uuidRepresentation="standard")

    class Alone(me.Document):
        meta = {"db_alias": "alone", "auto_create_index": False}

    try:
        with pytest.raises((OperationError, OperationFailure), match="replica set"), run_in_transaction("alone"):
            Alone().save()
    finally:
        me.disconnect("alone")


def test_files_are_not_deleted_in_a_transaction(database):
    """pymongo refuses it: what is deleted from GridFS cannot be rolled back."""

    class Letter(me.Document):
        content = me.FileField()

    letter = Letter()
    letter.content.put(b"text")
    letter.save()
    Letter().save()
    with pytest.raises(InvalidOperation, match="GridFS"), run_in_transaction():
        letter.delete()
    with run_in_transaction():
        assert Letter.objects.get(id=letter.id).content.read() == b"text"
        Letter.objects(id__ne=letter.id).first().delete()
    assert Letter.objects.count() == 1
    assert Letter.objects.get().content.read() == b"text"
