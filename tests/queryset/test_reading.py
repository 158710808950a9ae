"""Reading through query sets: results, and as many round trips as MongoEngine makes."""

import pickle

import pytest
from bson import ObjectId

from tests.base.both_sides import alike_with_mongodb, raised


def people(me, count=12):
    class Address(me.EmbeddedDocument):
        city = me.StringField(db_field="c")
        zip_code = me.IntField()

    class Person(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()
        tags = me.ListField(me.StringField())
        address = me.EmbeddedDocumentField(Address, db_field="a")
        extra = me.DictField()
        meta = {"auto_create_index": False}

    Person.objects.insert(
        [
            Person(
                id=ObjectId(f"{number + 1:024x}"),
                name=f"p{number:02}",
                age=number % 5,
                tags=["x", "y"][: number % 3],
                address=Address(city=f"c{number % 2}", zip_code=number),
                extra={"k": {"v": number}},
            )
            for number in range(count)
        ],
        load_bulk=False,
    )
    return Person


def names(found):
    return [person.name for person in found]


READS = {
    "all": lambda p: names(p.objects),
    "filter": lambda p: names(p.objects(age=1)),
    "filters in a row": lambda p: names(p.objects(age__gte=1).filter(age__lt=3)),
    "empty": lambda p: names(p.objects.none()),
    "first": lambda p: p.objects.order_by("-name").first().name,
    "first of nothing": lambda p: p.objects(name="zz").first(),
    "get": lambda p: p.objects.get(name="p03").age,
    "get by pk": lambda p: p.objects.get(pk=f"{1:024x}").name,
    "with_id": lambda p: p.objects.with_id(ObjectId(f"{2:024x}")).name,
    "in_bulk": lambda p: {
        str(key): found.name for key, found in p.objects.in_bulk([ObjectId(f"{n:024x}") for n in (1, 2, 99)]).items()
    },
    "index": lambda p: p.objects.order_by("name")[3].name,
    "slice": lambda p: names(p.objects.order_by("name")[2:5]),
    "open slice": lambda p: names(p.objects.order_by("name")[9:]),
    "empty slice": lambda p: names(p.objects[3:3]),
    "skip and limit": lambda p: names(p.objects.order_by("name").skip(3).limit(2)),
    "count": lambda p: p.objects(age=2).count(),
    "count of a slice": lambda p: (p.objects[2:4].count(), p.objects[2:4].count(with_limit_and_skip=True)),
    "count of everything": lambda p: p.objects.count(),
    "len": lambda p: len(p.objects(age=2)),
    "bool": lambda p: (bool(p.objects), bool(p.objects(age=77))),
    "in": lambda p: p.objects.first() in p.objects,
    "list twice": lambda p: (lambda q: (names(q), names(q)))(p.objects(age=1)),
    "no_cache twice": lambda p: (lambda q: (names(q), names(q)))(p.objects(age=1).no_cache()),
    "len then list": lambda p: (lambda q: (len(q), names(q)))(p.objects(age=1)),
    "count then list": lambda p: (lambda q: (q.count(), names(q), q.count()))(p.objects(age=1)),
    "part then all": lambda p: (lambda q: (next(iter(q)).name, names(q)))(p.objects.order_by("name")),
    "two iterations at once": lambda p: (lambda q: [(a.name, b.name) for a in q for b in q])(p.objects(age=1)),
    "batch_size": lambda p: names(p.objects.batch_size(5).order_by("name")),
    "only": lambda p: [(f.name, f.age, f._get_changed_fields()) for f in p.objects.only("name").order_by("name")[:2]],
    "only inside": lambda p: [(f.address.city, f.address.zip_code) for f in p.objects.only("address.city")[:2]],
    "exclude": lambda p: [(f.name, f.age, f.tags) for f in p.objects.exclude("age", "tags").order_by("name")[:2]],
    "slice of a list": lambda p: [f.tags for f in p.objects.fields(slice__tags=1).order_by("name")[:3]],
    "scalar": lambda p: list(p.objects.order_by("name").scalar("name")),
    "scalars": lambda p: list(p.objects.order_by("name").scalar("name", "age", "tags")),
    "values_list": lambda p: list(p.objects.order_by("name").values_list("age")),
    "as_pymongo": lambda p: list(p.objects.order_by("name").as_pymongo()[:2]),
    "as_pymongo only": lambda p: list(p.objects.order_by("name").only("name").as_pymongo()[:2]),
    "distinct": lambda p: sorted(p.objects.distinct("age")),
    "distinct inside": lambda p: sorted(p.objects.distinct("address.city")),
    "sum and average": lambda p: (p.objects.sum("age"), p.objects.average("age"), p.objects.sum("address.zip_code")),
    "item_frequencies": lambda p: sorted(p.objects.item_frequencies("tags").items()),
    "aggregate": lambda p: list(p.objects(age__gt=1).order_by("name").limit(3).aggregate([{"$project": {"n": 1}}])),
    "aggregate groups": lambda p: sorted(
        p.objects.aggregate([{"$group": {"_id": "$age", "n": {"$sum": 1}}}]), key=lambda r: r["_id"]
    ),
    "aggregate in pieces": lambda p: len(list(p.objects.aggregate([{"$match": {}}], batchSize=3))),
    "explain": lambda p: type(p.objects(age=1).explain()).__name__,
    "to_json": lambda p: p.objects.order_by("name")[:1].to_json(),
    "raw": lambda p: names(p.objects(__raw__={"n": {"$in": ["p01", "p02"]}}).order_by("name")),
    "order by several": lambda p: names(p.objects.order_by("-age", "name")),
    "order cleared": lambda p: len(p.objects.order_by("name").order_by()),
    "collation": lambda p: names(p.objects(name="P01").collation({"locale": "en", "strength": 2})),
    "where": lambda p: names(p.objects.where("this.age == 3")),
    "next": lambda p: (lambda q: (next(q).name, next(q).name))(p.objects.order_by("name")),
    "rewind": lambda p: (lambda q: (next(q).name, q.rewind(), next(q).name))(p.objects.order_by("name")),
    "timeout and friends": lambda p: len(p.objects.timeout(False).max_time_ms(5000).comment("hi").allow_disk_use(True)),
    "paged by hand": lambda p: [names(p.objects.order_by("name").skip(skip).limit(5)) for skip in (0, 5, 10)],
    "using a pickle": lambda p: names(p.objects(age=1).clone()),
}


@pytest.mark.parametrize("read", READS)
@alike_with_mongodb
def test_reading(me, read):
    return READS[read](people(me))


@pytest.mark.parametrize("count", [0, 1, 100, 101, 102, 230])
@alike_with_mongodb
def test_results_of_any_length(me, count):
    person = people(me, count) if count else people(me, 1)
    if not count:
        person.objects.delete()
    found = person.objects.order_by("name")
    return (
        sum(1 for _ in found),
        found.count(),
        len(found),
        [one.age for one in person.objects.order_by("-name").no_cache()],
    )


@alike_with_mongodb
def test_query_counter_sees_every_round_trip(me):
    person = people(me)
    counts = []
    with me.context_managers.query_counter() as counter:
        list(person.objects)
        counts.append(int(counter))
        person.objects.first()
        counts.append(int(counter))
        person.objects.get(name="p01").save()
        counts.append(int(counter))
        person.objects(age=1).update(set__age=9)
        person.objects.insert([person(name="n1"), person(name="n2")])
        counts.append(int(counter))
        assert counter > 0
        assert counter != 1000
        thing = person.objects.first()
        thing.age = 3
        thing.save()
        thing.delete()
        counts.append(int(counter))
    return counts


ERRORS = {
    "unknown field": lambda p: list(p.objects(nothing=1)),
    "unknown operator": lambda p: list(p.objects(age__near_by=1)),
    "unknown inside": lambda p: list(p.objects(address__street="x")),
    "inside a scalar": lambda p: list(p.objects(age__inner__x=1)),
    "wrong type": lambda p: list(p.objects(age="text")),
    "wrong id": lambda p: p.objects.get(id="no id"),
    "get nothing": lambda p: p.objects.get(name="zz"),
    "get several": lambda p: p.objects.get(age=1),
    "index past the end": lambda p: p.objects[100],
    "negative index": lambda p: p.objects[-1],
    "slice with steps": lambda p: p.objects[1:5:2].count(),
    "bad index": lambda p: p.objects["a"],
    "call without a Q": lambda p: p.objects({"age": 1}),
    "only of nothing": lambda p: list(p.objects.only("nothing")),
    "order by nothing": lambda p: list(p.objects.order_by("nothing")),
    "bad skip": lambda p: list(p.objects.skip(-1)),
    "get with hint to nowhere": lambda p: p.objects.hint("nowhere").first(),
    "bad raw": lambda p: list(p.objects(__raw__={"$nope": 1})),
    "bad aggregate": lambda p: list(p.objects.aggregate([{"$nope": 1}])),
    "list for a string": lambda p: list(p.objects(name=["a"])),
    "in without a list": lambda p: list(p.objects(age__in=5)),
    "update of nothing": lambda p: p.objects.update(),
    "update unknown": lambda p: p.objects.update(set__nothing=1),
    "update wrong type": lambda p: p.objects.update(set__age="x"),
    "update inside a scalar": lambda p: p.objects.update(push__age=1),
    "insert nothing": lambda p: p.objects.insert([]),
    "insert something else": lambda p: p.objects.insert([5]),
    "insert a saved one": lambda p: p.objects.insert(p.objects.first()),
    "delete of a slice": lambda p: p.objects[1:3].delete(),
    "in_bulk of nothing": lambda p: p.objects.in_bulk([]),
}


@pytest.mark.parametrize("mistake", ERRORS)
@alike_with_mongodb
def test_mistakes(me, mistake):
    person = people(me)
    return raised(lambda: ERRORS[mistake](person)), person.objects.count()


@alike_with_mongodb
def test_a_stored_document_that_does_not_fit_raises_when_it_is_reached(me):
    person = people(me)
    person._get_collection().insert_one({"_id": ObjectId(f"{99:024x}"), "surprise": 1})
    found = iter(person.objects.order_by("id"))
    seen = []
    error = raised(lambda: [seen.append(one.name) for one in found])
    return seen, error


@alike_with_mongodb
def test_results_are_shared_by_iterations_of_one_query_set(me):
    found = people(me).objects.order_by("name")
    one, two = list(found), list(found)
    assert all(a is b for a, b in zip(one, two, strict=True))
    assert found[0] is not one[0]
    one[0].age = 50
    return [person.age for person in found][:2], found.clone().first().age


@alike_with_mongodb
def test_reprs_and_pickles(me):
    person = people(me)
    found = person.objects.order_by("name")
    texts = repr(found), repr(found[:2]), repr(person.objects.no_cache()), repr(person.objects.none())
    return texts, found._query, pickle.dumps(found._query) != b""


@alike_with_mongodb
def test_references_are_followed_in_as_few_queries(me):
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        author = me.ReferenceField(Author)
        editors = me.ListField(me.ReferenceField(Author))
        anyone = me.GenericReferenceField()
        by_role = me.MapField(me.ReferenceField(Author))

    authors = [Author(id=ObjectId(f"{number + 1:024x}"), name=f"a{number}").save() for number in range(3)]
    for number in range(4):
        Book(
            id=ObjectId(f"{number + 1:024x}"),
            author=authors[number % 3],
            editors=authors,
            anyone=authors[0],
            by_role={"x": authors[1]},
        ).save()
    books = list(Book.objects.order_by("id"))
    followed = [
        (book.author.name, [editor.name for editor in book.editors], book.anyone.name, book.by_role["x"].name)
        for book in books
    ]
    related = [(book.author.name, len(book.editors)) for book in Book.objects.order_by("id").select_related()]
    with me.context_managers.no_dereference(Book):
        raw = Book.objects.order_by("id").first()
        kept = raw.author, raw.editors
    unfollowed = Book.objects.no_dereference().first().author
    authors[0].delete()
    first = Book.objects.order_by("id").first()
    return (
        followed,
        related,
        kept,
        unfollowed,
        raised(lambda: first.author),
        raised(lambda: first.editors),
        raised(lambda: first.anyone),
    )


@alike_with_mongodb
def test_following_references_meets_documents_in_fields_of_plain_values(me):
    class Thing(me.Document):
        name = me.StringField()
        key = me.UUIDField()
        number = me.IntField()

    Thing._get_collection().insert_many(
        [
            {"_id": 1, "name": {"_cls": "Nowhere"}},
            {"_id": 2, "key": {"_cls": None}},
            {"_id": 3, "name": [{"a": 1}], "number": 5},
        ]
    )
    return [
        raised(lambda key=key: [(one.name, one.key) for one in Thing.objects(id=key).select_related()])
        for key in (1, 2, 3)
    ]


@alike_with_mongodb
def test_counting_refuses_what_reading_would_refuse(me):
    class Thing(me.Document):
        a = me.IntField()

    options = [("batch_size", -1), ("skip", -1), ("skip", "x"), ("limit", "x"), ("limit", 1.5)]
    return [
        raised(lambda option=option, with_them=with_them: getattr(Thing.objects, option[0])(option[1]).count(with_them))
        for option in options
        for with_them in (False, True)
    ]


@alike_with_mongodb
def test_a_slice_refuses_at_once_what_reading_would_refuse(me):
    class Thing(me.Document):
        a = me.IntField()

    options = [("skip", None), ("limit", None), ("skip", -1), ("batch_size", "x"), ("order_by", "a"), ("skip", 1)]
    return [raised(lambda option=option: list(getattr(Thing.objects[:], option[0])(option[1]))) for option in options]
