"""mongoengine_fast against MongoEngine and against pymongo returning dicts, on the same server in the same run."""
