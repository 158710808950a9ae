"""Scenarios: kinds of collections, managers, context managers."""

from datetime import datetime
from typing import Any

from pymongo import WriteConcern

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_queries import names, people

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


@scenario
def capped_collections(me: Any) -> Any:
    def log(name: str, **meta: Any) -> Any:
        return type(
            "Log",
            (me.Document,),
            {"text": me.StringField(), "__module__": __name__, "meta": {"collection": name, **meta}},
        )

    def options(cls: Any) -> Any:
        return raised(lambda: cls._get_collection().options())

    both, size, number, odd = (
        log("both", max_documents=3, max_size=90112),
        log("size", max_size=4096),
        log("number", max_documents=2),
        log("odd", max_size=1000),
    )
    for count in range(5):
        both(id=oid(count + 1), text=str(count)).save()
    seen = [[one.text for one in both.objects], options(both), options(size), options(number), options(odd)]
    again, other = log("both", max_documents=3, max_size=90112), log("both", max_documents=5, max_size=90112)
    third = log("size", max_size=8192)
    return (
        seen,
        raised(lambda: again.objects.count()),
        raised(lambda: other.objects.count()),
        raised(lambda: third.objects.count()),
        raised(lambda: both.objects.first().update(set__text="longer than before")),
        raised(lambda: both.objects.first().delete()),
    )


@scenario
def timeseries_collections(me: Any) -> Any:
    class Reading(me.Document):
        timestamp = me.DateTimeField(required=True)
        sensor = me.StringField(db_field="s")
        value = me.FloatField()
        meta = {
            "timeseries": {
                "timeField": "timestamp",
                "metaField": "s",
                "granularity": "minutes",
                "expireAfterSeconds": 1_000_000_000,
            }
        }

    rows = [
        Reading(id=oid(number + 1), timestamp=datetime(2024, 1, 1, 0, number), sensor="a", value=number)
        for number in range(3)
    ]
    Reading.objects.insert(rows, load_bulk=False)
    options = Reading._get_collection().options()
    seen = [
        raised(lambda: Reading(id=oid(9), timestamp=datetime(2024, 1, 2)).save()),
        Reading.objects.count(),
        [one.value for one in Reading.objects(timestamp__gt=datetime(2024, 1, 1)).order_by("timestamp")],
        raised(lambda: Reading.objects.first().sensor),
        raised(lambda: Reading.objects.distinct("sensor")),
        options.get("timeseries"),
        options.get("expireAfterSeconds"),
    ]

    class Wrong(me.Document):
        timestamp = me.DateTimeField()
        meta = {"timeseries": {"timeField": "timestamp", "nonsense": 1}}

    class Again(me.Document):
        timestamp = me.DateTimeField()
        meta = {"collection": "reading", "timeseries": {"timeField": "timestamp"}}

    # Time series store their rows in buckets with ids of their own.
    found = (
        seen,
        raised(lambda: Wrong.objects.count()),
        raised(lambda: Again.objects.count()),
        raised(lambda: Reading.objects(sensor="a").update(set__value=1)),
        raised(lambda: Reading.objects(sensor="a").delete()),
        raised(lambda: rows[0].save().pk),
    )
    Reading.drop_collection()
    return found


@scenario
def names_of_collections(me: Any) -> Any:
    def declared(**meta: Any) -> Any:
        return raised(
            lambda: type("SomeThingElse", (me.Document,), {"__module__": __name__, "meta": meta})._get_collection_name()
        )

    class Abstract(me.Document):
        meta = {"abstract": True}

    class Concrete(Abstract):
        pass

    return (
        declared(),
        declared(collection="given"),
        declared(collection=lambda cls: cls.__name__.upper()),
        declared(collection="with.dots"),
        declared(collection=""),
        raised(lambda: declared(collection=5)),
        Abstract._get_collection_name(),
        Concrete._get_collection_name(),
        raised(lambda: Abstract.objects.count()),
        raised(lambda: Abstract().save()),
        raised(lambda: Concrete().save().pk is not None),
    )


