"""Random stored documents, written as MongoEngine writes them."""

from typing import Any

from hypothesis import strategies as st

from tests.base.both_sides import raised
from tests.properties.models import parts
from tests.properties.twins import Twins, encode
from tests.properties.values import bson_values, key_of

__all__ = ("stored_rows",)

MOST = 12


def stored_rows(data: Any, twins: Twins) -> list[bytes]:
    """A collection: up to a dozen documents of the class and its subclasses, and now and then one of somebody else."""
    rows: dict[Any, bytes] = {}
    for number, part in enumerate(data.draw(st.lists(parts(twins.shape), max_size=MOST)), 1):
        # Both are asked: sequences go on alike.
        stored, _ = (raised(lambda document=document: document.to_mongo()) for document in twins.both(part))
        if isinstance(stored, Exception):
            continue
        if stored.get("_id") is None:
            stored = {"_id": key_of(number), **{key: value for key, value in stored.items() if key != "_id"}}
        row = raised(lambda: encode(stored))
        if isinstance(row, bytes):
            rows[str(stored["_id"])] = row
    if data.draw(st.integers(0, 3)) == 0:
        names = [field.db_field for field in twins.classes[0]._fields.values() if field.db_field != "_id"]
        strange = data.draw(st.dictionaries(st.sampled_from(names or ["f0"]), bson_values(), max_size=2))
        rows["strange"] = encode({"_id": key_of(50), **strange})
    return list(rows.values())
