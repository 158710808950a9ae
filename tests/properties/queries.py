"""Random queries: conditions, what is asked of a queryset, and updates, as recipes for both packages."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from bson import ObjectId
from hypothesis import strategies as st

from tests.properties.models import Shape, Spec, recipe
from tests.properties.values import WRONG, key_of, plain_values

__all__ = ("OPERATORS", "Condition", "build_q", "condition", "conditions", "place", "values_for")

COMPARISONS = ["ne", "gt", "gte", "lt", "lte", "in", "nin", "mod", "all", "size", "exists", "not", "elemMatch", "type"]
STRINGS = [
    "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "exact", "iexact", "regex", "iregex",
    "wholeword", "iwholeword",
]  # fmt: skip
GEO = [
    "within_distance", "within_spherical_distance", "within_box", "within_polygon", "near", "near_sphere",
    "max_distance", "min_distance", "geo_within", "geo_within_box", "geo_within_polygon", "geo_within_center",
    "geo_within_sphere", "geo_intersects",
]  # fmt: skip
OPERATORS = [*COMPARISONS, *STRINGS, *GEO, "match"]
_GEO_KINDS = ("geo point", "point", "line", "polygon", "points", "lines", "polygons")
_STRING_KINDS = ("string", "short string", "matching string", "chosen string", "url", "email", "dynamic", "plain list")


@dataclass(frozen=True)
class Condition:
    """A tree of conditions: `all`, `any` or `not` of others, or keyword arguments (`is`)."""

    how: str
    inside: Any


def place(data: Any, shape: Shape, variant: int = 0) -> tuple[list[str], Spec | None]:
    """A random way down from a document: names as a query spells them, and the field it ends at."""
    names: list[str] = []
    spec: Spec | None = None
    fields, around = shape.all_fields(variant), shape
    while True:
        name = data.draw(st.sampled_from([*sorted(fields), *sorted(fields), "pk", "id", "nowhere", "db_f0", "_cls"]))
        names.append(name)
        spec = fields.get(name)
        while spec and data.draw(st.booleans()):
            if spec.inner and (spec.kind in ("map", "dict of") or data.draw(st.booleans())):
                names.append(data.draw(st.sampled_from(["0", "1", "S", "a", "x"])))
            elif spec.kind in ("dict", "plain list", "dynamic"):
                names.append(data.draw(st.sampled_from(["a", "0", "b"])))
            if not spec.inner:
                break
            spec = spec.inner
        shapes = [around] if spec and spec.kind == "self" else spec.shapes if spec else []
        if not shapes or data.draw(st.integers(0, 4)) == 0 or len(names) > 6:
            return names, spec
        around = shapes[0]
        fields = around.all_fields(data.draw(st.integers(0, len(around.subclasses))))


def values_for(spec: Spec | None, around: Shape) -> st.SearchStrategy[Any]:
    """Values to compare a field with, most of them of its kind."""
    if not spec:
        return plain_values() | st.sampled_from([1, 2, 4]).map(key_of) | WRONG
    own = recipe(spec, around)
    inner = recipe(spec.inner, around) if spec.inner else own
    return st.one_of(own, own, inner, inner, st.none(), WRONG)


@cache
def _shapes_of_geometry() -> st.SearchStrategy[Any]:
    point = st.sampled_from([[0, 0], [10, 20], [-170, 80], (1, 2), [1], ["a", "b"], [200, 100]])
    return st.one_of(
        point,
        st.tuples(point, point).map(list),
        st.sampled_from([[[0, 0], [0, 10], [10, 10], [0, 0]], [[[0, 0], [0, 10], [10, 10], [0, 0]]]]),
        st.sampled_from([[[0, 0], 5], [[0, 0], 0.1], 3, 10, None, [], {}]),
        st.builds(lambda found: {"type": "Point", "coordinates": found}, point),
        st.builds(lambda found: {"$geometry": {"type": "Point", "coordinates": found}}, point),
        st.builds(lambda found: {"$geometry": {"type": "Point", "coordinates": found}, "$maxDistance": 5}, point),
    )


def _operator_and_value(data: Any, spec: Spec | None, around: Shape) -> tuple[str | None, Any]:
    kind = spec.kind if spec else "nothing"
    fitting: list[Any] = [None, None, "ne", "gt", "lte", "in", "nin", "all", "exists", "not", "size", "type"]
    if kind in _GEO_KINDS:
        fitting = [None, *GEO]
    elif kind in _STRING_KINDS:
        fitting += STRINGS
    elif "list" in kind:
        fitting += ["match", "elemMatch", "match"]
    operator = data.draw(st.sampled_from(fitting) | st.sampled_from([*OPERATORS, "nonsense"]))
    values = values_for(spec, around)
    if operator in ("in", "nin", "all"):
        values = st.lists(values, max_size=2) | st.lists(values, max_size=2).map(tuple) | values
    elif operator in GEO:
        values = _shapes_of_geometry() | values
    elif operator in ("exists", "size", "mod", "type"):
        values = st.sampled_from([True, False, 0, 1, 2, [2, 0], "string", "int", 16, [1]]) | values
    elif operator in ("match", "elemMatch"):
        inner = spec.inner.shapes if spec and spec.inner else []
        names = sorted(inner[0].fields) if inner else ["a"]
        values = st.dictionaries(st.sampled_from([*names, "$gt", "f0__gt"]), values, max_size=2) | values
    elif operator in STRINGS:
        values = st.sampled_from(["", "a", "b.", "^a", "(", "A b"]) | st.just(re.compile("^a", re.IGNORECASE)) | values
    return operator, data.draw(values)


def condition(data: Any, shape: Shape) -> dict[str, Any]:
    """Keyword arguments of one or two conditions."""
    found: dict[str, Any] = {}
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2]))):
        special = data.draw(st.integers(0, 11))
        if special == 0:
            raw = st.sampled_from([{"f0": 1}, {"f0": {"$gt": 1}}, {"$or": [{"f0": 1}]}, {"_id": key_of(1)}, {}, 5])
            found["__raw__"] = data.draw(raw)
        elif special == 1:
            found[data.draw(st.sampled_from(["pk", "id", "pk__in"]))] = data.draw(
                st.sampled_from([1, 2, 3]).map(key_of) | st.lists(st.just(ObjectId(b"\0" * 12)), max_size=1) | WRONG
            )
        else:
            names, spec = place(data, shape, data.draw(st.integers(0, len(shape.subclasses))))
            operator, value = _operator_and_value(data, spec, shape)
            negated = ["not"] if operator not in (None, "not") and data.draw(st.integers(0, 9)) == 0 else []
            found["__".join([*names, *negated, *([operator] if operator else [])])] = value
    return found


def conditions(data: Any, shape: Shape, depth: int = 2) -> Condition:
    """A tree of conditions."""
    how = data.draw(st.sampled_from(["is", "is", "is", "all", "any", "not", "empty"])) if depth else "is"
    if how == "empty":
        return Condition("is", {})
    if how == "is":
        return Condition("is", condition(data, shape))
    count = 1 if how == "not" else 2
    return Condition(how, [conditions(data, shape, depth - 1) for _ in range(count)])


def build_q(world: Any, tree: Condition) -> Any:
    """The Q object of a tree."""
    if tree.how == "is":
        return world.package.Q(**{name: world.value(value) for name, value in tree.inside.items()})
    inside = [build_q(world, each) for each in tree.inside]
    if tree.how == "not":
        return ~inside[0]
    return inside[0] & inside[1] if tree.how == "all" else inside[0] | inside[1]
