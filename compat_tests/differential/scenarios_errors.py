"""Scenarios: what is refused, with which class and which words, and that nothing is left half done."""

from typing import Any

from bson import ObjectId

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def thing_class(me: Any) -> Any:
    """A document with a rule on every field."""

    class Part(me.EmbeddedDocument):
        sku = me.StringField(required=True, max_length=3)

    class Thing(me.Document):
        name = me.StringField(required=True, max_length=5, min_length=2, regex="^[a-z]+$")
        age = me.IntField(min_value=0, max_value=9)
        kind = me.StringField(choices=("a", "b"))
        real = me.FloatField(max_value=1.5)
        flag = me.BooleanField()
        when = me.DateTimeField()
        key = me.ObjectIdField()
        parts = me.ListField(me.EmbeddedDocumentField(Part), max_length=2)
        part = me.EmbeddedDocumentField(Part)
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        counts = me.MapField(me.IntField())
        unique = me.UUIDField()

    return Thing, Part


@scenario
def every_wrong_value(me: Any) -> Any:
    thing, part = thing_class(me)
    wrong = {
        "name": [None, "", "x", "toolong", "UP", 5, b"x"], "age": [-1, 10, "x", "5", 1.5, [1], 2**70],
        "kind": ["c", 1], "real": ["x", 2, "1.0", True], "flag": ["x", 2, None], "when": ["never", 5, "2020-01-01"],
        "key": ["x", 5, "0" * 24], "parts": ["x", [1], [part()], [part(sku="long!")], [part(sku="a")] * 3, {"a": 1}],
        "part": [5, part(), part(sku=7), {"sku": "a"}], "tags": ["text", [1], {"a"}, ("a",)],
        "extra": [[1], {"a.b": 1}, {"$a": 1}, {1: 2}, "x"], "counts": [{"a": "x"}, [1]], "unique": ["x", 5],
    }  # fmt: skip
    seen = []
    for name, values in wrong.items():
        for value in values:

            def attempt(name: str = name, value: Any = value) -> Any:
                document = thing(**{"name": "abc", name: value})
                document.validate()
                return document.to_mongo()

            seen.append((name, repr(value)[:30], raised(attempt)))
    return seen


@scenario
def several_errors_as_dict(me: Any) -> Any:
    thing, part = thing_class(me)
    document = thing(name="x", age=-1, parts=[part(sku="a"), part()], tags=["a", 1])
    try:
        document.validate()
    except me.ValidationError as error:
        return error, error.to_dict(), sorted(error.errors), error.message
    return "valid"


@scenario
def an_invalid_save_writes_nothing(me: Any) -> Any:
    thing, _ = thing_class(me)
    document = thing(name="abc").save()
    document.age = 99
    error = raised(document.save)
    return error, document._get_changed_fields(), raised(lambda: thing().save()), thing.objects.count()


@scenario
def unknown_fields(me: Any) -> Any:
    thing, part = thing_class(me)
    thing._get_collection().insert_one({"_id": ObjectId(f"{1:024x}"), "name": "abc", "surprise": 1})
    return [
        raised(lambda: thing(nme="x")), raised(lambda: part(other=1)), raised(lambda: thing.objects.first()),
        raised(lambda: list(thing.objects(nme="x"))), raised(lambda: thing.objects.order_by("nme").first()),
        raised(lambda: list(thing.objects.only("nme"))), raised(lambda: thing.objects(name__foo=1).count()),
        raised(lambda: thing.objects.update(set__nme=1)), raised(lambda: thing.objects.update(foo__name=1)),
        raised(lambda: thing.objects.update()), raised(lambda: thing.objects(parts__sku__bar=1).first()),
    ]  # fmt: skip


