"""Transactions that fail halfway: what is tried again, and what is raised."""

import threading

import pytest
from pymongo.errors import OperationFailure, PyMongoError

import mongoengine_fast as me
from mongoengine_fast.connection import _get_session
from mongoengine_fast.context_managers import run_in_transaction
from mongoengine_fast.errors import OperationError
from tests.context_managers.accounts import Stop, balances, outside


@pytest.fixture
def fail(replica_set, database):
    """Make the server fail a command: `fail(name, times, code, labels)`, returning how many it has failed so far."""
    with replica_set.client() as client:

        def fail_commands(command, times, code, labels=()):
            data = {"failCommands": [command], "errorCode": code, "errorLabels": list(labels)}
            # The server itself reads collections of its own when a transaction ends.
            if command != "commitTransaction":
                data["namespace"] = f"{database.name}.account"
            return client.admin.command({"configureFailPoint": "failCommand", "mode": {"times": times}, "data": data})[
                "count"
            ]

        yield fail_commands
        client.admin.command({"configureFailPoint": "failCommand", "mode": "off"})


def test_a_commit_is_repeated_while_its_outcome_is_unknown(account, fail):
    before = fail("commitTransaction", 5, code=24, labels=["UnknownTransactionCommitResult"])
    with run_in_transaction():
        account.objects(name="a").update(balance=1)
    assert fail("commitTransaction", 0, code=24) - before == 5
    assert outside(account)["a"] == 1


def test_a_commit_that_takes_longer_than_allowed_is_not_repeated(account, fail):
    fail("commitTransaction", 1, code=50, labels=["UnknownTransactionCommitResult"])
    with pytest.raises(PyMongoError) as raised, run_in_transaction():
        account.objects(name="a").update(balance=1)
    assert raised.value.code == 50


def test_a_commit_that_failed_for_good_is_an_error(account, fail):
    fail("commitTransaction", 1, code=251)
    with pytest.raises(OperationFailure) as raised, run_in_transaction():
        account.objects(name="a").update(balance=1)
    assert raised.value.code == 251
    assert _get_session() is None
    assert outside(account)["a"] == 100


CONFLICT = {"code": 112, "labels": ["TransientTransactionError"]}


def test_a_conflict_within_a_block_is_raised_with_its_label_below(account, fail):
    runs = []
    fail("update", 1, **CONFLICT)
    with pytest.raises(OperationError) as raised, run_in_transaction():
        runs.append(account.objects(name="a").update(balance=1))
    assert raised.value.__context__.has_error_label("TransientTransactionError")
    assert runs == []
    assert outside(account)["a"] == 100


@pytest.mark.parametrize("command", ["update", "find", "findAndModify", "commitTransaction"])
def test_a_decorated_function_is_run_again_after_a_conflict(account, fail, command):
    runs = []

    @run_in_transaction()
    def transfer(amount, *, to):
        """Move money."""
        runs.append(amount)
        found = account.objects.get(name="a")
        found.balance -= amount
        found.save()
        account.objects(name=to).modify(inc__balance=amount)
        return "moved"

    fail(command, 2, **CONFLICT)
    assert transfer(10, to="b") == "moved"
    assert runs == [10, 10, 10]
    assert outside(account) == {"a": 90, "b": 110}
    assert (transfer.__name__, transfer.__doc__) == ("transfer", "Move money.")


def test_functions_that_do_not_run_when_they_are_called_cannot_be_decorated():
    async def coroutine():
        pass

    def generator():
        yield

    for function in (coroutine, generator):
        with pytest.raises(TypeError, match="with block"):
            run_in_transaction()(function)


def test_other_errors_of_a_decorated_function_are_raised_at_once(account):
    runs = []

    @run_in_transaction()
    def fails():
        runs.append(1)
        account.objects(name="a").update(balance=1)
        account(name="b").save()

    with pytest.raises(me.NotUniqueError):
        fails()
    assert runs == [1]
    assert outside(account)["a"] == 100


def test_an_error_of_the_programs_own_is_not_taken_for_a_conflict(account, fail):
    runs = []

    @run_in_transaction()
    def gives_up():
        runs.append(1)
        try:
            account.objects(name="a").update(balance=1)
        except OperationError:
            raise Stop from None

    fail("update", 1, **CONFLICT)
    with pytest.raises(Stop):
        gives_up()
    assert runs == [1]


def test_a_decorated_function_within_a_block_is_not_run_again(account):
    """Its conflict is with the block around it, which would never end."""
    runs = []

    @run_in_transaction()
    def conflicting():
        runs.append(1)
        account.objects(name="a").update(balance=2)

    with run_in_transaction():
        account.objects(name="a").update(balance=1)
        with pytest.raises(OperationError):
            conflicting()
        assert balances(account)["a"] == 1
    assert runs == [1]
    assert outside(account)["a"] == 1


def test_two_decorated_functions_in_each_others_way_both_succeed(account):
    start = threading.Barrier(4)

    @run_in_transaction()
    def withdraw():
        found = account.objects.get(name="a")
        found.balance -= 1
        found.save()

    def work():
        start.wait(timeout=30)
        for _ in range(5):
            withdraw()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outside(account)["a"] == 80
