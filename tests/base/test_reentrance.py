"""Code that runs while a field is decoded (a finalizer, another thread) sees whole documents and the same objects."""

import gc
import threading

import pytest
from bson import ObjectId

import mongoengine_fast as me
from tests.base.both_sides import load


class Piece(me.EmbeddedDocument):
    size = me.IntField()


class Thing(me.Document):
    piece = me.EmbeddedDocumentField(Piece)
    tags = me.ListField(me.StringField())
    pieces = me.EmbeddedDocumentListField(Piece)
    table = me.DictField()
    numbers = me.ListField(me.IntField())
    name = me.StringField(default="nobody")


STORED = {
    "piece": {"size": 1},
    "tags": ["a"],
    "pieces": [{"size": 1}],
    "table": {"a": 1},
    "numbers": ["1"] * 50,  # which only Python converts
}


class Peeping:
    """Garbage whose finalizer looks at a document."""

    def __init__(self, look):
        self.itself = self
        self.look = look

    def __del__(self):
        self.look()


def read_with_a_finalizer(document, name, look):
    """Read a field while the collector runs as often as it can; it may or may not run just then."""
    gc.collect()
    thresholds = gc.get_threshold()
    Peeping(look)
    gc.set_threshold(1, 1000, 1000)
    try:
        return getattr(document, name)
    finally:
        gc.set_threshold(*thresholds)


@pytest.mark.parametrize("name", STORED)
def test_a_value_that_is_read_meanwhile_is_the_same_object(name):
    document = load(Thing, {"_id": ObjectId(), **STORED})
    seen = []
    value = read_with_a_finalizer(document, name, lambda: seen.append(getattr(document, name)))
    assert value is getattr(document, name)
    assert all(other is value for other in seen)


@pytest.mark.parametrize("name", ["tags", "pieces", "table", "numbers"])
def test_defaults_are_there_all_at_once(name):
    document = load(Thing, {"_id": ObjectId()})
    seen = []
    read_with_a_finalizer(
        document, name, lambda: seen.append((document.name, document.tags, document.pieces, document.table))
    )
    gc.collect()
    assert seen == [("nobody", [], [], {})]


@pytest.mark.parametrize("name", STORED)
def test_threads_get_the_same_object(name):
    for _ in range(20):
        document = load(Thing, {"_id": ObjectId(), **STORED})
        seen = []
        together = threading.Barrier(4)

        def read(document=document, seen=seen, together=together):
            together.wait()
            seen.append(getattr(document, name))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 4
        assert all(value is getattr(document, name) for value in seen)
