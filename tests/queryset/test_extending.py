"""What plug-ins and programs reach into: Q objects, managers, and names with an underscore."""

import pytest

from tests.base.both_sides import alike, alike_with_mongodb, raised


def thing_class(me, **members):
    class Base(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()
        tags = me.ListField(me.StringField())
        meta = {"abstract": True}

    return type("Thing", (Base,), members)


QUERIES = {
    "and": lambda q: q(name="a") & q(age=1),
    "or": lambda q: q(name="a") | q(age=1),
    "mixed": lambda q: (q(name="a") | q(name="b")) & (q(age=1) | q(age=2)),
    "same field": lambda q: q(age__gt=1) & q(age__lt=5),
    "same field or": lambda q: q(age__gt=1) | q(age__gt=5),
    "empty": lambda q: q() & q(name="a"),
    "both empty": lambda q: q() | q(),
    "operators": lambda q: q(age__in=[1, 2], name__icontains="A.", tags__all=["x"], tags__size=2),
    "elem_match": lambda q: q(tags__exists=True, age__ne=None, name__not__startswith="x"),
    "raw": lambda q: q(__raw__={"x": 1}) & q(name="a"),
    "nested": lambda q: q(name="a") & (q(age=1) | (q(age=2) & q(tags__ne="x"))),
    "conflict": lambda q: q(name="a") & q(name="b"),
}


@pytest.mark.parametrize("query", QUERIES)
@alike
def test_combinations_of_conditions(me, query):
    thing = thing_class(me)
    built = QUERIES[query](me.Q)
    return raised(lambda: built.to_query(thing)), repr(built), built.empty, bool(built), built == QUERIES[query](me.Q)


@alike
def test_the_children_of_a_combination_may_be_edited(me):
    thing = thing_class(me)
    built = me.Q(name="a") | me.Q(age=1)
    built.children.append(me.Q(tags="x"))
    return built.to_query(thing), built.operation, len(built.children), (me.Q(name="a") & built).to_query(thing)


@alike
def test_wrong_conditions(me):
    thing = thing_class(me)
    return (
        raised(lambda: me.Q(nothing=1).to_query(thing)), raised(lambda: me.Q(name="a") & {"age": 1}),
        raised(lambda: me.Q(age="x").to_query(thing)), raised(lambda: me.Q("a")),
    )  # fmt: skip


@alike_with_mongodb
def test_private_names_of_query_sets(me):
    thing = thing_class(me)
    for number in range(4):
        thing(name=f"n{number}", age=number).save()
    query = thing.objects(age__gt=0)
    query._query_obj = query._query_obj & me.Q(age__lt=3)
    combined = thing.objects.filter(me.Q(age=0) | query._query_obj)
    target = me.QuerySet(thing, thing._get_collection())
    query._clone_into(target)
    query._cls_query = {}
    return (
        query._query,
        combined._query,
        sorted(found.name for found in combined),
        target._query,
        query._ordering,
        query._collection.name,
        query._document is thing,
        query._collection_obj.name,
        type(query._cursor).__name__,
        query._cursor_args.keys(),
        thing.objects._collection.count_documents({}),
        thing.objects.only("name")._loaded_fields.as_dict(),
        query._limit,
        query._skip,
        query._iter,
        query._result_cache,
    )


@alike_with_mongodb
def test_the_collection_is_pymongos(me):
    thing = thing_class(me)
    thing._get_collection().insert_one({"n": "a"})
    collection = thing.objects._collection
    return (
        type(collection).__module__,
        thing.objects.first().name,
        collection.full_name.split(".")[1],
        thing._get_db().name != "",
    )


@alike_with_mongodb
def test_an_overridden_clone_into(me):
    class Marked(me.QuerySet):
        mark = None

        def marked(self, mark):
            clone = self.clone()
            clone.mark = mark
            return clone

        def _clone_into(self, new):
            new = super()._clone_into(new)
            new.mark = self.mark
            return new

    thing = thing_class(me, meta={"queryset_class": Marked})
    thing(name="a").save()
    query = thing.objects.marked("m").filter(name="a").order_by("age")[:5]
    return query.mark, [found.name for found in query], query.clone().mark


@alike_with_mongodb
def test_managers(me):
    members = {
        "grown": me.queryset_manager(lambda doc_cls, queryset: queryset.filter(age__gte=18)),
        "objects": me.queryset_manager(lambda doc_cls, queryset: queryset.filter(name__ne="hidden")),
    }
    thing = thing_class(me, **members)
    for name, age in [("a", 5), ("b", 20), ("hidden", 30)]:
        thing(name=name, age=age).save()
    return (
        [found.name for found in thing.objects],
        [found.name for found in thing.grown],
        thing.grown(age__lt=25).count(),
        raised(lambda: thing().objects),
    )


@alike
def test_a_query_set_class_can_be_subscripted_by_a_patch(me):
    me.QuerySet.__class_getitem__ = classmethod(lambda cls, item: cls)
    try:
        assert me.QuerySet[int] is me.QuerySet
    finally:
        del me.QuerySet.__class_getitem__


@alike
def test_overridden_preparation_of_query_values(me):
    seen = []

    class Slug(me.StringField):
        def prepare_query_value(self, op, value):
            seen.append((op, value))
            return super().prepare_query_value(op, value.lower() if isinstance(value, str) else value)

    class Thing(me.Document):
        slug = Slug()
        slugs = me.ListField(Slug())

    queries = (
        me.Q(slug="A").to_query(Thing),
        me.Q(slug__startswith="B").to_query(Thing),
        me.Q(slug__in=["C"]).to_query(Thing),
        me.Q(slugs="D").to_query(Thing),
    )
    return queries, seen


@alike
def test_looking_up_fields_by_path(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField(db_field="s")

    class Thing(me.Document):
        parts = me.ListField(me.EmbeddedDocumentField(Part), db_field="p")
        extra = me.DictField()
        key = me.StringField(primary_key=True)

    def path(text):
        return [
            found if isinstance(found, str) else type(found).__name__ for found in Thing._lookup_field(text.split("."))
        ]

    texts = ["parts", "parts.sku", "parts.0.sku", "extra.a.b", "pk", "key", "parts.nothing", "nothing", "parts.S.sku"]
    return [raised(lambda text=text: path(text)) for text in texts], [
        raised(lambda text=text: Thing._translate_field_name(text)) for text in ("parts.sku", "pk", "nothing", "p")
    ]


@alike_with_mongodb
def test_embedded_documents_from_aggregation_output(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField(db_field="s")
        notes = me.DictField()

    class Thing(me.Document):
        parts = me.ListField(me.EmbeddedDocumentField(Part))

    Thing(parts=[Part(sku="a", notes={"k": 1}), Part(sku="b")]).save()
    rows = Thing.objects.aggregate([{"$unwind": "$parts"}, {"$replaceRoot": {"newRoot": "$parts"}}])
    return [(part.sku, part.notes) for part in (Part._from_son(row) for row in rows)]
