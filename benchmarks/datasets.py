"""Collections that cases only read: filled once for each library, with the same documents."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bson import encode
from bson.raw_bson import RawBSONDocument

from benchmarks import public_data, shapes

CHUNK = 10_000


@dataclass(frozen=True)
class DataSet:
    """`count` documents in a collection, made from their numbers, and its indexes."""

    collection: str
    count: int
    make: Callable[[int], dict[str, Any]]
    indexes: tuple[str, ...] = ()


def _like(name: str, family: int) -> Callable[[int], dict[str, Any]]:
    return lambda number: {"_id": shapes.key(number, family), **public_data.document(name)}


def _small(number: int) -> dict[str, Any]:
    """The published small document, with numbers that a filter can choose by."""
    return {"_id": shapes.key(number), **public_data.document("small"), "field8": number, "field1": f"text{number:06d}"}


def _nested(number: int) -> dict[str, Any]:
    values = {"_id": shapes.key(number), **public_data.document("nested")}
    values["embedded_int_doc_8"] = {**values["embedded_int_doc_8"], "field1": number}
    first, *others = values["embedded_str_doc_array"]
    values["embedded_str_doc_array"] = [{**first, "field1": f"text{number:06d}"}, *others]
    return values


DATA_SETS = {
    "orders_1000": DataSet("orders_1000", 1_000, shapes.stored_order, ("number",)),
    "orders_10000": DataSet("orders_10000", 10_000, shapes.stored_order, ("number",)),
    "invoices_1000": DataSet("invoices_1000", 1_000, shapes.stored_invoice),
    "authors": DataSet("authors", shapes.AUTHORS, shapes.stored_author),
    "posts": DataSet("posts", shapes.POSTS, shapes.stored_post, ("author",)),
    "animals": DataSet("animals", 5_000, shapes.stored_animal),
    "notes": DataSet("notes", 1_000, shapes.stored_note),
    "small_10000": DataSet("small_10000", 10_000, _small, ("field8",)),
    "nested_1000": DataSet(
        "nested_1000", 1_000, _nested, ("embedded_int_doc_8.field1", "embedded_str_doc_array.field1")
    ),
    "tweets_many": DataSet("tweets_many", 5_000, _like("tweet", 0)),
}


def fill(library: Any, data: DataSet) -> None:
    """Make the library's collection hold exactly the documents of `data`."""
    collection = library.database[data.collection]
    collection.drop()
    for start in range(0, data.count, CHUNK):
        numbers = range(start, min(start + CHUNK, data.count))
        # Encoded here once, not by pymongo with a check of every key.
        collection.insert_many([RawBSONDocument(encode(data.make(number))) for number in numbers], ordered=False)
    for index in data.indexes:
        collection.create_index(index)


def ensure(name: str, libraries: list[Any]) -> None:
    """Fill data set `name` in every library that has not got it, and require the same documents everywhere."""
    missing = [library for library in libraries if name not in library.filled]
    for library in missing:
        fill(library, DATA_SETS[name])
        library.filled[name] = True
