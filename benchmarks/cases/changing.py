"""Changing and deleting stored documents."""

from collections.abc import Iterator
from typing import Any

from benchmarks import shapes
from benchmarks.case import Case
from benchmarks.cases.common import as_result, group, loaded, plain, refilled

ORDERS = ("orders",)
_hundred = refilled("orders", 100, index="number")
_thousand = refilled("orders", 1_000, index="number")
ONE = {"number": 42}


def _order(library: Any) -> Any:
    _hundred(library)
    return loaded(library, "order", "orders", 42)


def _raw(library: Any) -> Any:
    return library.database["orders"]


def _save_change(library: Any, order: Any) -> None:
    order.total += 1.0
    order.save()


def _save_change_raw(library: Any, order: Any) -> None:
    order["total"] += 1.0
    _raw(library).update_one({"_id": order["_id"]}, {"$set": {"total": order["total"]}})


def _invoice(library: Any) -> Any:
    refilled("invoices", 20, shapes.stored_invoice)(library)
    return loaded(library, "invoice", "invoices", 7)


def _save_nested(library: Any, invoice: Any) -> None:
    invoice.lines[3].quantity += 1
    invoice.save()


def _save_nested_raw(library: Any, invoice: Any) -> None:
    invoice["lines"][3]["quantity"] += 1
    library.database["invoices"].update_one(
        {"_id": invoice["_id"]}, {"$set": {"lines.3.quantity": invoice["lines"][3]["quantity"]}}
    )


def _unchanged(library: Any, order: Any) -> None:
    order.save()


def _post(library: Any) -> Any:
    refilled("authors", shapes.AUTHORS, shapes.stored_author)(library)
    refilled("posts", shapes.POSTS, shapes.stored_post)(library)
    post = library.models.post.objects.get(title="post 00042")
    post.author.name  # followed now, as a program has by then  # noqa: B018
    return post


def _save_cascade(library: Any, post: Any) -> None:
    post.title += "x"
    post.author.born += 1
    post.save(cascade=True)


def _many_orders(library: Any) -> Iterator[Any]:
    """One order after the other, for work that uses its order up."""
    _hundred(library)
    return iter(list(library.models.order.objects.order_by("number")))


def _many_keys(library: Any) -> Iterator[Any]:
    _hundred(library)
    return iter([shapes.key(number) for number in range(100)])


def _delete_one(library: Any, orders: Any) -> None:
    next(orders).delete()


def _modify(library: Any, _: Any) -> Any:
    return library.models.order.objects(**ONE).modify(new=True, inc__total=1.5)


def _modify_raw(library: Any, _: Any) -> Any:
    return _raw(library).find_one_and_update(ONE, {"$inc": {"total": 1.5}}, return_document=True)


_SAVING = (
    Case(
        "save_change", "change one field and save", _save_change, raw=_save_change_raw, prepare=_order, stored=ORDERS,
        loops=50, target=2, headline=True,
    ),
    Case(
        "save_nested_change", "change a field of the fourth embedded document of a list, and save", _save_nested,
        raw=_save_nested_raw, prepare=_invoice, stored=("invoices",), loops=50, target=2,
    ),
    Case(
        "save_unchanged", "save a loaded document without changes", _unchanged, prepare=_order, stored=ORDERS, loops=50,
    ),
    Case(
        "save_cascade", "change a post and its author, save both with cascade=True", _save_cascade, prepare=_post,
        stored=("posts", "authors"), loops=20,
    ),
    Case(
        "reload", "reload()", lambda library, order: order.reload(),
        raw=lambda library, order: _raw(library).find_one({"_id": order["_id"]}), prepare=_order, result=plain,
        stored=ORDERS, loops=50,
    ),
)  # fmt: skip

_ONE = (
    Case(
        "modify", "objects.modify() of one document, the new one returned", _modify, raw=_modify_raw,
        prepare=_hundred, result=plain, stored=ORDERS, loops=50,
    ),
    Case(
        "update_one", "update_one() by an index",
        lambda library, _: library.models.order.objects(**ONE).update_one(inc__total=1.5),
        raw=lambda library, _: _raw(library).update_one(ONE, {"$inc": {"total": 1.5}}).modified_count,
        prepare=_hundred, result=as_result, stored=ORDERS, loops=50,
    ),
    Case(
        "upsert_one", "upsert_one() of a stored document",
        lambda library, _: library.models.order.objects(**ONE).upsert_one(inc__total=1.5), prepare=_hundred,
        result=plain, stored=ORDERS, loops=50,
    ),
    Case(
        "delete_one", "delete() of one loaded document", _delete_one,
        prepare=_many_orders, stored=ORDERS, loops=50,
    ),
    Case(
        "delete_by_key", "objects(pk=...).delete()",
        lambda library, keys: library.models.order.objects(pk=next(keys)).delete(),
        raw=lambda library, keys: _raw(library).delete_many({"_id": next(keys)}).deleted_count, prepare=_many_keys,
        result=as_result, stored=ORDERS, loops=50,
    ),
)  # fmt: skip

_MANY = (
    Case(
        "update_many", "update() of 1,000 documents",
        lambda library, _: library.models.order.objects.update(inc__total=1.5, set__active=False),
        raw=lambda library, _: _raw(library).update_many(
            {}, {"$inc": {"total": 1.5}, "$set": {"active": False}}
        ).modified_count,
        prepare=_thousand, result=as_result, stored=ORDERS, target=0.97, raw_target=0.97, headline=True, guard=False,
        note="First-floor operation: one command changes two fields of 1,000 documents of 250 bytes.",
    ),
    Case(
        "delete_many", "delete() of 1,000 documents",
        lambda library, _: library.models.order.objects(number__lt=1_000).delete(),
        raw=lambda library, _: _raw(library).delete_many({"number": {"$lt": 1_000}}).deleted_count,
        prepare=_thousand, result=as_result, stored=ORDERS, target=0.97, raw_target=0.97, guard=False,
    ),
)  # fmt: skip

CASES = (
    group("Saving", *_SAVING) + group("One stored document", *_ONE) + group("Many at once, the server's time", *_MANY)
)
