"""Scenarios: fields, defaults, change tracking, saving."""

import copy
import uuid
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from bson import DBRef, Int64, ObjectId

from compat_tests.differential.harness import Scenario
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)
WHEN = datetime(2024, 5, 6, 7, 8, 9, 123456)


def stored(cls: Any) -> list[Any]:
    """Every stored document of `cls` as pymongo gives it."""
    return list(cls._get_collection().find().sort("_id", 1))


def line_and_order(me: Any) -> tuple[Any, Any]:
    """An embedded class and a document class with lists and dicts of everything."""

    class Line(me.EmbeddedDocument):
        sku = me.StringField(required=True)
        qty = me.IntField(default=1)
        notes = me.DictField()

    class Order(me.Document):
        name = me.StringField(db_field="n")
        lines = me.EmbeddedDocumentListField(Line)
        first = me.EmbeddedDocumentField(Line)
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        counts = me.MapField(me.IntField(), db_field="c")
        matrix = me.ListField(me.ListField(me.IntField()))

    return Line, Order


def new_order(me: Any) -> Any:
    """A saved order with something in every field."""
    line, order = line_and_order(me)
    return order(
        id=ObjectId(f"{1:024x}"),
        name="one",
        lines=[line(sku="a"), line(sku="b", qty=2, notes={"x": {"y": [1]}})],
        first=line(sku="f"),
        tags=["t1", "t2", "t3"],
        extra={"a": [1, {"b": 2}], "d": {"e": 5}},
        counts={"x": 1, "y": 2},
        matrix=[[1, 2], [3]],
    ).save()


@scenario
def scalar_fields(me: Any) -> Any:
    class Thing(me.Document):
        text = me.StringField()
        number = me.IntField()
        long = me.LongField()
        real = me.FloatField()
        flag = me.BooleanField()
        when = me.DateTimeField()
        key = me.ObjectIdField()
        unique = me.UUIDField()
        anything = me.DynamicField()

    thing = Thing(
        text="ünï\U0001f600", number="42", long=2**40, real=3, flag="yes", when=WHEN, key="0" * 24,
        unique=uuid.UUID(int=5), anything={"a": [1, None, WHEN]},
    )  # fmt: skip
    before = thing.to_mongo()
    thing.save()
    return before, Thing.objects.get(), stored(Thing)


@scenario
def integers_at_the_edges(me: Any) -> Any:
    class Thing(me.DynamicDocument):
        number = me.IntField()

    for value in (0, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63), Int64(7), True):
        Thing(number=value, free=value).save()
    return [(thing.number, thing.free) for thing in Thing.objects.order_by("id")]


@scenario
def dates_in_every_form(me: Any) -> Any:
    class Thing(me.Document):
        when = me.DateTimeField()

    values = (WHEN, date(2020, 2, 29), "2021-01-02 03:04:05.6", "2021-01-02", WHEN.replace(tzinfo=timezone.utc))
    for value in values:
        Thing(when=value).save()
    return [thing.when for thing in Thing.objects.order_by("id")], Thing(when=lambda: WHEN).to_mongo()


@scenario
def more_field_kinds(me: Any) -> Any:
    class Thing(me.Document):
        price = me.DecimalField(precision=2)
        exact = me.Decimal128Field()
        link = me.URLField()
        mail = me.EmailField()
        day = me.DateField()
        data = me.BinaryField()
        count = me.SequenceField()
        point = me.PointField()

    thing = Thing(
        price="3.146", exact=Decimal("1.10"), link="https://example.org/a?b=c", mail="a@example.org",
        day=date(2020, 2, 29), data=b"\0\1", point=[1.5, 2],
    ).save()  # fmt: skip
    loaded = Thing.objects.get()
    return thing.to_mongo(), loaded.price, loaded.exact, loaded.day, loaded.data, loaded.count, loaded.point


