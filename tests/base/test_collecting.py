"""Documents that are part of a reference cycle are collected like any other object."""

import abc
import gc
import heapq
import weakref

import pytest
from bson import ObjectId

import mongoengine_fast as me
from tests.base.both_sides import load


class Part(me.EmbeddedDocument):
    name = me.StringField()
    anything = me.DynamicField()


class Whole(me.Document):
    name = me.StringField()
    tags = me.ListField(me.StringField())
    numbers = me.ListField(me.IntField())
    part = me.EmbeddedDocumentField(Part)
    anything = me.DynamicField()
    table = me.DictField()


class Holder:
    """Something of the program's that refers to a document."""

    def __init__(self, document):
        self.document = document


STORED = {
    "_id": ObjectId(),
    "name": "whole",
    "tags": ["a", "b"],
    "numbers": [1, 2],
    "part": {"name": "part"},
    "anything": 1,
    "table": {"a": 1},
}


def by_attribute(document):
    document.helper = Holder(document)


def by_dict(document):
    vars(document)["helper"] = Holder(document)


def by_bypassing_the_class(document):
    object.__setattr__(document, "helper", Holder(document))


def by_value(document):
    document.anything = [Holder(document)]


def by_embedded_document(document):
    document.part.anything = Holder(document)


def by_attribute_of_embedded_document(document):
    document.part.helper = Holder(document)


def by_list_item(document):
    document.tags[0] = Holder(document)


def by_slice_of_list(document):
    document.tags[1:] = [Holder(document)]


def by_addition_to_list(document):
    document.tags += [Holder(document)]


def by_append_after_detaching(document):
    document.tags._instance = None
    document.tags.append(Holder(document))


def by_insert(document):
    document.numbers.insert(0, Holder(document))


def by_extend(document):
    document.numbers.extend([Holder(document)])


def by_attribute_of_list(document):
    document.tags.helper = Holder(document)


def by_way_around_the_list(document):
    heapq.heappush(document.numbers, 0)
    list.append(document.numbers, Holder(document))


def by_a_source_that_fails(document):
    def holders():
        yield Holder(document)
        raise LookupError

    with pytest.raises(LookupError):
        document.tags.extend(holders())


def by_dict_item(document):
    document.table["a"] = Holder(document)


WAYS = [value for name, value in list(globals().items()) if name.startswith("by_")]


@pytest.mark.parametrize("read_first", [False, True])
@pytest.mark.parametrize("make_cycle", WAYS, ids=lambda way: way.__name__)
def test_a_cycle_through_a_loaded_document_is_collected(make_cycle, read_first):
    document = load(Whole, STORED)
    if read_first:
        assert [document.name, *document.tags, *document.numbers, document.part.name] == [
            "whole",
            "a",
            "b",
            1,
            2,
            "part",
        ]
        gc.collect()
    make_cycle(document)
    gone = weakref.ref(document)
    del document
    assert gone() is not None
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("make_cycle", WAYS, ids=lambda way: way.__name__)
def test_a_cycle_through_a_new_document_is_collected(make_cycle):
    document = Whole(name="whole", tags=["a", "b"], numbers=[1], part=Part(name="part"), table={"a": 1})
    make_cycle(document)
    gone = weakref.ref(document)
    del document
    gc.collect()
    assert gone() is None


def test_collecting_leaves_what_is_held_alone():
    documents = [load(Whole, {**STORED, "name": str(number)}) for number in range(100)]
    for document in documents[::2]:
        by_value(document)
        assert document.tags == ["a", "b"]
    gc.collect()
    assert [document.name for document in documents] == [str(number) for number in range(100)]
    assert all(document.part.name == "part" and document.tags == ["a", "b"] for document in documents)


def test_a_class_with_an_abstract_method_makes_no_documents():
    class Meta(abc.ABCMeta, type(Whole)):
        pass

    class Shape(me.Document, metaclass=Meta):
        meta = {"abstract": True}

        @abc.abstractmethod
        def area(self): ...

    class Unfinished(Shape):
        side = me.IntField()

    class Square(Shape):
        side = me.IntField()

        def area(self):
            return self.side**2

    with pytest.raises(TypeError, match="abstract"):
        Unfinished(side=2)
    assert Square(side=2).area() == 4
