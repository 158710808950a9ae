"""Counters: who shares one, what is made of the number, when it counts."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike_with_mongodb
from tests.fields.describing import outcome

KEY = ObjectId(f"{1:024x}")

OPTIONS = {
    "none": {},
    "name": {"sequence_name": "mine"},
    "collection": {"collection_name": "counted"},
    "text": {"value_decorator": str},
    "function": {"value_decorator": lambda number: f"n{number:03}"},
    "odd decorator": {"value_decorator": 5},
    "failing decorator": {"value_decorator": lambda number: 1 / 0},
    "primary key": {"primary_key": True},
    "required": {"required": True, "unique": True},
    "default": {"default": 7},
    "null": {"null": True},
    "unknown alias": {"db_alias": "nobody"},
}


@pytest.mark.parametrize("name", OPTIONS)
@alike_with_mongodb
def test_every_option_of_a_sequence(me, name):
    class Thing(me.Document):
        counter = me.SequenceField(**OPTIONS[name])
        text = me.StringField()

    one, two = [], []
    steps = [
        lambda: Thing.counter.get_sequence_name(),
        lambda: Thing.counter.get_next_value(),
        lambda: one.append(Thing(text="a")),
        lambda: one[0].counter,
        lambda: one[0].counter,
        lambda: one[0]._get_changed_fields(),
        lambda: one[0].to_mongo(),
        lambda: one[0].save().counter,
        lambda: two.append(Thing(text="b").save()),
        lambda: two[0].counter,
        lambda: Thing.objects(text="a").get().counter,
        lambda: Thing.counter.get_next_value(),
        lambda: Thing.counter.set_next_value(100),
        lambda: Thing.counter.set_next_value("x"),
        lambda: Thing().counter,
        lambda: Thing.counter.set_next_value(5),
        lambda: Thing(counter=50).counter,
        lambda: Thing(counter="51").counter,
        lambda: Thing(counter=None).counter,
        lambda: setattr(two[0], "counter", None),
        lambda: two[0].counter,
        lambda: two[0]._get_changed_fields(),
        lambda: delattr(two[0], "counter"),
        lambda: two[0].counter,
        lambda: two[0].validate(),
        lambda: Thing.objects(counter="5")._query,
        lambda: Thing.objects(counter="x")._query,
        lambda: Thing.objects(counter=None)._query,
        lambda: Thing.objects(counter__in=["5", 6])._query,
        lambda: Thing.objects.update(set__counter="9"),
        lambda: [row["counter"] for row in Thing.objects.as_pymongo()],
    ]
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_sequences_of_subclasses_and_abstract_classes(me):
    class Base(me.Document):
        meta = {"abstract": True}
        counter = me.SequenceField()

    class First(Base):
        pass

    class Second(Base):
        meta = {"collection": "named", "allow_inheritance": True}

    class Third(Second):
        own = me.SequenceField()

    class PartBase(me.EmbeddedDocument):
        meta = {"abstract": True}
        number = me.SequenceField()

    class Part(PartBase):
        pass

    class Holder(me.Document):
        part = me.EmbeddedDocumentField(Part)
        parts = me.EmbeddedDocumentListField(Part)
        numbers = me.ListField(me.SequenceField())
        by_key = me.MapField(me.SequenceField())

    holder = Holder(id=KEY, part=Part(), parts=[Part(), Part()], numbers=[None, 5], by_key={"a": None})
    steps = [
        lambda: [cls.counter.get_sequence_name() for cls in (First, Second, Third)],
        lambda: [cls().save().counter for cls in (First, Second, Third, First, Third)],
        lambda: (Third().own, Third.own.get_sequence_name()),
        lambda: Part.number.get_sequence_name(),
        lambda: (holder.part.number, [part.number for part in holder.parts]),
        lambda: holder.numbers,
        lambda: holder.to_mongo(),
        lambda: holder.save() and None,
        lambda: Holder.objects.get().part.number,
        lambda: Holder.objects.get().numbers,
        lambda: Holder.objects.get()._get_changed_fields(),
        lambda: sorted(row["_id"] for row in me.get_db()["mongoengine.counters"].find()),
    ]
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_a_document_stored_without_its_number_gets_one_when_loaded(me):
    class Thing(me.Document):
        counter = me.SequenceField()

    Thing._get_collection().insert_many([{"_id": KEY}, {"_id": ObjectId(f"{2:024x}"), "counter": None}])
    steps = [
        lambda: [thing.counter for thing in Thing.objects],
        lambda: [thing._get_changed_fields() for thing in Thing.objects],
        lambda: [thing.save().counter for thing in Thing.objects],
        lambda: Thing.objects.only("id").first().counter,
        lambda: Thing.objects.exclude("counter").first().to_mongo(),
        lambda: Thing.counter.get_next_value(),
    ]
    return [outcome(step) for step in steps]
