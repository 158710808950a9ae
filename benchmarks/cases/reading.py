"""Finding documents: whole, in part, one by one, and what is counted or aggregated."""

from typing import Any

from bson import json_util
from bson.json_util import LEGACY_JSON_OPTIONS

from benchmarks import shapes
from benchmarks.case import Case
from benchmarks.cases.common import all_plain, as_result, group, plain

FEW, MANY = ("orders_1000",), ("orders_10000",)
_KEYS = [shapes.key(number * 37) for number in range(100)]
_PIPELINE = [{"$project": {"number": 1, "customer": 1, "city": "$address.city", "tags": 1}}]


def _orders(library: Any) -> Any:
    return library.models.order_10000.objects


def _raw(library: Any) -> Any:
    return library.database["orders_10000"]


def _every_field(library: Any, _: Any) -> Any:
    seen: Any = None
    for order in _orders(library):
        address = order.address
        seen = (
            order.number, order.customer, order.email, order.active, order.total, order.placed, order.tags,
            address.street, address.city, address.code,
        )  # fmt: skip
    return seen


def _every_field_raw(library: Any, _: Any) -> Any:
    seen: Any = None
    for order in _raw(library).find():
        address = order["address"]
        seen = (
            order["number"], order["customer"], order["email"], order["active"], order["total"], order["placed"],
            order["tags"], address["street"], address["city"], address["code"],
        )  # fmt: skip
    return seen


def _all_of_them(library: Any, seen: Any) -> Any:
    """Every field of every document, beside what the timed work saw last."""
    orders = _orders(library) if hasattr(library, "models") else _raw(library).find()
    return all_plain(library, orders), [str(value) for value in seen]


def _walk(library: Any, _: Any) -> float:
    return float(
        sum(line.quantity * line.price for invoice in library.models.invoice_1000.objects for line in invoice.lines)
    )


def _walk_raw(library: Any, _: Any) -> float:
    invoices = library.database["invoices_1000"].find()
    return float(sum(line["quantity"] * line["price"] for invoice in invoices for line in invoice["lines"]))


def _polymorphic(library: Any, _: Any) -> list[Any]:
    return [
        (type(animal).__name__, animal.name, getattr(animal, "breed", None)) for animal in library.models.animal.objects
    ]


def _polymorphic_raw(library: Any, _: Any) -> list[Any]:
    animals = library.database["animals"].find()
    return [(animal["_cls"].rpartition(".")[2], animal["name"], animal.get("breed")) for animal in animals]


def _json_raw(library: Any, _: Any) -> str:
    return json_util.dumps(list(library.database["orders_1000"].find()), json_options=LEGACY_JSON_OPTIONS)


def _notes(library: Any, _: Any) -> list[Any]:
    return [(note.title, note.mood, note.extra["a"]) for note in library.models.note.objects]


def _page(library: Any, _: Any) -> list[str]:
    return [order.customer for order in _orders(library)(active=True).order_by("-number").skip(100).limit(50)]


def _page_raw(library: Any, _: Any) -> list[str]:
    found = _raw(library).find({"active": True}).sort("number", -1).skip(100).limit(50)
    return [order["customer"] for order in found]


_WHOLE = (
    Case(
        "find_1000", "find 1,000, read one field of each",
        lambda library, _: sum(order.number for order in library.models.order_1000.objects),
        raw=lambda library, _: sum(order["number"] for order in library.database["orders_1000"].find()),
        needs=FEW, result=as_result, loops=5, target=35, raw_target=1.3,
    ),
    Case(
        "find_10000", "find 10,000, read one field of each",
        lambda library, _: sum(order.number for order in _orders(library)),
        raw=lambda library, _: sum(order["number"] for order in _raw(library).find()),
        needs=MANY, result=as_result, rounds=9, target=45, raw_target=1.3, headline=True,
        note="First-floor operation: 10,000 whole documents of 250 bytes in the server's own batches.",
    ),
    Case(
        "find_every_field", "find 10,000, read every field of each", _every_field, raw=_every_field_raw, needs=MANY,
        result=_all_of_them, rounds=9, target=20, raw_target=1.3, headline=True,
    ),
    Case(
        "find_embedded_lists", "find 1,000 with ten embedded documents each, walk them all", _walk, raw=_walk_raw,
        needs=("invoices_1000",), result=as_result, rounds=9, target=20, raw_target=1.3, headline=True,
    ),
    Case(
        "polymorphic", "find 5,000 of three classes, read two fields of each", _polymorphic, raw=_polymorphic_raw,
        needs=("animals",), result=as_result, rounds=9, target=15, headline=True,
    ),
    Case(
        "find_dynamic", "find 1,000 dynamic documents, read three fields of each", _notes,
        raw=lambda library, _: [
            (note["title"], note["mood"], note["extra"]["a"]) for note in library.database["notes"].find()
        ],
        needs=("notes",), result=as_result,
    ),
    Case(
        "find_no_cache", "iterate 10,000 with no_cache(), read one field of each",
        lambda library, _: sum(order.number for order in _orders(library).no_cache()),
        raw=lambda library, _: sum(order["number"] for order in _raw(library).find()),
        needs=MANY, result=as_result, rounds=9,
    ),
    Case(
        "queryset_to_json", "to_json() of a queryset of 1,000",
        lambda library, _: library.models.order_1000.objects.to_json(json_options=LEGACY_JSON_OPTIONS), raw=_json_raw,
        needs=FEW, result=as_result, loops=5, target=20, headline=True,
    ),
    Case(
        "as_pymongo", "as_pymongo() of 10,000", lambda library, _: list(_orders(library).as_pymongo()),
        raw=lambda library, _: list(_raw(library).find()), needs=MANY, result=as_result, rounds=9, raw_target=1.4,
        headline=True,
    ),
)  # fmt: skip

