"""Code of the program's own that runs while a document is made or saved: how often, when, and with which fields."""

import pymongo
import pytest

from tests.base.both_sides import alike, alike_with_mongodb, raised


@alike
def test_a_to_mongo_that_changes_the_document_runs_before_the_changes_are_read(me):
    class Thing(me.Document):
        name = me.StringField()
        slug = me.StringField()

        def to_mongo(self, *args, **kwargs):
            self.slug = self.name.lower()
            return super().to_mongo(*args, **kwargs)

    thing = Thing._from_son({"_id": None, "name": "A", "slug": "a"})
    thing.name = "B"
    return thing._delta(), thing._get_changed_fields()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("place", ["field", "item", "generated"])
@alike_with_mongodb
def test_a_hook_that_raises_while_a_document_is_inserted_runs_once(me, place, error):
    calls = []

    class Odd(me.StringField):
        def to_mongo(self, value, *args, **kwargs):
            calls.append(value)
            if value == "bad":
                raise error("odd")
            return value

    class OddSequence(me.SequenceField):
        def generate(self):
            calls.append("generated")
            raise error("odd")

    class Thing(me.Document):
        one = Odd()
        many = me.ListField(Odd())
        if place == "generated":
            number = OddSequence()

    values = {"field": {"one": "bad"}, "item": {"many": ["good", "bad", "good"]}, "generated": {}}[place]

    def insert():
        try:
            Thing.objects.insert([Thing(one="x"), Thing(**values)] if place != "generated" else [Thing()])
        except KeyboardInterrupt as interrupted:
            return repr(interrupted)

    return raised(insert), calls, Thing.objects.count()


@alike
def test_a_container_hands_its_dereferencing_down_when_a_document_is_made(me):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()

    class Order(me.Document):
        lines = me.ListField(me.EmbeddedDocumentField(Line))
        named = me.MapField(me.ListField(me.StringField()))

    outcomes = []
    for allowed in (False, True):
        for name in ("lines", "named"):
            Order._fields[name].set_auto_dereferencing(allowed)
        order = Order(lines=[Line(sku="a")], named={"x": ["y"]})
        inner = Order._fields["named"].field
        outcomes.append((order.to_mongo(), Order._fields["lines"].field._auto_dereference, inner._auto_dereference,
                         inner.field._auto_dereference))  # fmt: skip
    return outcomes


@pytest.mark.parametrize("error", [pymongo.errors.DuplicateKeyError, pymongo.errors.OperationFailure])
@alike_with_mongodb
def test_an_error_of_pymongos_that_a_hook_raises_is_not_taken_for_the_servers(me, error):
    class Odd(me.StringField):
        def to_mongo(self, value, *args, **kwargs):
            if value == "bad":
                raise error("E11000 duplicate key error of a hook")
            return value

    class Thing(me.Document):
        one = Odd()

    def changed():
        thing = Thing(one="good").save()
        thing.one = "bad"
        thing.save()

    ways = [
        lambda: Thing(one="bad").save(),
        lambda: Thing(one="bad").save(force_insert=True),
        lambda: Thing.objects.insert(Thing(one="bad")),
        lambda: Thing.objects.insert([Thing(one="good"), Thing(one="bad")]),
        changed,
    ]
    return [raised(way) for way in ways]
