"""What is measured.  A case does the same work on every library that can do it, and returns something to compare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bson import encode

from benchmarks import shapes
from benchmarks.libraries import RAW

MANY = 10_000
BATCH = 1_000


@dataclass(frozen=True)
class Case:
    """One line of the report.

    `model` and `raw` do the work once on a library (`raw` None: pymongo has no such thing).  `prepare` runs before each
    round, untimed, and its result is passed along.  `loops` repeats short work within one round.  `outcome` turns the
    result and the library's database into something comparable.  `target` is the ratio to reach against MongoEngine.
    """

    name: str
    title: str
    model: Callable[[Any, Any], Any]
    raw: Callable[[Any, Any], Any] | None = None
    prepare: Callable[[Any], Any] = lambda library: None
    outcome: Callable[[Any, Any], Any] = lambda library, result: result
    loops: int = 1
    rounds: int = 15
    target: float | None = None
    raw_target: float | None = None

    def work(self, library: Any) -> Callable[[Any, Any], Any] | None:
        """The function that does this case's work on `library`."""
        return self.raw if library.name == RAW else self.model


def fill(library: Any, count: int) -> None:
    """Make the library's collection hold orders 0 to `count` - 1, and an index on number."""
    library.collection.drop()
    library.collection.insert_many([shapes.with_id(number) for number in range(count)])
    library.collection.create_index("number")


def _filled(count: int) -> Callable[[Any], Any]:
    def prepare(library: Any) -> None:
        if library.collection.estimated_document_count() != count:
            fill(library, count)

    return prepare


def _empty(library: Any) -> None:
    library.collection.delete_many({})


def _stored(library: Any, result: Any) -> Any:
    documents = library.collection.find({}, {"_id": 0}).sort("number", 1)
    return [encode(document) for document in documents]


def _plain(library: Any, result: Any) -> Any:
    return library.plain(result)


def _field_bytes(library: Any, result: Any) -> Any:
    return encode({name: result[name] for name in shapes.FIELDS})


def _values(library: Any) -> list[dict[str, Any]]:
    """Empty the collection and return what is to be stored, so that making up values is not part of the time."""
    _empty(library)
    return [shapes.values(number) for number in range(BATCH)]


def _insert(load_bulk: bool) -> Callable[[Any, Any], Any]:
    def work(library: Any, values: Any) -> Any:
        orders = [library.construct(one) for one in values]
        return library.order.objects.insert(orders, load_bulk=load_bulk)

    return work


def _read_one_field(library: Any, _: Any) -> int:
    return sum(order.number for order in library.order.objects)


def _read_every_field(library: Any, _: Any) -> Any:
    seen: Any = None
    for order in library.order.objects:
        address = order.address
        seen = (
            order.number, order.customer, order.email, order.active, order.total, order.placed, order.tags,
            address.street, address.city, address.code,
        )  # fmt: skip
    return seen


def _read_every_field_raw(library: Any, _: Any) -> Any:
    seen: Any = None
    for order in library.collection.find():
        address = order["address"]
        seen = (
            order["number"], order["customer"], order["email"], order["active"], order["total"], order["placed"],
            order["tags"], address["street"], address["city"], address["code"],
        )  # fmt: skip
    return seen


def _all_plain(library: Any, result: Any) -> Any:
    """Every field of every document, beside what the timed work saw last."""
    orders = library.collection.find() if library.name == RAW else library.order.objects
    return [library.plain(order) for order in orders], [str(value) for value in result]


def _set_fields(library: Any, order: Any) -> None:
    order.total = 1.5
    order.customer = "somebody"
    order.number = 1
    order.active = False
    order.email = "somebody@example.org"
    order.total = 2.5
    order.customer = "somebody else"
    order.number = 2
    order.active = True
    order.email = "else@example.org"


def _save_change(library: Any, order: Any) -> Any:
    order.total += 1.0
    order.save()
    return order


def _save_change_raw(library: Any, order: Any) -> Any:
    order["total"] += 1.0
    library.collection.update_one({"_id": order["_id"]}, {"$set": {"total": order["total"]}})
    return order


def _loaded_order(library: Any) -> Any:
    fill(library, 100)
    if library.name == RAW:
        return library.collection.find_one({"number": 42})
    return library.order.objects.get(number=42)


def _built(library: Any) -> Any:
    return library.build(42)


def _update_many_prepare(library: Any) -> None:
    _filled(BATCH)(library)
    library.collection.update_many({}, {"$set": {"total": 0.0}})


CASES = (
    Case(
        "construct", "construct one document", lambda library, values: library.construct(values), raw=None,
        prepare=lambda library: shapes.values(42), outcome=_plain, loops=500, target=8,
    ),
    Case(
        "insert_load_bulk_false", "insert 1,000, built and stored, load_bulk=False", _insert(load_bulk=False),
        raw=lambda library, values: library.collection.insert_many([library.construct(one) for one in values]),
        prepare=_values, outcome=_stored, target=6, raw_target=1,
    ),
    Case(
        "insert_load_bulk_true", "insert 1,000, built, stored and read back, load_bulk=True", _insert(load_bulk=True),
        prepare=_values, outcome=_stored, target=8,
    ),
    Case(
        "find_one_field", "find 10,000, read one field of each", _read_one_field,
        raw=lambda library, _: sum(order["number"] for order in library.collection.find()),
        prepare=_filled(MANY), rounds=7, target=30, raw_target=1,
    ),
    Case(
        "find_every_field", "find 10,000, read every field of each", _read_every_field, raw=_read_every_field_raw,
        prepare=_filled(MANY), outcome=_all_plain, rounds=7, target=18, raw_target=1,
    ),
    Case(
        "first", "first() by an index", lambda library, _: library.order.objects(number=4242).first(),
        raw=lambda library, _: library.collection.find_one({"number": 4242}),
        prepare=_filled(MANY), outcome=_plain, loops=50, target=2.5,
    ),
    Case(
        "get", "get() by an index", lambda library, _: library.order.objects.get(number=4242),
        raw=lambda library, _: library.collection.find_one({"number": 4242}),
        prepare=_filled(MANY), outcome=_plain, loops=50, target=2.5,
    ),
    Case(
        "save_new", "save a new document", lambda library, _: library.build(42).save(),
        raw=lambda library, _: library.collection.insert_one(library.build(42)),
        prepare=_empty, outcome=_stored, loops=50, target=2,
    ),
    Case(
        "save_change", "change one field and save", _save_change, raw=_save_change_raw, prepare=_loaded_order,
        outcome=_stored, loops=50, target=1.7,
    ),
    Case(
        "update_many", "update() of 1,000 documents",
        lambda library, _: library.order.objects.update(inc__total=1.5, set__active=False),
        raw=lambda library, _: library.collection.update_many(
            {}, {"$inc": {"total": 1.5}, "$set": {"active": False}}
        ).modified_count,
        prepare=_update_many_prepare, target=0.95,
    ),
    Case("validate", "validate one document", lambda library, order: order.validate(), prepare=_built, loops=500,
         target=10),
    Case("setattr", "set ten fields, one after the other", _set_fields, prepare=_built, loops=500, target=4),
    Case("to_mongo", "to_mongo() of one document", lambda library, order: order.to_mongo(), prepare=_built,
         outcome=_field_bytes, loops=500),
)  # fmt: skip
