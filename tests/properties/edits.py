"""One random edit, made to a document of each package at the same place."""

from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from tests.base.both_sides import raised
from tests.properties.models import Spec, keys, plain_values, realise, recipe
from tests.properties.twins import same

ANYTHING = Spec("anything")


def edit_once(data: Any, fields: dict[str, Spec], pair: list[Any]) -> None:
    """Walk down from the documents, stop somewhere, change something there."""
    spec, path = Spec("embedded", fields=fields), []
    # The field that a value at this place would be for, in each package.
    homes: list[Any] = [None, None]
    while True:
        if isinstance(pair[0], list):
            places: list[Any] = list(range(len(pair[0])))
        elif isinstance(pair[0], dict):
            places = sorted(pair[0], key=str)
        else:
            places = sorted(spec.fields)
        deeper = [place for place in places if _is_open(pair[0], place) and _is_open(pair[1], place)]
        if not deeper or data.draw(st.booleans()):
            break
        place = data.draw(st.sampled_from(deeper))
        path.append(place)
        homes = [_home(one, home, place) for one, home in zip(pair, homes, strict=True)]
        pair = [_at(one, place) for one in pair]
        spec = spec.fields[place] if spec.fields and isinstance(place, str) else spec.inner or ANYTHING
        if spec.kind in ("plain list", "dict", "dynamic"):
            spec = ANYTHING
    note(f"at {path}")
    if isinstance(pair[0], list):
        _edit_list(data, spec, homes, pair)
    elif isinstance(pair[0], dict):
        _edit_dict(data, spec, homes, pair)
    else:
        _edit_document(data, spec, pair)


def _is_open(holder: Any, place: Any) -> bool:
    value = raised(lambda: _at(holder, place))
    return isinstance(value, (list, dict)) or hasattr(value, "_fields")


def _at(holder: Any, place: Any) -> Any:
    return getattr(holder, place) if hasattr(holder, "_fields") else holder[place]


def _home(holder: Any, home: Any, place: Any) -> Any:
    return holder._fields[place] if hasattr(holder, "_fields") else getattr(home, "field", None) or home


def _edit_document(data: Any, spec: Spec, pair: list[Any]) -> None:
    name = data.draw(st.sampled_from(sorted(spec.fields)))
    value = data.draw(st.none() | recipe(spec.fields[name]))
    note(f"set {name} to {value}")
    same(pair, lambda document: setattr(document, name, realise(document._fields[name], value)))


def _items(data: Any, spec: Spec) -> Any:
    return data.draw(recipe(spec.inner) if spec.inner else plain_values())


def _edit_list(data: Any, spec: Spec, homes: list[Any], pair: list[Any]) -> None:
    length = len(pair[0])
    place = data.draw(st.integers(-length - 1, length))
    method = data.draw(
        st.sampled_from(
            [
                "append",
                "__setitem__",
                "pop",
                "insert",
                "__delitem__",
                "reverse",
                "extend",
                "__iadd__",
                "__imul__",
                "slice",
            ]
        )
    )
    value = _items(data, spec) if method in ("append", "__setitem__", "insert", "extend", "__iadd__", "slice") else None
    note(f"{method} at {place}: {value}")

    def change(holder: Any, home: Any) -> Any:
        item = realise(getattr(home, "field", None) or home, value)
        arguments: dict[str, tuple[Any, ...]] = {
            "append": (item,), "__setitem__": (place, item), "pop": (place,), "insert": (place, item),
            "__delitem__": (place,), "extend": ([item],), "__iadd__": ([item],), "__imul__": (2,),
            "slice": (slice(place, None), [item]),
        }  # fmt: skip
        name = "__setitem__" if method == "slice" else method
        return getattr(holder, name)(*arguments.get(method, ()))

    same(list(zip(pair, homes, strict=True)), lambda both: change(*both))


def _edit_dict(data: Any, spec: Spec, homes: list[Any], pair: list[Any]) -> None:
    known = sorted(pair[0], key=str)
    key = data.draw(st.sampled_from(known) | keys if known else keys)
    method = data.draw(
        st.sampled_from(["__setitem__", "__delitem__", "pop", "setdefault", "update", "clear", "popitem"])
    )
    value = _items(data, spec) if method in ("__setitem__", "setdefault", "update") else None
    note(f"{method} {key!r}: {value}")

    def change(holder: Any, home: Any) -> Any:
        item = realise(getattr(home, "field", None) or home, value)
        arguments: dict[str, tuple[Any, ...]] = {
            "__setitem__": (key, item),
            "__delitem__": (key,),
            "pop": (key,),
            "setdefault": (key, item),
            "update": ({key: item},),
        }
        return getattr(holder, method)(*arguments.get(method, ()))

    same(list(zip(pair, homes, strict=True)), lambda both: change(*both))