@scenario
def wrong_stored_types(me: Any) -> Any:
    thing, _ = thing_class(me)
    collection = thing._get_collection()
    seen = []
    for number, stored in enumerate(
        ({"age": "text"}, {"age": 1.5}, {"tags": "text"}, {"parts": {"a": 1}}, {"part": 5}, {"when": "x"},
         {"extra": []},
         {"name": 5}, {"flag": "x"}, {"real": "x"}, {"counts": 5}, {"key": "x"}, {"tags": None}, {"parts": [None]})
    ):  # fmt: skip
        key = ObjectId(f"{number + 1:024x}")
        collection.insert_one({"_id": key, **stored})
        name = next(iter(stored))
        seen.append((name, raised(lambda key=key, name=name: getattr(thing.objects.get(id=key), name))))
    return seen


@scenario
def nothing_or_too_many(me: Any) -> Any:
    thing, _ = thing_class(me)
    for name in ("aa", "bb"):
        thing(name=name, age=1).save()
    document = thing(name="gone")
    return [
        raised(lambda: thing.objects.get(name="zz")), raised(lambda: thing.objects.get(age=1)),
        raised(lambda: thing.objects.get(id="not an id")), raised(lambda: thing.objects.with_id("not an id")),
        raised(document.reload), raised(document.delete), raised(lambda: thing.objects[5]),
        raised(lambda: thing.objects[-1]), raised(lambda: thing.objects.insert([])),
        raised(lambda: thing.objects.insert(5)),
        raised(lambda: thing.objects.insert(thing.objects.first())), raised(lambda: document.update(set__age=1)),
    ]  # fmt: skip


@scenario
def duplicates(me: Any) -> Any:
    class Thing(me.Document):
        name = me.StringField(unique=True)

    Thing(name="a").save()
    errors = [
        raised(lambda: Thing(name="a").save()),
        raised(lambda: Thing.objects.insert([Thing(name="b"), Thing(name="a"), Thing(name="c")])),
        raised(lambda: Thing.objects(name="b").update(set__name="a")),
    ]
    return [type(error).__name__ for error in errors], sorted(Thing.objects.scalar("name"))


@scenario
def keys_that_cannot_be_stored(me: Any) -> Any:
    class Thing(me.DynamicDocument):
        extra = me.DictField()

    deep: dict[str, Any] = {}
    for _ in range(150):
        deep = {"d": deep}
    return [
        type(raised(lambda: Thing(extra={"a\0b": 1}).save())).__name__,
        type(raised(lambda: Thing(free={"a\0b": 1}).save())).__name__,
        type(raised(lambda: Thing(extra={"x": object()}).save())).__name__,
        type(raised(lambda: Thing(extra={"x": 2**64}).save())).__name__,
        type(raised(lambda: Thing(free=deep).save())).__name__,
        type(raised(lambda: Thing(free="x" * (17 << 20)).save())).__name__,
        Thing.objects.count(),
    ]


@scenario
def class_definitions_that_are_refused(me: Any) -> Any:
    def two_keys() -> Any:
        class Thing(me.Document):
            a = me.StringField(primary_key=True)
            b = me.StringField(primary_key=True)

    def same_db_name() -> Any:
        class Thing(me.Document):
            a = me.StringField(db_field="x")
            b = me.StringField(db_field="x")

    def no_inheritance() -> Any:
        class Base(me.Document):
            pass

        class Child(Base):
            pass

    def bad_names() -> Any:
        return [raised(lambda name=name: me.StringField(db_field=name)) for name in ("a.b", "$a", "a\0", 5, "_id")]

    return [raised(two_keys), raised(same_db_name), raised(no_inheritance), raised(bad_names),
            raised(lambda: me.ListField("x")), raised(lambda: me.ReferenceField(5)),
            raised(lambda: me.EmbeddedDocumentField(5)), raised(lambda: me.MapField())]  # fmt: skip


@scenario
def not_connected(me: Any) -> Any:
    class Thing(me.Document):
        meta = {"db_alias": "nowhere"}

    return [raised(lambda: Thing.objects.count()), raised(lambda: me.connection.get_db("nowhere")),
            raised(lambda: me.connect("x", alias="default", host="mongodb://127.0.0.1:1"))]  # fmt: skip
