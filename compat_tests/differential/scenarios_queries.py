"""Scenarios: querysets, updates, deletes, aggregates, indexes."""

from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def people(me: Any, count: int = 25) -> Any:
    """A filled collection of people."""

    class Pet(me.EmbeddedDocument):
        kind = me.StringField()
        age = me.IntField(db_field="a")

    class Person(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()
        born = me.DateTimeField()
        tags = me.ListField(me.StringField())
        pets = me.EmbeddedDocumentListField(Pet)
        extra = me.DictField()
        friend = me.ReferenceField("self")
        meta = {"indexes": ["age", ("name", "-age")]}

    Person.objects.insert(
        [
            Person(
                id=ObjectId(f"{number + 1:024x}"),
                name=f"p{number:02d}",
                age=number % 7,
                born=datetime(2000, 1, 1) + timedelta(days=number),
                tags=[f"t{number % 3}", f"u{number % 4}"],
                pets=[Pet(kind=("cat", "dog")[place % 2], age=place + number) for place in range(number % 3)],
                extra={"k": number, "deep": {"x": number % 2}},
                friend=ObjectId(f"{number:024x}") if number else None,
            )
            for number in range(count)
        ]
    )
    return Person


def names(queryset: Any) -> list[str]:
    """The names found, in order."""
    return [person.name for person in queryset]


@scenario
def comparison_operators(me: Any) -> Any:
    objects = people(me).objects.order_by("name")
    return [
        (query, names(objects(**query)))
        for query in (
            {"age": 3}, {"age__ne": 3}, {"age__gt": 4}, {"age__gte": 4, "age__lt": 6}, {"age__in": [1, 2]},
            {"age__nin": [1, 2, 3]}, {"age__mod": (3, 1)}, {"age__not__gt": 3}, {"friend__exists": False},
            {"born__lte": datetime(2000, 1, 4)}, {"extra__k__gte": 22}, {"extra__deep__x": 1, "age": 1},
        )
    ]  # fmt: skip


@scenario
def string_operators(me: Any) -> Any:
    objects = people(me).objects.order_by("name")
    return [
        names(objects(**query))
        for query in (
            {"name__startswith": "p1"}, {"name__istartswith": "P2"}, {"name__endswith": "5"}, {"name__contains": "0"},
            {"name__icontains": "P0"}, {"name__iexact": "P03"}, {"name__exact": "p03"}, {"name__regex": r"p[01]\d"},
            {"name__wholeword": "p07"}, {"name__startswith": "p(.*"},
        )
    ]  # fmt: skip


@scenario
def list_operators(me: Any) -> Any:
    objects = people(me).objects.order_by("name")
    return [
        names(objects(**query))
        for query in (
            {"tags": "t1"}, {"tags__all": ["t1", "u2"]}, {"tags__size": 2}, {"tags__0": "t2"}, {"pets__kind": "dog"},
            {"pets__0__age__gt": 20}, {"pets__elemMatch": {"kind": "dog", "age__gte": 10}}, {"pets__size": 0},
            {"tags__in": ["t0", "u3"], "tags__nin": ["u1"]}, {"pets__match": {"kind": "cat", "age": 4}},
        )
    ]  # fmt: skip


@scenario
def boolean_combinations(me: Any) -> Any:
    person = people(me)
    q = me.Q
    queries = (
        q(age=1) | q(age=2), q(age__gt=1) & q(age__lt=3), (q(age=1) | q(name="p03")) & q(tags="t1"),
        q(age=1) & q(age=2), q(), q(age=1) | q(), (q(tags="t1") | q(tags="t2")) & (q(age=3) | q(age=4)),
    )  # fmt: skip
    return [(str(person.objects(query)._query), names(person.objects(query).order_by("name"))) for query in queries]


@scenario
def slicing_and_caching(me: Any) -> Any:
    person = people(me)
    queryset = person.objects.order_by("name")
    seen = [names(queryset[2:5]), queryset[3], names(queryset[20:]), names(queryset.skip(3).limit(2)), len(queryset)]
    seen += [
        queryset.count(),
        queryset[:5].count(with_limit_and_skip=True),
        bool(queryset),
        bool(person.objects(age=99)),
    ]
    list(queryset)
    list(queryset)
    seen.append(raised(queryset.no_cache))
    uncached = person.objects.order_by("name").no_cache()
    seen += [names(uncached), names(uncached), repr(queryset), repr(person.objects(age=99)), names(queryset[0:0])]
    return seen


@scenario
def projections(me: Any) -> Any:
    person = people(me)
    objects = person.objects.order_by("name")
    one = objects.only("name", "pets.kind").skip(2).first()
    two = objects.exclude("tags", "extra").first()
    three = objects.fields(slice__tags=1, name=1).first()
    one.name = "changed"
    one.save()
    return [
        one, two, three, sorted(one.to_mongo()), objects.scalar("name", "age")[:3], list(objects.as_pymongo()[:2]),
        objects.only("age").scalar("age").first(), one.get_text_score() if hasattr(one, "nothing") else None,
    ]  # fmt: skip


@scenario
def getting_one(me: Any) -> Any:
    person = people(me)
    return [
        person.objects.get(name="p04").age, person.objects(age=1).first().name, person.objects(age=99).first(),
        person.objects.with_id(f"{3:024x}").name, person.objects.with_id(f"{99:024x}"),
        sorted((key, value.name) for key, value in person.objects.in_bulk([ObjectId(f"{2:024x}")]).items()),
        person.objects(pk=f"{5:024x}").get().name, person.objects.get(id=f"{5:024x}", age=4).name,
    ]  # fmt: skip


@scenario
def ordering_and_distinct(me: Any) -> Any:
    person = people(me)
    return [
        names(person.objects.order_by("-age", "+name")), names(person.objects.order_by("-born").limit(3)),
        sorted(person.objects.distinct("age")), sorted(person.objects(age__gt=3).distinct("pets.kind")),
        person.objects.order_by("age")._ordering, names(person.objects.order_by("age").order_by().limit(2)),
    ]  # fmt: skip


@scenario
def numbers_over_a_query(me: Any) -> Any:
    person = people(me)
    pipeline = [{"$group": {"_id": "$age", "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}]
    return [
        person.objects.sum("age"), person.objects(age__gt=2).average("age"), person.objects.average("extra.k"),
        list(person.objects(age__lt=5).aggregate(pipeline)), sorted(person.objects.item_frequencies("tags").items()),
        list(person.objects.order_by("-age").limit(3).aggregate([{"$project": {"age": 1}}])),
    ]  # fmt: skip


@scenario
def update_operators(me: Any) -> Any:
    person = people(me, 6)
    objects = person.objects
    return [
        objects(name="p01").update(set__age=50, unset__tags=True),
        objects(age=50).update_one(inc__age=2, push__tags="n"),
        objects.update(add_to_set__tags=["x", "y"]), objects(name="p02").update(push_all__tags=["a", "b"]),
        objects(name="p02").update(pull__tags="a", set__extra__deep__x=9), objects(name="p03").update(pop__tags=-1),
        objects(pets__kind="cat").update(set__pets__S__age=77), objects(name="p05").update(pull__pets__kind="cat"),
        objects(name="p04").update(dec__age=1, mul__extra__k=3), raised(lambda: objects.update(set__age=1, inc__age=1)),
        objects(name="p00").update(min__age=-1, set__friend=objects.get(name="p05")),
        objects(name="none").update_one(upsert=True, set__age=1), objects(name="none").update_one(set__age=1),
        objects(age=1).update(full_result=True, set__age=2).raw_result.get("nModified"),
        objects(name="p03").update(__raw__={"$set": {"raw": 1}}),
    ]  # fmt: skip


@scenario
def modify_and_upsert(me: Any) -> Any:
    person = people(me, 5)
    return [
        person.objects(name="p01").modify(inc__age=5), person.objects(name="p01").modify(inc__age=5, new=True),
        person.objects(name="none").modify(set__age=1), person.objects(name="p02").modify(remove=True),
        person.objects(name="new").upsert_one(set__age=33).age, person.objects.count(),
    ]  # fmt: skip


@scenario
def bulk_insert(me: Any) -> Any:
    class Thing(me.Document):
        name = me.StringField(unique=True)

    loaded = Thing.objects.insert([Thing(name="a"), Thing(name="b")])
    ids = Thing.objects.insert([Thing(name="c"), Thing(name="d")], load_bulk=False)
    one = Thing.objects.insert(Thing(name="e"))
    created = Thing.objects.create(name="f")
    return loaded, len(ids), one, created, Thing.objects.count()


@scenario
def deleting_with_rules(me: Any) -> Any:
    class Author(me.Document):
        name = me.StringField()

    class Cascades(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.CASCADE)

    class Nullifies(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.NULLIFY)

    class Pulls(me.Document):
        authors = me.ListField(me.ReferenceField(Author, reverse_delete_rule=me.PULL))

    class Denies(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.DENY)

    one, two = Author(name="1").save(), Author(name="2").save()
    for author in (one, two):
        Cascades(author=author).save()
        Nullifies(author=author).save()
    Pulls(authors=[one, two]).save()
    one.delete()
    seen = [Cascades.objects.count(), Nullifies.objects(author=None).count(), len(Pulls.objects.get().authors)]
    Denies(author=two).save()
    try:
        Author.objects.delete()
    except me.errors.OperationError as error:
        seen.append(error)
    return seen


@scenario
def deleting(me: Any) -> Any:
    person = people(me)
    return [
        person.objects(age=1).delete(),
        person.objects.first().delete(),
        person.objects[:3].delete(),
        person.objects.count(),
    ]


@scenario
def following_references(me: Any) -> Any:
    person = people(me, 6)
    objects = person.objects.order_by("name")
    plain = [item.friend and item.friend.name for item in objects]
    joined = [item.friend and item.friend.name for item in objects.select_related()]
    bare = [type(item.friend).__name__ for item in objects.no_dereference()]
    return plain, joined, bare


@scenario
def indexes(me: Any) -> Any:
    class Thing(me.Document):
        name = me.StringField(unique=True)
        part = me.StringField(unique_with="other")
        other = me.StringField()
        when = me.DateTimeField()
        text = me.StringField()
        meta = {
            "indexes": [
                "-other", ("other", "-when"), {"fields": ["when"], "expireAfterSeconds": 3600}, "#part", "$text",
                {"fields": ["other"], "sparse": True, "name": "mine"},
            ]
        }  # fmt: skip

    Thing.ensure_indexes()
    return Thing.list_indexes(), Thing.compare_indexes(), Thing._meta["index_specs"]


@scenario
def switching(me: Any) -> Any:
    person = people(me, 3)
    with me.context_managers.switch_collection(person, "elsewhere") as elsewhere:
        elsewhere(name="there").save()
        there = elsewhere.objects.count()
    one = person.objects.first()
    one.switch_collection("third")
    one.save()
    return there, person.objects.count()


@scenario
def counting_queries(me: Any) -> Any:
    person = people(me, 3)
    with me.context_managers.query_counter() as counter:
        list(person.objects)
        person.objects.first()
        first = int(counter)
        person(name="x").save()
        return first, int(counter)


@scenario
def hints_and_comments(me: Any) -> Any:
    person = people(me)
    return [
        names(person.objects(age=3).hint("age_1").order_by("name")), names(person.objects.comment("why").limit(1)),
        names(person.objects.batch_size(5).order_by("name")), names(person.objects.max_time_ms(5000).limit(2)),
        names(person.objects(name="P01").collation({"locale": "en", "strength": 2})),
        person.objects.timeout(False).count(),
        person.objects(age=3).explain()["ok"],
    ]  # fmt: skip