@scenario
def managers(me: Any) -> Any:
    class Post(me.Document):
        title = me.StringField()
        published = me.BooleanField()
        num = me.IntField()
        meta = {"ordering": ["num"]}

        @me.queryset_manager
        def objects(doc_cls, queryset):
            return queryset.order_by("-num")

        @me.queryset_manager
        def live(cls, queryset):
            return queryset(published=True)

        @me.queryset_manager
        def second_live(cls, queryset):
            return cls.live(num__gt=1)

    for number in range(4):
        Post(id=oid(number + 1), title=f"p{number}", published=number % 2 == 0, num=number).save()
    return (
        [
            [one.title for one in manager]
            for manager in (
                Post.objects,
                Post.live,
                Post.second_live,
                Post.objects(num__lt=3),
                Post.live(num=0),
                Post.objects.order_by("num"),
                Post.live.filter(num__gte=0).order_by("-num"),
                Post.live.limit(1),
            )
        ],
        Post.live.count(),
        Post.live.first().title,
        raised(lambda: Post.live.get(num=1)),
        raised(lambda: Post().objects),
        raised(lambda: Post.live()),
        Post.live.update(set__title="x"),
        Post.objects.delete(),
    )


@scenario
def querysets_of_ones_own(me: Any) -> Any:
    class Named(me.QuerySet):
        def named(self, name: str) -> Any:
            return self.filter(name=name)

    class Base(me.Document):
        name = me.StringField()
        meta = {"queryset_class": Named, "allow_inheritance": True}

    class Child(Base):
        pass

    class Managed(me.Document):
        name = me.StringField()
        objects = me.queryset.QuerySetManager() if hasattr(me.queryset, "QuerySetManager") else None
        live = me.queryset_manager(lambda cls, queryset: queryset.filter(name="a"))

    Child(id=oid(1), name="a").save()
    Managed(id=oid(1), name="a").save()
    return [
        type(Base.objects).__name__,
        Base.objects.named("a").count(),
        Child.objects.named("b").count(),
        type(Base.objects.clone()).__name__,
        type(Base.objects.no_cache()).__name__,
        type(Base.objects.filter()).__name__,
        [one.name for one in Base.objects.named("a")],
        Managed.live.count(),
        type(Base.objects.named("a")[:1]).__name__,
        raised(lambda: Base.objects.named("a").first().name),
    ]


@scenario
def switching_collections(me: Any) -> Any:
    person = people(me, 2)
    with me.context_managers.switch_collection(person, "there") as there:
        seen = [
            there._get_collection_name(),
            there(id=oid(50), name="x").save().name,
            there.objects.count(),
            person.objects.count(),
            names(there.objects.all()),
        ]
    seen += [person._get_collection_name(), person.objects.count()]
    one = person.objects.first()
    one.switch_collection("third")
    one.age = 77
    seen += [
        raised(lambda: one.save().age),
        raised(lambda: one.reload().age),
        raised(lambda: one.update(set__age=1)),
        raised(one.delete),
        person.objects.count(),
    ]
    two = person.objects.first()
    two.switch_collection("fourth", keep_created=False)
    return seen, raised(lambda: two.save().name), raised(lambda: two.reload().name), person.objects.count()


@scenario
def switching_databases(me: Any) -> Any:
    person = people(me, 2)
    client = person._get_db().client
    options = dict(zip(("host", "port"), client.address, strict=True))
    name = person._get_db().name
    me.connect(f"{name}_other", alias="other", uuidRepresentation="standard", **options)
    try:
        with me.context_managers.switch_db(person, "other") as there:
            seen = [
                there.objects.count(),
                there(id=oid(50), name="x").save().name,
                there.objects.count(),
                there._get_db().name.removeprefix(name),
            ]
        seen += [
            person.objects.count(),
            person.objects.using("other").count(),
            raised(lambda: person.objects.using("other").first().name),
        ]
        one = person.objects.first()
        one.switch_db("other")
        seen += [
            raised(lambda: one.save().name),
            person.objects.using("other").count(),
            raised(lambda: one.reload().name),
            raised(lambda: one.switch_db("nowhere")),
            raised(lambda: one.delete()),
        ]
        with me.context_managers.switch_db(person, "other"):
            person.drop_collection()
        return (
            seen,
            person.objects.count(),
            raised(lambda: me.context_managers.switch_db(person, "nowhere").__enter__()),
            raised(lambda: person.objects.count()),
        )
    finally:
        client.drop_database(f"{name}_other")
        me.disconnect("other")


