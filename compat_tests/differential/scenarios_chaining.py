"""Scenarios: slices, order, options and the ways of reading a queryset."""

import pickle
from typing import Any

from pymongo import ReadPreference
from pymongo.collation import Collation

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_queries import names, people

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def ordered(me: Any, count: int = 8) -> Any:
    """A queryset of people in order."""
    return people(me, count).objects.order_by("name")


@scenario
def positions(me: Any) -> Any:
    queryset = ordered(me)
    keys = (0, 3, 7, 8, 99, -1, -8, -9, True, "1", None, 1.0, (1, 2), oid(1))
    return (
        [(repr(key), raised(lambda: queryset[key].name)) for key in keys],
        raised(lambda: queryset[2:6][1].name),
        raised(lambda: queryset[2:4][5].name),
    )


@scenario
def slices(me: Any) -> Any:
    queryset = ordered(me)
    bounds = (
        slice(None), slice(3), slice(2, None), slice(2, 5), slice(5, 2), slice(0, 0), slice(3, 3), slice(-3, None),
        slice(None, -1), slice(-3, -1), slice(0, 100),
        slice(50, 60), slice(None, None, 1), slice(None, None, 2), slice(0, 4, 2), slice(None, None, -1), slice("a",
        "b"), slice(1.0, 2), slice(0, None), slice(None, 0),
    )  # fmt: skip
    return [
        (
            repr(bound),
            raised(lambda: names(queryset[bound])),
            raised(lambda: queryset[bound].count()),
            raised(lambda: queryset[bound].count(True)),
            raised(lambda: (queryset[bound]._skip, queryset[bound]._limit)),
        )
        for bound in bounds
    ]


@scenario
def slices_of_slices(me: Any) -> Any:
    queryset = ordered(me)
    return [
        names(queryset[2:6][1:3]), names(queryset[2:6][:2]), names(queryset[:5].skip(2)),
        names(queryset[:5].limit(2)), names(queryset.limit(5)[1:]),
        names(queryset.skip(2)[:2]), names(queryset.limit(3).limit(0)), names(queryset[0:0].limit(2)),
        names(queryset[0:0][1:3]), names(queryset[0:0]), len(queryset[1:3]),
        raised(lambda: names(queryset.limit(-3))), raised(lambda: names(queryset.skip(-1))),
        raised(lambda: names(queryset.limit("2"))), raised(lambda: names(queryset.skip("2"))),
        raised(lambda: names(queryset.limit(None))), raised(lambda: names(queryset.skip(None))),
        raised(lambda: names(queryset.limit(1.5))), queryset[2:4].first().name,
        raised(lambda: queryset[2:4].get(name="p00").name), raised(lambda: queryset[2:4].get()), bool(queryset[50:]),
        bool(queryset[0:0]), queryset[3:].count(), queryset.limit(2).count(True),
        queryset.skip(6).limit(10).count(with_limit_and_skip=True), queryset.limit(0).count(True),
        queryset.limit(0).count(), queryset[5:].count(True),
    ]  # fmt: skip


@scenario
def orders(me: Any) -> Any:
    person = people(me, 8)
    keys = (
        ("name",), ("-name",), ("+name",), ("age", "-name"), ("-age", "+born"), (), ("",), (" name",), ("?name",),
        ("n",), ("pk",), ("-id",), ("pets__age",), ("pets.age", "name"),
        ("extra__k",), ("-extra.deep.x", "name"), ("nothing",), ("--name",), ("name", "-name"), ("friend",),
        ("$text_score",), (None,), ("tags__0", "name"), ("-",), ("+",), ("+-name",),
    )  # fmt: skip
    seen = [
        (
            key,
            raised(lambda: names(person.objects.order_by(*key))),
            raised(lambda: person.objects.order_by(*key)._ordering),
        )
        for key in keys
    ]
    return seen, [
        names(person.objects.order_by("age").order_by("-name")), names(person.objects.order_by("-name").order_by()),
        names(person.objects.order_by(__raw__=[("age", -1), ("n", 1)])),
        raised(lambda: person.objects.order_by("name", __raw__=[("age", -1)])),
        raised(lambda: names(person.objects.order_by(__raw__={"age": -1, "n": 1}))),
        raised(lambda: names(person.objects.order_by(__raw__="age"))),
        raised(lambda: names(person.objects.order_by(["age"]))), raised(lambda: names(person.objects.order_by(5))),
        raised(lambda: names(person.objects.order_by(__raw__=5))),
    ]  # fmt: skip


