"""The list and dict classes on their own: what they return and what they report as changed."""

import mongoengine as stock
import pytest

import mongoengine_fast as ours
from tests.base.both_sides import alike, raised


def owner_class(me):
    """A document that notes what is reported to it."""

    class Owner(me.Document):
        def _mark_as_changed(self, key):
            self.marks.append(key)

    owner = Owner()
    vars(owner)["marks"] = []
    return owner


LIST_CALLS = [
    ("append", (9,)), ("extend", ([8, 9],)), ("insert", (0, 7)), ("insert", (-1, 7)), ("pop", ()), ("pop", (0,)),
    ("remove", (2,)), ("reverse", ()), ("sort", ()), ("copy", ()), ("count", (1,)), ("index", (3,)),
    ("__setitem__", (1, 5)), ("__setitem__", (-1, 5)), ("__setitem__", (slice(0, 2), [5])), ("__delitem__", (0,)),
    ("__delitem__", (slice(0, 2),)), ("__iadd__", ([4],)), ("__imul__", (2,)), ("__add__", ([4],)), ("__mul__", (2,)),
    ("__contains__", (3,)), ("__getitem__", (-1,)), ("__getitem__", (slice(1, 3),)), ("__eq__", ([3, 1, 2],)),
    ("__len__", ()), ("pop", (10,)), ("remove", (10,)), ("__setitem__", (10, 1)), ("__getitem__", (10,)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), LIST_CALLS, ids=lambda value: str(value))
@alike
def test_methods_of_lists(me, name, arguments):
    owner = owner_class(me)
    items = me.base.BaseList([3, 1, 2], owner, "tags")
    result = raised(lambda: getattr(items, name)(*arguments))
    return items, result, owner.marks


def test_clearing_a_list_counts_as_a_change():
    """MongoEngine 0.29.3 does not notice it: the change is lost at the next save."""
    marks = []
    for me in (stock, ours):
        owner = owner_class(me)
        items = me.base.BaseList([3, 1, 2], owner, "tags")
        items.clear()
        assert items == []
        marks.append(owner.marks)
    assert marks == [[], ["tags"]]


DICT_CALLS = [
    ("__setitem__", ("a", 5)), ("__setitem__", ("a", 1)), ("__setitem__", ("n", None)), ("__delitem__", ("a",)),
    ("pop", ("a",)), ("pop", ("n", None)), ("pop", ("n",)), ("popitem", ()), ("clear", ()), ("update", ({"x": 1},)),
    ("setdefault", ("a", 2)), ("setdefault", ("n", 2)), ("get", ("a",)), ("get", ("n", 4)), ("copy", ()),
    ("keys", ()), ("values", ()), ("items", ()), ("__contains__", ("a",)), ("__len__", ()), ("__delitem__", ("n",)),
    ("__getitem__", ("n",)), ("__or__", ({"z": 1},)), ("__ior__", ({"z": 1},)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), DICT_CALLS, ids=lambda value: str(value))
@alike
def test_methods_of_dicts(me, name, arguments):
    owner = owner_class(me)
    items = me.base.BaseDict({"a": 1, "b": {"c": 2}}, owner, "extra")
    result = raised(lambda: getattr(items, name)(*arguments))
    return items, result, owner.marks


@alike
def test_nested_values_are_tracked_when_they_are_reached(me):
    owner = owner_class(me)
    items = me.base.BaseDict({"a": {"b": [1, {"c": [2]}]}, "t": (1, [2])}, owner, "extra")
    items["a"]["b"][1]["c"].append(3)
    items.get("a")["b"].pop(0)
    return items, owner.marks, type(items["a"]["b"]).__name__, items["a"]["b"]._name, type(items["t"][1]).__name__


@alike
def test_values_reached_by_iteration_only_are_not_tracked(me):
    owner = owner_class(me)
    items = me.base.BaseList([{"a": 1}], owner, "tags")
    for item in items:
        item["a"] = 2
    return items, owner.marks


@alike
def test_a_container_without_owner_works_as_its_base(me):
    items = me.base.BaseList([1], None, None)
    items.append({"a": [1]})
    items[1]["a"].append(2)
    mapping = me.base.BaseDict({"x": [1]}, None, None)
    mapping["x"].append(2)
    return items, mapping, items == [1, {"a": [1, 2]}]


@alike
def test_the_owner_is_held_weakly(me):
    import gc
    import weakref

    class Thing(me.Document):
        tags = me.ListField()

    thing = Thing(tags=[1])
    tags, gone = thing.tags, weakref.ref(thing)
    del thing
    gc.collect()
    assert gone() is None
    assert tags == [1]


def basket(me):
    class Fruit(me.EmbeddedDocument):
        name = me.StringField()
        weight = me.IntField()

    class Basket(me.Document):
        fruits = me.EmbeddedDocumentListField(Fruit)

    return Basket(
        fruits=[Fruit(name=name, weight=weight) for name, weight in [("apple", 3), ("pear", 4), ("apple", 5)]]
    )


def names(fruits):
    return type(fruits).__name__, [(fruit.name, fruit.weight) for fruit in fruits]


SEARCHES = [{}, {"name": "apple"}, {"name": "apple", "weight": 5}, {"weight": "3"}, {"name": "plum"}, {"colour": "red"}]


@pytest.mark.parametrize("search", SEARCHES, ids=str)
@alike
def test_searching_a_list_of_embedded_documents(me, search):
    fruits = basket(me).fruits
    return (
        raised(lambda: names(fruits.filter(**search))), raised(lambda: names(fruits.exclude(**search))),
        raised(lambda: fruits.filter(**search).count()), raised(lambda: fruits.get(**search).weight),
        raised(lambda: getattr(fruits.filter(**search).first(), "weight", None)),
    )  # fmt: skip


@alike
def test_changing_a_list_of_embedded_documents(me):
    thing = basket(me)
    thing._changed_fields = []
    counts = [
        thing.fruits.filter(name="apple").update(weight=1),
        thing.fruits.filter(name="pear").delete(),
        thing.fruits.update(),
        thing.fruits.create(name="plum").name,
        thing.fruits.filter(name="nothing").delete(),
    ]
    return counts, names(thing.fruits), thing._get_changed_fields()


@alike
def test_a_strict_dict_admits_its_keys_only(me):
    strict = me.base.datastructures.StrictDict.create(["a", "items", "b"])
    one = strict(a=1)
    one["items"] = 2
    assert me.base.datastructures.StrictDict.create(["b", "items", "a"]) is strict
    return (
        repr(one),
        list(one),
        len(one),
        one["a"],
        one.get("b"),
        one.get("b", 3),
        "a" in one,
        one.pop("a"),
        one.pop("a", 7),
        raised(lambda: strict(c=1)),
        raised(lambda: one["c"]),
        one == strict(b=2),
        sorted(one.items()),
    )
