"""Replica sets: transactions on one member, failover on three."""

import pytest
from bson.timestamp import Timestamp

from mongoengine_fast.testing import ReplicaSet


@pytest.fixture(scope="module")
def _three():
    with ReplicaSet(members=3) as replica_set:
        yield replica_set


@pytest.fixture
def three(_three):
    """Three running members, whatever the test before left behind."""
    for member in _three.members:
        member.resume()
    _three.start()
    return _three


def test_one_member_carries_transactions(mongodb_replica_set):
    with mongodb_replica_set.client() as client:
        things = client.app_transactions.things
        things.drop()
        client.app_transactions.create_collection("things")
        with client.start_session() as session, session.start_transaction():
            things.insert_one({"_id": 1}, session=session)
            assert things.count_documents({}) == 0
        assert things.count_documents({}) == 1


def test_one_member_steps_down_and_comes_back():
    with ReplicaSet(members=1) as replica_set:
        assert replica_set.step_down() is replica_set.members[0]


def test_no_members_is_an_error():
    with pytest.raises(ValueError, match="at least one member"):
        ReplicaSet(members=0)


def test_three_members_have_one_primary(three):
    primary, secondaries = three.wait_for_primary(), three.wait_for_secondaries()
    assert len(secondaries) == 2 and primary not in secondaries
    with three.client() as client:
        assert client.admin.command("hello")["setName"] == three.name


def test_a_new_set_has_something_to_roll_back_to():
    """Otherwise a member that loses its primary at once aborts (UnrecoverableRollbackError)."""
    with ReplicaSet(members=3) as replica_set:
        for member in replica_set.members:
            with member.client() as client:
                status = client.admin.command("replSetGetStatus")
            assert status["lastStableRecoveryTimestamp"] > Timestamp(0, 0)
            assert status["optimes"]["lastCommittedOpTime"]["t"] >= 1


def test_step_down_elects_another(three):
    old = three.wait_for_primary()
    assert three.step_down() is not old
    three.wait_for_secondaries()


@pytest.mark.parametrize("how", ["kill", "terminate", "pause"])
def test_losing_the_primary_elects_another(three, how):
    old = three.wait_for_primary()
    three.wait_for_secondaries()
    getattr(old, how)()
    assert three.wait_for_primary(other_than=old) is not old
    old.resume()
    old.start()
    assert len(three.wait_for_secondaries()) == 2
