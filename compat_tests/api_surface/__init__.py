"""Everything that can be seen of MongoEngine by introspection, compared with mongoengine_fast."""
