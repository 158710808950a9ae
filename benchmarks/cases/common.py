"""What several groups of cases do."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from benchmarks import shapes
from benchmarks.case import Case
from benchmarks.libraries import RAW


def group(title: str, *cases: Case) -> tuple[Case, ...]:
    """The cases, as members of the group `title`."""
    return tuple(replace(case, group=title) for case in cases)


def model_name(collection: str) -> str:
    """The attribute of `library.models` whose class reads `collection`."""
    return {"orders_1000": "order_1000", "orders_10000": "order_10000"}[collection]


def as_result(library: Any, result: Any) -> Any:
    """The result itself."""
    return result


def plain(library: Any, document: Any) -> Any:
    """The document as it would be stored, as plain Python."""
    if document is None or library.name == RAW:
        return document
    return document.to_mongo().to_dict()


def plain_new(library: Any, document: Any) -> Any:
    """The same without the key, which the client made up."""
    values = dict(plain(library, document))
    values.pop("_id", None)
    return values


def all_plain(library: Any, documents: Iterable[Any]) -> Any:
    """Every document as plain Python."""
    return [plain(library, document) for document in documents]


def emptied(collection: str) -> Any:
    """A `prepare` that empties a collection."""

    def prepare(library: Any) -> None:
        library.database[collection].delete_many({})

    return prepare


def refilled(collection: str, count: int, make: Any = shapes.stored_order, index: str | None = None) -> Any:
    """A `prepare` that makes a collection hold fresh documents 0 to `count` - 1."""

    def prepare(library: Any) -> None:
        target = library.database[collection]
        target.delete_many({})
        target.insert_many([make(number) for number in range(count)])
        if index is not None:
            target.create_index(index)

    return prepare


def loaded(library: Any, model: str, collection: str, number: int) -> Any:
    """Document `number` of a collection as the library loads it."""
    if library.name == RAW:
        return library.database[collection].find_one({"number": number})
    return getattr(library.models, model).objects.get(number=number)
