"""Queries of a program whose client is mongomock."""

import re

import pytest
from bson import ObjectId

from tests.base.both_sides import raised
from tests.programs.mock_sides import alike_on_mongomock
from tests.programs.shop import NOON, full_shop, key

CONDITIONS = {
    "nothing": {},
    "equal": {"stock": 2},
    "ne": {"stock__ne": 2},
    "gt": {"stock__gt": 2},
    "gte": {"stock__gte": 2},
    "lt": {"stock__lt": 2},
    "lte": {"stock__lte": 2},
    "between": {"stock__gt": 1, "stock__lt": 4},
    "in": {"stock__in": [1, 3, 99]},
    "nin": {"stock__nin": [1, 3]},
    "mod": {"stock__mod": [2, 1]},
    "not gt": {"stock__not__gt": 2},
    "not in": {"stock__not__in": [2]},
    "exists": {"weight__exists": True},
    "exists not": {"price__amount__exists": False},
    "none": {"maker": None},
    "all": {"tags__all": ["x", "y"]},
    "size": {"tags__size": 2},
    "one of a list": {"tags": "y"},
    "by position": {"tags__0": "x"},
    "elemMatch": {"reviews__elemMatch": {"stars": 1, "text": "of bell"}},
    "match": {"reviews__match": {"stars": 2}},
    "inside a list": {"reviews__stars__gte": 2},
    "inside a list in a list": {"reviews__tags": "b"},
    "embedded": {"price__currency": "EUR", "price__amount__lt": 1},
    "exact": {"name__exact": "bell"},
    "iexact": {"name__iexact": "BELL"},
    "contains": {"name__contains": "e"},
    "icontains": {"name__icontains": "E"},
    "startswith": {"name__startswith": "b"},
    "istartswith": {"name__istartswith": "B"},
    "endswith": {"name__endswith": "l"},
    "iendswith": {"name__iendswith": "L"},
    "wholeword": {"name__wholeword": "bell"},
    "iwholeword": {"name__iwholeword": "BELL"},
    "regex": {"name__regex": "^[a-c]"},
    "iregex": {"name__iregex": "^[A-C]"},
    "not startswith": {"name__not__startswith": "b"},
    "a compiled expression": {"name": re.compile("e")},
    "a dict's key": {"extra__k": 3},
    "deep in a dict": {"extra__deep__list": 4},
    "a map": {"names__en__in": ["bell", "desk"]},
    "type": {"stock__type": "int"},
    "dates": {"added__gte": NOON.replace(day=3), "added__lt": NOON.replace(day=5)},
    "boolean": {"active": False},
    "pk": {"pk": key(2)},
    "id in": {"id__in": [key(1), str(key(2))]},
    "reference by id": {"maker": key(101)},
    "reference in": {"maker__in": [key(102)]},
    "raw": {"__raw__": {"$or": [{"n": "bell"}, {"stock": {"$gt": 4}}]}},
    "raw and more": {"__raw__": {"stock": {"$gt": 1}}, "active": True},
}


@pytest.mark.parametrize("conditions", CONDITIONS)
@alike_on_mongomock
def test_conditions(me, conditions):
    query = full_shop(me).Product.objects(**CONDITIONS[conditions])
    return (
        query._query, raised(lambda: [found.name for found in query]), raised(query.count),
        raised(lambda: query.first().name),
    )  # fmt: skip


@alike_on_mongomock
def test_combined_conditions(me):
    s = full_shop(me)
    q = me.Q
    queries = [
        q(stock=1) | q(name="fan"), (q(stock__gt=1) | q(tags="x")) & q(active=True),
        q(stock=1) | q(stock=2) | q(stock=3),
        q() | q(stock=2), q(stock__gt=1) & q(stock__lt=3), q(maker=key(101)) & (q(stock=0) | q(stock=4)),
    ]  # fmt: skip
    return [[found.name for found in s.Product.objects(query)] for query in queries]


@alike_on_mongomock
def test_order_limits_and_slices(me):
    s = full_shop(me)
    products = s.Product.objects
    return (
        [found.name for found in products], [found.name for found in products.order_by("-stock")],
        [found.name for found in products.order_by("active", "-name").limit(4)],
        [found.name for found in products.skip(2).limit(2)], [found.name for found in products[1:3]],
        [found.name for found in products[4:]], products[2].name, products.order_by()[0].name,
        raised(lambda: products[77]), raised(lambda: products[-1]), products.limit(2).count(),
        products.limit(2).count(with_limit_and_skip=True), len(products[2:4]), bool(products(stock=99)),
        products.order_by("-stock").first().name,
    )  # fmt: skip


@alike_on_mongomock
def test_parts_of_documents(me):
    s = full_shop(me)
    only = s.Product.objects.only("name", "price.currency").first()
    without = s.Product.objects.exclude("name", "extra").first()
    sliced = s.Product.objects.fields(slice__reviews=1).get(name="chair")
    return (
        only.to_mongo(), without.to_mongo(), len(sliced.reviews),
        s.Product.objects.only("name").all_fields().first().stock,
        list(s.Product.objects.scalar("name", "stock")), list(s.Product.objects.scalar("price__currency")[:2]),
        list(s.Product.objects.values_list("name")), list(s.Product.objects.only("name").as_pymongo()[:2]),
        s.Product.objects.no_dereference().first().maker, s.Product.objects.as_pymongo().get(name="fan"),
    )  # fmt: skip


