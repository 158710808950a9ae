"""JSON of every kind of field, partial `to_mongo`, and the forms in which queries give rows and counts."""

import enum
import json
import uuid
from datetime import date, datetime
from decimal import Decimal

import pytest
from bson import DBRef, ObjectId
from bson.json_util import CANONICAL_JSON_OPTIONS, LEGACY_JSON_OPTIONS, RELAXED_JSON_OPTIONS

from tests.base.both_sides import alike_with_mongodb, raised

KEY = ObjectId(f"{7:024x}")
NOON = datetime(2024, 5, 6, 12, 0, 0, 123000)


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


def kinds(me):
    """A class for each kind of field, and a value of it."""

    class Part(me.EmbeddedDocument):
        sku = me.StringField(db_field="s")
        sizes = me.ListField(me.IntField())

    class Owner(me.Document):
        name = me.StringField()

    owner, part = Owner(id=KEY, name="o").save(), Part(sku="a", sizes=[1])
    return {
        "StringField": (me.StringField(), "ü\"\n"), "URLField": (me.URLField(), "http://a.example"),
        "EmailField": (me.EmailField(), "a@b.example"), "IntField": (me.IntField(), 5), "LongField": (me.LongField(),
        2**40),
        "FloatField": (me.FloatField(), 1.5), "DecimalField": (me.DecimalField(), Decimal("1.25")),
        "DecimalField text": (me.DecimalField(force_string=True), Decimal("1.25")),
        "Decimal128Field": (me.Decimal128Field(), Decimal("1.2500")), "BooleanField": (me.BooleanField(), False),
        "DateTimeField": (me.DateTimeField(), NOON), "DateField": (me.DateField(), date(2024, 5, 6)),
        "ComplexDateTimeField": (me.ComplexDateTimeField(), NOON), "ObjectIdField": (me.ObjectIdField(), KEY),
        "EmbeddedDocumentField": (me.EmbeddedDocumentField(Part), part),
        "GenericEmbeddedDocumentField": (me.GenericEmbeddedDocumentField(), part),
        "DynamicField": (me.DynamicField(), {"a": [part, 1, None]}), "ListField": (me.ListField(), [1, "a", None, [2]]),
        "SortedListField": (me.SortedListField(me.IntField()), [3, 1]),
        "EmbeddedDocumentListField": (me.EmbeddedDocumentListField(Part), [part]),
        "DictField": (me.DictField(), {"a": {"b": [1]}}), "MapField": (me.MapField(me.DateTimeField()), {"k": NOON}),
        "ReferenceField": (me.ReferenceField(Owner), owner), "ReferenceField dbref": (me.ReferenceField(Owner,
        dbref=True), owner),
        "CachedReferenceField": (me.CachedReferenceField(Owner, fields=["name"]), owner),
        "LazyReferenceField": (me.LazyReferenceField(Owner), owner),
        "GenericReferenceField": (me.GenericReferenceField(), owner),
        "GenericLazyReferenceField": (me.GenericLazyReferenceField(), owner),
        "ListField of references": (me.ListField(me.ReferenceField(Owner)), [owner]),
        "BinaryField": (me.BinaryField(), b"\0\1"), "GeoPointField": (me.GeoPointField(), [1.0, 2.0]),
        "PointField": (me.PointField(), [1, 2]), "LineStringField": (me.LineStringField(), [[1, 2], [3, 4]]),
        "PolygonField": (me.PolygonField(), [[[0, 0], [0, 1], [1, 1], [0, 0]]]),
        "MultiPointField": (me.MultiPointField(), [[1, 2]]), "SequenceField": (me.SequenceField(), None),
        "UUIDField": (me.UUIDField(), uuid.UUID(int=5)), "UUIDField text": (me.UUIDField(binary=False),
        uuid.UUID(int=5)),
        "EnumField": (me.EnumField(Colour), Colour.BLUE),
    }  # fmt: skip


def holder(me, kind):
    field, value = kinds(me)[kind]
    base = type("Base", (me.Document,), {"meta": {"abstract": True}})
    cls = type("Thing", (base,), {"value": field, "name": me.StringField(db_field="n")})
    made = cls(id=KEY, name="x")
    if value is not None:
        made.value = value
    return cls, made.save()


KINDS = ["StringField", "URLField", "EmailField", "IntField", "LongField", "FloatField", "DecimalField",
         "DecimalField text", "Decimal128Field", "BooleanField", "DateTimeField", "DateField", "ComplexDateTimeField",
         "ObjectIdField", "EmbeddedDocumentField", "GenericEmbeddedDocumentField", "DynamicField", "ListField",
         "SortedListField", "EmbeddedDocumentListField", "DictField", "MapField", "ReferenceField",
         "ReferenceField dbref",
         "CachedReferenceField", "LazyReferenceField", "GenericReferenceField", "GenericLazyReferenceField",
         "ListField of references", "BinaryField", "GeoPointField", "PointField", "LineStringField", "PolygonField",
         "MultiPointField", "SequenceField", "UUIDField", "UUIDField text", "EnumField"]  # fmt: skip
