"""Scenarios: every update operator, on querysets."""

from typing import Any

from pymongo import WriteConcern

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import STRANGE, every_kind, filled, oid, values
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_operators import KINDS

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)
OPERATORS = (
    "", "set", "unset", "inc", "dec", "mul", "push", "push_all", "pop", "pull", "pull_all", "add_to_set",
    "set_on_insert",
    "min", "max", "rename", "pull__in", "nonsense",
)  # fmt: skip


def key(operator: str, name: str) -> str:
    """The keyword of an update operator on a field."""
    operator, _, match = operator.partition("__")
    return "__".join(part for part in (operator, name, match) if part)


def updated(thing: Any, *changes: dict[str, Any], **query: Any) -> list[Any]:
    """What each of the changes does to the first document, one after the other."""
    queryset = thing.objects(**(query or {"id": oid(1)}))
    return [(repr(change), raised(lambda: queryset.update(**change))) for change in changes]


def add(name: str) -> None:
    """Add a scenario about one kind of field: the first operand is sent, the others translated."""

    def updates_on_one_kind(me: Any) -> Any:
        thing = filled(me)
        transform = __import__(f"{me.__name__}.queryset.transform", fromlist=["update"])
        seen = []
        for operator in OPERATORS:
            word = key(operator, name)
            seen.append((word, raised(lambda: thing.objects(id=oid(1)).update(**{word: (values(name) or [1])[0]}))))
            for operand in (*values(name), *STRANGE):
                change = {word: operand}
                seen.append((word, repr(operand), raised(lambda: transform.update(thing, **change))))
        return seen

    updates_on_one_kind.__name__ = f"updates_on_{name}"
    scenario(updates_on_one_kind)


for _kind in KINDS:
    add(_kind)


@scenario
def numbers(me: Any) -> Any:
    return updated(
        filled(me), {"inc__integer": 2}, {"dec__integer": 1}, {"dec__integer": -1}, {"mul__integer": 3},
        {"min__integer": -5}, {"max__integer": 50},
        {"inc__real": 0.5}, {"mul__real": 2}, {"inc__integer": "2"}, {"dec__integer": "2"}, {"inc__long": 2**40},
        {"inc__mapping__a__b": 1},
        {"inc__inner__num": 1}, {"inc__inners__0__num": 1}, {"inc__counts__x": 5}, {"inc__missing": 1},
        {"inc__string": 1}, {"min__when": "bad"},
        {"inc__integer": 1.5}, {"inc__decimal": 1}, {"mul__decimal128": 2}, {"inc__inner": 1}, {"max__string": "zzz"},
        {"inc__numbers__0": 1},
    )  # fmt: skip


@scenario
def lists(me: Any) -> Any:
    return updated(
        filled(me), {"push__strings": "n"}, {"push__strings": ["x", "y"]}, {"push_all__strings": ["p", "q"]},
        {"push__strings__0": "first"},
        {"push__strings__1": ["i", "j"]}, {"push_all__strings__1": ["k"]}, {"pop__strings": 1}, {"pop__strings": -1},
        {"pull__strings": "n"},
        {"pull_all__strings": ["p", "q"]}, {"pull__strings__in": ["i", "j"]}, {"pull__strings__nin": ["a", "b", "x"]},
        {"add_to_set__strings": "a"},
        {"add_to_set__strings": ["a", "new"]}, {"add_to_set__strings": ("t",)}, {"add_to_set__strings": {"u"}},
        {"push__matrix": [5]},
        {"push__matrix": [[5], [6]]}, {"push__matrix__0": [7]}, {"pull__matrix": [5]}, {"pull__numbers__gt": 2},
        {"pull__numbers__lte": 0},
        {"push__strings": {"$each": ["e"], "$position": 0}}, {"push__numbers": {"$each": [9, 8], "$sort": 1,
        "$slice": -3}}, {"set__strings__0": "zero"},
        {"set__strings__99": "far"}, {"unset__strings__0": 1}, {"pull__strings": None}, {"push__anything": {"k": 1}},
        {"pull__anything__k": 1},
        {"pull__strings__startswith": "a"}, {"pull__strings__ne": "b"}, {"push_all__strings": "text"},
        {"push__integer": 1}, {"pop__strings": "x"},
        {"pull_all__strings": "ab"}, {"pull_all__strings": None}, {"push__strings": ()},
        {"add_to_set__strings": {"$each": ["v"]}}, {"pull__strings": ["a"]},
    )  # fmt: skip


