"""Programs subclass lists and dicts, the library's and Python's, and store them as values."""

import collections

import pytest
from bson import SON, ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, raised


def order_class(me, base="Document", **fields):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()
        tags = me.ListField(me.StringField())

    standard = {
        "tags": me.ListField(me.StringField()),
        "lines": me.ListField(me.EmbeddedDocumentField(Line)),
        "extra": me.DictField(),
        "names": me.MapField(me.StringField()),
        "anything": me.DynamicField(),
    }
    return type("Order", (getattr(me, base),), {**standard, **fields, "__module__": __name__})


class Stack(list):
    def top(self):
        return self[-1]


class Settings(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


Pair = collections.namedtuple("Pair", "left right")

VALUES = {
    "a list": lambda: Stack(["a", "b"]),
    "a dict": lambda: Settings(a=1, b=Settings(c=2)),
    "ordered": lambda: collections.OrderedDict([("b", 1), ("a", 2)]),
    "default": lambda: collections.defaultdict(list, a=[1]),
    "counter": lambda: collections.Counter("aab"),
    "son": lambda: SON([("z", 1), ("y", [SON(x=1)])]),
    "tuple": lambda: ("a", "b"),
    "named tuple": lambda: Pair("a", "b"),
    "nested": lambda: Stack([Stack(["a"]), Settings(a=Stack(["b"]))]),
    "set": lambda: {"only"},
    "deque": lambda: collections.deque(["a"]),
    "chain map": lambda: collections.ChainMap({"a": 1}, {"b": 2}),
    "user dict": lambda: collections.UserDict(a=1),
    "user list": lambda: collections.UserList(["a"]),
    "generator": lambda: (letter for letter in "ab"),
    "keys": lambda: {"a": 1}.keys(),
}


@pytest.mark.parametrize("field", ["tags", "extra", "anything"])
@pytest.mark.parametrize("value", VALUES)
@alike_with_mongodb
def test_values_of_other_container_classes(me, value, field):
    cls = order_class(me)
    order = raised(lambda: cls(**{field: VALUES[value]()}))
    if isinstance(order, Exception):
        return order
    read = type(getattr(order, field)).__name__
    saved = raised(order.save)
    if isinstance(saved, Exception):
        return read, saved
    container = getattr(order, field)
    if hasattr(container, "append"):
        container.append("z")
    elif hasattr(container, "update") and hasattr(container, "keys"):
        container.update(z=1)
    changed = order._get_changed_fields()
    order.save()
    found = cls.objects.first()
    return read, changed, type(getattr(found, field)).__name__, found.to_mongo()


@alike_with_mongodb
def test_marking_by_hand_with_the_librarys_decorator(me):
    mark = me.base.datastructures.mark_as_changed_wrapper

    class Marked(me.base.BaseList):
        def extend_twice(self, items):
            super().extend(items)
            super().extend(items)

        extend_twice = mark(extend_twice)
        reverse = mark(list.reverse)

    class Bag(me.base.BaseDict):
        put_all = mark(dict.update)

    class MarkedField(me.ListField):
        def __get__(self, instance, owner):
            value = super().__get__(instance, owner)
            if instance is not None and value is not None and not isinstance(value, Marked):
                value = Marked(value, instance, self.name)
                instance._data[self.name] = value
            return value

    class BagField(me.DictField):
        def __get__(self, instance, owner):
            value = super().__get__(instance, owner)
            if instance is not None and isinstance(value, dict) and not isinstance(value, Bag):
                value = instance._data[self.name] = Bag(value, instance, self.name)
            return value

    cls = order_class(me, marked=MarkedField(me.IntField()), bag=BagField())
    order = cls(marked=[1], bag={"a": 1}).save()
    order.marked.extend_twice([2])
    first = order._get_changed_fields()
    order.save()
    order.marked.reverse()
    order.bag.put_all({"b": 2})
    second = order._get_changed_fields()
    order.save()
    found = cls.objects.first()
    found.marked.extend_twice([9])
    return (
        first,
        second,
        type(found.marked).__name__,
        found._get_changed_fields(),
        found.to_mongo(),
        found.marked.extend_twice.__name__,
    )


@alike
def test_what_the_decorator_gives_back(me):
    datastructures = me.base.datastructures

    class Owner:
        marks = ()

        def _mark_as_changed(self, name):
            self.marks = (*self.marks, name)

    class Own(list):
        _name = "things"

        def _mark_as_changed(self, key=None):
            owner._mark_as_changed(f"{self._name}.{key}" if key is not None else self._name)

        append = datastructures.mark_as_changed_wrapper(list.append)
        __setitem__ = datastructures.mark_key_as_changed_wrapper(list.__setitem__)

    owner = Owner()
    own = Own()
    results = own.append(1), own.__setitem__(0, 5)
    return results, own, owner.marks


@alike
def test_lists_and_dicts_made_by_hand(me):
    cls = order_class(me)
    order = cls(tags=["a"])
    order._clear_changed_fields()
    tags = me.base.BaseList(["x"], order, "tags")
    extra = me.base.BaseDict({"k": 1}, order, "extra")
    order._data["tags"], order._data["extra"] = tags, extra
    tags.append("y")
    extra["z"] = 2
    return (
        tags,
        extra,
        order._get_changed_fields(),
        tags._name,
        extra._name,
        tags._dereferenced,
        tags._instance == order,
    )


@alike_with_mongodb
def test_a_field_that_stores_its_own_kind_of_list(me):
    class StackField(me.ListField):
        def to_python(self, value):
            return Stack(super().to_python(value))

    cls = order_class(me, stack=StackField(me.IntField()))
    order = cls(stack=Stack([1, 2])).save()
    found = cls.objects.first()
    found.stack.append(3)
    return type(order.stack).__name__, type(found.stack).__name__, found._get_changed_fields(), found.to_mongo()


@alike_with_mongodb
def test_embedded_document_lists_of_a_subclass(me):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()
        qty = me.IntField()

    class Lines(me.base.EmbeddedDocumentList):
        def total(self):
            return sum(line.qty for line in self)

    class Order(me.Document):
        lines = me.EmbeddedDocumentListField(Line)

        @property
        def all_lines(self):
            return Lines(self.lines, self, "lines")

    order = Order(lines=[Line(sku="a", qty=1), Line(sku="b", qty=2)]).save()
    lines = order.all_lines
    lines.create(sku="c", qty=3)
    order._mark_as_changed("lines")
    return (
        lines.total(),
        type(lines.filter(qty=1)).__name__,
        order.lines.count(),
        order._get_changed_fields(),
        len(lines),
    )


@alike
def test_containers_that_hold_documents_of_other_places(me):
    cls = order_class(me)
    one, two = cls(tags=["a"], extra={"k": [1]}), cls()
    one._clear_changed_fields()
    two._clear_changed_fields()
    two.tags, two.extra = one.tags, one.extra
    two.tags.append("b")
    two.extra["k"].append(2)
    return one.tags, one._get_changed_fields(), two.tags, two._get_changed_fields(), one.extra


@alike_with_mongodb
def test_own_containers_in_a_dynamic_document(me):
    cls = order_class(me, "DynamicDocument")
    order = cls(free=Settings(a=Stack([1])), key=ObjectId(f"{1:024x}")).save()
    order.free["b"] = Stack([2])
    order.stack = Stack(["s"])
    changed = order._get_changed_fields()
    order.save()
    return changed, cls.objects.first().to_mongo().to_dict().keys(), cls.objects.first().free, type(order.free).__name__
