"""Any class, any dict: what is stored without making a document is what the document would have stored."""

from typing import Any

from hypothesis import event, given, note
from hypothesis import strategies as st
from pymongo import MongoClient

from mongoengine_fast.lanes.statements import encode_rows
from mongoengine_fast.queryset._rows import validated_documents
from tests.base.both_sides import raised
from tests.properties.models import models, parts
from tests.properties.population import put_somewhere, stored_by_stock
from tests.properties.twins import Twins, encode, room


@given(st.data())
def test_dicts_are_encoded_as_their_documents(server: MongoClient[Any], data: Any) -> None:
    part = data.draw(models().flatmap(parts))
    with room():
        twins = Twins(part.shape)
        row = stored_by_stock(twins, part)
        if row is None:
            return
        row = dict(row)
        if data.draw(st.booleans()):
            # A dict that names no class is of the one that is asked.
            row.pop("_cls", None)
        for _ in range(data.draw(st.integers(0, 2))):
            put_somewhere(data, row)
        ours = twins.classes[1]
        row = {data.draw(st.sampled_from([key, _name(ours, key)])): value for key, value in row.items()}
        note(f"{row}")
        [found] = raised(lambda: encode_rows(ours._get_collection(), ours, [row])) or [None]
        event("encoded" if found is not None else "left to a document")
        if found is not None:
            [document] = validated_documents(ours, {0: row}).values()
            assert encode(found.to_mongo()) == encode(document.to_mongo())


def _name(cls: Any, key: str) -> str:
    return str(cls._reverse_db_field_map.get(key, key))