OPTIONS = {"legacy": LEGACY_JSON_OPTIONS, "relaxed": RELAXED_JSON_OPTIONS, "canonical": CANONICAL_JSON_OPTIONS}


@pytest.mark.parametrize("kind", KINDS)
@alike_with_mongodb
def test_every_kind_of_field_to_json_and_back(me, kind):
    cls, made = holder(me, kind)
    found = cls.objects.first()
    results = []
    for options in OPTIONS.values():
        for document in (made, found):
            text = raised(lambda options=options, document=document: document.to_json(json_options=options))
            back = raised(lambda text=text, options=options: cls.from_json(text, json_options=options).to_mongo())
            results += [text, back]
    results.append(raised(lambda: found.to_json(use_db_field=False, indent=1, sort_keys=True)))
    text = raised(lambda: cls.objects.to_json())
    results += [text, raised(lambda: [row.to_mongo() for row in cls.objects.from_json(text)])]
    return results


def plain(value):
    """A row with its documents as they are stored."""
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(item) for item in value]
    return value.to_mongo() if hasattr(value, "to_mongo") else value


@pytest.mark.parametrize("kind", KINDS)
@alike_with_mongodb
def test_every_kind_of_field_as_rows(me, kind):
    cls, _ = holder(me, kind)
    found = cls.objects.first()
    return (
        found.to_mongo(use_db_field=False), found.to_mongo(fields=["value"]), found.to_mongo(False, ["name"]),
        list(cls.objects.as_pymongo()), list(cls.objects.only("value").as_pymongo()),
        plain(list(cls.objects.scalar("value"))), plain(list(cls.objects.values_list("name", "value"))),
        raised(lambda: plain(cls.objects.distinct("value"))), plain(cls.objects.scalar("value").get()),
        cls.objects.as_pymongo().get(name="x"),
    )  # fmt: skip


def people(me):
    class Person(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()
        tags = me.ListField(me.StringField(), db_field="t")

    for number in range(5):
        Person(name=f"n{number}", age=number % 3, tags=["a", "b", "c"][: number % 4]).save()
    return Person


@alike_with_mongodb
def test_explanations(me):
    person = people(me)
    plan = person.objects(age__gt=0).order_by("name").limit(2).explain()
    return sorted(plan), plan["queryPlanner"]["parsedQuery"], plan["queryPlanner"]["winningPlan"]["stage"]


@pytest.mark.parametrize("by_map_reduce", [True, False])
@alike_with_mongodb
def test_frequencies_of_items(me, by_map_reduce):
    objects = people(me).objects

    def count(field, **options):
        found = raised(lambda: objects(age__lt=2).item_frequencies(field, map_reduce=by_map_reduce, **options))
        return found if isinstance(found, Exception) else sorted(found.items(), key=str)

    return count("tags"), count("tags", normalize=True), count("age"), count("name"), count("nothing")


MAP = "function() { for (var i in this.t) { emit(this.t[i], 1); } }"
REDUCE = "function(key, values) { return Array.sum(values); }"


@alike_with_mongodb
def test_map_reduce(me):
    person = people(me)
    inline = list(person.objects(age__lt=2).map_reduce(MAP, REDUCE, "inline"))
    named = person.objects.order_by("age").map_reduce(
        "function() { emit(this[~name], this[~age]); }",
        REDUCE,
        output="counts",
        finalize_f="function(k, v) { return v * scale; }",
        scope={"unused": 1, "scale": 2},
    )
    counted = sorted((row.key, row.value) for row in named)
    # The server writes its output in any order.
    me.get_db().drop_collection("counts")
    return (
        sorted((row.key, row.value, type(row).__name__) for row in inline), counted,
        raised(lambda: list(person.objects.map_reduce(MAP, REDUCE, {"nothing": 1}))).__class__.__name__,
    )  # fmt: skip


@alike_with_mongodb
def test_code_on_the_server(me):
    person = people(me)
    run = raised(lambda: person.objects(age=1).exec_js("return db[collection].find(query).count() + options.n;", n=1))
    where = person.objects.where("this[~age] > 1").order_by("name")
    return type(run).__name__, [found.name for found in where], where.count(), where._where_clause


@alike_with_mongodb
def test_json_of_whole_queries(me):
    person = people(me)
    text = person.objects.order_by("name").only("name", "age").to_json()
    rows = [{**row, "_id": None} for row in json.loads(text)]
    back = person.objects.from_json(text)
    mixed = person.objects.scalar("name").to_json()
    return rows, [(found.name, found._created, found._get_changed_fields()) for found in back], len(json.loads(mixed))


@alike_with_mongodb
def test_a_reference_that_was_followed_is_written_as_an_id(me):
    cls, _ = holder(me, "ReferenceField")
    found = cls.objects.first()
    found.value.name = "read"
    raw = cls.objects.no_dereference().first()
    return found.to_json(), raw.to_json(), isinstance(raw.value, DBRef), json.loads(found.to_json())["value"]
