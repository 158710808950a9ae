"""Random updates, as recipes for both packages."""

from typing import Any

from hypothesis import strategies as st

from tests.properties.models import Shape
from tests.properties.queries import place, values_for
from tests.properties.values import WRONG

__all__ = ("OPERATORS", "is_repaired", "update")

OPERATORS = [
    "set", "unset", "inc", "dec", "mul", "pop", "push", "push_all", "pull", "pull_all", "add_to_set", "set_on_insert",
    "min", "max", "rename",
]  # fmt: skip
_MATCHES = ["in", "nin", "gt", "ne", "exists", "size", "all", "elemMatch"]


def _fitting(kind: str) -> list[str | None]:
    if "list" in kind:
        return [None, "set", "push", "push", "push_all", "pull", "pull", "pull_all", "add_to_set", "add_to_set", "pop"]
    if kind in ("int", "long", "float", "bounded int", "decimal", "decimal128", "sequence"):
        return [None, "set", "inc", "dec", "mul", "min", "max", "set_on_insert", "unset"]
    return [None, "set", "set", "unset", "set_on_insert", "min", "max"]


def update(data: Any, shape: Shape) -> dict[str, Any]:
    """Keyword arguments of one or two changes."""
    found: dict[str, Any] = {}
    for _ in range(data.draw(st.sampled_from([1, 1, 1, 2]))):
        if data.draw(st.integers(0, 14)) == 0:
            raw = [
                {"$set": {"f0": 1}},
                {"$unset": {"f1": 1}},
                {"f0": 1},
                {"$inc": {"x": 1}},
                {},
                5,
                [{"$set": {"x": 1}}],
            ]
            found["__raw__"] = data.draw(st.sampled_from(raw))
            continue
        names, spec = place(data, shape, data.draw(st.integers(0, len(shape.subclasses))))
        kind = spec.kind if spec else "nothing"
        operator = data.draw(st.sampled_from(_fitting(kind)) | st.sampled_from([*OPERATORS, "nonsense"]))
        own = values_for(spec, shape)
        values = own | st.sampled_from([1, -1, 2.5, True, None]) | WRONG
        if operator in ("push", "push_all", "pull_all", "add_to_set", "pull"):
            values = values | st.lists(own, max_size=2) | st.lists(own, max_size=2)
        if operator == "rename":
            values = st.sampled_from(["other", "f0"]) | values
        match = data.draw(st.sampled_from(_MATCHES)) if operator == "pull" and data.draw(st.booleans()) else None
        if operator in ("push", "push_all") and data.draw(st.integers(0, 3)) == 0:
            names = [*names, data.draw(st.sampled_from(["0", "1"]))]
        words = [*([operator] if operator else []), *names, *([match] if match else [])]
        found["__".join(words)] = data.draw(values)
    return found


def is_repaired(how: str, change: dict[str, Any]) -> bool:
    """MongoEngine trips over a pipeline in `modify()`, and in an upsert of a class with subclasses; ours runs it."""
    return how.startswith(("modify", "upsert")) and isinstance(change.get("__raw__"), list)