@scenario
def embedded_lists(me: Any) -> Any:
    thing = filled(me)
    inner = thing.inner.document_type
    return updated(
        thing, {"push__inners": inner(num=9)}, {"push__inners": [inner(num=8), inner(num=7)]},
        {"push__inners__0": inner(num=6)}, {"push__inners": {"n": 5}},
        {"pull__inners__num": 9}, {"pull__inners": {"n": 8}}, {"pull__inners": inner(num=7)},
        {"pull__inners__num__in": [6, 0]}, {"pull__inners__num__gt": 50},
        {"pull__inners__tags": "y1"}, {"pull__inners__text__in": ["t0"]}, {"set__inners__0__num": 4},
        {"set__inners__0": inner(num=3)}, {"set__inners__S__num": 1},
        {"push__inners__0__tags": "t"}, {"pull__inners__0__tags": "t"}, {"pull_all__inners__tags": ["x"]},
        {"add_to_set__inners": inner(num=3)},
        {"add_to_set__inners__0__tags": ["a", "b"]}, {"pop__inners": 1}, {"set__inners": [inner(num=1),
        inner(num=2)]}, {"set__inners": []}, {"unset__inners": 1},
        {"push__inners": inner(num="bad")}, {"set__inners": [5]}, {"set__inners__bad": 1}, {"pull__inners__bad": 1},
        {"pull__inners__match": {"num": 1}},
    )  # fmt: skip


@scenario
def embedded_documents_and_dicts(me: Any) -> Any:
    thing = filled(me)
    inner = thing.inner.document_type
    return updated(
        thing, {"set__inner__num": 5}, {"set__inner__num": "6"}, {"set__inner__num": "bad"},
        {"set__inner": inner(num=1)}, {"set__inner": {"n": 2}},
        {"set__inner": None}, {"set__inner__extra__a__b": 1}, {"unset__inner__text": 1}, {"push__inner__tags": "x"},
        {"set__inner__tags__0": "y"},
        {"pull__inner__tags": "y"}, {"set__mapping": {"x": 1}}, {"set__mapping__new__deep": [1]},
        {"push__mapping__new__deep": 2}, {"unset__mapping__x": True},
        {"set__mapping__a.b": 1}, {"set__counts__x": "5"}, {"set__counts__x": "bad"}, {"set__counts": {"z": 1}},
        {"set__by_name__one": inner(num=4)},
        {"set__by_name__one__num": 3}, {"set__by_name__new__text": "t"}, {"set__generic_inner": inner(num=1)},
        {"set__generic_inner__num": 2},
        {"rename__string": "other"}, {"rename__mapping__new": "mapping.old"}, {"set__dynamic__x": 1},
        {"set__dynamic": inner(num=1)},
        {"pull__mapping__l": 1}, {"pull__mapping__new__deep": 1}, {"set__mapping__": {"y": 1}},
        {"add_to_set__mapping__l": [5, 6]}, {"set__mapping": "text"},
    )  # fmt: skip


@scenario
def references(me: Any) -> Any:
    thing = filled(me)
    other = thing.ref.document_type
    saved = other.objects.get(id=oid(102))
    names = ("ref", "dbref", "lazy", "cached", "generic_ref", "generic_lazy")
    return [
        updated(thing, *({f"set__{name}": value} for name in names for value in (saved, saved.pk, str(saved.pk),
        other(), None, saved.to_dbref(), 5))),
        updated(
            thing, {"push__refs": saved}, {"push__refs": [saved, saved.pk]}, {"pull__refs": saved},
            {"add_to_set__refs": saved}, {"pull_all__refs": [saved]},
            {"pull__refs__in": [saved, oid(100)]}, {"push__generic_refs": saved}, {"pull__generic_refs": saved},
            {"set__ref__name": "x"}, {"set__refs": [saved]},
            {"set__generic_refs": [saved]}, {"push_all__generic_refs": [saved, saved]}, {"set__refs__0": saved},
            {"unset__ref": 1},
        ),
    ]  # fmt: skip


