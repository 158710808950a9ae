"""Pickles, as caches and task queues use them: within a package, and between MongoEngine and ours."""

import copy
import itertools
import pickle
import shutil
import sys
from pathlib import Path

import pytest

from tests.base.both_sides import alike, alike_with_mongodb, raised
from tests.programs.processes import WITH_OURS, run, script

MODELS = Path(__file__).with_name("pickled_models.py")
MAKE = """
    import pickle, sys
    from pickled_models import describe, orders

    for name, made in orders().items():
        for protocol in (2, pickle.HIGHEST_PROTOCOL):
            with open(f"{name}.{protocol}.pickle", "wb") as file:
                pickle.dump(made, file, protocol)
        print(name, describe(made))
"""
READ = """
    import pickle
    from pathlib import Path
    from pickled_models import describe, edit

    for path in sorted(Path().glob("*.pickle")):
        found = pickle.loads(path.read_bytes())
        print(path.name, describe(found))
        again = pickle.loads(pickle.dumps(found))
        assert describe(again) == describe(found)
        print(edit(found))
"""
WITH = {"stock": (), "ours": WITH_OURS}


@pytest.mark.parametrize("writer", WITH)
def test_pickles_are_read_by_the_other_package(tmp_path, writer):
    shutil.copy(MODELS, tmp_path)
    make, read = script(tmp_path, MAKE, "make.py"), script(tmp_path, READ, "read.py")
    run(tmp_path, *WITH[writer], make)
    printed = {name: run(tmp_path, *arguments, read) for name, arguments in WITH.items()}
    assert "edited" in printed["stock"]
    assert printed["ours"] == printed["stock"]


def test_the_packages_pickle_the_same_things(tmp_path):
    shutil.copy(MODELS, tmp_path)
    make = script(tmp_path, MAKE, "make.py")
    assert run(tmp_path, *WITH_OURS, make) == run(tmp_path, make)


QUERIES = """
    import pickle, sys
    from pathlib import Path
    from mongoengine import Q, connect
    from pickled_models import Order

    mode, database, uri = sys.argv[1:]
    connect(database, host=uri, uuidRepresentation="standard")
    if mode == "make":
        Order.drop_collection()
        for number in range(5):
            Order(name=f"n{number}", names={"n": number}).save()
        cached = Order.objects(names__n__lt=2)
        list(cached)
        queries = {
            "all": Order.objects, "filtered": Order.objects(Q(name="n1") | Q(names__n__gt=3)).order_by("-name"),
            "sliced": Order.objects[1:3], "only": Order.objects.only("name").limit(1), "cached": cached,
            "scalar": Order.objects.scalar("name").skip(3), "raw": Order.objects.as_pymongo().only("name").limit(1),
            "none": Order.objects.none(), "uncached": Order.objects.no_cache().limit(2),
        }
        for name, query in queries.items():
            Path(f"{name}.query").write_bytes(pickle.dumps(query))
    for path in sorted(Path().glob("*.query")):
        query = pickle.loads(path.read_bytes())
        rows = [row if isinstance(row, str) else row["name" if hasattr(row, "name") else "n"] for row in query]
        print(path.name, rows, query.count(), query._query, query._ordering, query._limit, query._skip)
        print([row["n"] for row in query.clone().filter(name__ne="n3").as_pymongo()])
"""


@pytest.mark.parametrize("writer", WITH)
def test_pickled_queries_are_read_by_the_other_package(tmp_path, writer, mongodb_uri, mongodb_database):
    shutil.copy(MODELS, tmp_path)
    program = script(tmp_path, QUERIES)
    arguments = mongodb_database.name, mongodb_uri
    run(tmp_path, *WITH[writer], program, "make", *arguments)
    printed = {name: run(tmp_path, *started, program, "read", *arguments) for name, started in WITH.items()}
    assert "filtered.query ['n4', 'n1'] 2" in printed["stock"]
    assert printed["ours"] == printed["stock"]


def findable(*classes):
    for cls in classes:
        cls.__qualname__, cls.__module__ = cls.__name__, __name__
        setattr(sys.modules[__name__], cls.__name__, cls)
    return classes[-1]


