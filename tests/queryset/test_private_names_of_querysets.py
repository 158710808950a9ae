"""Names with an underscore that programs use on querysets: each is there and works as in MongoEngine."""

import copy

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, raised

KEYS = [ObjectId(f"{number:024x}") for number in range(1, 5)]


def thing_class(me, **meta):
    class Thing(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()

    return type("Thing", (Thing,), {"meta": meta}) if meta else Thing


def stored(me):
    cls = thing_class(me)
    for number, key in enumerate(KEYS):
        cls(id=key, name=f"n{number}", age=number).save()
    return cls


@alike_with_mongodb
def test_what_a_queryset_starts_with(me):
    query = thing_class(me).objects
    names = (
        "_mongo_query", "_cls_query", "_where_clause", "_ordering", "_snapshot", "_timeout", "_allow_disk_use",
        "_read_preference", "_read_concern", "_iter", "_scalar", "_none", "_as_pymongo", "_search_text",
        "_search_text_score", "_cursor_obj", "_limit", "_skip", "_hint", "_collation", "_batch_size", "_max_time_ms",
        "_comment", "_empty", "_has_more", "_len", "_result_cache", "_auto_dereference",
    )  # fmt: skip
    return {name: getattr(query, name) for name in names}, query._loaded_fields.as_dict(), bool(query._query_obj)


@alike_with_mongodb
def test_what_options_leave_behind(me):
    query = stored(me).objects(age__gt=0).order_by("-name").skip(1).limit(2).only("name").hint("_id_").comment("why")
    query = query.batch_size(2).max_time_ms(5000).timeout(True).allow_disk_use(True).collation({"locale": "en"})
    return (
        query._query, query._mongo_query, query._query_obj, query._ordering, query._skip, query._limit, query._hint,
        query._comment, query._batch_size, query._max_time_ms, query._allow_disk_use, query._collation,
        query._loaded_fields.as_dict(), query._loaded_fields.fields, query._cursor_args,
    )  # fmt: skip


@alike_with_mongodb
def test_the_query_may_be_edited(me):
    cls = stored(me)
    query = cls.objects(age__gt=0)
    query._mongo_query = {"age": 2}
    other = cls.objects
    other._query_obj = me.Q(age=1) | me.Q(age=3)
    both = cls.objects(age__lt=3).filter(other._query_obj)
    return query._query, [row.name for row in query], other._query, sorted(row.name for row in other), both.count()


@alike_with_mongodb
def test_the_initial_query_restricts_a_class(me):
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Left(Base):
        pass

    class Right(Base):
        pass

    Left(id=KEYS[0]).save()
    Right(id=KEYS[1]).save()
    one, both = Left.objects, Base.objects
    one._cls_query = {}
    return Right.objects._cls_query, both._cls_query, Right.objects(name="a")._query, one.count(), both.count()


@alike_with_mongodb
def test_the_cursor_is_pymongos(me):
    query = stored(me).objects(age__gt=0).order_by("age")
    cursor = query._cursor
    assert query._cursor is cursor
    assert query._cursor_obj is cursor
    cursor.limit(2)
    names = [row.name for row in query]
    query.rewind()
    return type(cursor).__name__, names, cursor.collection.name, next(query).name


@alike_with_mongodb
def test_the_cursor_may_be_assigned(me):
    cls = stored(me)
    query = cls.objects.no_cache()
    query._cursor_obj = cls._get_collection().find({"age": {"$gte": 2}}).sort("age", -1)
    return [row.age for row in query], query._cursor.alive


@alike_with_mongodb
def test_the_collection_of_a_queryset(me):
    cls = stored(me)
    other = cls._get_collection().database["others"]
    other.insert_one({"_id": KEYS[0], "n": "there"})
    query = cls.objects
    query._collection_obj = other
    return query._collection.name, [row.name for row in query], cls.objects._collection_obj.name, query.clone().count()


@alike_with_mongodb
def test_the_cache(me):
    query = stored(me).objects.order_by("age")
    before = query._result_cache, query._has_more, query._len
    iterator = iter(query)
    next(iterator)
    filled = len(query._result_cache), query._has_more
    query._result_cache.append("mine")
    length = len(query)
    query._result_cache = None
    return before, filled, length, query._len, len(query.clone())


@alike_with_mongodb
def test_raw_rows_and_scalars(me):
    cls = stored(me)
    raw, scalar = cls.objects.as_pymongo(), cls.objects.order_by("age").scalar("name", "age")
    flagged = cls.objects(age=1)
    flagged._as_pymongo = True
    plain = cls.objects.order_by("age")
    plain._scalar = ["name"]
    return raw._as_pymongo, scalar._scalar, scalar._as_pymongo, list(flagged), list(scalar), list(plain)


@alike_with_mongodb
def test_cloning_into_another_queryset(me):
    cls = stored(me)
    query = cls.objects(age__gt=0).order_by("-age").only("name").limit(2)
    target = query._clone_into(me.QuerySetNoCache(cls, cls._get_collection()))
    query._loaded_fields.fields = {}
    return (
        type(target).__name__, [row.name for row in target], target._query, target._loaded_fields.as_dict(),
        target._limit,
        raised(lambda: query._clone_into(cls)), copy.deepcopy(query)._query,
    )  # fmt: skip


@alike_with_mongodb
def test_an_auto_dereference_of_a_queryset(me):
    query = stored(me).objects
    seen = [query._auto_dereference, query.no_dereference()._auto_dereference]
    query._BaseQuerySet__auto_dereference = False
    return seen, query._auto_dereference, query.clone()._auto_dereference


@alike_with_mongodb
def test_helpers_of_a_queryset(me):
    cls = stored(me)
    query = cls.objects
    return (
        query._get_order_by(["-name", "+age"]),
        query._fields_to_dbfields(["name", "age"]),
        query._sub_js_fields("[~name] == 1"),
        query.scalar("name")._get_scalar(cls(name="a")),
        raised(lambda: query._fields_to_dbfields(["x"])),
    )


@alike_with_mongodb
def test_names_of_long_ago_are_gone(me):
    query = thing_class(me).objects
    return [hasattr(query, name) for name in ("_initial_query", "_class_check", "_get_loaded_fields")]


@pytest.mark.parametrize("base", ["QuerySet", "QuerySetNoCache", "BaseQuerySet"])
@alike_with_mongodb
def test_a_queryset_class_of_a_program(me, base):
    parent = getattr(me, base, None) or me.queryset.base.BaseQuerySet
    calls = []

    class Own(parent):
        shared = "mine"

        def __init__(self, document, collection):
            super().__init__(document, collection)
            calls.append(document.__name__)
            self._own = 1

        def adults(self):
            return self.filter(age__gte=2)

        def delete(self, *args, **kwargs):
            calls.append("delete")
            return super().delete(*args, **kwargs)

        def __iter__(self):
            calls.append("iter")
            if parent.__name__ == "BaseQuerySet":
                self.rewind()
                return self
            return super().__iter__()

        def _clone_into(self, new_qs):
            new_qs = super()._clone_into(new_qs)
            new_qs._own = self._own + 1
            return new_qs

    class Thing(me.Document):
        age = me.IntField()
        meta = {"queryset_class": Own}

    for number, key in enumerate(KEYS):
        Thing(id=key, age=number).save()
    query = Thing.objects.adults()
    deep = query.order_by("age").limit(1)
    ages = [row.age for row in query]
    removed = query.delete()
    names = sorted({call for call in calls if call != "iter"}), "iter" in calls
    return (
        type(query).__name__,
        isinstance(query, parent),
        query._own,
        deep._own,
        ages,
        removed,
        names,
        Thing.objects.count(),
    )


@alike_with_mongodb
def test_a_queryset_class_is_inherited_and_seen_by_private_queries(me):
    class Own(me.QuerySet):
        pass

    class Base(me.Document):
        meta = {"abstract": True, "queryset_class": Own}

    class Thing(Base):
        pass

    return type(Thing.objects).__name__, type(Thing()._qs).__name__, Thing._meta["queryset_class"] is Own


@alike
def test_a_subclass_of_a_queryset_class_tells_its_bases(me):
    class Own(me.QuerySet):
        pass

    return (
        [cls.__name__ for cls in Own.__mro__],
        "filter" in vars(me.queryset.base.BaseQuerySet),
        me.QuerySet.filter.__qualname__,
    )
