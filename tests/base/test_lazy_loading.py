"""A loaded document keeps its bytes and decodes a field when it is read, without anybody noticing."""

import gc
import weakref

import pytest
from bson import ObjectId, encode
from bson.errors import InvalidBSON

import mongoengine_fast as me
from mongoengine_fast._native import DocumentLoader, decoded_values, load_documents
from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")


def decoded(document):
    """The values that a document holds as Python objects."""
    return [*decoded_values(document).values()]


def order_class(me):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()
        qty = me.IntField(default=1)
        sizes = me.ListField(me.IntField())

    class Order(me.Document):
        name = me.StringField(db_field="n")
        first = me.EmbeddedDocumentField(Line)
        lines = me.ListField(me.EmbeddedDocumentField(Line))
        extra = me.DictField()

    return Order


STORED = {
    "_id": KEY,
    "n": "one",
    "first": {"sku": "f"},
    "lines": [{"sku": "a"}, {"sku": "b", "qty": 2, "sizes": [7]}],
    "extra": {"a": [1, {"b": 2}]},
}


def test_nothing_is_decoded_before_it_is_read():
    order = load(order_class(me), STORED)
    assert decoded(order) == []


def test_reading_one_field_decodes_that_field_only():
    order = load(order_class(me), STORED)
    assert order.name == "one"
    assert decoded(order) == ["one"]


def test_reading_an_embedded_document_decodes_nothing_in_it():
    order = load(order_class(me), STORED)
    assert decoded(order.lines[1]) == []
    assert decoded(order.first) == []


def test_reading_a_text_leaves_the_containers_beside_it_undecoded():
    line = load(order_class(me), STORED).lines[1]
    assert line.sku == "b"
    assert not [value for value in decoded(line) if isinstance(value, list)]
    assert line.sizes == [7]
    assert [value for value in decoded(line) if isinstance(value, list)] == [[7]]


def test_a_value_that_was_read_stays_the_same_object():
    order = load(order_class(me), STORED)
    assert order.lines is order.lines
    assert order.first is order.first
    assert order.extra["a"] is order.extra["a"]
    assert order.name is order.name


def test_a_field_can_be_written_before_it_was_ever_read():
    order = load(order_class(me), STORED)
    order.name = "two"
    assert order._get_changed_fields() == ["n"]
    assert order.to_mongo()["n"] == "two"
    assert order.lines[0].sku == "a"


def test_a_document_taken_from_a_batch_lives_without_the_others():
    order_type = order_class(me)
    batch = load_documents(DocumentLoader(order_type), [encode({**STORED, "n": str(number)}) for number in range(50)])
    kept, others = batch[20], [weakref.ref(document) for document in batch[:20]]
    del batch
    gc.collect()
    assert [other() for other in others] == [None] * 20
    assert kept.name == "20"
    assert kept.lines[1].qty == 2


def test_an_embedded_document_outlives_the_document_it_came_from():
    line = load(order_class(me), STORED).lines[1]
    gc.collect()
    assert (line.sku, line.qty) == ("b", 2)


def test_rows_end_to_end_and_rows_apart_load_alike():
    loader = DocumentLoader(order_class(me))
    rows = [encode({**STORED, "n": name}) for name in "abc"]
    together, apart = load_documents(loader, b"".join(rows)), load_documents(loader, iter(rows))
    assert [order.name for order in together] == [order.name for order in apart] == ["a", "b", "c"]


def test_without_a_loader_rows_become_dicts():
    assert load_documents(None, encode({"a": [1, {"b": None}]})) == [{"a": [1, {"b": None}]}]


@pytest.mark.parametrize("cut", [1, 5, 20, -1])
def test_a_truncated_row_is_refused_and_harms_nobody(cut):
    row = encode(STORED)
    with pytest.raises(InvalidBSON):
        load_documents(DocumentLoader(order_class(me)), row[:cut])


@alike
def test_a_row_with_broken_utf8_is_refused_at_load(me):
    row = encode({"_id": KEY, "n": "abcd"}).replace(b"abcd", b"ab\xff\xfe")
    error = raised(lambda: load(order_class(me), row))
    assert type(error).__name__ == "InvalidBSON"
    return type(error).__name__


@alike
def test_every_field_has_what_was_stored(me):
    order = load(order_class(me), STORED)
    lines = [(line.sku, line.qty, line.sizes) for line in order.lines]
    return order.name, lines, order.first.qty, order.extra["a"][1], order.to_mongo(), order._get_changed_fields()


@alike
def test_reading_everything_changes_nothing(me):
    order = load(order_class(me), STORED)
    for name in order._fields:
        getattr(order, name)
    for line in order.lines:
        assert line.sku
    assert order.extra["a"][1]["b"] == 2
    assert order._get_changed_fields() == []
    assert order._delta() == ({}, {})


@alike
def test_what_is_missing_has_its_default_and_is_not_changed(me):
    order = load(order_class(me), {"_id": KEY})
    return order.name, order.first, order.lines, order.extra, order._get_changed_fields(), order.to_mongo()


@alike
def test_a_default_that_is_called_is_called_once_at_load(me):
    calls = []

    class Thing(me.Document):
        number = me.IntField(default=lambda: calls.append("number") or 5)
        names = me.ListField(default=lambda: calls.append("names") or ["a"])

    load(Thing, {"_id": KEY, "number": 1})
    assert calls == ["names"]
    thing = load(Thing, {"_id": KEY})
    assert sorted(calls) == ["names", "names", "number"]
    assert (thing.number, thing.names, thing.number) == (5, ["a"], 5)
    assert len(calls) == 3
    return thing.to_mongo(), thing._get_changed_fields()