@scenario
def order_of_the_class(me: Any) -> Any:
    class Ordered(me.Document):
        name = me.StringField(db_field="n")
        num = me.IntField()
        meta = {"ordering": ["-num", "name"]}

    for number, name in enumerate("cab"):
        Ordered(id=oid(number + 1), name=name, num=number % 2).save()
    objects = Ordered.objects
    return [
        names(objects), names(objects.order_by()), names(objects.order_by("name")),
        names(objects.order_by("name").order_by()), objects.first().name, objects[1].name,
        objects.order_by().first().name,
        objects.get(name="a").name, objects.count(), bool(objects), names(objects[:2]), objects(num=0).first().name,
        objects.modify(set__num=5).name, objects.distinct("name"),
        list(objects.aggregate([])), names(objects.clone()), names(objects.all()), objects.with_id(oid(1)).name,
        sorted(one.name for one in objects.in_bulk([oid(1), oid(2)]).values()), objects.scalar("name")[0],
        objects.limit(1).delete(), raised(lambda: names(objects.filter(num__gte=0).limit(1))),
    ]  # fmt: skip


@scenario
def options_on_the_wire(me: Any) -> Any:
    queryset = ordered(me)
    changes = (
        lambda q: q.batch_size(2), lambda q: q.batch_size(1), lambda q: q.batch_size(0), lambda q: q.batch_size(-1),
        lambda q: q.batch_size("2"), lambda q: q.batch_size(3).limit(5),
        lambda q: q.limit(2).batch_size(5), lambda q: q.timeout(True), lambda q: q.timeout(False),
        lambda q: q.hint("n_1_age_-1"), lambda q: q.hint([("n", 1), ("age", -1)]), lambda q: q.hint("nothing"),
        lambda q: q.hint(None),
        lambda q: q.hint("n_1_age_-1").hint(None), lambda q: q.hint(), lambda q: q.hint({"n": 1, "age": -1}),
        lambda q: q.hint(5), lambda q: q.comment(""), lambda q: q.comment(None),
        lambda q: q.max_time_ms(5000), lambda q: q.max_time_ms(None), lambda q: q.max_time_ms("5"),
        lambda q: q.max_time_ms(0), lambda q: q.max_time_ms(-1), lambda q: q.max_time_ms(10).max_time_ms(None),
        lambda q: q.max_time_ms(True),
        lambda q: q.collation({"locale": "en", "strength": 2}), lambda q: q.collation(Collation("fr")),
        lambda q: q.collation(None), lambda q: q.collation({"locale": "nowhere"}), lambda q: q.collation("en"),
        lambda q: q.collation({"locale": "en"}).collation(None), lambda q: q.allow_disk_use(True),
        lambda q: q.allow_disk_use(False), lambda q: q.allow_disk_use("x"),
    )  # fmt: skip
    return [
        (
            number,
            raised(lambda: names(change(queryset))),
            raised(lambda: change(queryset).first().name),
            raised(lambda: change(queryset).count()),
            raised(lambda: change(queryset(age__gt=0)).count()),
            raised(lambda: change(queryset)[1].name),
        )
        for number, change in enumerate(changes)
    ]


@scenario
def comments(me: Any) -> Any:
    """Without count(), which sends them in ours alone: tests/queryset/test_command_options.py."""
    queryset = ordered(me)
    return [
        (names(queryset.comment(text)), queryset.comment(text).first().name, queryset.comment(text)[1].name)
        for text in ("why", {"a": 1})
    ]


