"""Scenarios: which fields are loaded, and the forms rows come in."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import filled, oid
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def loaded(queryset: Any) -> Any:
    """The projection of a queryset and the document that it makes of the first one."""
    return raised(lambda: queryset._loaded_fields.as_dict()), raised(lambda: queryset(id=oid(1)).first().to_mongo())


@scenario
def only(me: Any) -> Any:
    objects = filled(me).objects
    names = (
        (), ("string",), ("string", "integer"), ("inner",), ("inner.num",), ("inner__num",), ("inners.num",
        "inners.text"), ("mapping.a",), ("strings",), ("strings.0",), ("counts.x",), ("by_name.one.num",), ("id",),
        ("pk",), ("_id",), ("s",), ("nothing",), ("inner.nothing",), ("ref",), ("ref.name",), ("generic_inner.num",),
        ("string", "string"), ("inner", "inner.num"), (5,), (None,), (["string"],), ("",), ("enum", "uid", "when",
        "exact_when"),
    )  # fmt: skip
    return [
        (repr(group), loaded(raised(lambda: objects.only(*group))[1]))
        if not isinstance(raised(lambda: objects.only(*group)), Exception)
        else raised(lambda: objects.only(*group))
        for group in names
    ]


@scenario
def exclude(me: Any) -> Any:
    objects = filled(me).objects
    names = (
        (),
        ("string",),
        ("inner",),
        ("inner.num",),
        ("inners.num",),
        ("mapping.a",),
        ("id",),
        ("pk",),
        ("string", "integer"),
        ("nothing",),
        ("inners", "inner.tags"),
        ("by_name.one",),
        ("ref", "refs"),
    )
    return [(group, raised(lambda: loaded(objects.exclude(*group)))) for group in names]


@scenario
def combinations(me: Any) -> Any:
    objects = filled(me).objects
    makers = (
        lambda q: q.only("string").only("integer"), lambda q: q.only("string", "integer").exclude("string"),
        lambda q: q.exclude("string").only("string", "integer"), lambda q: q.exclude("string").exclude("integer"),
        lambda q: q.only("string").all_fields(), lambda q: q.exclude("string").all_fields(),
        lambda q: q.only("string").exclude("string"),
        lambda q: q.only("inner").exclude("inner.num"), lambda q: q.exclude("inner.num").only("inner"),
        lambda q: q.exclude("id").only("string"), lambda q: q.only("string").exclude("id"), lambda q: q.only("id"),
        lambda q: q.all_fields().only("real"), lambda q: q.only("string").only("string"),
        lambda q: q.exclude("string").only("string"),
    )  # fmt: skip
    return [(number, raised(lambda: loaded(make(objects)))) for number, make in enumerate(makers)]


@scenario
def fields(me: Any) -> Any:
    objects = filled(me).objects
    arguments = (
        {"slice__strings": 1}, {"slice__strings": [1, 2]}, {"slice__strings": -1}, {"slice__inners": 2},
        {"slice__inner__tags": 1}, {"string": 1}, {"string": 0}, {"string": True}, {"string": False}, {"string": 1,
        "integer": 1}, {"string": 1, "integer": 0}, {"string": 1, "slice__strings": 1}, {"string": 0,
        "slice__strings": 1}, {"id": 0}, {"id": 0, "string": 1},
        {"elemMatch__inners": {"n": 1}}, {"inner__num": 1}, {"nothing": 1}, {"slice__nothing": 1}, {"string": 5},
        {"string": "x"}, {"slice__strings": "x"}, {"string": None}, {"string": {"$meta": "textScore"}},
        {"slice__strings": 1, "slice__numbers": 2}, {"inner__num": 0, "inners__text": 0}, {},
        {"position__strings": 1}, {"slice": 1}, {"_id": 1}, {"string": -1},
    )  # fmt: skip
    return [(repr(given), raised(lambda: loaded(objects.fields(**given)))) for given in arguments], [
        raised(lambda: loaded(objects.fields(slice__strings=1).only("string"))),
        raised(lambda: loaded(objects.only("strings").fields(slice__strings=1))),
        raised(lambda: loaded(objects.fields(slice__strings=1).exclude("string"))),
        raised(lambda: loaded(objects.fields(slice__strings=1).fields(slice__strings=2))),
        raised(lambda: loaded(objects.fields(slice__strings=1).all_fields())),
    ]  # fmt: skip


@scenario
def what_was_not_loaded(me: Any) -> Any:
    thing = filled(me)
    one = thing.objects.only("string", "inner.num").get(id=oid(1))
    seen = [
        one.integer,
        one.strings,
        one.inner.text,
        one.inner.tags,
        one.pk,
        one.ref,
        one._get_changed_fields(),
        sorted(one.to_mongo()),
        raised(one.validate),
        one.flag,
        one.number,
    ]
    one.string = "changed"
    one.strings.append("new")
    one.inner.text = "t"
    seen += [one._get_changed_fields(), one._delta(), one.save().pk, one.reload("integer").integer, one.integer]
    two = thing.objects.exclude("string").get(id=oid(2))
    two.string = "given"
    return (
        seen,
        two._get_changed_fields(),
        two.save().string,
        list(thing._get_collection().find({}, {"s": 1, "ss": 1, "i": 1, "integer": 1}).sort("_id", 1)),
    )


@scenario
def defaults_of_what_was_not_loaded(me: Any) -> Any:
    class Thing(me.Document):
        a = me.IntField(default=1)
        b = me.ListField(me.IntField(), default=lambda: [1, 2])
        c = me.StringField(required=True)
        d = me.DictField(default={"x": 1})

    Thing(id=oid(1), a=5, b=[7], c="c", d={"y": 1}).save()
    querysets = (
        Thing.objects.only("a"),
        Thing.objects.exclude("a"),
        Thing.objects.only("c"),
        Thing.objects.fields(a=1, slice__b=1),
    )
    return [
        (
            one := queryset.first(),
            one.a,
            one.b,
            one.c,
            one.d,
            one._get_changed_fields(),
            raised(one.validate),
            raised(lambda: one.save().pk),
        )
        for queryset in querysets
    ], Thing.objects.first().to_mongo()


@scenario
def scalars(me: Any) -> Any:
    objects = filled(me).objects.order_by("id")
    groups = (
        ("string",), ("string", "integer"), (), ("inner",), ("inner__num",), ("inner__nothing",), ("inners",),
        ("id",), ("pk",), ("nothing",), ("ref",), ("ref__name",), ("mapping",), ("mapping__a",), ("enum", "uid"),
        ("when", "exact_when"), ("string", "string"), ("s",), ("_id",), ("strings",), ("generic_ref",),
        ("generic_inner__num",), ("inner.num",),
    )  # fmt: skip
    return [(group, raised(lambda: list(objects(integer__lt=5).scalar(*group)))) for group in groups], [
        list(objects.values_list("string")),
        objects.scalar("string")[0], list(objects.scalar("string")[:2]), objects.scalar("string").first(),
        raised(lambda: objects.scalar("string").get(id=oid(1))), objects.scalar("string", "integer").count(),
        list(objects.scalar("string").scalar("integer")), repr(objects.scalar("string")),
        raised(lambda: list(objects.only("integer").scalar("string"))),
        raised(lambda: list(objects.scalar("string").only("integer"))), list(objects.scalar("string").as_pymongo()),
        [one.pk for one in objects.scalar("string").scalar()],
        sorted(objects.scalar("string").in_bulk([oid(1)]).items()), objects.no_dereference().scalar("ref")[0],
        list(objects.scalar("string").no_cache()),
    ]  # fmt: skip


@scenario
def plain_dicts(me: Any) -> Any:
    thing = filled(me)
    objects = thing.objects.order_by("id").as_pymongo()
    return [
        list(objects), objects.first(), objects[1], list(objects.only("inner.num")), list(objects.exclude("inner",
        "inners")), objects.get(id=oid(1)), raised(lambda: objects.get(id=oid(77))), objects.count(),
        list(objects.fields(slice__strings=1).only("strings")), repr(objects.only("string")),
        list(objects.scalar("string")), list(objects.filter(integer=0).only("id")),
        objects.to_json() == objects.to_json(), raised(lambda: objects.only("string").select_related()),
        list(thing.objects.as_pymongo().no_cache().only("string")), [type(row).__name__ for row in objects],
        sorted(objects.only("string").in_bulk([oid(1)])), objects.none().first(),
    ]  # fmt: skip


@scenario
def json_of_querysets(me: Any) -> Any:
    thing = filled(me)
    objects = thing.objects(integer__lt=5).order_by("id").only("string", "integer", "inner", "ref", "when")
    text = objects.to_json()
    return (
        text,
        objects.limit(1).to_json(indent=1),
        [one.to_mongo() for one in thing.objects.from_json(text)],
        raised(lambda: thing.objects.from_json("nonsense")),
        raised(lambda: thing.objects.from_json('[{"nothing": 1}]')),
        thing.objects.none().to_json(),
        thing.objects.from_json("[]"),
        raised(lambda: thing.objects.from_json('{"s": 1}')),
    )


@scenario
def subclasses_and_projections(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField(db_field="n")
        meta = {"allow_inheritance": True}

    class Child(Base):
        age = me.IntField(db_field="a")

    Child(id=oid(1), name="c", age=5).save()
    makers = (
        lambda q: q.only("name"),
        lambda q: q.only("age"),
        lambda q: q.exclude("age"),
        lambda q: q.exclude("name"),
        lambda q: q.only("nothing"),
        lambda q: q.all_fields(),
        lambda q: q.scalar("age"),
        lambda q: q.fields(age=1),
        lambda q: q.exclude("_cls"),
        lambda q: q.only("id"),
        lambda q: q.only("_cls"),
    )
    return [
        (
            number,
            cls.__name__,
            raised(lambda: make(cls.objects)._loaded_fields.as_dict()),
            raised(lambda: make(cls.objects).first()),
        )
        for cls in (Base, Child)
        for number, make in enumerate(makers)
    ]
