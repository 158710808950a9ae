"""What the tests of transactions share."""

import contextlib

from mongoengine_fast.context_managers import run_in_transaction


class Stop(Exception):
    """What the tests roll back with."""


@contextlib.contextmanager
def rolled_back():
    """A transaction that an exception ends."""
    with contextlib.suppress(Stop), run_in_transaction():
        yield
        raise Stop


def balances(account):
    return {found.name: found.balance for found in account.objects}


def outside(account):
    """The balances as they are for everybody else."""
    return {row["name"]: row["balance"] for row in account._get_collection().find()}
