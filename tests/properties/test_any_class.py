"""Any class, any values: constructing, storing, validating, loading and editing are as in MongoEngine."""

from typing import Any

from bson import ObjectId, encode
from hypothesis import given, note
from hypothesis import strategies as st

from tests.base.both_sides import raised
from tests.properties.edits import edit_once
from tests.properties.models import WRONG, bson_values, models, recipes
from tests.properties.twins import Twins, cleared, failed, room, same, same_state

KEY = ObjectId(f"{7:024x}")
several = st.data()


@given(several)
def test_a_new_document(data: Any) -> None:
    fields = data.draw(models())
    values = data.draw(recipes(fields))
    with room():
        pair = Twins(fields).new(values)
        if failed(pair):
            return
        same(pair, lambda document: document.validate())
        same(pair, lambda document: encode(document.to_mongo()))
        same_state(pair)


@given(several)
def test_wrong_values_are_refused_alike(data: Any) -> None:
    fields = data.draw(models())
    values = {**data.draw(recipes(fields)), data.draw(st.sampled_from(sorted(fields))): data.draw(WRONG)}
    with room():
        pair = Twins(fields).new(values)
        if failed(pair):
            return
        same(pair, lambda document: document.validate())
        same(pair, lambda document: getattr(raised(document.validate), "errors", None))
        same_state(pair)


@given(several)
def test_what_was_stored_loads_alike(data: Any) -> None:
    fields = data.draw(models())
    values = data.draw(recipes(fields))
    with room():
        twins = Twins(fields)
        stock = twins.new(values)[0]
        stored = raised(lambda: encode({"_id": KEY, **stock.to_mongo()}))
        if isinstance(stored, Exception):
            return
        pair = twins.loaded({"_id": KEY, **stock.to_mongo()})
        if not failed(pair):
            same(pair, lambda document: document.validate())
            same_state(pair)


@given(several)
def test_anything_in_the_database_loads_or_fails_alike(data: Any) -> None:
    fields = data.draw(models())
    with room():
        twins = Twins(fields, strict=data.draw(st.booleans()))
        names = [twins.classes[0]._fields[name].db_field for name in fields]
        stored = data.draw(st.dictionaries(st.sampled_from([*names, "unknown"]), bson_values(), max_size=3))
        note(f"{stored}")
        pair = twins.loaded({"_id": KEY, **stored})
        if not failed(pair):
            same_state(pair)
            same(pair, lambda document: document.validate())


@given(several)
def test_edits_of_a_loaded_document(data: Any) -> None:
    fields = data.draw(models())
    values = data.draw(recipes(fields))
    with room():
        twins = Twins(fields)
        stock = twins.new(values)[0]
        if isinstance(raised(lambda: encode(stock.to_mongo())), Exception):
            return
        pair = twins.loaded({"_id": KEY, **stock.to_mongo()})
        if failed(pair):
            return
        for _ in range(data.draw(st.integers(1, 5))):
            edit_once(data, fields, pair)
            same_state(pair)
        for document in pair:
            document._clear_changed_fields()
        if not cleared(pair):
            return
        edit_once(data, fields, pair)
        same_state(pair)


@given(several)
def test_edits_of_a_new_document(data: Any) -> None:
    fields = data.draw(models())
    values = data.draw(recipes(fields))
    with room():
        pair = Twins(fields).new(values)
        if failed(pair):
            return
        for _ in range(data.draw(st.integers(1, 3))):
            edit_once(data, fields, pair)
        same_state(pair)
        same(pair, lambda document: document.validate())
