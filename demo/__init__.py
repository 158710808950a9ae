"""One ordinary MongoEngine program, run under MongoEngine and under mongoengine_fast."""
