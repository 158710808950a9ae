"""Programs' own field classes: every hook that they override is called, and nothing else changes."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, load, raised

KEY = ObjectId(f"{7:024x}")


def spy(me, base, hook, calls):
    """A subclass of a stock field that notes the calls of one hook."""

    def method(self, *args, **kwargs):
        calls.append((hook, type(args[0]).__name__ if args else None))
        return getattr(super(cls, self), hook)(*args, **kwargs)

    cls = type("Spy", (getattr(me, base),), {hook: method})
    return cls


HOOKS = ["to_python", "to_mongo", "validate", "_validate", "__get__", "__set__", "prepare_query_value"]
BASES = {
    "StringField": ((), "text", "text"),
    "IntField": ((), 5, 5),
    "DateTimeField": ((), __import__("datetime").datetime(2020, 1, 1), __import__("datetime").datetime(2020, 1, 1)),
    "ListField": ((), [1, 2], [1, 2]),
    "DictField": ((), {"a": 1}, {"a": 1}),
    "ObjectIdField": ((), KEY, KEY),
    "BooleanField": ((), True, True),
    "FloatField": ((), 1.5, 1.5),
}


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("base", BASES)
@alike
def test_an_overridden_hook_is_called(me, base, hook):
    calls = []
    field_type = spy(me, base, hook, calls)
    arguments, value, stored = BASES[base]

    class Thing(me.Document):
        mine = field_type(*arguments, db_field="m")
        other = me.IntField()

    thing = Thing(mine=value)
    thing.validate()
    data = thing.to_mongo()
    loaded = load(Thing, {"_id": KEY, "m": stored})
    read = loaded.mine
    loaded.mine = value
    query = me.Q(mine=value).to_query(Thing)
    assert any(name == hook for name, _ in calls)
    # Reads and writes inside the package itself are nobody's business; conversions and checks are.
    counted = len(calls) if hook in ("to_mongo", "validate", "_validate", "prepare_query_value") else None
    return data, read, loaded.to_mongo(), loaded._get_changed_fields(), query, counted


@alike
def test_hooks_inside_containers_and_embedded_documents(me):
    calls = []

    class Slug(me.StringField):
        def to_python(self, value):
            calls.append("to_python")
            return value.lower()

        def to_mongo(self, value):
            calls.append("to_mongo")
            return value.upper()

        def validate(self, value):
            calls.append("validate")
            if value == "bad":
                self.error("bad slug")

    class Part(me.EmbeddedDocument):
        slug = Slug()

    class Thing(me.Document):
        slugs = me.ListField(Slug())
        by_name = me.MapField(Slug())
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        nested = me.ListField(me.ListField(Slug()))

    thing = load(
        Thing, {"_id": KEY, "slugs": ["A"], "by_name": {"k": "B"}, "parts": [{"slug": "C"}], "nested": [["D"]]}
    )
    seen = thing.slugs, thing.by_name, thing.parts[0].slug, thing.nested
    thing.validate()
    data = thing.to_mongo()
    thing.slugs.append("bad")
    thing.parts[0].slug = "bad"
    return seen, data, raised(thing.validate), sorted(set(calls)), thing._get_changed_fields()


@alike_with_mongodb
def test_a_field_that_stores_something_else(me):
    class Money(me.base.BaseField):
        def to_mongo(self, value):
            return {"cents": round(value * 100)}

        def to_python(self, value):
            return value["cents"] / 100 if isinstance(value, dict) else value

        def prepare_query_value(self, op, value):
            return self.to_mongo(value)

    class Thing(me.Document):
        price = Money(required=True)
        prices = me.ListField(Money())

    Thing(price=1.5, prices=[2.25]).save()
    thing = Thing.objects.get(price=1.5)
    thing.price = 3
    thing.prices.append(4)
    thing.save()
    return (
        thing.price,
        Thing.objects.get(price=3).prices,
        list(Thing.objects.as_pymongo().exclude("id")),
        raised(Thing().validate),
    )


@alike
def test_a_descriptor_that_computes(me):
    class Shout(me.StringField):
        def __get__(self, instance, owner):
            value = super().__get__(instance, owner)
            return value if instance is None or value is None else value + "!"

        def __set__(self, instance, value):
            super().__set__(instance, value and value.strip())

    class Thing(me.Document):
        name = Shout()

    thing, loaded = Thing(name=" a "), load(Thing, {"_id": KEY, "name": " b "})
    values = thing.name, loaded.name, thing._data["name"], loaded._data["name"], thing.to_mongo(), loaded.to_mongo()
    loaded.name = " c "
    return values, loaded.name, loaded._get_changed_fields(), isinstance(Thing.name, Shout)


@alike
def test_a_field_class_with_its_own_constructor_and_attributes(me):
    class Tagged(me.ListField):
        def __init__(self, separator=",", **kwargs):
            self.separator = separator
            super().__init__(me.StringField(), **kwargs)

        def to_python(self, value):
            return super().to_python(value.split(self.separator) if isinstance(value, str) else value)

    class Thing(me.Document):
        tags = Tagged(";", db_field="t")

    thing = load(Thing, {"_id": KEY, "t": "a;b"})
    thing.tags.append("c")
    return thing.tags, thing.to_mongo(), thing._get_changed_fields(), Thing.tags.separator


@alike
def test_a_field_over_a_plain_property(me):
    class Thing(me.Document):
        _name = me.StringField(db_field="name")

        @property
        def name(self):
            return self._name.title()

        @name.setter
        def name(self, value):
            self._name = value

    thing = load(Thing, {"_id": KEY, "name": "abc"})
    thing.name = "def"
    return thing.name, thing.to_mongo(), thing._get_changed_fields(), raised(lambda: Thing(name="x").to_mongo())


@alike
def test_a_mixin_before_the_field_class(me):
    class Lower:
        def to_mongo(self, value):
            return super().to_mongo(value.lower())

    class Slug(Lower, me.StringField):
        pass

    class Thing(me.Document):
        slug = Slug(max_length=3)

    return Thing(slug="ABC").to_mongo(), raised(Thing(slug="ABCD").validate)
