"""Scenarios: the paths that queries name fields by, raw queries, and how conditions are combined."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import every_kind, filled, oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_operators import found

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def all_found(thing: Any, *queries: dict[str, Any]) -> list[Any]:
    """What each of the queries becomes and finds."""
    return [(repr(query), found(thing, **query)) for query in queries]


@scenario
def embedded_paths(me: Any) -> Any:
    return all_found(
        filled(me), {"inner__num": 0}, {"inner__num__gte": 1}, {"inner__tags": "x"}, {"inner__tags__0": "x"},
        {"inner__tags__size": 2}, {"inner__extra__a__b": 1}, {"inner__extra__exists": True}, {"inner__missing": 1},
        {"inner__num__text": 1}, {"inner__num__bad__gt": 1}, {"inner": None}, {"inner__exists": False},
        {"inner__text__icontains": "T"}, {"inner__not__exists": True}, {"inner__num__not__gt": 0},
    )  # fmt: skip


@scenario
def paths_into_lists(me: Any) -> Any:
    return all_found(
        filled(me), {"inners__num": 1}, {"inners__0__num": 1}, {"inners__0__num__lt": 1}, {"inners__1": {"n": 1}},
        {"inners__num__in": [0, 3]}, {"inners__tags": "y1"}, {"inners__tags__1": "y2"}, {"inners__2__tags__0": "x"},
        {"inners__S__num": 1}, {"strings__0": "a"}, {"strings__2__icontains": "ABC"}, {"strings__9__exists": True},
        {"matrix__0__1": 2}, {"matrix__0": [1, 2]}, {"matrix__1__0__gt": 0}, {"numbers__0__in": [0, 1]},
        {"strings__-1": "a"}, {"inners__01__num": 2}, {"strings__a": "x"}, {"inners__num__0": 1}, {"0": 1},
        {"strings__0__1": 1},
    )  # fmt: skip


@scenario
def paths_into_dicts_and_maps(me: Any) -> Any:
    return all_found(
        filled(me), {"mapping__a__b": 0}, {"mapping__a__b__gt": 0}, {"mapping__l": 2}, {"mapping__l__0": 1},
        {"mapping__exact": 1}, {"mapping__size": 2}, {"mapping__l__size": 2}, {"mapping__gt__": 1}, {"counts__x": 1},
        {"counts__x": "1"}, {"counts__x": "bad"}, {"counts__y__lte": 2}, {"counts__x__deep": 2},
        {"by_name__one__num": 1},
        {"by_name__one__text": "t1"}, {"by_name__one__bad": 1}, {"by_name__one": {"n": 1}}, {"dynamic__a": 1},
        {"dynamic__a__0": 0}, {"anything__k": 1}, {"anything__2__k": 1}, {"anything__2__k__exists": True},
    )  # fmt: skip


@scenario
def paths_through_references(me: Any) -> Any:
    return all_found(
        filled(me), {"ref__name": "o0"}, {"ref__id": oid(100)}, {"ref__pk": oid(100)}, {"dbref__name": "o0"},
        {"lazy__name": "o0"}, {"cached__name": "o0"}, {"cached__num": 0}, {"cached__id": oid(100)},
        {"refs__name": "o0"},
        {"refs__0": oid(100)}, {"refs__0__name": "o0"}, {"generic_ref__name": "o0"}, {"generic_ref___cls": "Other"},
        {"generic_refs__0": oid(101)}, {"generic_lazy___cls": "Other"}, {"generic_inner__num": 2},
        {"generic_inner__bad": 2}, {"generic_inner___cls": "Inner"}, {"ref__size": 1}, {"generic_ref__exists": True},
    )  # fmt: skip


@scenario
def primary_key_paths(me: Any) -> Any:
    thing = filled(me)

    class Named(me.Document):
        name = me.StringField(primary_key=True, max_length=5)
        other = me.ReferenceField("self")

    Named(name="a").save()
    Named(name="b", other="a").save()
    return [
        all_found(
            thing, {"pk": oid(1)}, {"id": str(oid(2))}, {"pk__in": [oid(1), str(oid(2)), None]}, {"_id": oid(1)},
            {"pk": "bad"}, {"id__gt": oid(1)}, {"pk__ne": None}, {"id": 5}, {"pk__exists": True}, {"id__contains": "0"},
        ),
        all_found(
            Named, {"pk": "a"}, {"name": "a"}, {"id": "a"}, {"_id": "a"}, {"pk__startswith": "a"}, {"other": "a"},
            {"other__pk": "a"}, {"other": Named(name="a")}, {"pk__in": ["a", "b", 5]}, {"name__in": "ab"},
        ),
    ]  # fmt: skip


@scenario
def unknown_fields_and_malformed_paths(me: Any) -> Any:
    return all_found(
        filled(me), {"nothing": 1}, {"nothing__gt": 1}, {"string__nothing": 1}, {"string__": "abc"},
        {"__string": "abc"},
        {"string____gt": "a"}, {"integer__gt__lt": 1}, {"integer__not": 1}, {"integer__not__": 1}, {"not": 1}, {"": 1},
        {"integer__not__not__gt": 1}, {"s": "abc"}, {"d": 1}, {"mapping.a": 1}, {"inner.num": 0}, {"$or": []},
        {"_cls": "Thing"},
        {"integer__gt__": 1}, {"gt": 1}, {"integer__GT": 0}, {"string__match__x": 1}, {"_data": 1}, {"objects": 1},
        {"save": 1},
    )  # fmt: skip


@scenario
def reserved_words_as_fields(me: Any) -> Any:
    class Part(me.EmbeddedDocument):
        size = me.IntField()
        type = me.StringField(db_field="exists")

    class Thing(me.Document):
        size = me.IntField()
        type = me.StringField(db_field="t")
        exists = me.BooleanField()
        match = me.ListField(me.IntField())
        set = me.IntField()
        part = me.EmbeddedDocumentField(Part)
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        extra = me.DictField()

    Thing(
        id=oid(1), size=1, type="a", exists=True, match=[1], set=5, part=Part(size=2, type="b"), extra={"size": 3}
    ).save()
    Thing(id=oid(2), parts=[Part(size=1), Part(type="c")]).save()
    return (
        all_found(
            Thing,
            {"size": 1},
            {"size__": 1},
            {"size__size": 1},
            {"type": "a"},
            {"type__type": "string"},
            {"exists": True},
            {"exists__exists": False},
            {"match": 1},
            {"match__size": 1},
            {"match__match": {"$gt": 0}},
            {"part__size": 2},
            {"part__size__": 2},
            {"part__type": "b"},
            {"part__type__": "b"},
            {"part__size__gt": 1},
            {"parts__size": 1},
            {"parts__size__": 1},
            {"parts__type__": "c"},
            {"parts__0__size__": 1},
            {"extra__size": 3},
            {"extra__size__": 3},
            {"parts__match": {"size": 1}},
            {"parts__elemMatch": {"type": "c"}},
            {"parts__match": {"size__gt": 0, "type__exists": False}},
        ),
        raised(lambda: Thing.objects(size=1).update(set__set=6, inc__size=2, set__type="z")),
        Thing.objects(set=6).count(),
    )


@scenario
def inherited_classes(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField(db_field="n")
        meta = {"allow_inheritance": True}

    class Child(Base):
        age = me.IntField(db_field="a")

    class Grandchild(Child):
        toy = me.StringField()

    for number, made in enumerate((Base(name="b"), Child(name="c", age=1), Grandchild(name="g", age=2, toy="t"))):
        made.id = oid(number + 1)
        made.save()
    seen = []
    for cls in (Base, Child, Grandchild):
        seen += all_found(
            cls, {}, {"name__ne": "x"}, {"age": 1}, {"age__gt": 0}, {"toy": "t"}, {"_cls": "Base.Child"},
            {"_cls__in": ["Base"]},
            {"__raw__": {"_cls": "Base"}}, {"nothing": 1},
        )  # fmt: skip
        seen.append([type(one).__name__ for one in cls.objects.order_by("id")])
        seen.append([one.name for one in cls.objects.no_sub_classes().order_by("id")])
        seen.append((cls.objects.no_sub_classes()._query, cls.objects.count(), cls.objects._cls_query))
        seen.append(raised(lambda cls=cls: [one.to_mongo() for one in cls.objects.only("age").order_by("-age")]))
        seen.append(raised(lambda cls=cls: list(cls.objects.scalar("name", "toy"))))
    return seen, Base.objects.update(set__name="all"), Child.objects.delete(), Base.objects.count()


@scenario
def matching_embedded_documents(me: Any) -> Any:
    return all_found(
        filled(me), {"inners__match": {"num": 1, "text": "t1"}}, {"inners__match": {"num__gt": 1, "text__in": ["t0",
        "t2"]}},
        {"inners__elemMatch": {"num": 1}}, {"inners__elemMatch": {"bad": 1}}, {"inners__match": {"tags__all": ["x",
        "y1"]}},
        {"inners__not__elemMatch": {"num": 0}}, {"inners__match": 5}, {"inners__match": {"n": 1}},
        {"inners__match": {}},
        {"inners__match": {"__raw__": {"n": 1}}}, {"strings__elemMatch": {"$eq": "a"}},
        {"numbers__elemMatch": {"$gt": 2}},
        {"numbers__match": {"$gt": 0, "$lt": 2}}, {"anything__elemMatch": {"k": 1}}, {"inner__match": {"num": 1}},
        {"mapping__l__elemMatch": {"$gt": 1}}, {"inners__match": {"num": 1}, "inners__size": 3},
    )  # fmt: skip


@scenario
def several_conditions_on_one_field(me: Any) -> Any:
    return all_found(
        filled(me), {"integer__gt": 0, "integer__lt": 5}, {"integer": 1, "integer__lt": 5}, {"integer__gte": 1,
        "integer": 7},
        {"string__startswith": "a", "string__endswith": "c"}, {"string": "abc", "string__ne": "x"},
        {"string__contains": "b", "string__exists": True}, {"strings": "a", "strings__size": 3}, {"strings__0": "a",
        "strings": "b"},
        {"integer__in": [0, 1], "integer__nin": [1]}, {"integer__ne": 0, "integer__not__gt": 5,
        "integer__exists": True},
        {"integer__not__gt": 5, "integer__not__lt": 1}, {"string__not__startswith": "a", "string__not__endswith": "f"},
        {"integer__gt": 0, "integer__gt__": 0}, {"ref": oid(100), "ref__ne": oid(101)},
    )  # fmt: skip


@scenario
def raw_queries(me: Any) -> Any:
    return all_found(
        filled(me), {"__raw__": {"integer": 1}}, {"__raw__": {}}, {"__raw__": {"s": {"$regex": "^a"}}},
        {"__raw__": {"integer": {"$gt": 0}}, "integer__lt": 5},
        {"__raw__": {"integer": 1}, "integer": 7}, {"__raw__": {"$or": [{"integer": 1}, {"integer": 7}]},
        "string": "a.c"},
        {"__raw__": {"$and": [{"integer": 1}]}, "integer__gt": 0, "integer": 1}, {"__raw__": None}, {"__raw__": 5},
        {"__raw__": []},
        {"__raw__": {"$nonsense": 1}}, {"__raw__": {"integer": {"$nonsense": 1}}}, {"__raw__": [("integer", 1)]},
        {"raw__": 1},
        {"__raw__": {"_id": oid(1)}, "integer": 0}, {"__raw__": {"$expr": {"$gt": ["$integer", 0]}}},
        {"__raw__": {"$comment": "c"}},
    )  # fmt: skip


@scenario
def raw_queries_are_left_alone(me: Any) -> Any:
    thing = filled(me)
    raw = {"integer": {"$gt": 0}}
    querysets = [
        thing.objects(__raw__=raw),
        thing.objects(__raw__=raw, integer__lt=5),
        thing.objects(me.Q(__raw__=raw) & me.Q(integer__lt=5)),
    ]
    return [queryset._query for queryset in querysets], raw


@scenario
def combined_conditions(me: Any) -> Any:
    thing, q = filled(me), me.Q
    a, b, c, d = q(integer=1), q(string="abc"), q(integer__gt=0), q(integer=7)
    trees = (
        a & b, a | b, a & c, a & d, a & a, a | a, (a | b) & c, a | (b & c), (a & b) | (c & d), (a | b) & (c | d),
        a & b & c,
        a | b | c, (a & c) & d, ((a | b) | (c | d)) & a, q() & a, a & q(), q() | a, a | q(), q() & q(), q() | q(),
        (a | q()) & (q() & b), q(a=1) & b, q(__raw__={}), q(integer=1, string="abc") & q(integer=1),
        q(strings="a") & q(strings="b"),
        q(__raw__={"integer": 1}) & b, q(__raw__={"integer": 1}) | q(__raw__={"integer": 7}),
        q(inner__num=0) | q(inners__num=3),
        q(integer__in=[1]) & q(integer__in=[1, 7]), q(integer__gt=0) & q(integer__lt=5) & q(integer__ne=3),
    )  # fmt: skip
    seen = []
    for tree in trees:
        shown = (
            repr(tree),
            bool(tree),
            raised(lambda tree=tree: tree.empty),
            raised(lambda tree=tree: tree.to_query(thing)),
        )
        seen.append((shown, raised(lambda tree=tree: sorted(map(str, thing.objects(tree).scalar("id"))))))
        seen.append(raised(lambda tree=tree: thing.objects(tree, real__gt=0)._query))
        seen.append(raised(lambda tree=tree: thing.objects(real__gt=0).filter(tree)._query))
    return seen


@scenario
def conditions_of_inherited_classes(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Child(Base):
        pass

    q = me.Q
    return [
        cls.objects(tree)._query
        for cls in (Base, Child)
        for tree in (
            q(),
            q(name="a"),
            q(name="a") | q(name="b"),
            q(_cls="Base"),
            q(__raw__={"_cls": "x"}),
            q(name="a") & q(name="b"),
        )
    ]


@scenario
def refused_conditions(me: Any) -> Any:
    thing, q = filled(me), me.Q
    return [
        raised(lambda: thing.objects({"integer": 1})), raised(lambda: thing.objects("x")),
        raised(lambda: thing.objects(5)),
        raised(lambda: thing.objects(q(), q())), raised(lambda: thing.objects.filter(q(integer=1), q(integer=1))),
        raised(lambda: thing.objects(q)), raised(lambda: thing.objects([]).count()),
        raised(lambda: thing.objects({}).count()),
        raised(lambda: ~q(integer=1)), raised(lambda: q(integer=1) & 5), raised(lambda: q(integer=1) | None),
        raised(lambda: q(integer=1) & {}), raised(lambda: 5 & q(integer=1)), raised(lambda: q("x")),
        raised(lambda: q(integer=1) == q(integer=1)), q(integer=1) != q(integer=2), q() == q(),
        raised(lambda: hash(q())),
        raised(lambda: thing.objects(integer=1, q_obj=5)), raised(lambda: thing.objects(q_obj=q(integer=1)).count()),
        (q(a=1) & q(b=2)) == (q(a=1) & q(b=2)), (q(a=1) | q(b=2)) == (q(a=1) & q(b=2)),
        raised(lambda: thing.objects.get(5)),
        raised(lambda: thing.objects.get(q(integer=1), q(integer=1))), raised(lambda: thing.objects.get(q(integer=1),
        string="ABC def").pk),
    ]  # fmt: skip


@scenario
def narrowing_step_by_step(me: Any) -> Any:
    thing, q = filled(me), me.Q
    base = thing.objects(integer__gte=0)
    steps = (
        base, base(string="abc"), base.filter(integer__lt=5), base(integer__gte=1), base(q(integer=0) | q(integer=1)),
        base(integer__gte=0)(integer__gte=0), base.all(), base.filter(), base().filter(q()), base(string="abc",
        integer__gte=1),
    )  # fmt: skip
    return [(step._query, repr(step._query_obj), bool(step), step.count(), step._mongo_query) for step in steps]


@scenario
def dynamic_documents(me: Any) -> Any:
    class Free(me.DynamicDocument):
        name = me.StringField(db_field="n")

    class Part(me.DynamicEmbeddedDocument):
        size = me.IntField(db_field="s")

    class Holder(me.Document):
        part = me.EmbeddedDocumentField(Part)

    Free(id=oid(1), name="a", age=5, tags=["x"], deep={"a": {"b": 1}}).save()
    Free(id=oid(2), name="b", age="text").save()
    Holder(id=oid(1), part=Part(size=1, free=[{"k": 1}])).save()
    return [
        all_found(
            Free, {"age": 5}, {"age__gt": 1}, {"age__in": [5, "text"]}, {"deep__a__b": 1}, {"tags__0": "x"},
            {"tags__size": 1},
            {"name": "a", "age__exists": True}, {"age__contains": "e"}, {"age__icontains": "E"}, {"missing": None},
            {"age__foo": 1},
            {"n": "a"}, {"tags__match": {"$eq": "x"}}, {"deep__exact": {"a": {"b": 1}}}, {"age__type": "string"},
        ),
        all_found(Holder, {"part__free__k": 1}, {"part__free__0__k": 1}, {"part__size": 1}, {"part__s": 1},
        {"free": 1}),
        raised(lambda: Free.objects.update(set__new=[1], inc__count=1)), Free.objects(age=5).update(unset__age=1,
        push__tags="y"),
        [one.to_mongo() for one in Free.objects.order_by("id")], list(Free.objects.order_by("id").scalar("name",
        "new")),
        raised(lambda: Free.objects.only("age", "deep.a").order_by("id").first().to_mongo()),
        Free.objects.distinct("deep.a.b"),
    ]  # fmt: skip


@scenario
def translating_names(me: Any) -> Any:
    thing, inner, _ = every_kind(me)
    paths = (
        "string",
        "inner",
        "inner.num",
        "inners.num",
        "inners.0.num",
        "mapping.a",
        "by_name.one.num",
        "pk",
        "id",
        "nothing",
        "inner.bad",
        "string.x",
    )
    return [
        [(path, raised(lambda path=path: cls._translate_field_name(path))) for path in paths]
        + [
            (
                path,
                raised(
                    lambda path=path: [getattr(step, "db_field", step) for step in cls._lookup_field(path.split("."))]
                ),
            )
            for path in paths
        ]
        for cls in (thing, inner)
    ]
