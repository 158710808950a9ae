"""Random questions to a queryset: how it is narrowed and ordered, and what is asked of it in the end."""

from typing import Any

from hypothesis import strategies as st

from tests.properties.models import Shape
from tests.properties.queries import place
from tests.properties.values import key_of

__all__ = ("ask", "chain", "final", "follow")

#: A step is the name of a method (or "slice", "index"), arguments, keyword arguments.
Step = tuple[str, tuple[Any, ...], dict[str, Any]]


def _name(data: Any, shape: Shape) -> str:
    names, _ = place(data, shape, data.draw(st.integers(0, len(shape.subclasses))))
    return data.draw(st.sampled_from(["__", "__", "."])).join(names)


def _names(data: Any, shape: Shape, most: int = 2) -> list[str]:
    return [_name(data, shape) for _ in range(data.draw(st.integers(0, most)))]


def chain(data: Any, shape: Shape) -> list[Step]:
    """What is done to a queryset before it is asked."""
    steps: list[Step] = []
    for _ in range(data.draw(st.integers(0, 3))):
        kind = data.draw(
            st.sampled_from(
                ["order_by", "order_by", "only", "exclude", "fields", "skip", "limit", "slice", "all_fields", "clone",
                 "no_dereference", "no_sub_classes", "batch_size", "hint", "scalar", "as_pymongo", "no_cache",
                 "select_related", "filter"]
            )
        )  # fmt: skip
        bound = st.none() | st.integers(0, 4)
        if kind == "order_by":
            signs = st.sampled_from(["", "-", "+"])
            steps.append((kind, tuple(data.draw(signs) + name for name in _names(data, shape)), {}))
        elif kind in ("only", "exclude"):
            steps.append((kind, tuple(_names(data, shape)), {}))
        elif kind == "scalar":
            steps.append((kind, tuple(_names(data, shape)) or ("id",), {}))
        elif kind == "fields":
            value = data.draw(st.sampled_from([1, 0, -1, [0, 2]]))
            how = "slice__" if isinstance(value, list) or value == -1 else ""
            steps.append((kind, (), {how + _name(data, shape): value}))
        elif kind in ("skip", "limit", "batch_size"):
            steps.append((kind, (data.draw(bound | st.just(-1)),), {}))
        elif kind == "slice":
            steps.append((kind, (data.draw(st.builds(slice, bound, bound)),), {}))
        elif kind == "filter":
            steps.append((kind, (), {"pk__in": [key_of(number) for number in (1, 2, 3, 4)]}))
        elif kind == "hint":
            steps.append((kind, (data.draw(st.sampled_from(["_id_", [("_id", 1)], None])),), {}))
        else:
            steps.append((kind, (), {}))
    return steps


def final(data: Any, shape: Shape) -> Step:
    """What is asked of a queryset in the end."""
    kind = data.draw(
        st.sampled_from(
            ["list", "list", "list", "list", "count", "first", "get", "distinct", "sum", "average", "in_bulk", "index",
             "len", "bool", "values_list", "to_json", "with_id", "item_frequencies", "aggregate", "iterate twice",
             "only one"]
        )
    )  # fmt: skip
    if kind in ("distinct", "sum", "average", "item_frequencies", "values_list"):
        return kind, (_name(data, shape),), {}
    if kind == "count":
        return kind, (), {"with_limit_and_skip": data.draw(st.booleans())}
    if kind == "in_bulk":
        return kind, ([key_of(number) for number in (1, 2, 99)],), {}
    if kind == "with_id":
        return kind, (data.draw(st.sampled_from([key_of(1), key_of(99), "x", None])),), {}
    if kind == "index":
        return kind, (data.draw(st.integers(-1, 3)),), {}
    if kind == "aggregate":
        return kind, (data.draw(st.sampled_from([[], [{"$limit": 2}], [{"$project": {"f0": 1}}]])),), {}
    return kind, (), {}


def follow(queryset: Any, steps: list[Step]) -> Any:
    """Take a queryset along the steps."""
    for name, arguments, keywords in steps:
        queryset = queryset[arguments[0]] if name == "slice" else getattr(queryset, name)(*arguments, **keywords)
    return queryset


def ask(queryset: Any, step: Step) -> Any:
    """Ask a queryset."""
    name, arguments, keywords = step
    if name == "list":
        return list(queryset)
    if name == "iterate twice":
        return [*queryset, *queryset]
    if name == "only one":
        return next(iter(queryset))
    if name in ("len", "bool"):
        return (len if name == "len" else bool)(queryset)
    if name == "index":
        return queryset[arguments[0]]
    if name == "aggregate":
        return list(queryset.aggregate(*arguments))
    if name == "values_list":
        return list(queryset.values_list(*arguments))
    if name == "item_frequencies":
        return sorted(queryset.item_frequencies(*arguments, map_reduce=False).items(), key=str)
    return getattr(queryset, name)(*arguments, **keywords)
