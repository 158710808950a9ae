"""Writes that a majority has to acknowledge: a replica set of one member, with a journal."""

from typing import Any

from pymongo import WriteConcern

from benchmarks.case import MAJORITY, Case
from benchmarks.cases.common import as_result, emptied, group, loaded, refilled

W = {"w": "majority"}
ORDERS = ("orders",)
_empty = emptied("orders")
_hundred = refilled("orders", 100, index="number")


def _raw(library: Any) -> Any:
    return library.database["orders"].with_options(write_concern=WriteConcern(w="majority"))


def _order(library: Any) -> Any:
    _hundred(library)
    return loaded(library, "order", "orders", 42)


def _save_change(library: Any, order: Any) -> None:
    order.total += 1.0
    order.save(write_concern=W)


def _save_change_raw(library: Any, order: Any) -> None:
    order["total"] += 1.0
    _raw(library).update_one({"_id": order["_id"]}, {"$set": {"total": order["total"]}})


CASES = group(
    "w: majority, the server's time",
    Case(
        "majority_save_new", "save a new document, w: majority",
        lambda library, _: library.order(42).save(write_concern=W),
        raw=lambda library, _: _raw(library).insert_one(library.order(42)), prepare=_empty, stored=ORDERS, loops=10,
        target=0.97, raw_target=0.97, guard=False, deployment=MAJORITY,
    ),
    Case(
        "majority_save_change", "change one field and save, w: majority", _save_change, raw=_save_change_raw,
        prepare=_order, stored=ORDERS, loops=10, target=0.97, raw_target=0.97, guard=False, deployment=MAJORITY,
    ),
    Case(
        "majority_update", "update() of 100 documents, w: majority",
        lambda library, _: library.models.order.objects.update(inc__total=1.5, write_concern=W),
        raw=lambda library, _: _raw(library).update_many({}, {"$inc": {"total": 1.5}}).modified_count,
        prepare=_hundred, result=as_result, stored=ORDERS, loops=5, target=0.97, raw_target=0.97, guard=False,
        deployment=MAJORITY,
    ),
    Case(
        "majority_delete", "delete() of 100 documents, w: majority",
        lambda library, _: library.models.order.objects.delete(write_concern=W),
        raw=lambda library, _: _raw(library).delete_many({}).deleted_count, prepare=_hundred, result=as_result,
        stored=ORDERS, target=0.97, raw_target=0.97, guard=False, deployment=MAJORITY,
    ),
)  # fmt: skip
