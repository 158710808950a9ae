"""One MongoDB for the whole suite, started when the first test asks for it.

The fixtures are the ones that users get from the plug-in; importing them here makes the suite run from a plain checkout
too, where the plug-in's entry point is not installed.
"""

from mongoengine_fast.testing.pytest_plugin import (  # noqa: F401
    _mongodb_client,
    mongodb,
    mongodb_database,
    mongodb_replica_set,
    mongodb_uri,
)