@alike
def test_a_python_hook_sees_every_stored_value_at_load(me):
    seen = []

    class Upper(me.StringField):
        def to_python(self, value):
            seen.append(value)
            return value.upper()

    class Thing(me.Document):
        name = Upper()
        plain = me.StringField()

    thing = load(Thing, {"_id": KEY, "name": "abc", "plain": "def"})
    at_load = list(seen)
    assert "abc" in at_load
    values = thing.name, thing.plain, thing.name
    assert seen == at_load
    return at_load, values, thing.to_mongo()


@alike
def test_a_python_hook_that_raises_raises_at_load(me):
    class Picky(me.StringField):
        def to_python(self, value):
            raise ValueError(f"{value} is not for me")

    class Thing(me.Document):
        name = Picky()

    error = raised(lambda: load(Thing, {"_id": KEY, "name": "abc"}))
    assert isinstance(error, me.errors.InvalidDocumentError)
    return error


UNEXPECTED = [
    ({"surprise": 1}, "FieldDoesNotExist"),
    ({"n": "x", "name": "y"}, None),
    ({"first": 5}, "any"),
    ({"first": {"other": 1}}, "FieldDoesNotExist"),
    ({"first": {"_cls": "Nobody"}}, "any"),
    ({"_cls": "Nobody"}, "any"),
    ({"lines": [{"sku": "a"}, {"surprise": 1}]}, "FieldDoesNotExist"),
    ({"lines": [None]}, None),
    ({"lines": {"a": 1}}, None),
    ({"lines": "text"}, None),
    ({"lines": [5]}, None),
    ({"extra": [1, 2]}, None),
    ({"extra": 5}, None),
    ({"n": 5}, None),
    ({"n": None, "first": None, "lines": None, "extra": None}, None),
]


@pytest.mark.parametrize(("stored", "error"), UNEXPECTED, ids=[repr(stored) for stored, _ in UNEXPECTED])
@alike
def test_unexpected_stored_values_load_or_fail_at_the_same_moment(me, stored, error):
    order_type = order_class(me)
    loaded = raised(lambda: load(order_type, {"_id": KEY, **stored}))
    if isinstance(loaded, Exception):
        assert error is None or error in ("any", type(loaded).__name__)
        return "at load", loaded
    assert error in (None, "any")
    return "when read", {
        name: raised(lambda name=name: getattr(loaded, name)) for name in ("name", "first", "lines", "extra")
    }


@alike
def test_a_class_that_is_not_strict_keeps_unknown_keys(me):
    class Thing(me.Document):
        name = me.StringField()
        meta = {"strict": False}

    thing = load(Thing, {"_id": KEY, "name": "a", "more": {"b": [1]}})
    return thing.name, thing._data.get("more"), thing.to_mongo(), raised(lambda: thing.more)


@alike
def test_a_class_with_its_own_constructor_gets_called_at_load(me):
    calls = []

    class Thing(me.Document):
        name = me.StringField()

        def __init__(self, *args, **values):
            calls.append(sorted(values))
            super().__init__(*args, **values)

    thing = load(Thing, {"_id": KEY, "name": "a"})
    assert len(calls) == 1
    return calls, thing.name


@alike
def test_a_class_with_its_own_from_son_gets_called_at_load(me):
    class Thing(me.Document):
        name = me.StringField()

        @classmethod
        def _from_son(cls, son, **options):
            return super()._from_son({**son, "name": son["name"] + "!"}, **options)

    assert load(Thing, {"_id": KEY, "name": "a"}).name == "a!"


@alike
def test_a_stored_subclass_is_loaded_as_that_subclass(me):
    class Animal(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Dog(Animal):
        tricks = me.ListField(me.StringField())

    dog = load(Animal, {"_id": KEY, "_cls": "Animal.Dog", "name": "Rex", "tricks": ["sit"]})
    assert type(dog) is Dog
    return dog, dog.to_mongo(), dog._get_changed_fields()


@alike
def test_a_subclass_registered_after_the_first_load_is_found(me):
    class Animal(me.Document):
        meta = {"allow_inheritance": True}

    stored = {"_id": KEY, "_cls": "Animal.Cat"}
    error = raised(lambda: load(Animal, stored))

    class Cat(Animal):
        lives = me.IntField(default=9)

    cat = load(Animal, stored)
    assert type(cat) is Cat
    return error, cat.lives


@alike
def test_a_late_registered_target_of_a_reference_by_name(me):
    class Book(me.Document):
        author = me.LazyReferenceField("Author")
        editors = me.ListField(me.ReferenceField("Author"))

    class Author(me.Document):
        pass

    book = load(Book, {"_id": KEY, "author": KEY, "editors": []})
    return book.author.pk, book.author.document_type.__name__, book.editors


@alike
def test_numbers_and_texts_of_another_type_are_converted(me):
    class Thing(me.Document):
        number = me.IntField()
        real = me.FloatField()
        flag = me.BooleanField()
        key = me.ObjectIdField()
        unique = me.UUIDField(binary=False)

    stored = {"number": "5", "real": "2.5", "flag": 1, "key": str(KEY), "unique": "0" * 32}
    thing = load(Thing, {"_id": KEY, **stored})
    return thing, thing.to_mongo(), thing._get_changed_fields()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.9, 2**62, "x", [1], {"a": 1}, b"5", True], ids=repr)
@alike
def test_an_integer_field_over_any_stored_value(me, value):
    class Thing(me.Document):
        number = me.IntField()

    thing = raised(lambda: load(Thing, {"_id": KEY, "number": value}))
    return thing if isinstance(thing, Exception) else repr(thing.number)
