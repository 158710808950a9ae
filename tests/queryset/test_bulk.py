"""Bulk saves, bulk writes, and inserting dicts: what MongoEngine does one by one, done together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId

import mongoengine_fast as me
from mongoengine_fast import lanes, signals
from mongoengine_fast.bulk import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from mongoengine_fast.queryset._bulk import BulkSaveResult


class Line(me.EmbeddedDocument):
    sku = me.StringField(required=True, db_field="s")
    qty = me.IntField(default=1)


class Order(me.Document):
    name = me.StringField(db_field="n", max_length=10)
    count = me.IntField()
    lines = me.EmbeddedDocumentListField(Line)
    made = me.StringField(default=lambda: "now")
    code = me.StringField(unique=True, sparse=True)
    meta = {"allow_inheritance": True, "collection": "bulk_orders"}


class Special(Order):
    extra = me.DictField()


class Note(me.Document):
    text = me.StringField(primary_key=True)
    of = me.ReferenceField(Order, reverse_delete_rule=me.DENY)
    meta = {"collection": "bulk_notes"}


@pytest.fixture(autouse=True)
def orders(mongodb_uri: str) -> Iterator[Any]:
    me.connect("bulk_tests", host=mongodb_uri, uuidRepresentation="standard")
    Order.drop_collection()
    Note.drop_collection()
    lanes.reset()
    yield
    me.connection.get_connection().drop_database("bulk_tests")
    me.disconnect_all()


def stored() -> list[dict[str, Any]]:
    return list(Order._get_collection().find({}, sort=[("n", 1)]))


def saved(*names: str) -> list[Order]:
    return Order.objects.insert([Order(name=name, count=number) for number, name in enumerate(names)])


def writes() -> int:
    """Write operations so far; each may be several commands."""
    counts = lanes.report()["operations"]
    return sum(sum(found.values()) for name, found in counts.items() if not name.startswith(("find", "count")))


# bulk_save


def test_new_changed_and_unchanged_documents_are_saved_together() -> None:
    first, second = saved("a", "b")
    first.count, first.name = 5, None
    first.lines.append(Line(sku="x"))
    new = Order(name="c", lines=[Line(sku="y")])
    with me.context_managers.query_counter() as queries:
        result = Order.objects.bulk_save([first, second, new])
        assert queries == 2
    assert result == BulkSaveResult(inserted=1, updated=1, unchanged=1)
    assert new.pk is not None
    for document in (first, second, new):
        assert document._get_changed_fields() == []
        assert document._created is False
        assert Order.objects.get(pk=document.pk).to_mongo() == document.to_mongo()
    assert "n" not in Order._get_collection().find_one({"_id": first.pk})


def test_what_was_saved_in_bulk_saves_on() -> None:
    order = Order(name="a")
    Order.objects.bulk_save([order])
    order.name = "b"
    assert Order.objects.bulk_save([order]) == BulkSaveResult(0, 1, 0)
    assert Order.objects.bulk_save([order]) == BulkSaveResult(0, 0, 1)
    assert [row["n"] for row in stored()] == ["b"]


def test_a_new_document_with_a_key_of_its_own_replaces_or_inserts() -> None:
    Note(text="a").save()
    order = Order(name="o").save()
    assert Note.objects.bulk_save([Note(text="a", of=order), Note(text="b")]) == BulkSaveResult(1, 1, 0)
    assert Note.objects.get(text="a").of == order


def test_documents_of_subclasses_keep_their_class() -> None:
    Order.objects.bulk_save([Order(name="a"), Special(name="b", extra={"k": 1})])
    assert [row["_cls"] for row in stored()] == ["Order", "Order.Special"]


def test_a_document_given_twice_is_saved_once() -> None:
    order = Order(name="a")
    assert Order.objects.bulk_save([order, order]) == BulkSaveResult(1, 0, 0)
    assert len(stored()) == 1


def test_invalid_documents_are_all_named_and_nothing_is_sent() -> None:
    documents = [Order(name="a"), Order(name="much too long"), Order(name="c", lines=[Line()])]
    with pytest.raises(me.ValidationError, match="2 of 3 documents are not valid") as raised:
        Order.objects.bulk_save(documents)
    assert set(raised.value.to_dict()) == {1, 2}
    assert raised.value.to_dict()[1] == {"name": "String value is too long"}
    assert stored() == []
    assert all(document._created and document.pk is None for document in documents)
    assert Order.objects.bulk_save(documents[1:2], validate=False).inserted == 1


def test_another_class_is_refused_by_position() -> None:
    with pytest.raises(me.errors.OperationError, match="item 1 is a Note"):
        Order.objects.bulk_save([Order(), Note(text="a")])
    assert stored() == []


@pytest.mark.parametrize("ordered", [False, True])
def test_what_was_refused_keeps_its_changes_and_the_rest_is_saved(ordered: bool) -> None:
    taken, other, third = saved("a", "b", "c")
    taken.code = "k"
    taken.save()
    other.code, third.count = "k", 9
    new = Order(name="d", code="k")
    late = Order(name="e")
    with pytest.raises(me.errors.BulkWriteError) as raised:
        Order.objects.bulk_save([third, other, new, late], ordered=ordered)
    assert third._get_changed_fields() == []
    assert other._get_changed_fields() == ["code"]
    assert new._created and new.pk is None
    assert (late.pk is None) is ordered
    assert {found["code"] for found in raised.value.errors.values()} == {11000}
    assert set(raised.value.errors) == ({1} if ordered else {1, 2})
    assert raised.value.details["writeErrors"]
    other.code = new.code = None
    Order.objects.bulk_save([other, new, late])
    assert len(stored()) == 5


@pytest.mark.parametrize("lane", ["native", "pymongo"])
def test_changes_of_stored_documents_alone_are_told_by_position(lane: str) -> None:
    number, unchanged, emptied, refused, removed = documents = saved("a", "b", "c", "d", "e")
    Order.objects(pk=unchanged.pk).update(code="taken")
    number.count, emptied.name, refused.code, removed.count = 7, "", "taken", None
    with lanes.force(lane), pytest.raises(me.errors.BulkWriteError) as raised:
        Order.objects.bulk_save(documents)
    assert set(raised.value.errors) == {3}
    assert raised.value.details["writeErrors"][0]["op"]["u"] == {"$set": {"code": "taken"}}
    assert [document._get_changed_fields() for document in documents] == [[], [], [], ["code"], []]
    for document in (number, emptied, removed):
        assert Order._get_collection().find_one({"_id": document.pk}) == document.to_mongo()
    refused.code = "free"
    with lanes.force(lane):
        assert Order.objects.bulk_save(documents, ordered=True) == BulkSaveResult(0, 1, 4)
    assert Order.objects.get(pk=refused.pk).code == "free"


def test_signals_hooks_and_their_order_are_those_of_save() -> None:
    seen: list[Any] = []

    class Hooked(me.Document):
        name = me.StringField()
        meta = {"collection": "bulk_hooked"}

        def clean(self) -> None:
            seen.append(("clean", self.name))

    receivers = []
    for signal in (signals.pre_save, signals.pre_save_post_validation, signals.post_save):

        def receive(sender: Any, document: Any, signal: Any = signal, **details: Any) -> None:
            seen.append((signal.name if hasattr(signal, "name") else signal, document.name, details))

        signal.connect(receive, sender=Hooked)
        receivers.append(receive)
    one = Hooked(name="a").save()
    expected, seen[:] = list(seen), []
    two = Hooked(name="a")
    Hooked.objects.bulk_save([two], signal_kwargs=None)
    assert seen == expected
    assert one.pk != two.pk


def test_a_receiver_that_raises_leaves_all_documents_saved() -> None:
    def receive(sender: Any, document: Any, **details: Any) -> None:
        if document.name == "a":
            raise RuntimeError("of the receiver")

    documents = [Order(name="a"), Order(name="b")]
    with signals.post_save.connected_to(receive, sender=Order), pytest.raises(RuntimeError, match="of the receiver"):
        Order.objects.bulk_save(documents)
    assert all(document.pk is not None for document in documents)
    assert len(stored()) == 2
    assert documents[1]._created is False


def test_nothing_to_save_sends_nothing() -> None:
    assert Order.objects.bulk_save([]) == BulkSaveResult(0, 0, 0)
    assert writes() == 0


# bulk_write


def test_operations_are_written_as_queries_and_updates_are() -> None:
    first, _, third = saved("a", "b", "c")
    first.name = "z"
    result = Order.objects.bulk_write([
        InsertOne(Order(name="d")),
        InsertOne({"name": "e", "count": 7}),
        UpdateMany({"count__gte": 1}, inc__count=10),
        UpdateOne(me.Q(name="b") | me.Q(name="c"), set__made="then"),
        UpdateOne({"name": "f"}, set__count=1, upsert=True),
        ReplaceOne(first),
    ])  # fmt: skip
    assert (result.inserted_count, result.matched_count, result.upserted_count) == (2, 5, 1)
    rows = {row["n"]: row for row in stored()}
    assert {name: row.get("count") for name, row in rows.items()} == {
        "b": 11, "c": 12, "d": None, "e": 17, "f": 1, "z": 0,
    }  # fmt: skip
    assert rows["b"]["made"] == "then"
    assert rows["f"]["_cls"] == "Order"
    assert rows["e"]["made"] == "now"
    assert third.reload().count == 12


def test_the_querysets_own_conditions_hold_for_each_operation() -> None:
    saved("a", "b")
    Order.objects(name="a").bulk_write([UpdateMany({}, set__count=100)])
    assert [row["count"] for row in stored()] == [100, 1]


def test_deletes_go_along_where_no_rule_protects() -> None:
    Note.objects.insert([Note(text=text) for text in "abc"])
    result = Note.objects.bulk_write([DeleteOne({"text": "a"}), DeleteMany({"text__ne": "b"})])
    assert result.deleted_count == 2


def test_deletes_are_refused_where_a_rule_protects() -> None:
    saved("a")
    with pytest.raises(me.errors.OperationError, match="operation 1: delete rules protect Order"):
        Order.objects.bulk_write([UpdateMany({}, set__count=5), DeleteMany({})])
    assert [row["count"] for row in stored()] == [0]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (UpdateOne({"name": "a"}), "operation 1: No update parameters"),
        ({"insert": 1}, "operation 1 is a dict"),
        (ReplaceOne(Order(name="x")), "ReplaceOne needs a Order with a key"),
    ],
    ids=["no update", "no operation", "no key"],
)
def test_bad_operations_are_named_and_nothing_is_sent(operation: Any, message: str) -> None:
    with pytest.raises(me.errors.OperationError, match=message):
        Order.objects.bulk_write([InsertOne(Order(name="a")), operation])
    assert stored() == []


def test_a_query_must_be_one() -> None:
    with pytest.raises(TypeError, match="UpdateOne: the query must be a Q or a mapping, not str"):
        UpdateOne("name", set__count=1)
    with pytest.raises(me.errors.InvalidQueryError):
        Order.objects.bulk_write([UpdateOne({"nothing": 1}, set__count=1)])


def test_failing_operations_are_told_by_position() -> None:
    saved("a")
    operations = [
        UpdateOne({"name": "a"}, set__code="k"),
        InsertOne(Order(name="b", code="k")),
        UpdateOne({"name": "a"}, __raw__={"$inc": {"made": 1}}),
        InsertOne(Order(name="c")),
    ]
    with pytest.raises(me.errors.BulkWriteError) as raised:
        Order.objects.bulk_write(operations, ordered=False)
    assert {position: found["code"] for position, found in raised.value.errors.items()} == {0: 11000, 2: 14}
    assert [row["n"] for row in stored()] == ["a", "b", "c"]


def test_an_empty_queryset_writes_nothing() -> None:
    assert Order.objects.none().bulk_write([InsertOne(Order())]).inserted_count == 0
    assert Order.objects.bulk_write([]).inserted_count == 0
    assert stored() == []


# insert of dicts


def test_dicts_become_valid_documents_with_defaults() -> None:
    key = ObjectId()
    rows = [{"name": "a", "lines": [{"s": "x"}]}, {"n": "b", "_id": key, "count": "5"}]
    first, second = Order.objects.insert(rows)
    assert (first.name, first.lines[0].sku, first.lines[0].qty, first.made) == ("a", "x", 1, "now")
    assert (second.pk, second.name, second.count) == (key, "b", 5)
    assert rows[0] == {"name": "a", "lines": [{"s": "x"}]}
    assert [row["_cls"] for row in stored()] == ["Order", "Order"]


def test_a_single_dict_is_refused_as_by_mongoengine() -> None:
    with pytest.raises(me.OperationError, match="Some documents inserted aren't instances of"):
        Order.objects.insert({"name": "a"})
    assert list(stored()) == []


def test_dicts_and_documents_may_be_mixed() -> None:
    document = Order(name="b")
    keys = Order.objects.insert([{"name": "a"}, document, {"name": "c", "_cls": "Order.Special"}], load_bulk=False)
    assert document.pk == keys[1]
    assert [row["_cls"] for row in stored()] == ["Order", "Order", "Order.Special"]


def test_invalid_dicts_are_named_and_nothing_is_sent() -> None:
    with pytest.raises(me.ValidationError, match="1 of 2 documents are not valid") as raised:
        Order.objects.insert([{"name": "a"}, {"name": "much too long"}])
    assert raised.value.to_dict() == {1: {"name": "String value is too long"}}
    with pytest.raises(me.errors.FieldDoesNotExist, match="nothing"):
        Order.objects.insert([{"name": "a"}, {"nothing": 1}])
    with pytest.raises(me.errors.OperationError, match="aren't instances"):
        Order.objects.insert([{"name": "a"}, 5])
    assert stored() == []


def test_trusted_dicts_are_stored_as_they_are() -> None:
    rows = [{"n": "much too long", "x": [1]}, {"n": "z", "_cls": "Order.Special"}]
    keys = Order.objects.insert(rows, load_bulk=False, validate=False)
    assert stored() == [
        {"_id": keys[0], "_cls": "Order", "n": "much too long", "x": [1]},
        {"_id": keys[1], "_cls": "Order.Special", "n": "z"},
    ]
    assert rows[0] == {"n": "much too long", "x": [1]}


def test_unordered_inserts_try_all() -> None:
    rows = [{"name": "a", "code": "k"}, {"name": "b", "code": "k"}, {"name": "c"}]
    with pytest.raises(me.errors.BulkWriteError):
        Order.objects.insert(rows, ordered=False)
    assert [row["n"] for row in stored()] == ["a", "c"]


def test_an_update_document_in_the_style_of_pymongo_is_refused() -> None:
    with pytest.raises(TypeError, match="positional"):
        UpdateOne({"name": "a"}, {"$set": {"name": "b"}})


def test_a_queryset_class_with_a_filter_of_its_own_is_asked() -> None:
    class Visible(me.QuerySet):
        def filter(self, *conditions: Any, **keywords: Any) -> Any:
            return super().filter(*conditions, **keywords, count__lt=2)

    saved("a", "b", "c")
    querysets = (Visible(Order, Order._get_collection()), Order.objects)
    for queryset, changed in zip(querysets, (2, 3), strict=True):
        for query in ({}, me.Q(name__ne="x")):
            assert queryset.bulk_write([UpdateMany(query, inc__count=0, set__made="x")]).matched_count == changed
