"""The fixtures of the tests that compare with MongoEngine."""

from tests.base.both_sides import both_sides, connected, fresh_registry  # noqa: F401