@scenario
def defaults(me: Any) -> Any:
    calls = []

    class Thing(me.Document):
        plain = me.IntField(default=3)
        called = me.ListField(me.IntField(), default=lambda: calls.append(1) or [len(calls)])
        none = me.StringField(default=None)
        nullable = me.StringField(null=True)
        empty_list = me.ListField()
        empty_dict = me.DictField()

    one = Thing()
    two = Thing(plain=None, called=None).save()
    Thing._get_collection().insert_one({"_id": ObjectId(f"{9:024x}")})
    loaded = Thing.objects.get(id=f"{9:024x}")
    return one.to_mongo(), one, two, loaded, loaded.called, len(calls), stored(Thing)


@scenario
def names_in_the_database(me: Any) -> Any:
    class Inner(me.EmbeddedDocument):
        value = me.IntField(db_field="v")

    class Thing(me.Document):
        name = me.StringField(primary_key=True)
        inner = me.EmbeddedDocumentField(Inner, db_field="i")
        many = me.ListField(me.EmbeddedDocumentField(Inner), db_field="m")
        meta = {"collection": "odd.name"}

    thing = Thing(name="k", inner=Inner(value=1), many=[Inner(value=2)]).save()
    thing.inner.value = 5
    thing.many[0].value = 6
    changed = thing._get_changed_fields()
    delta = thing._delta()
    thing.save()
    return changed, delta, thing.pk, thing.id if hasattr(thing, "id") else None, stored(Thing)


@scenario
def nested_changes(me: Any) -> Any:
    order = new_order(me)
    seen = []

    def note(label: str) -> None:
        seen.append((label, order._get_changed_fields(), list(order._changed_fields), order._delta()))

    note("nothing")
    order.lines[1].qty += 1
    note("embedded in a list")
    order.extra["a"].append(1)
    order.extra["d"]["e"] = 6
    note("inside a dict")
    order.matrix[0][1] = 9
    order.counts["x"] = 5
    note("list of lists, map")
    order.first.notes["new"] = {"k": [1]}
    order.lines[1].notes["x"]["y"].append(2)
    note("dict in embedded")
    order.save()
    note("saved")
    return seen, type(order).objects.get()


@scenario
def list_methods(me: Any) -> Any:
    order = new_order(me)
    seen = []
    for change in (
        lambda tags: tags.append("x"),
        lambda tags: tags.extend(["y", "z"]),
        lambda tags: tags.insert(0, "first"),
        lambda tags: tags.pop(),
        lambda tags: tags.remove("t2"),
        lambda tags: tags.reverse(),
        lambda tags: tags.sort(),
        lambda tags: tags.__setitem__(0, "set"),
        lambda tags: tags.__setitem__(slice(0, 2), ["s1", "s2"]),
        lambda tags: tags.__delitem__(0),
        lambda tags: tags.__iadd__(["i"]),
    ):
        order.tags = ["t1", "t2", "t3"]
        order.save()
        answer = change(order.tags)
        seen.append((answer, list(order.tags), order._delta()))
        order.save()
        seen.append(type(order).objects.get().tags)
    return seen


@scenario
def dict_methods(me: Any) -> Any:
    order = new_order(me)
    seen = []
    for change in (
        lambda extra: extra.update({"n": 1}),
        lambda extra: extra.pop("a"),
        lambda extra: extra.popitem(),
        lambda extra: extra.setdefault("s", {"t": []}),
        lambda extra: extra.__delitem__("d"),
        lambda extra: extra.clear(),
    ):
        order.extra = {"a": 1, "d": {"e": 5}}
        order.save()
        answer = change(order.extra)
        seen.append((answer, dict(order.extra), order._delta()))
        order.save()
        seen.append(type(order).objects.get().extra)
    return seen


@scenario
def unset_and_none(me: Any) -> Any:
    order = new_order(me)
    order.name = None
    del order.tags
    order.first = None
    order.extra = {}
    seen = [order._get_changed_fields(), order._delta()]
    order.save()
    return seen, stored(type(order)), type(order).objects.get()


@scenario
def embedded_list_methods(me: Any) -> Any:
    order = new_order(me)
    created = order.lines.create(sku="c", qty=2)
    seen = [
        created, order.lines.filter(qty=2), order.lines.exclude(qty=2), order.lines.count(), order.lines.get(sku="a"),
        order.lines.first(), order.lines.delete(), order.lines.update(qty=1),
    ]  # fmt: skip
    order.lines.save()
    return seen, order._delta(), stored(type(order))


