"""Scenarios: indexes of every kind and option, and how they are made, listed and compared."""

import re
from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def declared(me: Any, *indexes: Any, **options: Any) -> Any:
    """A class with fields of several kinds and the given indexes."""

    class Part(me.EmbeddedDocument):
        num = me.IntField(db_field="n")
        code = me.StringField()

    class Thing(me.Document):
        name = me.StringField(db_field="nm")
        age = me.IntField()
        text = me.StringField()
        when = me.DateTimeField()
        point = me.PointField(auto_index=False)
        flat = me.GeoPointField()
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        part = me.EmbeddedDocumentField(Part, db_field="p")
        parts = me.EmbeddedDocumentListField(Part)
        ref = me.ReferenceField("self")
        meta = {"indexes": list(indexes), **options}

    return Thing


def made(me: Any, *indexes: Any, compared: bool = True, **meta: Any) -> Any:
    """What the indexes become, what making them raises, and what there is in the end."""
    cls = raised(lambda: declared(me, *indexes, **meta))
    if not isinstance(cls, tuple):
        return cls
    thing = cls[1]
    seen = [
        raised(lambda: thing._meta["index_specs"]),
        raised(thing.ensure_indexes),
        raised(thing.list_indexes),
        raised(thing.compare_indexes) if compared else None,
        raised(lambda: thing._get_collection().index_information()),
    ]
    thing.drop_collection()
    return seen


def add(name: str, *indexes: Any, compared: bool = True, **meta: Any) -> None:
    """Add a scenario about some declarations, each for itself; *compared* with what the database has."""

    def of_these(me: Any) -> Any:
        return [made(me, index, compared=compared, **meta) for index in indexes]

    of_these.__name__ = name
    scenario(of_these)


add(
    "plain_keys",
    "name",
    "-name",
    "+name",
    ("name", "-age"),
    ["age", "name"],
    {"fields": ["name"]},
    {"fields": ("name", "-age")},
    "part",
    "part.num",
    "parts.num",
    "part__num",
    "tags",
    "extra.a.b",
    "ref",
    "pk",
    "id",
    "_id",
    "-id",
    "nm",
)
add(
    "wrong_keys",
    "nothing",
    "part.nothing",
    "",
    5,
    None,
    (),
    [],
    {},
    {"fields": []},
    {"fields": "name"},
    {"name": "x"},
    ("name", 5),
    {"fields": ["name", "nothing"]},
    ("name", "name"),
    ["*name"],
    {"fields": ["name"], "nonsense": 1},
    {"fields": ["name"], "unique": "x"},
)
add(
    "special_keys",
    "#name",
    "$text",
    ("$name", "$text"),
    "*point",
    "(point",
    ")flat",
    ("*point", "name"),
    "$**",
    {"fields": ["#name"], "cls": False},
    ("#name", "age"),
    "@point",
    "$extra.a",
)
add(
    "options", {"fields": ["name"], "unique": True}, {"fields": ["name"], "sparse": True}, {"fields": ["when"],
    "expireAfterSeconds": 60}, {"fields": ["age"], "expireAfterSeconds": 0}, {"fields": ["name", "age"],
    "name": "mine"}, {"fields": ["name"], "background": True}, {"fields": ["name"], "cls": False},
    {"fields": ["name"], "cls": True},
    {"fields": ["name"], "partialFilterExpression": {"age": {"$gt": 5}}}, {"fields": ["name"],
    "collation": {"locale": "en", "strength": 2}}, {"fields": ["name"], "hidden": True}, {"fields": ["name"],
    "unique": True, "sparse": True, "background": False}, {"fields": ["name"], "types": False}, {"fields": ["name"],
    "dropDups": True},
    {"fields": ["$text"], "language_override": "lang", "name": "t"}, {"fields": ["flat"], "min": -10, "max": 10},
    {"fields": ["name"], "expireAfterSeconds": "x"}, {"fields": ["name"], "unique": True,
    "partialFilterExpression": {"nm": {"$exists": True}}},
)  # fmt: skip
add("in_the_background", "name", ("age", "name"), index_background=True)
add("with_options_for_all", "name", {"fields": ["age"], "sparse": False}, index_opts={"sparse": True})
add("without_making_them", "name", ("age", "name"), auto_create_index=False)
add("without_the_class", "name", ("age", "name"), index_cls=False)
add(
    "of_inherited_classes",
    "name",
    ("age", "name"),
    {"fields": ["age"], "cls": False},
    "_cls",
    ("_cls", "age"),
    "#name",
    allow_inheritance=True,
)
# compare_indexes() does not understand these in 0.29.3, and does in ours: tests/document/test_index_comparison.py.
add(
    "texts_in_another_order",
    ("$text", "age"),
    {"fields": ["$text", "$name"], "default_language": "german", "weights": {"text": 5, "nm": 2}},
    compared=False,
)
add("texts_of_inherited_classes", "$text", allow_inheritance=True, compared=False)
add(
    "of_inherited_classes_without_the_class",
    "name",
    {"fields": ["age"], "cls": True},
    allow_inheritance=True,
    index_cls=False,
)


