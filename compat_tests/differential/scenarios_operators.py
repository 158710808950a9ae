"""Scenarios: every query operator on every kind of field, with good and strange values."""

import re
from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import STRANGE, Colour, every_kind, filled, oid, values
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)

ONE_VALUE = ("", "ne", "gt", "gte", "lt", "lte", "not")
TEXT = (
    "exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "regex", "iregex",
    "wholeword", "iwholeword",
)  # fmt: skip
MANY_VALUES = ("in", "nin", "all", "mod", "not__in", "not__mod", "not__all")
OTHER = ("size", "exists", "type", "match", "elemMatch", "not__exists", "not__size")
GEO = (
    "near", "near_sphere", "within_distance", "within_spherical_distance", "within_box", "within_polygon", "geo_within",
    "geo_within_box", "geo_within_polygon", "geo_within_center", "geo_within_sphere", "geo_intersects", "max_distance",
    "min_distance",
)  # fmt: skip
KINDS = (
    "string", "url", "email", "integer", "long", "real", "decimal", "decimal_text", "decimal128", "flag", "when", "day",
    "exact_when", "uid", "uid_text", "key", "data", "enum", "number", "dynamic", "strings", "numbers", "matrix",
    "anything", "mapping", "counts", "inner", "inners", "by_name", "generic_inner", "ref", "dbref", "refs", "lazy",
    "cached", "generic_ref", "generic_refs", "generic_lazy",
)  # fmt: skip


def found(thing: Any, **query: Any) -> Any:
    """The filter that a query becomes and the ids of the documents that it finds, or what it raises."""
    queryset = thing.objects(**query)
    compiled = raised(lambda: queryset._query)
    return compiled, raised(lambda: [row["_id"] for row in queryset.order_by("id").only("id").as_pymongo()])


def translated(thing: Any, **query: Any) -> Any:
    """The filter that a query becomes, or what it raises."""
    return raised(lambda: thing.objects(**query)._query)


def key(name: str, operator: str) -> str:
    """The keyword of an operator on a field."""
    return f"{name}__{operator}" if operator else name


def each(thing: Any, name: str, operators: Any, operands: Any) -> list[Any]:
    """What every operator makes of every operand, and finds with the first: the same filter finds the same."""
    return [
        (operator, repr(operand), (translated if number else found)(thing, **{key(name, operator): operand}))
        for operator in operators
        for number, operand in enumerate(operands)
    ]


def add(title: str, name: str, run: Any) -> None:
    """Add a scenario about one kind of field."""

    def on_one_kind(me: Any) -> Any:
        return run(filled(me), name)

    on_one_kind.__name__ = f"{title}_on_{name}"
    scenario(on_one_kind)


def one_value(thing: Any, name: str) -> Any:
    return each(thing, name, ONE_VALUE, [*values(name), *STRANGE])


def text(thing: Any, name: str) -> Any:
    return each(thing, name, TEXT, [*values(name)[:3], "a", "(.*", None, 5, ["a"], re.compile("^a", re.I)])


def many_values(thing: Any, name: str) -> Any:
    good = values(name)
    sets = [{value} for value in good[:1] if getattr(value, "__hash__", None)]
    strange = [[None], [[]], [5, "text"], *STRANGE]
    if name in ("generic_ref", "generic_lazy"):
        # Of lists of ids and DBRefs 0.29.3 finds nothing; ours does: tests/fields/test_generic_references.py.
        mods = each(thing, name, ("mod", "not__mod"), [good, tuple(good), *sets])
        return mods, each(thing, name, MANY_VALUES, strange)
    return each(thing, name, MANY_VALUES, [good, tuple(good), *sets, *strange])


def others(thing: Any, name: str) -> Any:
    operands = [*values(name)[:2], 0, 1, 2, True, False, "string", {"$gt": 0}, {"k": 0}, None, []]
    shapes = [[1, 2], 5, {"type": "Point", "coordinates": [1, 2]}]
    return each(thing, name, OTHER, operands), each(thing, name, GEO, shapes)


for _kind in KINDS:
    add("one_value", _kind, one_value)
    add("text", _kind, text)
    add("many_values", _kind, many_values)
    add("others", _kind, others)


@scenario
def documents_as_values(me: Any) -> Any:
    thing = filled(me)
    inner, other = thing.inner.document_type, thing.ref.document_type
    operands = (
        inner(num=0, text="t0", tags=["x", "y0"]), inner(num="bad"), inner(), other(id=oid(100), name="o0", num=0),
        other(name="unsaved"), thing(id=oid(1)), other.objects.get(id=oid(100)),
    )  # fmt: skip
    names = (
        "string", "integer", "inner", "inners", "generic_inner", "ref", "dbref", "refs", "lazy", "cached",
        "generic_ref",
        "generic_refs", "generic_lazy", "by_name", "mapping", "anything",
    )  # fmt: skip
    return [
        (name, operator, number, translated(thing, **{key(name, operator): operand}))
        for name in names
        for operator in ("", "ne", "in", "nin", "all", "contains", "elemMatch", "match")
        for number, operand in enumerate(operands)
    ]


@scenario
def lists_of_documents_as_values(me: Any) -> Any:
    thing = filled(me)
    inner, other = thing.inner.document_type, thing.ref.document_type
    saved = list(other.objects.order_by("id"))
    operands = (
        saved,
        tuple(saved),
        other.objects,
        other.objects(num=1),
        iter(saved),
        [inner(num=0)],
        [saved[0].pk, saved[1]],
    )
    return [
        (name, operator, number, found(thing, **{key(name, operator): operand}))
        for name in (
            "ref",
            "dbref",
            "refs",
            "lazy",
            "cached",
            "generic_ref",
            "generic_refs",
            "generic_lazy",
            "inner",
            "inners",
        )
        for operator in ("in", "nin", "all")
        for number, operand in enumerate(operands)
    ]


@scenario
def iterables_for_in(me: Any) -> Any:
    thing = filled(me)
    operands = (
        lambda: (number for number in (0, 1)), lambda: range(2), lambda: {0, 1}, lambda: frozenset((1,)),
        lambda: {0: "a", 1: "b"}, lambda: {0: "a"}.keys(), lambda: "01", lambda: b"01", lambda: map(int, "01"),
        lambda: thing.objects.scalar("integer"), lambda: thing.objects.distinct("integer"), list,
        lambda: thing.objects(integer=99).scalar("integer"), lambda: 5, lambda: None, lambda: object,
    )  # fmt: skip
    return [
        (operator, number, found(thing, **{key("integer", operator): make()}))
        for operator in ("in", "nin", "all", "not__in")
        for number, make in enumerate(operands)
    ]


@scenario
def enum_members_and_values(me: Any) -> Any:
    thing = filled(me)
    return each(
        thing, "enum", ("", "ne", "in", "nin", "gt"), [Colour.RED, "red", [Colour.RED, "blue"], "green", Colour]
    )


@scenario
def a_query_may_be_asked_again(me: Any) -> Any:
    thing, _, _ = every_kind(me)
    queryset = thing.objects(integer__in=iter([1, 2]), strings__all={"a"})
    return queryset._query, queryset._query, queryset.clone()._query, queryset.count(), queryset.count()