@scenario
def positional_and_filtered_arrays(me: Any) -> Any:
    thing = filled(me)
    inner = thing.inner.document_type
    objects = thing.objects
    return [
        raised(lambda: objects(inners__num=1).update(set__inners__S__text="hit")),
        raised(lambda: objects(inners__num=1).update(set__inners__S=inner(num=77))),
        raised(lambda: objects(strings="b").update(set__strings__S="B")),
        raised(lambda: objects(inners__num=2).update(inc__inners__S__num=5)),
        raised(lambda: objects(inners__num=3).update(push__inners__S__tags="z")),
        raised(lambda: objects.update(set__inners__S__num=1)),
        raised(lambda: objects.update(__raw__={"$set": {"is.$[one].text": "af"}},
        array_filters=[{"one.n": {"$gt": 1}}])),
        raised(lambda: objects.update(__raw__={"$inc": {"numbers.$[]": 1}})),
        raised(lambda: objects.update(__raw__={"$set": {"is.$[one].text": "af"}})),
        raised(lambda: objects.update_one(__raw__={"$set": {"is.$[one].text": "one"}}, array_filters=[{"one.n": 1}])),
        raised(lambda: objects.modify(__raw__={"$set": {"is.$[one].text": "mod"}}, array_filters=[{"one.n": 1}],
        new=True)),
        raised(lambda: objects.update(set__integer=1, array_filters=[])),
        raised(lambda: objects.update(set__integer=1, array_filters=5)),
        raised(lambda: objects.update(set__integer=1, array_filters=[{"unused": 1}])),
    ]  # fmt: skip


@scenario
def raw_updates(me: Any) -> Any:
    return updated(
        filled(me), {"__raw__": {"$set": {"integer": 9}}}, {"__raw__": {"$set": {"integer": 8}}, "set__real": 1.5},
        {"__raw__": {"$set": {"integer": 8}}, "inc__integer": 5},
        {"__raw__": {"$inc": {"integer": 1}}, "inc__real": 1}, {"__raw__": [{"$set": {"integer": {"$add": ["$integer",
        1]}}}]},
        {"__raw__": [{"$set": {"real": 1}}, {"$unset": "s"}]}, {"__raw__": []}, {"__raw__": {}}, {"__raw__": None},
        {"__raw__": {"integer": 5}},
        {"__raw__": {"$nonsense": {"a": 1}}}, {"__raw__": [{"$nonsense": 1}]}, {"__raw__": 5},
        {"__raw__": [{"$set": {"x": 1}}], "set__integer": 3},
        {"__raw__": {"$push": {"ss": {"$each": ["r"], "$slice": -2}}}},
    )  # fmt: skip


@scenario
def several_operators_at_once(me: Any) -> Any:
    return updated(
        filled(me), {"set__integer": 1, "inc__long": 1, "push__strings": "x", "unset__real": 1}, {"set__integer": 1,
        "inc__integer": 1}, {"integer": 1, "string": "s"},
        {"push__strings": "a", "pull__strings": "b"}, {"set__inner__num": 1, "set__inner__text": "t"},
        {"set__inner": None, "set__inner__num": 1},
        {"push__strings__0": "a", "push__strings": "b"}, {"add_to_set__strings": "a", "add_to_set__numbers": 1},
        {"set__string": "a", "string": "b"},
        {"set__integer": 1, "nothing": 2}, {"set__integer": 1, "set_on_insert__string": "x"},
    )  # fmt: skip