def saved_orders(me):
    class PickledOwner(me.Document):
        name = me.StringField()

    class PickledOrder(me.Document):
        name = me.StringField()
        number = me.IntField()
        owner = me.ReferenceField(PickledOwner)
        owners = me.ListField(me.ReferenceField(PickledOwner))
        later = me.LazyReferenceField(PickledOwner)
        extra = me.DictField()

    findable(PickledOwner, PickledOrder)
    owner = PickledOwner(name="o").save()
    for number in range(4):
        PickledOrder(
            name=f"n{number}", number=number, owner=owner, owners=[owner], later=owner, extra={"k": [number]}
        ).save()
    return PickledOrder


def again(value):
    return pickle.loads(pickle.dumps(value))


@alike_with_mongodb
def test_references_before_and_after_they_were_followed(me):
    cls = saved_orders(me)
    fresh, read = again(cls.objects(number=0).get()), cls.objects(number=1).get()
    names = read.owner.name, read.owners[0].name, read.later.fetch().name
    kept = again(read)
    kept.owner.name = "changed"
    lazy = raised(lambda: again(cls.objects(number=2).get().later))
    return (
        names, fresh.owner.name, fresh.owners[0].name, fresh.later.fetch().name, kept.owner.name, kept.owners[0].name,
        type(kept._data["owner"]).__name__, type(lazy).__name__,
        fresh.owner._get_changed_fields(), kept.owner._get_changed_fields(), kept._get_changed_fields(),
    )  # fmt: skip


@alike_with_mongodb
def test_a_cached_document_is_changed_and_saved(me):
    cls = saved_orders(me)
    order = again(cls.objects(number=0).get())
    order.extra["k"].append("cached")
    order.name = "cached"
    twice = again(order)
    before = twice._get_changed_fields()
    twice.save()
    new = again(cls(name="new", number=9))
    new.save()
    again(cls.objects(number=1).get()).delete()
    return (
        before,
        twice._created,
        new._created,
        [found.name for found in cls.objects.order_by("number")],
        order._created,
    )


@alike_with_mongodb
def test_querysets_in_a_cache(me):
    cls = saved_orders(me)
    query = cls.objects(number__gt=0).order_by("-number")
    taken = again(query)
    rows = list(query)
    cached = again(query)
    cls.objects(number=2).delete()
    return (
        [found.name for found in taken], [found.name for found in cached], len(rows), cached._result_cache is not None,
        [found.name for found in again(taken.filter(number=3))], again(cls.objects.only("name")).first().to_mongo(),
        list(again(cls.objects.scalar("name"))), again(cls.objects(number=99)).count(), again(cls.objects[1:2])[0].name,
        copy.deepcopy(query)._query, copy.copy(query).count(), raised(lambda: again(iter(query))).__class__.__name__,
    )  # fmt: skip


@alike_with_mongodb
def test_a_queryset_that_was_read_in_part(me):
    cls = saved_orders(me)
    query = cls.objects.order_by("number")
    first = next(iter(query)).name
    rest = again(query)
    return first, [found.name for found in rest], [found.name for found in itertools.islice(rest, 2)], len(rest)


@alike
def test_fields_and_classes(me):
    class PickledPart(me.EmbeddedDocument):
        sku = me.StringField(max_length=3, required=True, choices=("a", "b"))

    findable(PickledPart)
    fields = [me.IntField(min_value=1, db_field="n"), me.ListField(me.StringField(max_length=2)), me.DateTimeField()]
    results = []
    for field in fields:
        field.name = field.name or "given"
        copied, pickled = copy.deepcopy(field), again(field)
        results += [(type(found).__name__, found.name, found.db_field, found.required) for found in (copied, pickled)]
        results.append(raised(lambda pickled=pickled: pickled.validate(0)).__class__.__name__)
    assert again(PickledPart) is PickledPart
    assert again(me.StringField) is me.StringField
    return results, copy.deepcopy(PickledPart.sku).choices, copy.copy(PickledPart.sku).max_length


@alike
def test_conditions(me):
    condition = (me.Q(name="a") | me.Q(age__gt=3)) & me.Q(tags="x")

    class Thing(me.Document):
        name = me.StringField()
        age = me.IntField()
        tags = me.ListField(me.StringField())

    copies = again(condition), copy.deepcopy(condition), copy.copy(condition)
    return [found.to_query(Thing) for found in copies], again(condition) == condition


@alike
def test_errors_of_a_document_class(me):
    class PickledThing(me.Document):
        name = me.StringField(required=True)

    findable(PickledThing)
    error = raised(PickledThing().validate)
    found = again(error)
    return (
        found,
        found.errors.keys(),
        found.to_dict(),
        raised(lambda: again(PickledThing.DoesNotExist("x"))).__class__.__name__,
    )
