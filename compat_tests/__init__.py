"""Whether mongoengine_fast behaves as MongoEngine 0.29.3 does: upstream's own suite, and differential tests."""
