"""Scenarios: upserts, modify(), and the updates of a single document."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import filled, oid
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def stored(thing: Any) -> list[Any]:
    """Every stored document of a class."""
    return list(thing._get_collection().find().sort("_id", 1))


@scenario
def upserts(me: Any) -> Any:
    thing = filled(me)
    objects = thing.objects
    return [
        raised(lambda: objects(integer=50).update(upsert=True, set__string="new")),
        raised(lambda: objects(integer=50).update_one(upsert=True, set__string="old")),
        raised(lambda: objects(integer=51).update_one(upsert=True, inc__long=1, set_on_insert__real=1.5)),
        raised(lambda: objects(id=oid(60)).update(upsert=True)),
        raised(lambda: objects(id=oid(61)).update_one(upsert=True)),
        raised(lambda: objects(integer__gt=90).update(upsert=True, set_on_insert__strings=["a", "b"])),
        raised(
            lambda: (
                objects(integer=52).update(upsert=True, full_result=True, set__string="x").raw_result["updatedExisting"]
            )
        ),
        raised(lambda: objects(integer=52).upsert_one(set__string="y").string),
        raised(lambda: objects(integer=53).upsert_one(set__string="z").string),
        raised(lambda: objects(integer__gte=50).upsert_one(set__string="several")),
        raised(lambda: objects(integer=54).upsert_one()),
        raised(lambda: objects(integer=55).upsert_one(write_concern={"w": 1}, set__string="w").string),
        raised(lambda: objects(integer=56, string="q").upsert_one(set__long=1).string),
        raised(lambda: objects(nothing=1).upsert_one(set__long=1)),
        raised(lambda: objects(strings__all=["a", "b"], integer=57).update(upsert=True, push__strings="c")),
        objects.count(),
    ]


@scenario
def upserts_of_inherited_classes(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Child(Base):
        age = me.IntField()

    return [
        Base.objects(name="a").update(upsert=True, set__name="b"),
        Child.objects(name="c").update_one(upsert=True, set__age=1),
        Child.objects(name="d").upsert_one(set__age=2),
        raised(lambda: Child.objects(name="e").modify(upsert=True, new=True, set__age=3)),
        Child.objects(name="f").update(upsert=True, __raw__={"$set": {"age": 4}}),
        [type(one).__name__ for one in Base.objects.order_by("name")],
    ]


@scenario
def modifying(me: Any) -> Any:
    thing = filled(me)
    objects = thing.objects

    def shown(function: Any) -> Any:
        found = raised(function)
        document = found[1] if isinstance(found, tuple) else found
        return document.to_mongo() if hasattr(document, "to_mongo") else found

    return [
        shown(lambda: objects(id=oid(1)).modify(set__integer=5)),
        shown(lambda: objects(id=oid(1)).modify(set__integer=6, new=True)),
        shown(lambda: objects(integer__gte=0).order_by("-integer").modify(inc__integer=1, new=True)),
        shown(lambda: objects(integer__gte=0).order_by("integer").only("integer").modify(inc__integer=1)),
        shown(lambda: objects(integer__gte=0).exclude("inner").order_by("id").modify(inc__integer=1, new=True)),
        shown(lambda: objects(integer=99).modify(set__integer=1)),
        shown(lambda: objects(integer=98).modify(upsert=True, set__string="new")),
        shown(lambda: objects(integer=97).modify(upsert=True, new=True, set__string="new")),
        shown(lambda: objects(integer=97).modify(remove=True)),
        shown(lambda: objects(integer=96).modify(remove=True)),
        shown(lambda: objects.order_by("-id").modify(remove=True)),
        shown(lambda: objects.modify(remove=True, new=True)),
        shown(lambda: objects.modify()),
        shown(lambda: objects.modify(upsert=True)),
        shown(lambda: objects.none().modify(set__integer=1)),
        shown(lambda: objects[0:0].modify(set__integer=1)),
        shown(lambda: objects.modify(set__nothing=1)),
        shown(lambda: objects.modify(set__integer="bad")),
        shown(lambda: objects.modify(set__integer=1, inc__integer=1)),
        shown(lambda: objects(id=oid(2)).modify(push__strings="m", new=True)),
        shown(lambda: objects(id=oid(2)).modify(__raw__={"$set": {"integer": 3}}, new=True)),
        shown(lambda: objects(id=oid(2)).as_pymongo().modify(set__integer=5, new=True)),
        shown(lambda: objects(id=oid(2)).scalar("integer").modify(set__integer=6, new=True)),
        shown(lambda: objects(id=oid(2)).no_dereference().modify(set__integer=7, new=True)),
        shown(lambda: objects(id=oid(2)).max_time_ms(5000).modify(set__integer=8)),
        shown(lambda: objects(id=oid(2)).collation({"locale": "en"}).timeout(False).modify(set__integer=9)),
        shown(lambda: objects(id=oid(2)).skip(1).limit(1).modify(set__integer=10)),
        shown(lambda: objects(inners__num=2).modify(set__inners__S__text="pos", new=True)),
        shown(lambda: objects.modify(full_response=True, set__integer=11)),
        stored(thing),
    ]


@scenario
def modifying_into_a_duplicate(me: Any) -> Any:
    class Thing(me.Document):
        name = me.StringField(unique=True)
        meta = {"ordering": ["-name"]}

    for name in "ab":
        Thing(name=name).save()
    return [
        raised(lambda: Thing.objects(name="a").modify(set__name="b")),
        raised(lambda: Thing.objects(name="c").modify(upsert=True, set__name="b")),
        raised(lambda: Thing.objects.update(set__name="x")),
        raised(lambda: Thing.objects.update_one(set__name="a", upsert=True)),
        raised(lambda: Thing.objects.modify(set__name="z")),
        raised(lambda: Thing.objects.first().modify(set__name="a")),
        raised(lambda: Thing.objects.first().update(set__name="a")),
    ]


@scenario
def updating_one_document(me: Any) -> Any:
    thing = filled(me)
    one = thing.objects.get(id=oid(1))
    seen = [
        raised(lambda: one.update(set__integer=5)), one.integer, raised(lambda: one.update(inc__integer=1,
        push__strings="u")),
        raised(lambda: one.update()), raised(lambda: one.update(set__nothing=1)), raised(lambda: one.update(integer=9)),
        raised(lambda: one.update(upsert=True, set__integer=10)), raised(lambda: one.update(write_concern={"w": 1},
        set__integer=11)),
        raised(lambda: one.update(__raw__={"$set": {"integer": 12}})), raised(lambda: one.update(full_result=True,
        set__integer=13).raw_result),
        raised(lambda: one.update(multi=False, set__integer=14)), one._get_changed_fields(), one.reload().integer,
    ]  # fmt: skip
    one.integer = 20
    seen += [raised(one.update), one._get_changed_fields(), raised(lambda: thing(integer=1).update(set__integer=2))]
    gone = thing.objects.get(id=oid(2))
    gone.delete()
    return (
        seen,
        raised(lambda: gone.update(set__integer=1)),
        raised(lambda: gone.update(set__integer=1, upsert=True)),
        thing.objects.count(),
    )


@scenario
def modifying_one_document(me: Any) -> Any:
    thing = filled(me)
    one = thing.objects.get(id=oid(1))
    one.string = "unsaved"
    seen = [
        raised(lambda: one.modify(set__integer=5)), one.integer, one.string, one._get_changed_fields(),
        raised(lambda: one.modify({"integer": 99}, set__integer=6)), raised(lambda: one.modify({"integer": 5},
        inc__integer=1)), one.integer,
        raised(lambda: one.modify({"id": oid(3)}, set__integer=6)), raised(lambda: one.modify({"pk": oid(1)},
        set__integer=6)),
        raised(lambda: one.modify()), raised(lambda: one.modify(set__nothing=1)),
        raised(lambda: one.modify({"nothing": 1}, set__integer=1)),
        raised(lambda: one.modify({"integer__gt": 0}, push__strings="m")), list(one.strings),
        raised(lambda: thing().modify(set__integer=1)),
        raised(lambda: one.modify(unset__string=1)), one.string, raised(lambda: one.modify(set__inner__num=50)),
        one.inner.num, one._created,
    ]  # fmt: skip
    one.delete()
    return seen, raised(lambda: one.modify(set__integer=1)), thing.objects.count()
