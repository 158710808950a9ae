"""New documents, one by one and many at once."""

from typing import Any

from benchmarks import shapes
from benchmarks.case import Case, Work
from benchmarks.cases.common import emptied, group

BATCH = 1_000
ORDERS = ("orders",)
_empty = emptied("orders")


def _values(library: Any) -> list[dict[str, Any]]:
    """Empty the collection and return what is to be stored, so that making up values is not part of the time."""
    _empty(library)
    return [shapes.order(number) for number in range(BATCH)]


def _insert(load_bulk: bool) -> Work:
    def work(library: Any, values: Any) -> Any:
        orders = [library.construct(one) for one in values]
        return library.models.order.objects.insert(orders, load_bulk=load_bulk)

    return work


def _insert_raw(library: Any, values: Any) -> Any:
    return library.database["orders"].insert_many([library.construct(one) for one in values])


def _insert_dicts(validate: bool) -> Work:
    def work(library: Any, values: Any) -> Any:
        return library.models.order.objects.insert(values, load_bulk=False, validate=validate)

    return work


def _loaded_count(library: Any, result: Any) -> int:
    return len(result)


CASES = group(
    "Inserting",
    Case(
        "insert_load_bulk_false", "insert 1,000, built and stored, load_bulk=False", _insert(load_bulk=False),
        raw=_insert_raw, prepare=_values, stored=ORDERS, target=7, raw_target=1.3, headline=True,
        note="First-floor operation: 1,000 documents of 250 bytes, constructed, validated and sent; nothing read back.",
    ),
    Case(
        "insert_load_bulk_true", "insert 1,000, built, stored and read back, load_bulk=True", _insert(load_bulk=True),
        prepare=_values, result=_loaded_count, stored=ORDERS, target=9, headline=True,
    ),
    Case(
        "insert_dicts", "insert 1,000 dicts, validated, against MongoEngine inserting instances",
        _insert(load_bulk=False), raw=_insert_raw, ours=_insert_dicts(validate=True), prepare=_values, stored=ORDERS,
        target=9, raw_target=1.3, headline=True,
    ),
    Case(
        "insert_dicts_trusted", "insert 1,000 dicts, validate=False, against MongoEngine inserting instances",
        _insert(load_bulk=False), raw=_insert_raw, ours=_insert_dicts(validate=False), prepare=_values, stored=ORDERS,
        raw_target=1.3,
    ),
    Case(
        "save_new", "save a new document", lambda library, _: library.order(42).save(),
        raw=lambda library, _: library.database["orders"].insert_one(library.order(42)),
        prepare=_empty, stored=ORDERS, loops=50, target=2.3, headline=True,
    ),
    Case(
        "insert_one", "objects.insert() of one new document",
        lambda library, _: library.models.order.objects.insert(library.order(42), load_bulk=False),
        raw=lambda library, _: library.database["orders"].insert_one(library.order(42)),
        prepare=_empty, stored=ORDERS, loops=50,
    ),
    Case(
        "create", "objects.create() of one document",
        lambda library, _: library.models.order.objects.create(number=7, customer="c", total=1.5),
        raw=lambda library, _: library.database["orders"].insert_one(
            {"number": 7, "customer": "c", "active": True, "total": 1.5, "tags": []}
        ),
        prepare=_empty, stored=ORDERS, loops=50,
    ),
)  # fmt: skip