@alike_on_mongomock
def test_counting_and_calculating(me):
    products = full_shop(me).Product.objects
    return (
        products.count(), products(stock__gt=2).sum("stock"), products.average("stock"), products.sum("price.amount"),
        products.distinct("tags"), products.distinct("maker"), products.distinct("reviews.stars"),
        products(name="nothing").sum("stock"), products(name="nothing").average("stock"),
        products.count(with_limit_and_skip=True),
    )  # fmt: skip


@alike_on_mongomock
def test_aggregation(me):
    s = full_shop(me)
    pipeline = [{"$group": {"_id": "$maker", "stock": {"$sum": "$stock"}}}, {"$sort": {"_id": 1}}]
    return (
        list(s.Product.objects(stock__gt=1).aggregate(pipeline)),
        list(s.Product.objects.aggregate(*pipeline)),
        [row["n"] for row in s.Product.objects.order_by("-stock").limit(2).skip(1).aggregate([{"$match": {}}])],
        list(s.Product.objects.only("name").aggregate([{"$limit": 1}, {"$project": {"n": 1}}])),
    )


@alike_on_mongomock
def test_getting_by_id_in_bulk(me):
    s = full_shop(me)
    products = s.Product.objects
    bulk = products.in_bulk([key(1), key(3), key(77)])
    return (
        [(found, document.name) for found, document in sorted(bulk.items())],
        products.only("name").in_bulk([key(2)])[key(2)].to_mongo(), products.scalar("name").in_bulk([key(2)]),
        products.as_pymongo().in_bulk([key(0)]), products.with_id(key(4)).name, products.get(pk=str(key(5))).name,
        products.in_bulk([]),
    )  # fmt: skip


@alike_on_mongomock
def test_references_are_followed(me):
    s = full_shop(me)

    class Basket(me.Document):
        items = me.ListField(me.ReferenceField(s.Product))
        best = me.GenericReferenceField()
        later = me.LazyReferenceField(s.Product)
        any_later = me.GenericLazyReferenceField()
        by_name = me.MapField(me.ReferenceField(s.Product, dbref=True))
        free = me.DictField()
        cached = me.CachedReferenceField(s.Maker, fields=["name"])

    products = list(s.Product.objects)
    Basket(
        items=products[:3], best=products[0], later=products[1], any_later=s.Maker.objects.first(),
        by_name={"a": products[4]}, free={"p": products[5], "l": [products[0]]}, cached=s.Maker.objects.first(),
    ).save()  # fmt: skip
    basket = Basket.objects.first()
    related = Basket.objects.select_related(2)[0]
    plain = Basket.objects.no_dereference().first()
    with me.context_managers.no_dereference(Basket):
        inside = type(Basket.objects.first().items[0]).__name__
    return (
        [item.name for item in basket.items], basket.items[1].maker.name, basket.best.name, basket.later.id,
        basket.later.fetch().name, basket.any_later.document_type.__name__, basket.by_name["a"].name,
        basket.free["p"].name, basket.free["l"][0].name, basket.cached.name,
        related.items[0].maker.country, type(plain.items[0]).__name__, type(plain.best).__name__, inside,
        Basket.objects(items=products[1]).count(), Basket.objects(later=products[1]).count(),
        Basket.objects(best=products[0]).count(), Basket.objects(cached__name="Acme").count(),
        basket.select_related().items[0].name,
    )  # fmt: skip


@alike_on_mongomock
def test_a_missing_reference(me):
    s = full_shop(me)
    s.Maker.objects.delete()
    product = s.Product.objects.first()
    return raised(lambda: product.maker), raised(lambda: product.maker.name), product.to_mongo()["maker"]


@alike_on_mongomock
def test_iterating_again_uses_the_cache(me):
    s = full_shop(me)
    query = s.Product.objects(stock__lt=3)
    first = [found.name for found in query]
    s.Product.objects(stock=1).delete()
    cached, cloned = [found.name for found in query], [found.name for found in query.clone()]
    uncached = s.Product.objects.no_cache()
    return first, cached, cloned, len(query), type(uncached).__name__, len(list(uncached)), len(list(uncached))


@alike_on_mongomock
def test_managers_and_queryset_classes(me):
    class Shouting(me.QuerySet):
        def loud(self):
            return [found.name.upper() for found in self]

    class Thing(me.Document):
        name = me.StringField()
        meta = {"queryset_class": Shouting}

        @me.queryset_manager
        def short(doc_cls, queryset):
            return queryset.filter(name__regex="^.{1,3}$")

    Thing.objects.insert([Thing(name=name) for name in ("a", "long one", "abc")])
    return Thing.objects.order_by("name").loud(), Thing.short.order_by("-name").loud(), Thing.short.count()


@alike_on_mongomock
def test_json_of_queries(me):
    s = full_shop(me)
    text = s.Product.objects(stock__lt=2).to_json()
    return text, [found.to_mongo() for found in s.Product.objects.from_json(text)]


@alike_on_mongomock
def test_options_of_queries(me):
    products = full_shop(me).Product.objects
    return (
        raised(lambda: products.batch_size(2).count()), raised(lambda: len(list(products.batch_size(2)))),
        raised(lambda: len(list(products.timeout(False)))), raised(lambda: products.none().count()),
        raised(lambda: list(products.none())), raised(lambda: products.hint("_id_").count()) is not None,
        raised(lambda: products.using("second").count()), repr(products[:2]), repr(products.none()),
        raised(lambda: products.where("this.stock > 3").count()).__class__.__name__,
        raised(lambda: products.max_time_ms(500).first().name), raised(lambda: products.comment("why").first().name),
        raised(lambda: products.rewind()), raised(lambda: products(id=ObjectId()).get()),
        raised(lambda: products.allow_disk_use(True).first().name).__class__.__name__,
        raised(lambda: products.read_preference("x")),
    )  # fmt: skip
