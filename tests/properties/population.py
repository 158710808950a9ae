"""Random stored documents, written as MongoEngine writes them."""

from functools import partial
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from hypothesis import strategies as st
from pymongo import MongoClient

from compat_tests.differential.harness import Renumber
from tests.base.both_sides import OURS, STOCK, raised
from tests.properties.models import parts
from tests.properties.twins import CODEC, DATABASES, Twins, encode
from tests.properties.values import Part, bson_values, key_of

__all__ = ("put_somewhere", "same_stored", "store", "stored_by_stock", "stored_rows")

MOST = 12


def stored_by_stock(twins: Twins, part: Part) -> dict[str, Any] | None:
    """What MongoEngine would store of a document, where it can."""
    # Both are asked: sequences go on alike.
    stored, _ = (raised(lambda document=document: document.to_mongo()) for document in twins.both(part))
    if isinstance(raised(lambda: encode(stored)), Exception):
        return None
    return stored if "_id" in stored else {"_id": key_of(7), **stored}


def put_somewhere(data: Any, holder: Any) -> None:
    """Replace, add or remove one value at any depth."""
    while True:
        places = list(range(len(holder))) if isinstance(holder, list) else sorted(holder)
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        if isinstance(holder[place], (list, dict)) and data.draw(st.booleans()):
            holder = holder[place]
            continue
        how = data.draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if how == "remove":
            del holder[place]
        elif how == "add" and isinstance(holder, dict):
            holder[data.draw(st.sampled_from(["unknown", "_id", "_cls"]))] = data.draw(bson_values())
        else:
            holder[place] = data.draw(bson_values())
        return


def stored_rows(data: Any, twins: Twins, most: int = MOST) -> list[bytes]:
    """A collection: up to a dozen documents of the class and its subclasses, and now and then one of somebody else."""
    rows: dict[Any, bytes] = {}
    for number, part in enumerate(data.draw(st.lists(parts(twins.shape), max_size=most)), 1):
        # Both are asked: sequences go on alike.
        stored, _ = (raised(lambda document=document: document.to_mongo()) for document in twins.both(part))
        if isinstance(stored, Exception):
            continue
        if stored.get("_id") is None:
            stored = {"_id": key_of(number), **{key: value for key, value in stored.items() if key != "_id"}}
        row = raised(partial(encode, stored))
        if isinstance(row, bytes):
            rows[str(stored["_id"])] = row
    if data.draw(st.integers(0, 3)) == 0:
        names = [field.db_field for field in twins.classes[0]._fields.values() if field.db_field != "_id"]
        strange = data.draw(st.dictionaries(st.sampled_from(names or ["f0"]), bson_values(), max_size=2))
        rows["strange"] = encode({"_id": key_of(50), **strange})
    return list(rows.values())


def store(server: MongoClient[Any], rows: list[bytes]) -> None:
    """Make these the documents of both collections."""
    for name in DATABASES:
        server[name]["thing"].delete_many({})
        if rows:
            server[name]["thing"].insert_many([RawBSONDocument(row) for row in rows])


def same_stored(server: MongoClient[Any]) -> None:
    """Assert that both collections hold the same documents, but for ids that the server or a driver made up."""
    stock, ours = ([document.raw for document in server[name]["thing"].find()] for name in DATABASES)
    if ours != stock:
        stock, ours = (_renumbered(rows) for rows in (stock, ours))
    assert ours == stock, f"\n{STOCK}: {[*map(bson.decode, stock)]}\n{OURS}: {[*map(bson.decode, ours)]}"


def _renumbered(rows: list[bytes]) -> list[bytes]:
    ids = Renumber()
    return [encode(ids.in_value(bson.decode(row, CODEC))) for row in rows]
