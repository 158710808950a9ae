"""Updates, bulk inserts and deletes of a program whose client is mongomock."""

import pytest

from tests.base.both_sides import raised
from tests.programs.mock_sides import alike_on_mongomock
from tests.programs.shop import NOON, full_shop, key, shop

UPDATES = {
    "set": {"set__stock": 7},
    "implied set": {"stock": 7},
    "several": {"set__stock": 7, "inc__weight": 1.5, "push__tags": "n"},
    "embedded": {"set__price__currency": "USD"},
    "in a dict": {"set__extra__deep__more": 1},
    "in a map": {"set__names__de": "d"},
    "list item": {"set__tags__0": "first"},
    "unset": {"unset__weight": True},
    "unset a key": {"unset__extra__k": 1},
    "inc": {"inc__stock": 3},
    "dec": {"dec__stock": 3},
    "mul": {"mul__stock": 3},
    "min": {"min__stock": 1},
    "max": {"max__stock": 100},
    "rename": {"rename__weight": "mass"},
    "push": {"push__tags": "new"},
    "push at a place": {"push__tags__0": ["new"]},
    "push_all": {"push_all__tags": ["a", "b"]},
    "add_to_set": {"add_to_set__tags": "x"},
    "add_to_set several": {"add_to_set__tags": ["x", "w"]},
    "pull": {"pull__tags": "x"},
    "pull in": {"pull__tags__in": ["x", "y"]},
    "pull embedded": {"pull__reviews__stars": 2},
    "pull_all": {"pull_all__tags": ["x", "y"]},
    "pop": {"pop__tags": 1},
    "pop first": {"pop__tags": -1},
    "set_on_insert": {"set_on_insert__stock": 9, "set__weight": 0.5},
    "a date": {"set__added": NOON.replace(hour=1)},
    "a list": {"set__tags": ["only"]},
    "none": {"set__maker": None},
    "positional": {"set__tags__S": "found"},
    "raw": {"__raw__": {"$set": {"n": "raw"}}},
}


def after(products):
    return [{**found, "_id": str(found["_id"])} for found in products.objects.order_by("id").as_pymongo()]


@pytest.mark.parametrize("method", ["update", "update_one"])
@pytest.mark.parametrize("update", UPDATES)
@alike_on_mongomock
def test_updates(me, update, method):
    products = full_shop(me).Product
    conditions = {"tags": "x"} if update == "positional" else {"stock__lt": 4}
    return raised(lambda: getattr(products.objects(**conditions), method)(**UPDATES[update])), after(products)


@pytest.mark.parametrize("update", UPDATES)
@alike_on_mongomock
def test_updates_of_one_document(me, update):
    product = full_shop(me).Product.objects.get(name="desk")
    changed = raised(lambda: product.modify(**UPDATES[update]))
    return changed, product.to_mongo(), raised(lambda: product.update(**UPDATES[update])), after(type(product))


@alike_on_mongomock
def test_updates_with_embedded_documents_and_references(me):
    s = full_shop(me)
    bell = s.Product.objects(name="bell")
    bell.update(push__reviews=s.Review(stars=5, text="great"), set__price=s.Price(amount=9, currency="USD"))
    bell.update(set__maker=s.Maker.objects.first(), push_all__reviews=[s.Review(stars=0), s.Review(text="t")])
    bell.update(pull__reviews=s.Review(stars=0, tags=[]))
    s.Product.objects(name="bell", reviews__stars=5).update(set__reviews__S__text="positional")
    return bell.get().to_mongo()


@alike_on_mongomock
def test_results_of_updates(me):
    s = full_shop(me)
    products = s.Product.objects
    full = products(stock__gt=3).update(set__weight=1, full_result=True)
    return (
        products(stock__gt=3).update(set__weight=2), products(stock=99).update(set__weight=2),
        full.matched_count, full.modified_count, full.raw_result.get("n"),
        products(stock=99).update(set__name="made", upsert=True), products(name="made").count(),
        raised(lambda: products.update()), raised(lambda: products.update(set__stock="x")),
        raised(lambda: products.update(set__nothing=1)), raised(lambda: products.update(multi=False, inc__stock=1)),
        products(name="up").update_one(set__stock=1, upsert=True, full_result=True).upserted_id is not None,
    )  # fmt: skip


@alike_on_mongomock
def test_upserting_one(me):
    s = full_shop(me)
    made = s.Product.objects(name="made").upsert_one(set__stock=1, set_on_insert__weight=2.0)
    changed = s.Product.objects(name="made").upsert_one(set__stock=5)
    return made.to_mongo(), changed.stock, made.id == changed.id, made._created, s.Product.objects.count()


@alike_on_mongomock
def test_modifying_by_query(me):
    s = full_shop(me)
    products = s.Product.objects
    return (
        products(name="bell").modify(inc__stock=5).stock, products(name="bell").modify(inc__stock=5, new=True).stock,
        products(name="nothing").modify(inc__stock=1),
        products(stock__lt=4).order_by("-stock").modify(set__weight=0).name,
        products(name="fan").modify(remove=True).name, products.count(),
        products(name="new").modify(set__stock=1, upsert=True, new=True).name,
        products.only("name").modify(set__stock=3, new=True).to_mongo(),
        raised(lambda: products.modify(remove=True, new=True)), raised(lambda: products.modify()),
        products.as_pymongo()(name="bell").modify(set__stock=1)["stock"],
    )  # fmt: skip


@alike_on_mongomock
def test_bulk_inserts(me):
    s = shop(me)
    loaded = s.Product.objects.insert([s.Product(id=key(n), name=f"p{n}", extra={"n": n}) for n in range(3)])
    ids = s.Product.objects.insert([s.Product(id=key(n), name=f"p{n}") for n in range(3, 5)], load_bulk=False)
    one = s.Product.objects.insert(s.Product(id=key(7), name="one"))
    return (
        [found.to_mongo() for found in loaded], ids, one.name,
        raised(lambda: s.Product.objects.insert(s.Maker(name="x"))), raised(lambda: s.Product.objects.insert(one)),
        raised(lambda: s.Product.objects.insert([s.Product(name="a"), "text"])),
        s.Product.objects.insert(s.Product(id=key(9)), load_bulk=False, write_concern={"w": 1}),
        s.Product.objects.create(id=key(10), name="created").name, s.Product.objects.count(),
    )  # fmt: skip


@alike_on_mongomock
def test_deletes(me):
    s = full_shop(me)
    products = s.Product.objects
    return (
        products(stock__gt=4).delete(), products.order_by("-stock").limit(2).delete(),
        products(name="nothing").delete(),
        [found.name for found in products], products.skip(1).delete(), products.count(), products.first().delete(),
        products.delete(), s.Maker.objects(name="Acme").delete(write_concern={"w": 1}), s.Maker.objects.count(),
    )  # fmt: skip


@alike_on_mongomock
def test_embedded_document_lists(me):
    s = full_shop(me)
    product = s.Product.objects.get(name="chair")
    product.reviews.create(stars=4, text="created")
    product.reviews.filter(stars=2).update(text="two")
    paths = product._get_changed_fields()
    product.save()
    product.reviews.filter(stars=4).delete()
    product.reviews.save()
    product = s.Product.objects.get(name="chair")
    found = product.reviews
    return (
        paths, [review.to_mongo() for review in found],
        found.count(), found.exclude(stars=2).count(), raised(lambda: found.get(stars=2)),
        raised(lambda: found.get(stars=99)), found.first().text,
    )  # fmt: skip
