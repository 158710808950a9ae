"""Work on documents alone, without the server."""

from typing import Any

from bson import decode, encode

from benchmarks import shapes
from benchmarks.case import Case
from benchmarks.cases.common import as_result, group, loaded, plain, plain_new

FIELDS = ("number", "customer", "email", "active", "total", "placed", "tags")
NEEDS = ("orders_1000",)
_BYTES = encode(shapes.stored_order(42))


def _built(library: Any) -> Any:
    return library.order(42)


def _loaded(library: Any) -> Any:
    return loaded(library, "order_1000", "orders_1000", 42)


def _changed(library: Any) -> Any:
    order = _loaded(library)
    order.total = 17.5
    order.address.city = "Lima"
    order.tags.append("late")
    return order


def _set_fields(library: Any, order: Any) -> Any:
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
    return order


def _get_fields(library: Any, order: Any) -> tuple[Any, ...]:
    return (
        order.number, order.customer, order.email, order.active, order.total, order.number, order.customer,
        order.email, order.active, order.total,
    )  # fmt: skip


def _get_containers(library: Any, order: Any) -> tuple[Any, ...]:
    return order.tags[0], order.address.city, order.tags[2], order.address.street


def _fields_of(library: Any, result: Any) -> bytes:
    """In the order of the fields: a document that was never stored has no key."""
    return bytes(encode(result))


def _nested_text(library: Any) -> str:
    return str(library.models.order_1000._from_son(decode(_BYTES)).to_json())


def _as_set(library: Any, names: Any) -> list[str]:
    return sorted(names)


def _note_values(library: Any) -> dict[str, Any]:
    values = shapes.stored_note(42)
    del values["_id"]
    return values


CASES = group(
    "Documents, without the server",
    Case(
        "construct", "construct one document", lambda library, values: library.construct(values),
        prepare=lambda library: shapes.order(42), result=plain_new, loops=500, target=12, headline=True,
    ),
    Case(
        "construct_invoice", "construct a document with a list of ten embedded ones",
        lambda library, _: library.invoice(42), result=plain_new, loops=50,
    ),
    Case(
        "construct_dynamic", "construct a dynamic document with three undeclared fields",
        lambda library, values: library.models.note(**values), prepare=_note_values, result=plain_new, loops=200,
    ),
    Case(
        "validate", "validate one document", lambda library, order: order.validate(), prepare=_built, result=as_result,
        loops=500, target=15, headline=True,
    ),
    Case(
        "validate_invoice", "validate a document with a list of ten embedded ones",
        lambda library, invoice: invoice.validate(), prepare=lambda library: library.invoice(42), result=as_result,
        loops=100,
    ),
    Case(
        "to_mongo", "to_mongo() of one document", lambda library, order: order.to_mongo(), prepare=_built,
        result=_fields_of, loops=500, target=8, headline=True,
    ),
    Case(
        "to_mongo_invoice", "to_mongo() of a document with a list of ten embedded ones",
        lambda library, invoice: invoice.to_mongo(), prepare=lambda library: library.invoice(42), result=_fields_of,
        loops=100,
    ),
    Case(
        "changed_fields", "_get_changed_fields() of a loaded document after three changes",
        lambda library, order: order._get_changed_fields(), needs=NEEDS, prepare=_changed, result=_as_set, loops=500,
        target=10,
    ),
    Case(
        "delta", "_delta() of a loaded document after three changes", lambda library, order: order._delta(),
        needs=NEEDS, prepare=_changed,
        result=lambda library, delta: (dict(delta[0]), dict(delta[1])), loops=500, target=20, headline=True,
    ),
    Case(
        "getattr", "read ten plain fields, one after the other", _get_fields, prepare=_built,
        result=as_result, loops=1000, target=1,
    ),
    Case(
        "getattr_loaded", "read ten plain fields of a loaded document, again and again", _get_fields, needs=NEEDS,
        prepare=_loaded, result=as_result, loops=1000, target=1,
    ),
    Case(
        "getattr_containers", "read two items of a list and two fields of an embedded document", _get_containers,
        needs=NEEDS, prepare=_loaded, result=as_result, loops=500,
    ),
    Case(
        "setattr", "set ten fields, one after the other", _set_fields, prepare=_built,
        result=plain_new, loops=500, target=5,
    ),
    Case(
        "edit_list", "append to a list of a loaded document, and pop again",
        lambda library, order: (order.tags.append("late"), order.tags.pop()), needs=NEEDS, prepare=_loaded,
        result=as_result, loops=500,
    ),
    Case(
        "document_to_json", "to_json() of one document", lambda library, order: order.to_json(), needs=NEEDS,
        prepare=_loaded, result=as_result, loops=100,
    ),
    Case(
        "from_json", "from_json() of one document",
        lambda library, text: library.models.order_1000.from_json(text), prepare=_nested_text, result=plain, loops=100,
    ),
    Case(
        "from_db", "a document from BSON bytes, one field read: from_db(), against _from_son(decode())",
        lambda library, _: library.models.order_1000._from_son(decode(_BYTES)).number,
        ours=lambda library, _: library.models.order_1000.from_db(_BYTES).number,
        raw=lambda library, _: decode(_BYTES)["number"], result=as_result, loops=500,
    ),
    Case(
        "equality", "compare two loaded documents", lambda library, pair: pair[0] == pair[1], needs=NEEDS,
        prepare=lambda library: (_loaded(library), _loaded(library)), result=as_result, loops=1000,
    ),
)  # fmt: skip