@scenario
def saving_only_what_changed(me: Any) -> Any:
    order = new_order(me)
    other = type(order).objects.get()
    other.name = "by another"
    other.save()
    order.tags.append("mine")
    order.save()
    order.save()
    order.reload()
    return order.name, order.tags, stored(type(order))


@scenario
def save_with_condition(me: Any) -> Any:
    order = new_order(me)
    order.name = "two"
    order.save(save_condition={"name": "one"})
    order.name = "three"
    try:
        order.save(save_condition={"name": "one"})
    except me.errors.SaveConditionError as error:
        return error, stored(type(order))
    return "saved"


@scenario
def cascade_and_references(me: Any) -> Any:
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        title = me.StringField()
        author = me.ReferenceField(Author)
        others = me.ListField(me.ReferenceField(Author, dbref=True))
        anything = me.GenericReferenceField()

    author = Author(id=ObjectId(f"{1:024x}"), name="a").save()
    book = Book(title="t", author=author, others=[author], anything=author).save()
    author.name = "b"
    book.save(cascade=True)
    loaded = Book.objects.get()
    raw = loaded._data["author"]
    seen = [raw, loaded.author, loaded.others, loaded.anything, loaded.author == author, loaded.to_mongo()]
    author.delete()
    again = Book.objects.get()
    return seen, type(again._data["author"]).__name__, stored(Book), isinstance(raw, DBRef)


@scenario
def inheritance(me: Any) -> Any:
    class Animal(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Cat(Animal):
        lives = me.IntField(default=9)

    class Lion(Cat):
        mane = me.BooleanField()

    for item in (Animal(name="a"), Cat(name="c"), Lion(name="l", mane=True)):
        item.save()
    return (
        [(type(item).__name__, item) for item in Animal.objects.order_by("name")],
        [item.name for item in Cat.objects.order_by("name")], Lion.objects.count(), Animal._subclasses,
        Lion._class_name, stored(Animal),
    )  # fmt: skip


@scenario
def dynamic_documents(me: Any) -> Any:
    class Free(me.DynamicDocument):
        name = me.StringField()

    free = Free(name="n", other=[1, {"a": 2}]).save()
    free.third = {"x": 1}
    free.other.append(3)
    seen = [free._get_changed_fields(), free._delta(), sorted(free._dynamic_fields)]
    free.save()
    del free.third
    free.save()
    return seen, Free.objects.get(), Free.objects(other__0=1).count(), stored(Free)


@scenario
def copies_and_pickles(me: Any) -> Any:
    order = new_order(me)
    deep = copy.deepcopy(order)
    deep.tags.append("copy")
    shallow = copy.copy(order)
    return order.tags, deep.tags, deep._get_changed_fields(), shallow == order, hash(order) == hash(deep), repr(order)


@scenario
def item_access(me: Any) -> Any:
    order = new_order(me)
    order["name"] = "set"
    seen = [order["name"], "name" in order, "nothing" in order, len(order), sorted(order), order._get_changed_fields()]
    try:
        order["nothing"]
    except KeyError as error:
        seen.append(error)
    return seen


@scenario
def json_round_trip(me: Any) -> Any:
    order = new_order(me)
    text = order.to_json()
    again = type(order).from_json(text)
    return text, again == order, again._get_changed_fields(), type(order).objects.to_json()


@scenario
def signals(me: Any) -> Any:
    seen = []

    class Thing(me.Document):
        name = me.StringField()

    handlers = []
    for name in (
        "pre_init",
        "post_init",
        "pre_save",
        "pre_save_post_validation",
        "post_save",
        "pre_delete",
        "post_delete",
    ):

        def handler(sender: Any, _name: str = name, **arguments: Any) -> None:
            seen.append((_name, sorted(arguments), arguments.get("created"), arguments.get("loaded")))

        handlers.append(handler)
        getattr(me.signals, name).connect(handler, sender=Thing)
    thing = Thing(name="a").save()
    thing.name = "b"
    thing.save()
    Thing.objects.get().delete()
    return seen
