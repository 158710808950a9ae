"""The tasks of MongoDB's published ODM benchmark: flat small, flat large and nested documents."""

from collections.abc import Iterator
from typing import Any

from benchmarks import public_data, shapes
from benchmarks.case import Case
from benchmarks.cases.common import as_result, emptied, group
from benchmarks.models import attribute_of

SMALL, NESTED = ("small_10000",), ("nested_1000",)
WANTED = 4242


def build(library: Any, name: str) -> Any:
    """A new document like `name`, on the library."""
    values = public_data.document(name)
    if not hasattr(library, "models"):
        return dict(values)
    return _construct(getattr(library.models, name), values)


def _construct(document: Any, values: dict[str, Any]) -> Any:
    arguments = {}
    for key, value in values.items():
        field = document._fields[attribute_of(key)]
        if isinstance(value, dict):
            value = _construct(field.document_type, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            value = [_construct(field.field.document_type, item) for item in value]
        arguments[attribute_of(key)] = value
    return document(**arguments)


def _create(name: str) -> Any:
    def work(library: Any, document: Any) -> None:
        build(library, name).save()

    return work


def _create_raw(name: str) -> Any:
    def work(library: Any, _: Any) -> None:
        library.database[name].insert_one(build(library, name))

    return work


def _stored(name: str, count: int) -> Any:
    """A `prepare` that stores `count` documents and gives them loaded, one after the other."""

    def prepare(library: Any) -> Iterator[Any]:
        collection = library.database[name]
        collection.delete_many({})
        collection.insert_many([{"_id": shapes.key(i), **public_data.document(name)} for i in range(count)])
        if not hasattr(library, "models"):
            return iter(list(collection.find()))
        return iter(list(getattr(library.models, name).objects))

    return prepare


def _update(field: str, value: Any) -> Any:
    def work(library: Any, documents: Any) -> None:
        document = next(documents)
        setattr(document, field, value)
        document.save()

    return work


def _update_nested(library: Any, documents: Any) -> None:
    document = next(documents)
    document.embedded_str_doc_1.field1 = "changed"
    document.save()


def _update_array(library: Any, documents: Any) -> None:
    document = next(documents)
    document.embedded_str_doc_array[1].field1 = "changed"
    document.save()


def _update_raw(name: str, path: str, value: Any) -> Any:
    def work(library: Any, documents: Any) -> None:
        library.database[name].update_one({"_id": next(documents)["_id"]}, {"$set": {path: value}})

    return work


def _found(collection: str, model: str, read: str, **conditions: Any) -> Any:
    def work(library: Any, _: Any) -> list[Any]:
        return [getattr(document, read) for document in getattr(library.models, model).objects(**conditions)]

    return work


def _found_raw(collection: str, read: str, conditions: dict[str, Any]) -> Any:
    def work(library: Any, _: Any) -> list[Any]:
        return [document[read] for document in library.database[collection].find(conditions)]

    return work


def _filter(
    name: str, title: str, conditions: dict[str, Any], raw: dict[str, Any], loops: int, guard: bool = True
) -> Case:
    """Find among 10,000 small documents."""
    return Case(
        f"odm_find_{name}", f"flat small: find {title}", _found("small_10000", "small_10000", "field2", **conditions),
        raw=_found_raw("small_10000", "field2", raw), needs=SMALL, result=as_result, loops=loops,
        guard=guard,
    )  # fmt: skip


def _nested_filter(name: str, title: str, path: str, value: Any) -> Case:
    """Find among 1,000 nested documents."""
    conditions = {path.replace(".", "__"): value}

    def work(library: Any, _: Any) -> list[Any]:
        found = library.models.nested_1000.objects(**conditions)
        return [document.embedded_int_doc_8.field1 for document in found]

    def raw(library: Any, _: Any) -> list[Any]:
        found = library.database["nested_1000"].find({path: value})
        return [document["embedded_int_doc_8"]["field1"] for document in found]

    return Case(f"odm_find_{name}", f"nested: find {title}", work, raw=raw, needs=NESTED, result=as_result, loops=20)


_FILTERS = (
    _filter("key", "by key", {"pk": shapes.key(WANTED)}, {"_id": shapes.key(WANTED)}, 30),
    _filter("number", "by an indexed number", {"field8": WANTED}, {"field8": WANTED}, 30),
    _filter(
        "range", "100 by a range over an index", {"field8__gte": WANTED, "field8__lt": WANTED + 100},
        {"field8": {"$gte": WANTED, "$lt": WANTED + 100}}, 10,
    ),
    _filter(
        "in", "50 by a list of values", {"field8__in": list(range(0, 5_000, 100))},
        {"field8": {"$in": list(range(0, 5_000, 100))}}, 10,
    ),
    _filter("text", "by a text without an index", {"field1": "text004242"}, {"field1": "text004242"}, 1, guard=False),
)  # fmt: skip


def _creation(name: str, title: str, loops: int) -> Case:
    return Case(
        f"odm_create_{name}", f"{title}: create", _create(name), raw=_create_raw(name), prepare=emptied(name),
        stored=(name,), loops=loops,
    )  # fmt: skip


CASES = group(
    "ODM benchmark",
    _creation("small", "flat small", 50),
    Case(
        "odm_update_small", "flat small: update", _update("field1", "changed"),
        raw=_update_raw("small", "field1", "changed"), prepare=_stored("small", 50), stored=("small",), loops=50,
    ),
    *_FILTERS,
    Case(
        "odm_create_large", "flat large (250 fields, an image of 2.4 MB): create", _create("large"),
        raw=_create_raw("large"), prepare=emptied("large"), stored=("large",), loops=2, rounds=9, guard=False,
    ),
    Case(
        "odm_update_large", "flat large: update", _update("field1", "changed"),
        raw=_update_raw("large", "field1", "changed"), prepare=_stored("large", 3), stored=("large",), loops=3,
        rounds=9, guard=False,
    ),
    _creation("nested", "nested", 20),
    Case(
        "odm_update_nested", "nested: update a field of an embedded document", _update_nested,
        raw=_update_raw("nested", "embedded_str_doc_1.field1", "changed"), prepare=_stored("nested", 30),
        stored=("nested",), loops=30,
    ),
    Case(
        "odm_update_array", "nested: update a field of an item of an array", _update_array,
        raw=_update_raw("nested", "embedded_str_doc_array.1.field1", "changed"), prepare=_stored("nested", 30),
        stored=("nested",), loops=30,
    ),
    _nested_filter("nested", "by a field of an embedded document", "embedded_int_doc_8.field1", 420),
    _nested_filter("array", "by a field of an array of documents", "embedded_str_doc_array.field1", "text000420"),
)  # fmt: skip
