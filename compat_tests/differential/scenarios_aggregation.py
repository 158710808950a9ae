"""Scenarios: aggregation, distinct values, sums, and functions that the server runs."""

from typing import Any

from bson.code import Code

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import filled, oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_queries import people

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)
BY_AGE = [{"$group": {"_id": "$age", "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
MAP = "function() { emit(this[~age], 1); }"
REDUCE = "function(key, values) { return Array.sum(values); }"


def aggregated(queryset: Any, *arguments: Any, **options: Any) -> Any:
    """The rows of an aggregation, or what is raised."""
    return raised(lambda: list(queryset.aggregate(*arguments, **options)))


@scenario
def pipelines(me: Any) -> Any:
    objects = people(me, 8).objects
    return [
        aggregated(objects, BY_AGE), aggregated(objects, []), aggregated(objects, tuple(BY_AGE)), aggregated(objects,
        iter(BY_AGE)), aggregated(objects(age=1), BY_AGE[0]), aggregated(objects, *BY_AGE), aggregated(objects,
        BY_AGE[:1], BY_AGE[1]), aggregated(objects),
        aggregated(objects, None), aggregated(objects, 5), aggregated(objects, "text"), aggregated(objects, [5]),
        aggregated(objects, [{}]), aggregated(objects, [{"$nonsense": 1}]), aggregated(objects,
        [{"$match": {"age": 1}}, {"$count": "n"}]), aggregated(objects, [{"$unwind": "$tags"},
        {"$sortByCount": "$tags"}, {"$sort": {"_id": 1}}]),
        aggregated(objects, [{"$lookup": {"from": "person", "localField": "friend", "foreignField": "_id",
        "as": "f"}}, {"$sort": {"_id": 1}}, {"$limit": 2}]), aggregated(objects,
        [{"$facet": {"a": BY_AGE[:1] + BY_AGE[1:], "b": [{"$count": "n"}]}}]),
    ]  # fmt: skip


@scenario
def pipelines_of_narrowed_querysets(me: Any) -> Any:
    objects = people(me, 8).objects
    project = [{"$project": {"n": 1}}]
    return [
        aggregated(queryset, project)
        for queryset in (
            objects(age__gt=2), objects.order_by("-age"), objects.order_by("name"), objects.limit(2), objects.skip(6),
            objects[1:3], objects.order_by("-name")[2:4], objects(age__lt=5).order_by("-age",
            "name").skip(1).limit(2), objects.limit(0), objects[0:0], objects.none(), objects.only("age"),
            objects.scalar("age"), objects.as_pymongo(),
            objects.exclude("age"), objects(me.Q(age=1) | me.Q(age=2)), objects.order_by("name").order_by(),
            objects.batch_size(2), objects.max_time_ms(5000), objects.allow_disk_use(True),
            objects.timeout(True), objects.no_cache(), objects.order_by(__raw__=[("age", -1), ("n", 1)]),
        )
    ]  # fmt: skip


@scenario
def options_of_aggregate(me: Any) -> Any:
    objects = people(me, 8).objects
    out = [{"$match": {"age": 1}}, {"$out": "elsewhere"}]
    merge = [{"$merge": {"into": "elsewhere"}}]
    return [
        aggregated(objects, BY_AGE, allowDiskUse=True), aggregated(objects, BY_AGE, batchSize=2), aggregated(objects,
        BY_AGE, batchSize=1), aggregated(objects, BY_AGE, batchSize=0), aggregated(objects, BY_AGE, batchSize=-1),
        aggregated(objects, BY_AGE, maxTimeMS=5000), aggregated(objects, BY_AGE, comment="why"), aggregated(objects,
        BY_AGE, hint="age_1"), aggregated(objects, BY_AGE, hint={"age": 1}),
        aggregated(objects, BY_AGE, collation={"locale": "en"}), aggregated(objects,
        [{"$match": {"$expr": {"$eq": ["$age", "$$x"]}}}, {"$project": {"_id": 1}}], let={"x": 1}),
        aggregated(objects, BY_AGE, cursor={"batchSize": 2}), aggregated(objects, BY_AGE, cursor={}),
        aggregated(objects, BY_AGE, nonsense=1), aggregated(objects, BY_AGE, session=None),
        aggregated(objects, out), aggregated(objects, merge), aggregated(objects, BY_AGE,
        bypassDocumentValidation=True), raised(lambda: sorted(objects._document._get_db().elsewhere.distinct("n"))),
        aggregated(objects, BY_AGE, explain=False),
    ]  # fmt: skip


@scenario
def aggregation_cursors(me: Any) -> Any:
    objects = people(me, 250).objects
    cursor = objects.aggregate([{"$sort": {"_id": 1}}])
    seen = [
        cursor.alive,
        next(cursor)["n"],
        cursor.next()["n"],
        len(list(cursor)),
        cursor.alive,
        raised(lambda: next(cursor)),
    ]
    small = objects.aggregate([{"$sort": {"_id": 1}}], batchSize=100)
    seen += [
        next(small)["n"],
        raised(lambda: small.batch_size(100) is small),
        len(list(small)),
        raised(lambda: small.batch_size("x")),
        raised(lambda: small.batch_size(-1)),
    ]
    with objects.aggregate([{"$limit": 3}, {"$sort": {"_id": 1}}]) as rows:
        seen += [rows.try_next()["n"], getattr(rows, "to_list", lambda: list(rows))(), rows.try_next()]
    return seen


@scenario
def distinct_values(me: Any) -> Any:
    thing = filled(me)
    names = (
        "string", "integer", "real", "decimal", "when", "day", "exact_when", "uid", "enum", "strings", "matrix",
        "anything", "mapping", "mapping.a", "mapping.l", "counts.x", "inner", "inner.num", "inner.tags", "inners",
        "inners.num", "inners.tags", "inners.0.num", "by_name.one", "by_name.one.num",
        "generic_inner", "ref", "dbref", "refs", "lazy", "cached", "generic_ref", "generic_refs", "generic_lazy",
        "id", "pk", "_id", "s", "nothing", "inner__num", "inner.nothing", "", "ref.name",
    )  # fmt: skip
    return [(name, raised(lambda: thing.objects.order_by("id").distinct(name))) for name in names], [
        raised(lambda: thing.objects.distinct(5)), raised(lambda: thing.objects.distinct(None)),
        thing.objects(integer=1).distinct("string"), thing.objects.limit(1).distinct("integer"),
        thing.objects.none().distinct("integer"), thing.objects.no_dereference().distinct("ref"),
        thing.objects.as_pymongo().distinct("ref"), thing.objects.scalar("string").distinct("integer"),
        thing.objects.comment("why").max_time_ms(5000).distinct("integer"),
        thing.objects.hint("_id_").distinct("integer"), thing.objects.collation({"locale": "en",
        "strength": 1}).distinct("string"), thing.objects[1:3].distinct("integer"),
        thing.objects.order_by("-integer").distinct("integer"), thing.objects.no_cache().distinct("integer"),
        [type(value).__name__ for value in thing.objects.distinct("inner")],
        [type(value).__name__ for value in thing.objects.distinct("inners")],
        raised(lambda: thing.objects(string__nothing=1).distinct("integer")),
    ]  # fmt: skip


@scenario
def sums_and_averages(me: Any) -> Any:
    thing = filled(me)
    names = ("integer", "long", "real", "decimal", "decimal128", "flag", "string", "when", "strings", "numbers",
    "inner.num", "inners.num", "inners", "mapping.a.b", "mapping.l", "counts.x", "matrix", "ref", "id", "pk",
    "nothing", "inner__num", "inner.nothing", "by_name.one.num")  # fmt: skip
    querysets = (
        thing.objects,
        thing.objects(integer__lt=5),
        thing.objects(integer=99),
        thing.objects.order_by("-integer").limit(1),
        thing.objects.none(),
    )
    return [
        (name, number, raised(lambda: queryset.sum(name)), raised(lambda: queryset.average(name)))
        for name in names
        for number, queryset in enumerate(querysets if name == "integer" else querysets[:1])
    ]


@scenario
def sums_of_renamed_lists(me: Any) -> Any:
    class Thing(me.Document):
        numbers = me.ListField(me.IntField(), db_field="n")

    Thing(numbers=[1, 2]).save()
    return Thing.objects.sum("numbers"), Thing.objects.average("numbers"), raised(lambda: Thing.objects.sum("n"))


def reduced(queryset: Any, *arguments: Any, **options: Any) -> Any:
    """The rows of a map/reduce in order, or what is raised."""
    return raised(
        lambda: sorted(((row.key, row.value) for row in queryset.map_reduce(*arguments, **options)), key=repr)
    )


@scenario
def map_reduce_inline(me: Any) -> Any:
    person = people(me, 8)
    objects = person.objects
    finalize = "function(key, value) { return value * factor; }"
    seen = [
        reduced(objects, MAP, REDUCE, "inline"), reduced(objects(age__gt=2), MAP, REDUCE, "inline"),
        reduced(objects.limit(3), MAP, REDUCE, "inline"), reduced(objects, MAP, REDUCE, "inline", limit=3),
        reduced(objects, MAP, REDUCE, "inline", finalize_f=finalize, scope={"factor": 10}),
        reduced(objects, Code(MAP), Code(REDUCE), "inline"), reduced(objects, Code(MAP, {"x": 1}), REDUCE, "inline"),
        reduced(objects, MAP, REDUCE, {"inline": 1}), reduced(objects, "nonsense", REDUCE, "inline"), reduced(objects,
        "function() { emit(this[~nothing], 1); }", REDUCE, "inline"),
        reduced(objects, "function() { this[~tags].forEach(function(t) { emit(t, 1); }); }", REDUCE, "inline"),
        reduced(objects, "function() { emit(this.{{~extra.deep.x}}, 1); }", REDUCE, "inline"),
        reduced(objects.order_by("age"), MAP, REDUCE, "inline"), reduced(objects.none(), MAP, REDUCE, "inline"),
        reduced(objects, MAP, REDUCE, 5), reduced(objects, MAP, REDUCE, {}),
    ]  # fmt: skip
    # The server stores what it reduced in any order.
    person._get_db().drop_collection("inline")
    return seen


@scenario
def map_reduce_into_collections(me: Any) -> Any:
    person = people(me, 8)
    objects = person.objects
    seen = [
        reduced(objects, MAP, REDUCE, "out"), reduced(objects(age=1), MAP, REDUCE, {"replace": "out"}),
        reduced(objects(age=2), MAP, REDUCE, {"merge": "out"}), reduced(objects(age=2), MAP, REDUCE,
        {"reduce": "out"}), reduced(objects, MAP, REDUCE, {"replace": "out", "db_alias": "default"}),
        reduced(objects(age=3), MAP, REDUCE, {"merge": "out", "nonAtomic": False}), reduced(objects(age=3), MAP,
        REDUCE, {"merge": "out", "db_alias": "nowhere"}), reduced(objects, MAP, REDUCE, {"nothing": "out"}),
        reduced(objects.order_by("_id"), MAP, REDUCE, "out"), reduced(objects, MAP, REDUCE, ""),
    ]  # fmt: skip
    rows = [(row.key, row.value, type(row).__name__) for row in objects.order_by("-_id").map_reduce(MAP, REDUCE, "out")]
    by_id = "function() { emit(this._id, this.age); }"
    documents = [row.object.name for row in objects(age=1).map_reduce(by_id, REDUCE, "inline")]
    person._get_db().drop_collection("out")
    return seen, rows, documents


@scenario
def frequencies_of_items(me: Any) -> Any:
    thing = filled(me)
    person = people(me, 8)

    def counted(queryset: Any, *arguments: Any, **options: Any) -> Any:
        return raised(lambda: sorted(queryset.item_frequencies(*arguments, **options).items(), key=repr))

    return [
        counted(person.objects, "tags"), counted(person.objects, "tags", normalize=True), counted(person.objects,
        "age"), counted(person.objects, "age", normalize=True), counted(person.objects, "extra.deep.x"),
        counted(person.objects, "pets"), counted(person.objects(age__gt=2), "tags"), counted(person.objects.limit(2),
        "age"), counted(person.objects, "nothing"),
        counted(person.objects, "n"), counted(person.objects, "name"), counted(person.objects(age=99), "tags"),
        counted(person.objects(age=99), "tags", normalize=True), counted(thing.objects, "integer"),
        counted(thing.objects, "numbers"), counted(thing.objects, "real"), counted(thing.objects, "flag"),
        counted(thing.objects, "r"), counted(thing.objects, "i.n"), counted(thing.objects, "d.l"),
        counted(person.objects, "tags", map_reduce=False), counted(person.objects, "tags", normalize=True,
        map_reduce=False), counted(person.objects, "friend"),
    ]  # fmt: skip


@scenario
def javascript_on_the_server(me: Any) -> Any:
    objects = people(me, 3).objects
    return (
        raised(lambda: objects.exec_js("function() { return db[collection].count(); }")),
        raised(lambda: objects(age=1).exec_js("function(f) { return f; }", "name", opt=1)),
        raised(lambda: objects.exec_js("function() { return this[~nothing]; }")),
        raised(lambda: objects.exec_js("x", "nothing")),
    )


@scenario
def counting(me: Any) -> Any:
    person = people(me, 8)
    objects = person.objects
    return [
        raised(lambda: queryset.count(limited))
        for queryset in (objects, objects(age=1), objects[2:4], objects[:0], objects.skip(6), objects.limit(3),
        objects.limit(0), objects.hint("age_1"), objects(age=1).hint("age_1"), objects.hint("nothing"),
        objects.collation({"locale": "en", "strength": 1})(name="P01"), objects.no_cache()[1:3],
        objects.order_by("-name"), objects.only("name"), objects.max_time_ms(5000),
        objects.batch_size(2), objects[50:60], objects.skip(50), objects.where("this.age > 1"), objects.skip(0),
        objects.limit(3)(age__gt=0))
        for limited in (False, True)
    ] + [person.objects(id=oid(1)).count(), len(objects(age=1)),
    objects.filter(age=1).filter(age=1).count()]  # fmt: skip
