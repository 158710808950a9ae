"""One random edit, made to a document of each package at the same place."""

from collections.abc import Callable
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from tests.base.both_sides import raised
from tests.properties.models import EXTRA_NAMES, Shape, Spec, recipe
from tests.properties.twins import Twins, failed, same
from tests.properties.values import WRONG, keys, plain_values

__all__ = ("DICT_EDITS", "LIST_EDITS", "edit_once", "walk")

ANYTHING = Spec("anything")
Edit = tuple[st.SearchStrategy[Any], Callable[..., Any]]
_place = st.integers(-4, 4)
_bound = st.none() | st.integers(-4, 4)
_slices = st.builds(slice, _bound, _bound, st.sampled_from([None, None, 1, 2, -1, -2]))


def _set(holder: Any, place: Any, value: Any) -> None:
    holder[place] = value


def _delete(holder: Any, place: Any) -> None:
    del holder[place]


def _add(holder: Any, values: Any) -> Any:
    holder += values
    return holder


def _multiply(holder: Any, times: Any) -> Any:
    holder *= times
    return holder


def _join(holder: Any, other: Any) -> Any:
    holder |= other
    return holder


#: By name: the strategy of a place (a key), the edit; it is given the holder, a place, and a value.
LIST_EDITS: dict[str, Edit] = {
    "append": (_place, lambda holder, _, value: holder.append(value)),
    "insert": (_place, lambda holder, place, value: holder.insert(place, value)),
    "extend": (st.integers(0, 2), lambda holder, times, value: holder.extend([value] * times)),
    "set": (_place, _set),
    "set slice": (_slices, lambda holder, place, value: _set(holder, place, [value])),
    "set slice to two": (_slices, lambda holder, place, value: _set(holder, place, (value, value))),
    "empty slice": (_slices, lambda holder, place, _: _set(holder, place, [])),
    "set slice to itself": (_slices, lambda holder, place, _: _set(holder, place, holder)),
    "delete": (_place, lambda holder, place, _: _delete(holder, place)),
    "delete slice": (_slices, lambda holder, place, _: _delete(holder, place)),
    "pop": (_place, lambda holder, place, _: holder.pop(place)),
    "pop last": (_place, lambda holder, _, __: holder.pop()),
    "remove": (_place, lambda holder, _, value: holder.remove(value)),
    "remove one": (_place, lambda holder, place, _: holder.remove(holder[place])),
    "reverse": (_place, lambda holder, _, __: holder.reverse()),
    "sort": (_place, lambda holder, _, __: holder.sort()),
    "sort by text": (_place, lambda holder, _, __: holder.sort(key=_text, reverse=True)),
    "add": (_place, lambda holder, _, value: _add(holder, [value])),
    "add nothing": (_place, lambda holder, _, __: _add(holder, ())),
    "multiply": (st.integers(-1, 2), lambda holder, times, _: _multiply(holder, times)),
    "copy": (_place, lambda holder, _, __: holder.copy()),
    "slice": (_slices, lambda holder, place, _: holder[place]),
    "sum": (_place, lambda holder, _, value: [*holder, value]),
}
DICT_EDITS: dict[str, Edit] = {
    "set": (keys, _set),
    "delete": (keys, lambda holder, key, _: _delete(holder, key)),
    "pop": (keys, lambda holder, key, _: holder.pop(key)),
    "pop or": (keys, lambda holder, key, value: holder.pop(key, value)),
    "setdefault": (keys, lambda holder, key, value: holder.setdefault(key, value)),
    "setdefault to none": (keys, lambda holder, key, _: holder.setdefault(key)),
    "update": (keys, lambda holder, key, value: holder.update({key: value})),
    "update by pairs": (keys, lambda holder, key, value: holder.update([(key, value)])),
    "update by name": (keys, lambda holder, key, value: holder.update(**{str(key): value})),
    "update by nothing": (keys, lambda holder, _, __: holder.update({})),
    "join": (keys, lambda holder, key, value: _join(holder, {key: value})),
    "clear": (keys, lambda holder, _, __: holder.clear()),
    "popitem": (keys, lambda holder, _, __: holder.popitem()),
    "get": (keys, lambda holder, key, value: holder.get(key, value)),
    "copy": (keys, lambda holder, _, __: holder.copy()),
}


