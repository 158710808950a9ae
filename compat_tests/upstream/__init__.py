"""Runs MongoEngine's own test suite on MongoEngine and on mongoengine_fast, and compares test by test."""
