"""Scenarios: documents that were stored by other code, dynamic, sharded and inherited ones."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def stored(thing: Any) -> list[Any]:
    """Every stored document."""
    return list(thing._get_collection().find().sort("_id", 1))


@scenario
def stored_fields_without_a_declaration(me: Any) -> Any:
    class Strict(me.Document):
        name = me.StringField(db_field="nm")
        meta = {"collection": "same"}

    class Loose(me.Document):
        name = me.StringField(db_field="nm")
        meta = {"collection": "same", "strict": False}

    class LoosePart(me.EmbeddedDocument):
        num = me.IntField()
        meta = {"strict": False}

    class StrictPart(me.EmbeddedDocument):
        num = me.IntField()

    class Holder(me.Document):
        loose = me.EmbeddedDocumentField(LoosePart)
        strict = me.EmbeddedDocumentField(StrictPart)
        many = me.ListField(me.EmbeddedDocumentField(LoosePart))

    class Free(me.DynamicDocument):
        name = me.StringField(db_field="nm")
        meta = {"collection": "same"}

    # One strange name a row: MongoEngine lists several in the order of a set, which is another in every process.
    strange = ("old", "name", "_private", "a.b", "$x", "save", "objects", "pk")
    rows = [{"nm": "a", name: 1} for name in strange] + [{"nm": "a", "_private": 1, "_cls": "Gone"}]
    Strict._get_collection().insert_many([{"_id": oid(number + 1), **row} for number, row in enumerate(rows)])
    Holder._get_collection().insert_many(
        [
            {"_id": oid(1), "loose": {"num": 1, "old": 2}, "many": [{"old": 1}]},
            {"_id": oid(2), "strict": {"num": 1, "old": 2}},
        ]
    )
    seen: list[Any] = []
    for cls in (Strict, Loose, Free):
        for number in range(len(rows)):
            read = raised(lambda: cls.objects.get(id=oid(number + 1)))
            seen.append((cls.__name__, number, read))
            if isinstance(read, tuple):
                one = read[1]
                one.name = "changed"
                seen.append(
                    (
                        raised(one.to_mongo),
                        one._get_changed_fields(),
                        raised(lambda: one.save().pk),
                        raised(lambda: one.old),
                        raised(lambda: one["old"]),
                        raised(lambda: one.validate()),
                    )
                )
    seen += [
        raised(lambda: Loose(nothing=1)),
        raised(lambda: Loose(name="x", nothing=1).save().pk),
        raised(lambda: Holder.objects.get(id=oid(1)).to_mongo()),
        raised(lambda: Holder.objects.get(id=oid(2))),
        raised(lambda: Loose.objects(old=1).count()),
        raised(lambda: Loose.objects(__raw__={"old": 1}).count()),
    ]
    return seen, stored(Strict)


@scenario
def dynamic_documents(me: Any) -> Any:
    class Free(me.DynamicDocument):
        name = me.StringField()

    class Part(me.DynamicEmbeddedDocument):
        num = me.IntField()

    one = Free(
        id=oid(1), name="a", x=1, nested={"a": [1, {"b": 2}]}, part=Part(num=1, free="f"), parts=[Part(num=2)]
    ).save()
    seen = [one.to_mongo(), sorted(one._dynamic_fields), one._get_changed_fields()]
    one.x = "text"
    one.part.free = 5
    one.parts[0].other = [1]
    one.new = None
    seen += [one._get_changed_fields(), raised(one._delta), raised(lambda: one.save().x), one._get_changed_fields()]
    two = Free.objects.get()
    seen += [
        two.to_mongo(),
        type(two.part).__name__,
        type(two.nested).__name__,
        raised(lambda: two.missing),
        raised(lambda: two["x"]),
    ]
    del two.x
    two.nested = None
    two._private = 1
    seen += [
        two._get_changed_fields(),
        raised(two._delta),
        two.save().pk,
        raised(lambda: two.x),
        sorted(two._dynamic_fields),
    ]
    return (
        seen,
        stored(Free),
        raised(lambda: Free(**{"a.b": 1}).save().pk),
        raised(lambda: Free(**{"$a": 1}).save().pk),
        raised(lambda: Free(pk=oid(5), id=oid(6)).pk),
        raised(lambda: Free(save=1)),
        raised(lambda: Free(_cls="x").save().pk),
    )


@scenario
def sharded_documents(me: Any) -> Any:
    class Part(me.EmbeddedDocument):
        num = me.IntField(db_field="n")

    class Thing(me.Document):
        machine = me.StringField(db_field="m")
        part = me.EmbeddedDocumentField(Part)
        age = me.IntField()
        meta = {"shard_key": ("machine", "part.num")}

    one = Thing(id=oid(1), machine="a", part=Part(num=1), age=1).save()
    one.age = 2
    seen = [
        one.save().age,
        one._object_key,
        raised(lambda: setattr(one, "machine", "b")),
        raised(lambda: one.update(set__age=3)),
        one.reload().age,
        raised(lambda: one.modify(set__age=4)),
        one.age,
    ]
    two = Thing.objects.get()
    two.age = 9
    seen += [
        two.save().age,
        raised(lambda: setattr(two, "machine", "a")),
        raised(lambda: setattr(two.part, "num", 2)),
        two._get_changed_fields(),
        raised(lambda: two.save().pk),
        raised(lambda: two.reload().part.num),
        raised(lambda: Thing(age=1).save().pk),
        raised(lambda: two.delete()),
        Thing.objects.count(),
    ]
    fresh = Thing(machine="x", part=Part(num=1))
    fresh.machine = "y"
    return seen, fresh.save().machine, raised(lambda: Thing(machine="q").save().delete())


@scenario
def inherited_documents_in_one_collection(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True, "collection": "c", "indexes": ["name"]}

    class Child(Base):
        age = me.IntField()

    for number, one in enumerate((Base(name="b"), Child(name="c", age=1))):
        one.id = oid(number + 1)
        one.save()
    Base._get_collection().insert_many(
        [
            {"_id": oid(3), "name": "no class"},
            {"_id": oid(4), "name": "gone", "_cls": "Base.Gone"},
            {"_id": oid(5), "_cls": "Base.Child", "age": 5},
        ]
    )
    one = Base.objects.get(id=oid(2))
    one.age = 7
    seen = [
        type(one).__name__,
        one.save().age,
        raised(lambda: [type(row).__name__ for row in Base.objects.order_by("id")]),
        raised(lambda: Base.objects.get(id=oid(3))),
        raised(lambda: Base.objects.get(id=oid(4))),
        raised(lambda: Base.objects(__raw__={"_id": oid(4)}).first()),
        Child.objects.count(),
        Base.objects.count(),
    ]
    return (
        seen,
        raised(lambda: Child(id=oid(1), name="turned").save().pk),
        raised(lambda: Base.objects.get(id=oid(1)).age),
        raised(lambda: Child.objects.get(id=oid(1)).reload().name),
        Child.objects(name="c").update(set__age=9),
        stored(Base),
    )
