"""The same scenario on stock MongoEngine and on mongoengine_fast, in one process, on two databases of one server."""
