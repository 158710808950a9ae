"""Programs reach into querysets and conditions: private attributes, overridden methods, raw collections."""

import pymongo
from pymongo.command_cursor import CommandCursor

from tests.base.both_sides import alike, alike_with_mongodb, raised


def things(me, count=4, **meta):
    class Thing(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()
        tags = me.ListField(me.StringField())

    if meta:
        Thing._meta.update(meta)
    for number in range(count):
        Thing(name=f"n{number}", age=number, tags=["even" if number % 2 == 0 else "odd"]).save()
    return Thing


def names(query):
    return [found.name for found in query]


@alike_with_mongodb
def test_conditions_of_another_queryset_are_added(me):
    thing = things(me)
    young, odd = thing.objects(age__lt=2), thing.objects(tags="odd")
    return (
        names(thing.objects(young._query_obj | odd._query_obj)),
        names(thing.objects(young._query_obj & odd._query_obj)),
        names(young.filter(odd._query_obj)), raised(lambda: names(me.Q(age=3) | young._query_obj)).__class__.__name__,
        raised(lambda: young | odd._query_obj).__class__.__name__, raised(lambda: young & odd).__class__.__name__,
        names(thing.objects(me.Q(age=3) | young._query_obj)), raised(lambda: ~odd._query_obj).__class__.__name__,
    )  # fmt: skip


@alike_with_mongodb
def test_conditions_are_edited_in_place(me):
    thing = things(me)
    query = thing.objects(me.Q(age=0) | me.Q(age=1))
    query._query_obj.children.append(me.Q(age=3))
    before = names(query)
    again = thing.objects(me.Q(age=0) | me.Q(age=1))
    again._query_obj.children[0] = me.Q(name="n2")
    again._query_obj.operation = me.Q.AND
    single = thing.objects(age=0)
    single._query_obj.query["age"] = 2
    replaced = thing.objects(age=0)
    replaced._query_obj = me.Q(age=1)
    replaced._mongo_query = None
    forced = thing.objects(age=0)
    forced._mongo_query = {"age": 3}
    direct = thing.objects(age__gte=0)
    direct._query["age"] = 2
    return before, again._query, names(single), names(replaced), names(forced), names(direct), direct.count()


@alike_with_mongodb
def test_the_class_condition_is_edited(me):
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class One(Base):
        pass

    class Two(Base):
        pass

    for cls in (Base, One, Two):
        cls(name=cls.__name__).save()
    query, single = Base.objects, One.objects
    initial = dict(query._cls_query), dict(single._cls_query)
    query._cls_query = {"_cls": {"$in": ["Base.One"]}}
    single._cls_query.clear()
    named = Base.objects
    named._cls_query["_cls"] = "Base.Two"
    return (
        initial, names(query), sorted(names(single)), sorted(names(single.filter(name__ne="Two"))), names(named),
        names(Base.objects(_cls="Base.One")), names(Base.objects.no_sub_classes()), Base.objects(_cls="x")._query,
    )  # fmt: skip


@alike_with_mongodb
def test_clone_into_is_overridden(me):
    class Noted(me.QuerySet):
        def __init__(self, document, collection):
            super().__init__(document, collection)
            self._notes = []
            self._mode = "plain"

        def note(self, text):
            clone = self.clone()
            clone._notes = [*self._notes, text]
            return clone

        def _clone_into(self, new):
            new = super()._clone_into(new)
            new._notes = list(self._notes)
            new._mode = self._mode
            return new

    thing = things(me, queryset_class=Noted)
    query = thing.objects.note("a").filter(age__gt=0).note("b").order_by("-age").limit(2).only("name")
    target = Noted(thing, thing._get_collection())
    query._clone_into(target)
    plain = me.QuerySet(thing, thing._get_collection())
    return (
        raised(lambda: query.no_cache()._notes), query._notes, names(query), query[1:]._notes, target._notes,
        names(target), query.clone()._mode, raised(lambda: query._clone_into(plain)._notes),
        raised(lambda: query._clone_into(thing)).__class__.__name__,
    )  # fmt: skip


@alike_with_mongodb
def test_methods_of_querysets_are_overridden(me):
    calls = []

    class Own(me.QuerySet):
        def count(self, with_limit_and_skip=False):
            calls.append("count")
            return super().count(with_limit_and_skip) + 100

        def delete(self, *args, **kwargs):
            calls.append("delete")
            return (
                self.update(set__name="deleted") if not kwargs.pop("really", False) else super().delete(*args, **kwargs)
            )

        def cache(self):
            calls.append("cache")
            return super().cache()

        def no_cache(self):
            calls.append("no_cache")
            return super().no_cache()

        def filter(self, *args, **kwargs):
            calls.append("filter")
            return super().filter(*args, **kwargs)

        def __getitem__(self, key):
            calls.append("item")
            return super().__getitem__(key)

        def first(self):
            calls.append("first")
            return super().first()

    thing = things(me, queryset_class=Own)
    results = [
        thing.objects.count(), len(thing.objects), thing.objects(age=1).first().name, thing.objects[0].name,
        names(thing.objects.no_cache().cache()), thing.objects.get(age=2).name, bool(thing.objects(age=99)),
        thing.objects(age=0).delete(), thing.objects.filter(age=1).delete(really=True), thing.objects.first().name,
    ]  # fmt: skip
    thing.objects(age=2).first().delete()
    return results, sorted(set(calls)), calls.count("delete"), calls.count("count")


@alike_with_mongodb
def test_querysets_that_are_never_cached(me):
    class Own(me.queryset.QuerySetNoCache):
        def named(self, name):
            return self.filter(name=name)

    thing = things(me, queryset_class=Own)
    query = thing.objects(age__gt=1)
    first = names(query)
    thing.objects.named("n2").delete()
    return first, names(query), type(query).__name__, len(list(query)), repr(query), type(query.cache()).__name__


@alike_with_mongodb
def test_the_collection_is_used_as_pymongos(me):
    thing = things(me)
    collection = thing.objects._collection
    assert isinstance(collection, pymongo.collection.Collection)
    assert isinstance(thing.objects._collection_obj, pymongo.collection.Collection)
    assert isinstance(thing.objects._cursor, pymongo.cursor.Cursor)
    collection.update_many({}, {"$inc": {"age": 10}})
    collection.bulk_write([pymongo.InsertOne({"n": "bulk"}), pymongo.DeleteOne({"n": "n0"})])
    cursor = thing.objects(age__gt=11)._cursor
    return (
        sorted(row["n"] for row in cursor), collection.count_documents({}), names(thing.objects.order_by("name")),
        collection.database.name == me.get_db().name, sorted(collection.index_information()),
        thing.objects._collection.find_one({"n": "n3"})["age"], list(collection.aggregate([{"$count": "n"}])),
    )  # fmt: skip


@alike_with_mongodb
def test_results_of_aggregations_are_pymongos_cursors(me):
    thing = things(me)
    cursor = thing.objects.aggregate([{"$sort": {"age": 1}}], batchSize=2)
    assert isinstance(cursor, CommandCursor)
    first = cursor.next()["n"]
    rest = [row["n"] for row in cursor]
    with thing.objects.aggregate([{"$sort": {"age": -1}}]) as again:
        top = again.try_next()["n"]
    return first, rest, cursor.alive, top, again.alive, raised(lambda: next(cursor)), raised(cursor.try_next), (
        raised(lambda: [row["n"] for row in thing.objects.aggregate([{"$limit": 2}]).to_list()])
    ), cursor.address is not None, raised(lambda: cursor[0]).__class__.__name__, cursor.session  # fmt: skip


@alike_with_mongodb
def test_reading_private_state(me):
    thing = things(me)
    query = thing.objects(age__gte=1).order_by("-age").skip(1).limit(2).only("name")
    before = query._limit, query._skip, query._ordering, query._query, query._loaded_fields.as_dict(), query._iter
    found = names(query)
    return (
        before, found, query._result_cache, len(query._result_cache), query._has_more, query._document is thing,
        query._cursor_args, query._none, query._as_pymongo, query._scalar, query._hint, query._batch_size,
        query._collection.name, query._where_clause, query._auto_dereference, query._empty, query._timeout,
    )  # fmt: skip


@alike_with_mongodb
def test_writing_private_state(me):
    thing = things(me)
    limited = thing.objects
    limited._limit, limited._skip, limited._ordering = 2, 1, [("age", -1)]
    raw = thing.objects.order_by("age")
    raw._as_pymongo = True
    scalar = thing.objects.order_by("age")
    scalar._scalar = ["name"]
    empty = thing.objects
    empty._none = True
    cached = thing.objects
    cached._result_cache = [thing(name="given")]
    cached._has_more = False
    return names(limited), [row["n"] for row in raw], list(scalar), list(empty), names(cached), len(cached)


@alike
def test_conditions_are_built_and_read_without_a_server(me):
    class Thing(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()

    q = (me.Q(name="a") | me.Q(age__gt=3)) & me.Q(age__lt=9)
    transform = me.queryset.transform
    visited = []

    class Visitor(me.queryset.visitor.QNodeVisitor):
        def visit_query(self, query):
            visited.append(sorted(query.query))
            return query

        def visit_combination(self, combination):
            visited.append(combination.operation)
            return combination

    q.accept(Visitor())
    return (
        q.children[0].children[1].query, q.to_query(Thing), visited, q.operation, me.Q().empty,
        transform.query(Thing, name__startswith="a", age__in=[1]), transform.update(Thing, set__name="x", inc__age=1),
        raised(lambda: transform.query(Thing, nothing=1)), q == q, q != me.Q(), repr(q),
    )  # fmt: skip