_PARTS = (
    Case(
        "only", "only() of two fields, 10,000, both read",
        lambda library, _: [(order.number, order.customer) for order in _orders(library).only("number", "customer")],
        raw=lambda library, _: [
            (order["number"], order["customer"]) for order in _raw(library).find({}, {"number": 1, "customer": 1})
        ],
        needs=MANY, result=as_result, rounds=9, target=15, headline=True,
    ),
    Case(
        "exclude", "exclude() of two fields, 10,000, one field of each read",
        lambda library, _: sum(order.number for order in _orders(library).exclude("address", "tags")),
        raw=lambda library, _: sum(order["number"] for order in _raw(library).find({}, {"address": 0, "tags": 0})),
        needs=MANY, result=as_result, rounds=9,
    ),
    Case(
        "scalar", "scalar() of two fields, 10,000",
        lambda library, _: list(_orders(library).scalar("number", "customer")),
        raw=lambda library, _: [
            (order["number"], order["customer"]) for order in _raw(library).find({}, {"number": 1, "customer": 1})
        ],
        needs=MANY, result=as_result, rounds=9, target=15,
    ),
    Case(
        "values_list", "values_list() of one field, 10,000",
        lambda library, _: list(_orders(library).values_list("customer")),
        raw=lambda library, _: [order["customer"] for order in _raw(library).find({}, {"customer": 1})],
        needs=MANY, result=as_result, rounds=9,
    ),
    Case(
        "aggregate", "aggregate() with 10,000 results", lambda library, _: list(_orders(library).aggregate(_PIPELINE)),
        raw=lambda library, _: list(_raw(library).aggregate(_PIPELINE)), needs=MANY, result=as_result, rounds=9,
        target=2, headline=True,
    ),
    Case(
        "distinct", "distinct() of a field of 10,000", lambda library, _: _orders(library).distinct("customer"),
        raw=lambda library, _: _raw(library).distinct("customer"), needs=MANY, result=as_result, loops=3, target=1.5,
        guard=False,
    ),
    Case(
        "count", "count() by an index", lambda library, _: _orders(library)(number__lt=50).count(),
        raw=lambda library, _: _raw(library).count_documents({"number": {"$lt": 50}}), needs=MANY, result=as_result,
        loops=50, target=1.8, headline=True,
    ),
    Case(
        "count_all", "count() of a whole collection", lambda library, _: _orders(library).count(),
        raw=lambda library, _: _raw(library).estimated_document_count(), needs=MANY, result=as_result, loops=50,
    ),
    Case(
        "page", "a sorted page of 50 after 100 others", _page, raw=_page_raw, needs=MANY, result=as_result, loops=10,
    ),
)  # fmt: skip

_SINGLE = (
    Case(
        "first", "first() by an index", lambda library, _: _orders(library)(number=4242).first(),
        raw=lambda library, _: _raw(library).find_one({"number": 4242}), needs=MANY, result=plain, loops=50, target=3,
        headline=True,
    ),
    Case(
        "get", "get() by an index", lambda library, _: _orders(library).get(number=4242),
        raw=lambda library, _: _raw(library).find_one({"number": 4242}), needs=MANY, result=plain, loops=50, target=3,
        headline=True,
    ),
    Case(
        "with_id", "with_id()", lambda library, _: _orders(library).with_id(_KEYS[3]),
        raw=lambda library, _: _raw(library).find_one({"_id": _KEYS[3]}), needs=MANY, result=plain, loops=50,
    ),
    Case(
        "in_bulk", "in_bulk() of 100 keys, read one field of each",
        lambda library, _: sum(order.number for order in _orders(library).in_bulk(_KEYS).values()),
        raw=lambda library, _: sum(order["number"] for order in _raw(library).find({"_id": {"$in": _KEYS}})),
        needs=MANY, result=as_result, loops=5,
    ),
    Case(
        "indexed_find", "find 100 of 10,000 by an index, read one field of each",
        lambda library, _: [order.customer for order in _orders(library)(number__gte=5000, number__lt=5100)],
        raw=lambda library, _: [
            order["customer"] for order in _raw(library).find({"number": {"$gte": 5000, "$lt": 5100}})
        ],
        needs=MANY, result=as_result, loops=10,
        note="First-floor operation: a range over an index of 10,000 documents of 250 bytes, whole documents.",
    ),
)  # fmt: skip

CASES = group("Reading many", *_WHOLE) + group("Parts and figures", *_PARTS) + group("Reading few", *_SINGLE)
