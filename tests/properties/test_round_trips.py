"""Any class, any values, on a real server: saved, loaded, edited and saved again, the same bytes are stored."""

from dataclasses import replace
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from pymongo import MongoClient

from tests.base.both_sides import raised
from tests.properties.edits import edit_once
from tests.properties.models import Shape, models, parts
from tests.properties.population import same_stored, store
from tests.properties.twins import DATABASES, Twins, cleared, encode, failed, room, same, same_state, trips
from tests.properties.updates import is_repaired, update
from tests.properties.values import key_of

KEY = key_of(7)


def storable(pair: list[Any]) -> bool:
    """Whether the whole document can be stored: stock notices that in what did not change, ours does not look there."""
    if hasattr(pair[0], "_changed_fields") and trips(pair[0]):
        return False
    # Both are asked: sequences go on alike.
    stored = [raised(lambda document=document: encode(document.to_mongo())) for document in pair]
    return not isinstance(stored[0], Exception)


@given(st.data())
def test_save_load_edit_save(server: MongoClient[Any], data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    store(server, [])
    with room():
        twins = Twins(part.shape)
        pair = twins.both(part)
        if failed(pair):
            return
        if pair[0].pk is None:
            same(pair, lambda document: setattr(document, "id", KEY))
        same(pair, lambda document: document.save() and None)
        same_stored(server)
        same_state(pair)
        if not server[DATABASES[0]]["thing"].count_documents({}):
            return
        pair = [raised(lambda cls=cls: cls.objects.get()) for cls in twins.classes]
        if failed(pair):
            return
        for _ in range(data.draw(st.integers(1, 3))):
            edit_once(data, twins, pair)
        if not storable(pair):
            return
        same(pair, lambda document: document.save() and None)
        same_stored(server)
        if cleared(pair):
            same_state(pair)
        for how in data.draw(st.lists(st.sampled_from(["reload", "modify", "update", "delete"]), max_size=2)):
            change = update(data, part.shape) if how in ("modify", "update") else {}
            note(f"{how} {change}")
            values = twins.both(change)
            if not failed(values) and not is_repaired(how, change):
                outcome = same(list(zip(pair, values, strict=True)), lambda both: seen_result(both[0], how, both[1]))
                same_stored(server)
                if how == "reload" and outcome != ("str", "done"):
                    # The values are taken over in the order of `_data`; one that cannot be read stops that half-way.
                    return
        same_state(pair)


def seen_result(document: Any, how: str, change: dict[str, Any]) -> Any:
    """Call a method; a document that it returns is the one it was called on."""
    result = getattr(document, how)(**change)
    return "done" if how == "reload" else result


@given(st.data())
def test_inserting_many_and_reading_them_back(server: MongoClient[Any], data: Any) -> None:
    shape = data.draw(models(2))
    rows = data.draw(st.lists(parts(shape), min_size=1, max_size=4))
    load_bulk = data.draw(st.booleans())
    store(server, [])
    with room():
        twins = Twins(shape)
        pairs = [twins.both(part) for part in rows]
        refused = [failed(pair) for pair in pairs]
        if any(refused):
            return
        for number, pair in enumerate(pairs):
            if not storable(pair):
                return
            if pair[0].pk is None:
                same(pair, lambda document, number=number: setattr(document, "id", key_of(number + 1)))
        both = list(zip(twins.classes, zip(*pairs, strict=True), strict=True))
        same(both, lambda side: side[0].objects.insert(list(side[1]), load_bulk=load_bulk))
        same_stored(server)
        same(twins.classes, lambda cls: list(cls.objects.order_by("id")))
        same(twins.classes, lambda cls: list(cls.objects.order_by("-id").as_pymongo()))


@given(st.data())
def test_indexes_that_refuse_a_document(server: MongoClient[Any], data: Any) -> None:
    shape = data.draw(models(0))
    fields = {
        name: replace(spec, options={**spec.options, **data.draw(_indexed)}) for name, spec in shape.fields.items()
    }
    shape = Shape(fields, shape.subclasses, shape.dynamic, {})
    rows = data.draw(st.lists(parts(shape), min_size=2, max_size=4))
    for name in DATABASES:
        server[name].drop_collection("thing")
    with room():
        twins = Twins(shape)
        same(twins.classes, lambda cls: cls._meta["index_specs"])
        same(twins.classes, lambda cls: sorted(map(str, cls.list_indexes())))
        for number, part in enumerate(rows):
            pair = twins.both(part)
            if not failed(pair) and storable(pair):
                if pair[0].pk is None:
                    same(pair, lambda document, number=number: setattr(document, "id", key_of(number + 1)))
                same(pair, lambda document: document.save() and None)
        same(list(DATABASES), lambda name: [dict(index) for index in server[name]["thing"].list_indexes()])
        same_stored(server)


_indexed = st.sampled_from([{}, {"unique": True}, {"unique": True, "sparse": True}, {"sparse": True}])