@scenario
def several_at_once(me: Any) -> Any:
    return (
        made(me, "name", "-name", "name", ("name", "age"), "age", {"fields": ["name"], "sparse": True}),
        made(me, {"fields": ["name"], "unique": True}, "name"),
        made(me, "part.num", "parts.num", "part"),
    )


@scenario
def made_at_first_use(me: Any) -> Any:
    def used(**meta: Any) -> Any:
        thing = declared(me, "name", **meta)
        seen = [
            raised(lambda: thing.objects.count()),
            sorted(thing._get_collection().index_information()),
            raised(lambda: thing(name="a").save().name),
            sorted(thing._get_collection().index_information()),
        ]
        second = thing(name="b")
        second.save()
        second.age = 5
        seen += [
            second.save().age,
            raised(lambda: thing(name="c").save(force_insert=True).name),
            thing.ensure_indexes(),
            sorted(thing._get_collection().index_information()),
            thing.objects.delete(),
        ]
        thing.drop_collection()
        return seen

    return (
        used(),
        used(auto_create_index=False),
        used(auto_create_index_on_save=True),
        used(auto_create_index=False, auto_create_index_on_save=True),
        used(auto_create_index_on_save=False),
    )


@scenario
def unique_fields(me: Any) -> Any:
    class Part(me.EmbeddedDocument):
        code = me.StringField(unique=True, db_field="c")
        other = me.StringField(unique_with="code")

    class Thing(me.Document):
        name = me.StringField(unique=True, db_field="nm")
        a = me.IntField(unique_with="b")
        b = me.IntField(db_field="bb")
        c = me.IntField(unique_with=["a", "name"])
        d = me.StringField(unique=True, sparse=True)
        e = me.StringField(required=False, unique=True, null=True)
        part = me.EmbeddedDocumentField(Part, db_field="p")
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        f = me.IntField(unique_with="part.code")

    Thing(id=oid(1), name="a", a=1, b=1, c=1, d="x", e="y", part=Part(code="k")).save()
    return (
        Thing._unique_with_indexes(),
        Thing.list_indexes(),
        Thing.compare_indexes(),
        raised(lambda: Thing(name="a").save()),
        raised(lambda: Thing(name="b", a=1, b=1).save()),
        raised(lambda: Thing(name="c", d="x").save()),
        raised(lambda: Thing.objects.insert([Thing(name="d", e="y")])),
    )


@scenario
def unique_fields_of_inherited_classes(me: Any) -> Any:
    class Base(me.Document):
        name = me.StringField(unique=True)
        meta = {"allow_inheritance": True, "indexes": ["name"]}

    class Child(Base):
        age = me.IntField(unique_with="name")
        meta = {"indexes": ["age"]}

    class Other(Base):
        meta = {"indexes": [("name", "-id")]}

    class Abstract(me.Document):
        slug = me.StringField(unique=True)
        meta = {"abstract": True, "indexes": ["slug"]}

    class Concrete(Abstract):
        title = me.StringField()
        meta = {"indexes": ["title"]}

    return [
        (
            cls.__name__,
            raised(lambda: cls._meta["index_specs"]),
            raised(cls.ensure_indexes),
            raised(cls.list_indexes),
            raised(cls.compare_indexes),
        )
        for cls in (Base, Child, Other, Concrete)
    ]


@scenario
def bad_unique_fields(me: Any) -> Any:
    def two(**options: Any) -> Any:
        class Thing(me.Document):
            a = me.IntField(**options)
            b = me.IntField()

        Thing.ensure_indexes()
        return Thing._unique_with_indexes()

    return [
        raised(lambda: two(**options))
        for options in (
            {"unique_with": "nothing"},
            {"unique_with": "a"},
            {"unique_with": 5},
            {"unique_with": []},
            {"unique_with": ["b", "nothing"]},
            {"unique": True, "unique_with": "b"},
            {"unique_with": ("b",)},
        )
    ]