@scenario
def where_reads_go(me: Any) -> Any:
    queryset = ordered(me, 3)
    changes = (
        lambda q: q.read_preference(ReadPreference.PRIMARY),
        lambda q: q.read_preference(ReadPreference.SECONDARY_PREFERRED),
        lambda q: q.read_preference(ReadPreference.NEAREST), lambda q: q.read_preference("primary"),
        lambda q: q.read_preference(None), lambda q: q.read_preference(5),
        lambda q: q.read_concern({"level": "local"}), lambda q: q.read_concern({"level": "majority"}),
        lambda q: q.read_concern(None), lambda q: q.read_concern("local"),
        lambda q: q.read_concern({"x": 1}), lambda q: q.read_concern({}),
        lambda q: q.read_concern({"level": "nonsense"}),
        lambda q: q.read_concern({"level": "available"}).read_preference(ReadPreference.PRIMARY_PREFERRED),
    )  # fmt: skip
    return [
        (
            number,
            raised(lambda: names(change(queryset))),
            raised(lambda: change(queryset(age=1)).count()),
            raised(lambda: change(queryset).first().name),
            raised(lambda: len(list(change(queryset).aggregate([])))),
            raised(lambda: change(queryset).distinct("age")),
            raised(lambda: change(queryset(age=1)).update(set__age=1)),
        )
        for number, change in enumerate(changes)
    ]


@scenario
def many_batches(me: Any) -> Any:
    person = people(me, 330)
    queryset = person.objects.order_by("id")
    iterator = iter(queryset)
    first = [next(iterator).name for _ in range(5)]
    return (
        first,
        len(list(iterator)),
        len(queryset),
        len(names(person.objects.no_cache())),
        len(names(queryset.batch_size(50))),
        len(names(queryset.limit(150))),
        len(list(queryset.scalar("name"))),
        len(queryset.batch_size(100).limit(250)),
    )


@scenario
def the_cache(me: Any) -> Any:
    queryset = ordered(me, 5)
    seen = [
        queryset._result_cache,
        queryset._has_more,
        names(queryset),
        len(queryset._result_cache),
        queryset._has_more,
        names(queryset),
        queryset[1].name,
        queryset.first().name,
        queryset.count(),
        len(queryset),
    ]
    twin = queryset.clone()
    seen += [
        twin._result_cache,
        names(twin),
        list(queryset) == list(queryset),
        queryset.filter(age=1)._result_cache,
        bool(queryset),
        raised(queryset.no_cache),
        queryset.count(True),
        queryset._len,
    ]
    queryset.rewind()
    return seen, names(queryset), [(a.name, b.name) for a in queryset for b in queryset][:7]


@scenario
def without_a_cache(me: Any) -> Any:
    queryset = ordered(me, 5).no_cache()
    seen = [
        type(queryset).__name__,
        names(queryset),
        names(queryset),
        raised(lambda: len(queryset)),
        repr(queryset),
        names(queryset),
        [(a.name, b.name) for a in queryset for b in queryset][:7],
    ]
    cached = queryset.cache()
    seen += [
        type(cached).__name__,
        names(cached),
        names(cached),
        len(cached),
        type(queryset.filter(age=1)).__name__,
        queryset.count(),
        queryset[2].name,
        names(queryset[1:3]),
        queryset.first().name,
        bool(queryset),
    ]
    iterator = iter(queryset)
    return (
        seen,
        next(iterator).name,
        repr(queryset),
        raised(lambda: queryset._result_cache),
        type(queryset[1:2]).__name__,
    )


@scenario
def rewinding_and_next(me: Any) -> Any:
    queryset = ordered(me, 4)
    seen = [next(queryset).name, next(queryset).name]
    queryset.rewind()
    seen += [next(queryset).name, [one.name for one in queryset], raised(lambda: next(queryset)), names(queryset)]
    other = queryset.clone()
    seen += [next(other).name, other.count(), next(other).name, other.first().name, raised(lambda: next(other).name)]
    partly = other.clone()
    for one in partly:
        seen.append((one.name, repr(partly)))
        break
    return seen, names(partly), repr(partly)


@scenario
def representations(me: Any) -> Any:
    person = people(me, 25)
    queryset = person.objects.order_by("name")
    return [
        repr(queryset), repr(queryset[:20]), repr(queryset[:21]), repr(queryset[:2]), repr(person.objects(age=99)),
        repr(person.objects.none()), repr(queryset.scalar("name")[:3]), repr(queryset.only("name").as_pymongo()[:2]),
        str(queryset[:1]), repr(person.objects.no_cache()[:2]), repr(queryset[0]), repr(person.objects._query_obj),
        f"{queryset[:1]}", repr(queryset[0:0]), repr(queryset.scalar("name", "age")[:21]),
    ]  # fmt: skip


