"""Any class, any values: constructing, storing, validating, loading and editing are as in MongoEngine."""

import copy
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st

from tests.base.both_sides import raised
from tests.properties.edits import edit_once
from tests.properties.models import models, parts
from tests.properties.population import put_somewhere, stored_by_stock
from tests.properties.twins import Twins, clear, encode, failed, room, same, same_state
from tests.properties.values import WRONG, Part, bson_values, key_of

KEY = key_of(7)
several = st.data()


@given(several)
def test_a_new_document(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        pair = Twins(part.shape).both(part)
        if failed(pair):
            return
        if data.draw(st.booleans()):
            same(pair, lambda document: document.validate())
        same(pair, lambda document: encode(document.to_mongo()))
        same_state(pair)
        same(pair, lambda document: document.validate())
        same(pair, lambda document: document.to_json())


@given(several)
def test_wrong_values_are_refused_alike(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    name = data.draw(st.sampled_from(sorted(part.shape.fields)))
    part = Part(part.shape, part.variant, {**part.values, name: data.draw(WRONG)})
    with room():
        pair = Twins(part.shape).both(part)
        if failed(pair):
            return
        same(pair, lambda document: document.validate())
        same(pair, lambda document: getattr(raised(document.validate), "errors", None))
        same(pair, lambda document: raised(document.validate).to_dict())
        same_state(pair)


@given(several)
def test_what_was_stored_loads_alike(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        twins = Twins(part.shape)
        stored = stored_by_stock(twins, part)
        if stored is None:
            return
        pair = twins.loaded(stored, data.draw(st.booleans()))
        if failed(pair):
            return
        question = data.draw(st.sampled_from(["validate", "to_mongo", "to_json", "__len__", "copy", "nothing"]))
        if question == "copy":
            pair = [raised(lambda document=document: copy.deepcopy(document)) for document in pair]
            if failed(pair):
                return
        elif question != "nothing":
            same(pair, lambda document: getattr(document, question)())
        same_state(pair)
        same(pair, lambda document: document.validate())


@given(several)
def test_anything_in_the_database_loads_or_fails_alike(data: Any) -> None:
    shape = data.draw(models())
    with room():
        twins = Twins(shape)
        names = [twins.classes[0]._fields[name].db_field for name in shape.fields]
        stored = data.draw(st.dictionaries(st.sampled_from([*names, "unknown", "_cls"]), bson_values(), max_size=3))
        if "_cls" in stored and isinstance(stored["_cls"], str):
            stored["_cls"] = data.draw(st.sampled_from([cls._class_name for cls, _ in twins.families]))
        note(f"{stored}")
        pair = twins.loaded({"_id": KEY, **stored}, data.draw(st.booleans()))
        if not failed(pair):
            same_state(pair)
            same(pair, lambda document: document.validate())


@given(several)
def test_one_value_of_another_kind_in_what_was_stored(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        twins = Twins(part.shape)
        stored = stored_by_stock(twins, part)
        if stored is None:
            return
        put_somewhere(data, stored)
        note(f"{stored}")
        pair = twins.loaded(stored, data.draw(st.booleans()))
        if not failed(pair):
            same_state(pair)
            same(pair, lambda document: document.validate())


@given(several)
def test_edits_of_a_loaded_document(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        twins = Twins(part.shape)
        stored = stored_by_stock(twins, part)
        if stored is None:
            return
        pair = twins.loaded(stored, data.draw(st.booleans()))
        if failed(pair):
            return
        for _ in range(data.draw(st.integers(1, 5))):
            edit_once(data, twins, pair)
            if data.draw(st.booleans()):
                same_state(pair)
        same_state(pair)
        if not clear(pair):
            return
        edit_once(data, twins, pair)
        same_state(pair)


@given(several)
def test_edits_of_a_new_document(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        twins = Twins(part.shape)
        pair = twins.both(part)
        if failed(pair):
            return
        for _ in range(data.draw(st.integers(1, 3))):
            edit_once(data, twins, pair)
        same_state(pair)
        same(pair, lambda document: document.validate())


@given(several)
def test_json_of_a_document_is_read_back_alike(data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        twins = Twins(part.shape)
        pair = twins.both(part)
        if failed(pair):
            return
        texts = [raised(document.to_json) for document in pair]
        assert isinstance(texts[0], Exception) or texts[0] == texts[1]
        if failed(texts):
            return
        created = data.draw(st.booleans())
        pair = [raised(lambda cls=cls: cls.from_json(texts[0], created=created)) for cls in twins.classes]
        if not failed(pair):
            same_state(pair)