@scenario
def without_subclasses(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Child(Base):
        pass

    class Alone(me.Document):
        name = me.StringField()

    Base(id=oid(1), name="b").save()
    Child(id=oid(2), name="c").save()
    with me.context_managers.no_sub_classes(Base) as inside:
        seen = [inside.objects.count(), [one.name for one in inside.objects], inside._subclasses, inside is Base]
    with me.context_managers.no_sub_classes(Alone) as alone:
        seen.append(raised(alone.objects.count))
    return (
        seen,
        Base.objects.count(),
        Base._subclasses,
        raised(lambda: me.context_managers.no_sub_classes(5).__enter__()),
    )


@scenario
def write_concern_contexts(me: Any) -> Any:
    collection = people(me, 2)._get_collection()
    contexts = me.context_managers
    seen = []
    for given in ({"w": 1}, {}, None, {"w": 2, "j": True}, {"wtimeout": 5}):
        with contexts.set_write_concern(collection, given or {}) as inside:
            seen.append(repr(inside.write_concern))
        for concern in (None, {}, {"level": "majority"}):
            with contexts.set_read_write_concern(collection, given, concern) as inside:
                seen.append((repr(inside.write_concern), repr(inside.read_concern)))
    return seen, [
        (
            raised(lambda: contexts.set_write_concern(collection, bad).__enter__().write_concern),
            raised(lambda: contexts.set_read_write_concern(collection, bad, None).__enter__().write_concern),
            raised(lambda: contexts.set_read_write_concern(collection, None, bad).__enter__().read_concern),
        )
        for bad in (5, {"nonsense": 1}, [("w", 1)], WriteConcern(w=1), "w")
    ]


@scenario
def counted_queries(me: Any) -> Any:
    person = people(me, 5)
    seen = []
    with me.context_managers.query_counter() as counter:
        for step in (
            lambda: list(person.objects),
            lambda: person.objects.first(),
            lambda: person.objects.count(),
            lambda: person(name="x").save(),
            lambda: person.objects(age=1).update(set__age=2),
            lambda: person.objects.get(name="p01").friend,
            lambda: person.objects.select_related(),
            lambda: person.objects.none().count(),
            lambda: bool(person.objects),
            lambda: person.objects.insert([person(name="a"), person(name="b")]),
            lambda: person.objects(name="x").delete(),
        ):
            step()
            seen.append(int(counter))
        seen += [
            counter == seen[-1],
            counter > 1,
            counter < 100,
            counter >= 5,
            counter <= 5,
            counter != 3,
            str(counter),
        ]
    return seen


@scenario
def dereferencing_contexts(me: Any) -> Any:
    person = people(me, 3)
    contexts = me.context_managers
    one = person.objects.get(name="p01")
    seen = []
    with contexts.no_dereference(person):
        inside = person.objects.get(name="p01")
        seen += [type(inside.friend).__name__, type(one.friend).__name__, type(person.objects.first().friend).__name__]
        with contexts.no_dereference(person):
            seen.append(type(person.objects.get(name="p02").friend).__name__)
        seen.append(type(person.objects.get(name="p02").friend).__name__)
    seen += [type(inside.friend).__name__, type(person.objects.get(name="p01").friend).__name__]
    with contexts.no_dereference(person.pets.field.document_type):
        seen.append(type(person.objects.get(name="p01").friend).__name__)
    return seen


@scenario
def names_and_types_of_stored_values(me: Any) -> Any:
    class Counter(me.Document):
        number = me.SequenceField()
        other = me.SequenceField(sequence_name="mine", value_decorator=str)
        code = me.SequenceField(collection_name="numbers")

    for _ in range(3):
        Counter().save()
    field = Counter.number
    return (
        [(one.number, one.other, one.code) for one in Counter.objects.order_by("number")],
        field.get_next_value(),
        field.set_next_value(50),
        field.generate(),
        Counter().save().number,
        raised(lambda: field.set_next_value("x")),
    )