@scenario
def membership_and_truth(me: Any) -> Any:
    queryset = ordered(me, 4)
    one = queryset.first()
    person = queryset._document
    return [one in queryset, person(name="p00") in queryset, None in queryset, one.pk in queryset,
    "p00" in queryset.scalar("name"), bool(queryset), bool(queryset(age=99)), bool(person.objects.none()),
    not queryset[:0], bool(queryset.limit(1)), len(person.objects.none()),
    list(reversed(list(queryset.scalar("name")))), raised(lambda: list(reversed(queryset))), queryset == queryset,
    queryset == queryset.clone(), raised(lambda: hash(queryset) is not None),
    sorted(queryset.scalar("age"))]  # fmt: skip


@scenario
def the_empty_queryset(me: Any) -> Any:
    none = ordered(me, 4).none()
    return [
        names(none), none.count(), none.count(True), none.first(), raised(lambda: none.get()),
        raised(lambda: none[0]), len(none), bool(none), none.update(set__age=1), none.delete(),
        none.filter(age=1).count(), names(none.filter(age=1)), names(none[:2]),
        none.distinct("age"), list(none.aggregate([{"$match": {}}])), none.sum("age"), none.average("age"),
        none.modify(set__age=1), raised(lambda: none.with_id(oid(1))), none.in_bulk([oid(1)]), names(none.clone()),
        names(none.all()), names(none.order_by("age")),
        none.scalar("name").first(), list(none.as_pymongo()), raised(lambda: none.explain()["ok"]), none.to_json(),
        none.select_related(), raised(lambda: none.update_one(upsert=True, set__age=1)),
        raised(lambda: none.item_frequencies("tags")),
    ]  # fmt: skip


@scenario
def the_first_one(me: Any) -> Any:
    person = people(me, 8)
    objects = person.objects
    changes = (
        lambda q: q, lambda q: q.order_by("-name"), lambda q: q(age=99), lambda q: q[2:4], lambda q: q[50:],
        lambda q: q.skip(2), lambda q: q.limit(1), lambda q: q.limit(0), lambda q: q.only("age"),
        lambda q: q.scalar("name", "age"), lambda q: q.as_pymongo().only("n"),
        lambda q: q.comment("c"), lambda q: q.hint("age_1"), lambda q: q.batch_size(3), lambda q: q.no_dereference(),
        lambda q: q.no_cache(), lambda q: q.where("this.age > 2"), lambda q: q.max_time_ms(5000),
        lambda q: q.timeout(True), lambda q: q.collation({"locale": "en"}), lambda q: q[0:0], lambda q: q.order_by(),
        lambda q: q.as_pymongo().scalar("name"), lambda q: q.scalar("nothing"), lambda q: q.exclude("age"),
    )  # fmt: skip
    return [raised(lambda: change(objects).first()) for change in changes]


@scenario
def pickles_and_clones(me: Any) -> Any:
    queryset = ordered(me, 5)(age__gt=0).only("name")[1:4]
    twins = [
        queryset.clone(),
        queryset.all(),
        queryset._clone_into(type(queryset)(queryset._document, queryset._collection)),
    ]
    seen = [
        (names(twin), twin._query, twin._skip, twin._limit, twin._ordering, twin._loaded_fields.as_dict())
        for twin in twins
    ]
    changed = queryset.clone()
    changed._query_obj.query["age__gt"] = 2
    return (
        seen,
        queryset._query_obj,
        raised(lambda: queryset._clone_into(5)),
        raised(lambda: queryset._clone_into(list)),
        raised(lambda: type(pickle.dumps(queryset)).__name__),
    )


@scenario
def other_databases(me: Any) -> Any:
    person = people(me, 3)
    return [
        raised(lambda: names(person.objects.using("nowhere"))),
        names(person.objects.using("default").order_by("name")),
        raised(lambda: person.objects.using(None).count()),
        person.objects.using("default")._collection.name,
    ]