@scenario
def geographic_fields(me: Any) -> Any:
    class Spot(me.EmbeddedDocument):
        at = me.PointField(db_field="a")
        off = me.PointField(auto_index=False)

    class Place(me.Document):
        flat = me.GeoPointField(db_field="f")
        point = me.PointField()
        line = me.LineStringField(auto_index=False)
        spot = me.EmbeddedDocumentField(Spot, db_field="s")
        spots = me.ListField(me.EmbeddedDocumentField(Spot))
        self_ref = me.ReferenceField("self")

    return (
        Place._geo_indices(),
        Place.ensure_indexes(),
        Place.list_indexes(),
        Place.compare_indexes(),
        Place._get_collection().index_information(),
    )


@scenario
def recursive_geographic_fields(me: Any) -> Any:
    class Node(me.EmbeddedDocument):
        at = me.PointField()
        nodes = me.EmbeddedDocumentListField("self")

    class Place(me.Document):
        point = me.PointField()
        parent = me.ReferenceField("self")
        nested = me.EmbeddedDocumentListField(Node)

    return raised(Place._geo_indices), raised(Place.ensure_indexes)


@scenario
def comparing_with_what_is_there(me: Any) -> Any:
    thing = declared(me, "name", ("age", "name"), "#text", "$text", {"fields": ["when"], "expireAfterSeconds": 5})
    seen = [raised(thing.compare_indexes), raised(thing.ensure_indexes), raised(thing.compare_indexes)]
    collection = thing._get_collection()
    collection.create_index([("extra", 1)], name="more")
    collection.create_index([("age", -1)])
    collection.drop_index("nm_1")
    return (
        seen,
        raised(thing.compare_indexes),
        raised(thing.list_indexes),
        raised(lambda: collection.create_index("x", unique=True)),
        raised(thing.compare_indexes),
    )


@scenario
def conflicting_indexes(me: Any) -> Any:
    thing = declared(me, {"fields": ["name"], "unique": True})
    collection = thing._get_db()[thing._get_collection_name()]
    collection.create_index([("nm", 1)])
    seen = [
        raised(thing.ensure_indexes),
        raised(lambda: thing.objects.count()),
        raised(lambda: thing(name="a").save().name),
    ]
    collection.drop()
    collection.insert_many([{"_id": 1, "nm": "a"}, {"_id": 2, "nm": "a"}])
    return seen, raised(thing.ensure_indexes), raised(lambda: thing(name="b").save().name)


@scenario
def created_by_hand(me: Any) -> Any:
    thing = declared(me)
    return [
        raised(lambda: thing.create_index("name")), raised(lambda: thing.create_index(["age", "-name"])),
        raised(lambda: thing.create_index("age", background=True)), raised(lambda: thing.create_index("text",
        sparse=True, unique=True)), raised(lambda: thing.create_index({"fields": ["when"], "expireAfterSeconds": 5})),
        raised(lambda: thing.create_index("nothing")),
        raised(lambda: thing.create_index("$text", default_language="german")),
        raised(lambda: thing.create_index("part.num")), raised(lambda: thing.create_index(())),
        raised(lambda: thing.create_index(5)), raised(lambda: thing._build_index_spec("name")),
        raised(lambda: thing._build_index_spec({"fields": ["-age"], "unique": True})),
        raised(lambda: thing._build_index_specs(["name", ("age", "text")])),
        sorted(thing._get_collection().index_information()),
    ]  # fmt: skip


@scenario
def used_by_queries(me: Any) -> Any:
    thing = declared(me, "name", ("age", "-name"))
    thing(id=oid(1), name="a", age=1).save()

    def plan(queryset: Any) -> Any:
        text = str(queryset.explain()["queryPlanner"]["winningPlan"])
        return sorted(set(re.findall(r"'indexName': '([^']+)'", text)))

    objects = thing.objects
    return [
        raised(lambda: plan(queryset))
        for queryset in (
            objects(name="a"),
            objects(age=1),
            objects(age=1).order_by("-name"),
            objects(text="x"),
            objects.hint("nm_1"),
            objects(name="a").hint([("age", 1), ("nm", -1)]),
        )
    ]