def _text(value: Any) -> str:
    """An order of any values that is the same in both packages."""
    return value if isinstance(value, str) else str(getattr(value, "_class_name", type(value).__name__.strip("_")))


def walk(data: Any, twins: Twins, pair: list[Any]) -> tuple[list[Any], Spec, Shape]:
    """Walk down from two documents and stop somewhere: what is there, what it is for, in which shape."""
    spec, around, path = ANYTHING, twins.shape, []
    while True:
        if isinstance(pair[0], list):
            places: list[Any] = list(range(len(pair[0])))
        elif isinstance(pair[0], dict):
            places = sorted(pair[0], key=str)
        else:
            places = _names(twins, pair[0])
        deeper = [place for place in places if _is_open(twins, pair, place)]
        if around.dynamic and isinstance(pair[0], (list, dict)):
            # MongoEngine loses edits of containers in containers there; ours does not (docs/upstream-fixes.md).
            deeper = [place for place in deeper if not isinstance(_at(pair[0], place), (list, dict))]
        if not deeper or data.draw(st.booleans()):
            note(f"at {path}")
            return pair, spec, around
        place = data.draw(st.sampled_from(deeper))
        path.append(place)
        if type(pair[0]) in twins.worlds[0].origin:
            around, variant = twins.worlds[0].origin[type(pair[0])]
            spec = around.all_fields(variant).get(place, ANYTHING)
        else:
            spec = spec.inner or ANYTHING
        pair = [_at(one, place) for one in pair]


def _names(twins: Twins, document: Any) -> list[str]:
    shape, variant = twins.worlds[0].origin[type(document)]
    return sorted({*shape.all_fields(variant), *(EXTRA_NAMES if shape.dynamic else ())})


def _is_open(twins: Twins, pair: list[Any], place: Any) -> bool:
    value, _ = (raised(lambda one=one: _at(one, place)) for one in pair)
    return isinstance(value, (list, dict)) or type(value) in twins.worlds[0].origin


def _at(holder: Any, place: Any) -> Any:
    return getattr(holder, place) if hasattr(type(holder), "_fields_ordered") else holder[place]


def edit_once(data: Any, twins: Twins, pair: list[Any]) -> None:
    """Walk down from the documents, stop somewhere, change something there."""
    pair, spec, around = walk(data, twins, pair)
    if type(pair[0]) in twins.worlds[0].origin:
        return _edit_document(data, twins, pair)
    value = data.draw((recipe(spec.inner, around) if spec.inner else plain_values()) | WRONG)
    table = LIST_EDITS if isinstance(pair[0], list) else DICT_EDITS
    name = data.draw(st.sampled_from(sorted(table)))
    places, change = table[name]
    if isinstance(pair[0], dict) and pair[0]:
        places = st.sampled_from(sorted(pair[0], key=str)) | places
    place = data.draw(places)
    note(f"{name} at {place!r}: {value}")
    values = twins.both(value)
    if not failed(values):
        same(list(zip(pair, values, strict=True)), lambda both: change(both[0], place, both[1]))
    return None


def _edit_document(data: Any, twins: Twins, pair: list[Any]) -> None:
    shape, variant = twins.worlds[0].origin[type(pair[0])]
    name = data.draw(st.sampled_from(_names(twins, pair[0])))
    spec = shape.all_fields(variant).get(name)
    how = data.draw(st.sampled_from(["set", "set", "set", "set", "set wrong", "delete", "none"]))
    if how == "delete":
        note(f"delete {name}")
        same(pair, lambda document: delattr(document, name))
        return
    if how == "set":
        value = data.draw(recipe(spec, shape) if spec else plain_values())
    else:
        value = None if how == "none" else data.draw(WRONG)
    note(f"set {name} to {value}")
    values = twins.both(value)
    if not failed(values):
        same(list(zip(pair, values, strict=True)), lambda both: setattr(both[0], name, both[1]))