@scenario
def unknown_operators_and_fields(me: Any) -> Any:
    return updated(
        filled(me), {}, {"nothing": 1}, {"set__nothing": 1}, {"foo__string": 1}, {"set__string__x": 1},
        {"set__inner__nothing": 1}, {"set": 1}, {"set__": 1}, {"": 1},
        {"push": 1}, {"set__set__string": 1}, {"inc__nothing": 1}, {"set__id": oid(9)}, {"set__pk": oid(9)},
        {"set___id": oid(9)}, {"unset__id": 1}, {"$set": {"a": 1}},
        {"set__ref__id": oid(1)}, {"string__set": "x"}, {"pull__string__in": ["a"]}, {"bit__integer": {"and": 5}},
        {"pushAll__strings": ["a"]}, {"multi": False},
        {"set__strings__S__x": 1}, {"set__string__": "x"}, {"set__s": "db name"}, {"set__inner.num": 5},
    )  # fmt: skip


@scenario
def arguments_of_update(me: Any) -> Any:
    thing = filled(me)
    objects = thing.objects(integer__gte=0)
    return [
        raised(lambda: objects.update(multi=False, set__real=1)), raised(lambda: objects.update(set__real=2)),
        raised(lambda: objects.update_one(set__real=3)),
        raised(lambda: objects.update(write_concern={"w": 1}, set__real=4)),
        raised(lambda: objects.update(write_concern={"w": 1, "j": False}, set__real=6)),
        raised(lambda: objects.update(write_concern=WriteConcern(w=1), set__real=7)),
        raised(lambda: objects.update(write_concern={"nonsense": 1}, set__real=8)),
        raised(lambda: objects.update(write_concern=5, set__real=8)),
        raised(lambda: objects.update(read_concern={"level": "local"}, set__real=9)),
        raised(lambda: objects.update(read_concern={"level": "bad", "x": 1}, set__real=9)),
        raised(lambda: objects.update(full_result=True, set__real=10).raw_result),
        raised(lambda: objects.update_one(full_result=True, set__real=10).matched_count),
        raised(lambda: thing.objects(integer=99).update(set__real=1)),
        raised(lambda: thing.objects.none().update(set__real=1)),
        raised(lambda: objects.update(upsert=True)), raised(lambda: objects.update()),
        raised(lambda: objects[:1].update(set__real=11)),
        raised(lambda: objects.order_by("-integer").limit(1).update(set__real=12)),
        raised(lambda: objects[0:0].update(set__real=13)),
        raised(lambda: objects.only("string").update(set__real=14)),
        raised(lambda: objects.no_cache().update(set__real=18)),
        raised(lambda: objects.as_pymongo().update_one(set__real=19)),
        raised(lambda: objects.skip(1).update(set__real=20)),
        raised(lambda: objects.max_time_ms(5000).update(set__real=21)),
    ]  # fmt: skip


@scenario
def an_update_without_a_class(me: Any) -> Any:
    transform = __import__(f"{me.__name__}.queryset.transform", fromlist=["update"])
    updates = ({"set__a__b": 1}, {"a": 1}, {"push__a": [1]}, {"push__a__0": 1}, {"add_to_set__a": [1]},
    {"unset__a": 1}, {"dec__a": 1}, {"__raw__": {"$set": {"a": 1}}}, {"pull_all__a": [1]})  # fmt: skip
    queries = ({"a": 1}, {"a__gt": 1}, {"a__b__0__in": [1]}, {"a__not__size": 1}, {"__raw__": {"a": 1}},
    {"a__size": 1}, {"a__b__": 1})  # fmt: skip
    return [raised(lambda: transform.update(**update)) for update in updates], [
        raised(lambda: transform.query(**query)) for query in queries
    ]


@scenario
def updates_are_left_alone(me: Any) -> Any:
    thing, _, _ = every_kind(me)
    strings, raw = ["a"], {"$set": {"integer": 1}}
    thing.objects.update(push_all__strings=strings, upsert=True)
    thing.objects.update(__raw__=raw, set__real=5)
    return strings, raw
