"""Scenarios: finding single documents, text search, JavaScript conditions, and what the server refuses."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_chaining import ordered
from compat_tests.differential.scenarios_queries import names, people

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


@scenario
def getting_exactly_one(me: Any) -> Any:
    person = people(me, 8)
    objects = person.objects
    return [
        raised(lambda: objects.get()), raised(lambda: objects.get(age=99)), raised(lambda: objects.get(age=0)),
        objects.get(name="p01").pk, raised(lambda: objects(age=1).get().name),
        raised(lambda: objects(age=1).get(name="p00")),
        raised(lambda: objects.get(nothing=1)), raised(lambda: objects.get(age="bad")),
        raised(lambda: objects.order_by("-name").get(name="p02").name), raised(lambda: objects.limit(1).get()),
        raised(lambda: objects.skip(1).get()), raised(lambda: objects[:1].get()),
        objects.only("name").get(name="p03").age, objects.scalar("age").get(name="p03"),
        objects.as_pymongo().only("age").get(name="p03"), raised(lambda: objects.get(pk="bad")),
        raised(lambda: objects.get(oid(1))), raised(lambda: objects.no_cache().get(name="p01").name),
        raised(lambda: objects.hint("age_1").comment("c").get(name="p01").name),
        raised(lambda: objects.get(me.Q(age=1) & me.Q(name="p01")).name), raised(lambda: person.objects.get(id=None)),
        raised(lambda: objects.max_time_ms(5000).get(name="p01").name),
        issubclass(person.DoesNotExist, me.DoesNotExist), issubclass(person.MultipleObjectsReturned,
        me.MultipleObjectsReturned), person.DoesNotExist.__name__, person.DoesNotExist.__module__ == person.__module__,
    ]  # fmt: skip


@scenario
def by_primary_keys(me: Any) -> Any:
    person = people(me, 6)
    objects = person.objects

    def bulk(queryset: Any, keys: Any) -> Any:
        return raised(
            lambda: sorted((str(key), getattr(value, "name", value)) for key, value in queryset.in_bulk(keys).items())
        )

    return [
        bulk(objects, [oid(1), oid(2)]), bulk(objects, []), bulk(objects, [oid(99)]), bulk(objects, [str(oid(1))]),
        bulk(objects, (oid(1),)), bulk(objects, [oid(1), oid(1)]), bulk(objects(age=99), [oid(1)]),
        bulk(objects.order_by("-name").limit(1), [oid(1), oid(2)]),
        bulk(objects.scalar("name"), [oid(1)]), bulk(objects.as_pymongo().only("name"), [oid(1)]),
        bulk(objects.only("age"), [oid(2)]), bulk(objects, None), bulk(objects, 5), bulk(objects, "text"),
        bulk(objects, [None, 5, "x"]), bulk(objects, {oid(1)}), bulk(objects, iter([oid(1)])),
        raised(lambda: objects.with_id(oid(1)).name), raised(lambda: objects.with_id(str(oid(1))).name),
        objects.with_id(oid(99)), raised(lambda: objects.with_id("bad")),
        raised(lambda: objects(age=1).with_id(oid(1))), raised(lambda: objects.with_id(None)),
        raised(lambda: objects.scalar("name").with_id(oid(1))),
        raised(lambda: objects.as_pymongo().only("age").with_id(oid(1))),
        raised(lambda: objects.order_by("-name").with_id(oid(1)).name), raised(lambda: objects[2:].with_id(oid(1))),
    ]  # fmt: skip


@scenario
def javascript_conditions(me: Any) -> Any:
    person = people(me, 6)
    objects = person.objects.order_by("name")
    return [
        names(objects.where("this.age > 2")), names(objects.where("this[~age] > 2")),
        names(objects.where("this[~name] == 'p01'")), names(objects.where("this.{{~name}} == 'p01'")),
        raised(lambda: names(objects.where("this[~nothing] > 2"))),
        raised(lambda: names(objects.where("syntax error here"))),
        names(objects(age__lt=5).where("this.age > 2")), objects.where("this.age > 2").first().name,
        raised(lambda: objects.where("this.age > 2").count()), names(objects.where("this.age > 2").limit(1)),
        raised(lambda: names(objects.where("this.age > 2").where("this.age > 3"))),
        raised(lambda: names(objects.where(5))),
        names(objects.where("this.age > 2").clone()), raised(lambda: objects.where("this.age > 2").distinct("age")),
        raised(lambda: objects.where("this.age > 2").get(name="p03").name),
        raised(lambda: objects.where("")._where_clause),
        names(objects.where("function() { return this.age == 1 }")),
        raised(lambda: len(list(objects.where("this.age > 2").aggregate([])))),
        raised(lambda: objects.where("this.{{~pets.age}} > 2")._where_clause),
    ]  # fmt: skip


@scenario
def explanations(me: Any) -> Any:
    objects = ordered(me, 4)
    return [queryset.explain()["queryPlanner"]["parsedQuery"] for queryset in (objects, objects(age=1),
    objects(age__gt=1, name="x"), objects[1:3], objects.only("name"), objects.hint("age_1"),
    objects.where("this.age > 1"))]  # fmt: skip


@scenario
def text_searches(me: Any) -> Any:
    class News(me.Document):
        title = me.StringField(db_field="t")
        body = me.StringField()
        language = me.StringField(db_field="lang")
        meta = {
            "indexes": [
                {
                    "fields": ["$title", "$body"],
                    "default_language": "english",
                    "weights": {"title": 10, "body": 2},
                    "language_override": "lang",
                }
            ]
        }

    for number, (title, body) in enumerate(
        (("running dogs", "run"), ("a dog", "cats and dogs"), ("laufende hunde", "hund"), ("nothing", "else"))
    ):
        News(id=oid(number + 1), title=title, body=body, language="german" if number == 2 else "english").save()
    objects = News.objects
    found = objects.search_text("dog").order_by("$text_score")
    return [
        [(one.title, round(one.get_text_score(), 3)) for one in found],
        [one.title for one in objects.search_text("run").order_by("title")],
        [one.title for one in objects.search_text("hund", language="german")], objects.search_text("dog").count(),
        objects.search_text("dog",
        language="nowhere").count() if False else raised(lambda: list(objects.search_text("dog",
        language="nowhere"))), raised(lambda: objects.search_text("a").search_text("b")),
        [one.title for one in objects(title__contains="run").search_text("dogs")],
        [one.title for one in objects.search_text("dog").only("title").order_by("$text_score")],
        raised(lambda: objects.search_text("dog", text_score=False).first().get_text_score()),
        raised(lambda: objects.first().get_text_score()), found.first().title, list(found.as_pymongo().only("title")),
        [one.title for one in found[:1]],
        raised(lambda: [one.title for one in objects.search_text("dog", text_score=False).order_by("$text_score")]),
        raised(lambda: list(objects.search_text("dog").aggregate([{"$project": {"t": 1}}, {"$sort": {"t": 1}}]))),
        raised(lambda: objects.search_text("dog -cats").scalar("title").first()),
        raised(lambda: objects.search_text("")), raised(lambda: list(objects.search_text(5))),
        raised(lambda: objects.search_text("dog").update(set__body="x")),
        objects.search_text("dogs").distinct("title"), raised(lambda: objects.search_text('"a dog"').get().title),
        raised(lambda: objects(me.Q(title="nothing") | me.Q(body="x")).search_text("else").first().title),
        repr(objects.search_text("zzz")),
        raised(lambda: objects.search_text("dog").order_by("-$text_score")._ordering),
        raised(lambda: objects.search_text("else").delete()),
    ]  # fmt: skip


@scenario
def errors_at_the_server(me: Any) -> Any:
    objects = ordered(me, 3)
    wrong = {"__raw__": {"age": {"$nonsense": 1}}}
    return [
        raised(lambda: names(objects(**wrong))), raised(lambda: objects(**wrong).first()),
        raised(lambda: objects(**wrong).get()), raised(lambda: objects(**wrong).count()),
        raised(lambda: objects(**wrong).update(set__age=1)), raised(lambda: objects(**wrong).delete()),
        raised(lambda: objects(**wrong).distinct("age")),
        raised(lambda: list(objects(**wrong).aggregate([]))), raised(lambda: objects(**wrong).modify(set__age=1)),
        raised(lambda: bool(objects(**wrong))), raised(lambda: len(objects(**wrong))),
        raised(lambda: repr(objects(**wrong))), raised(lambda: objects(**wrong).explain()),
        raised(lambda: objects(**wrong).sum("age")),
        raised(lambda: objects(**wrong).item_frequencies("age")), raised(lambda: objects(**wrong)[0]),
        raised(lambda: objects(**wrong).in_bulk([oid(1)])), raised(lambda: objects(**wrong).with_id(oid(1))),
    ]  # fmt: skip
