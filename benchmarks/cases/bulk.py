"""The bulk calls that MongoEngine has not got, against what its users write instead."""

from collections.abc import Sequence
from typing import Any

from pymongo import InsertOne, UpdateMany, UpdateOne

from benchmarks import shapes
from benchmarks.case import Case
from benchmarks.cases.common import emptied, group, refilled

BATCH = 1_000
ORDERS = ("orders",)
_thousand = refilled("orders", BATCH, index="number")
_empty = emptied("orders")


def _changed(library: Any) -> Sequence[Any]:
    """1,000 loaded orders, a field of each changed."""
    _thousand(library)
    if not hasattr(library, "models"):
        return [{**order, "total": order["total"] + 1} for order in library.database["orders"].find()]
    orders = list(library.models.order.objects)
    for order in orders:
        order.total += 1
    return orders


def _save_each(library: Any, orders: Any) -> None:
    for order in orders:
        order.save()


def _bulk_save(library: Any, orders: Any) -> None:
    library.models.order.objects.bulk_save(orders)


def _bulk_save_raw(library: Any, orders: Any) -> None:
    library.database["orders"].bulk_write(
        [UpdateOne({"_id": order["_id"]}, {"$set": {"total": order["total"]}}) for order in orders], ordered=False
    )


def _new(library: Any) -> list[Any]:
    _empty(library)
    return [library.order(number) for number in range(BATCH)]


def _insert_raw(library: Any, orders: Any) -> None:
    library.database["orders"].insert_many(orders)


def _update_each(library: Any, _: Any) -> None:
    for number in range(BATCH):
        library.models.order.objects(number=number).update_one(set__total=float(number))


def _bulk_update(library: Any, _: Any) -> None:
    from mongoengine_fast.bulk import UpdateOne as Update

    library.models.order.objects.bulk_write(
        [Update({"number": number}, set__total=float(number)) for number in range(BATCH)], ordered=False
    )


def _bulk_update_raw(library: Any, _: Any) -> None:
    library.database["orders"].bulk_write(
        [UpdateOne({"number": number}, {"$set": {"total": float(number)}}) for number in range(BATCH)], ordered=False
    )


def _mixed_each(library: Any, _: Any) -> None:
    objects = library.models.order.objects
    for number in range(200):
        library.order(2_000 + number).save()
        objects(number=number).update_one(set__active=True)
    objects(number__lt=300).update(inc__total=1.0)


def _mixed_bulk(library: Any, _: Any) -> None:
    from mongoengine_fast import bulk

    operations: list[Any] = []
    for number in range(200):
        operations.append(bulk.InsertOne(library.order(2_000 + number)))
        operations.append(bulk.UpdateOne({"number": number}, set__active=True))
    operations.append(bulk.UpdateMany({"number__lt": 300}, inc__total=1.0))
    library.models.order.objects.bulk_write(operations)


def _mixed_raw(library: Any, _: Any) -> None:
    operations: list[Any] = []
    for number in range(200):
        operations.append(InsertOne(shapes.order(2_000 + number)))
        operations.append(UpdateOne({"number": number}, {"$set": {"active": True}}))
    operations.append(UpdateMany({"number": {"$lt": 300}}, {"$inc": {"total": 1.0}}))
    library.database["orders"].bulk_write(operations)


CASES = group(
    "In bulk, against one by one in MongoEngine",
    Case(
        "bulk_save_changed", "bulk_save() of 1,000 changed documents, against 1,000 saves", _save_each,
        raw=_bulk_save_raw, ours=_bulk_save, prepare=_changed, stored=ORDERS, rounds=9, target=25, headline=True,
        note="First-floor operation: a new value for one field of each of 1,000 documents of 250 bytes.",
    ),
    Case(
        "bulk_save_new", "bulk_save() of 1,000 new documents, against insert()",
        lambda library, orders: library.models.order.objects.insert(orders, load_bulk=False),
        raw=_insert_raw, ours=_bulk_save, prepare=_new, stored=ORDERS,
    ),
    Case(
        "bulk_update", "bulk_write() of 1,000 updates, against 1,000 update_one()", _update_each, raw=_bulk_update_raw,
        ours=_bulk_update, prepare=_thousand, stored=ORDERS, rounds=9,
    ),
    Case(
        "bulk_mixed", "bulk_write() of 200 inserts and 201 updates, against one by one", _mixed_each, raw=_mixed_raw,
        ours=_mixed_bulk, prepare=_thousand, stored=ORDERS, rounds=9,
    ),
)  # fmt: skip
