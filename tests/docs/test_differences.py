"""Each difference that docs/differences.md tells of, on MongoEngine and on ours."""

import gc
import io
from unittest import mock

import pytest
from bson import DBRef
from pymongo.collection import Collection

from mongoengine_fast import lanes
from tests.base.repaired import outcomes


def order_class(me):
    class Inner(me.EmbeddedDocument):
        value = me.IntField()

    class Line(me.EmbeddedDocument):
        sku = me.StringField()
        notes = me.DictField()
        inner = me.EmbeddedDocumentField(Inner)

    class Order(me.Document):
        customer = me.StringField()
        lines = me.ListField(me.EmbeddedDocumentField(Line))
        first = me.EmbeddedDocumentField(Line)
        extra = me.DictField()
        due = me.DateTimeField()

    return Order, Line, Inner


def stored_order(me):
    order, line, inner = order_class(me)
    order(customer="Ada", lines=[line(sku="a"), line(sku="b")], first=line(sku="f", inner=inner(value=1))).save()
    return order.objects.get()


def raises(function):
    """Whether *function* ends with a RuntimeError."""
    try:
        function()
    except RuntimeError:
        return True
    return False


def test_data_is_not_a_dict(both_sides):
    def scenario(me):
        order = stored_order(me)
        return isinstance(order._data, dict), dict(order._data)["customer"], list(order._data)

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result[:2] == (True, "Ada")
    assert ours.result == (False, "Ada", ["customer", "lines", "first", "extra", "due", "id"])


def test_changes_below_a_replaced_embedded_document_are_sent_once(both_sides):
    def scenario(me):
        order = stored_order(me)
        order.first = type(order.first)(inner=type(order.first.inner)(value=1))
        order.first.inner.value = 2
        order.save()
        return order._get_changed_fields()

    stock, ours = outcomes(both_sides, scenario)
    assert (stock.result, ours.result) == (["first.inner.value"], [])


def test_an_unchanged_value_that_cannot_be_stored_is_noticed_later(both_sides):
    class Unstorable:
        def to_mongo(self, *args, **kwargs):
            raise ValueError("cannot be stored")

    def scenario(me):
        order = stored_order(me)
        order._data["extra"] = {"odd": Unstorable()}
        order.customer = "B"
        return order._delta()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error == ("ValueError", "cannot be stored")
    assert ours.result == ({"customer": "B"}, {})


def test_attributes_written_into_a_fields_dict_are_noticed_late(both_sides):
    def scenario(me):
        order, _, _ = order_class(me)
        order().validate()
        order.customer.__dict__["required"] = True
        try:
            order().validate()
        except me.ValidationError:
            return "at once"
        order.customer.required = True
        with pytest.raises(me.ValidationError, match="required"):
            order().validate()
        return "when set as an attribute"

    stock, ours = outcomes(both_sides, scenario)
    assert (stock.result, ours.result) == ("at once", "when set as an attribute")


def test_a_value_that_contains_itself_is_a_recursion_error_on_both(both_sides):
    def scenario(me):
        order, _, _ = order_class(me)
        extra = {}
        extra["me"] = extra
        order(extra=extra).validate()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error[0] == ours.error[0] == "RecursionError"


def test_saving_a_document_with_a_replaced_file_asks_the_server_once_less(both_sides):
    def scenario(me):
        class Letter(me.Document):
            content = me.FileField()

        letter = Letter()
        letter.content.put(b"old")
        letter.save()
        letter = Letter.objects.get()
        letter.content.replace(io.BytesIO(b"new"))
        letter.save()
        return Letter.objects.get().content.read()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == ours.result == b"new"
    assert stock.commands["query"] - ours.commands["query"] == 1


def test_references_that_were_assigned_are_not_followed_by_saving(both_sides):
    def scenario(me):
        class Author(me.Document):
            name = me.StringField()

        class Post(me.Document):
            author = me.ReferenceField(Author)
            authors = me.ListField(me.ReferenceField(Author))

        author = Author(name="Ada").save()
        post = Post().save()
        post.author = DBRef("author", author.pk)
        post.save()
        post.authors = [DBRef("author", author.pk)]
        post.save()
        return post.author.name, [one.name for one in post.authors]

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == ours.result == ("Ada", ["Ada"])
    # Both have followed them by now, ours when they were read.
    assert stock.commands == ours.commands


def test_saving_alone_does_not_follow_references(both_sides):
    def scenario(me):
        class Author(me.Document):
            name = me.StringField()

        class Post(me.Document):
            author = me.ReferenceField(Author)

        author, post = Author(name="Ada").save(), Post().save()
        post.author = DBRef("author", author.pk)
        post.save()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.commands["query"] - ours.commands.get("query", 0) == 1


def test_patched_methods_of_pymongo_are_not_called(both_sides):
    def scenario(me):
        order = type(stored_order(me))
        with mock.patch.object(Collection, "find", autospec=True, side_effect=Collection.find) as find:
            list(order.objects)
            called = find.called
        with lanes.force("pymongo"), mock.patch.object(Collection, "find_raw_batches", side_effect=RuntimeError):
            forced = me.__name__ == "mongoengine_fast" and raises(lambda: list(order.objects))
        return called, forced

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == (True, False)
    assert ours.result == (False, True)


def test_two_drivers_have_connections(both_sides):
    def scenario(me):
        client = type(stored_order(me))._get_db().client
        pipeline = [{"$currentOp": {"allUsers": True, "idleConnections": True}}]
        drivers = [
            row.get("clientMetadata", {}).get("driver", {}).get("name", "") for row in client.admin.aggregate(pipeline)
        ]
        return "mongo-rust-driver|MongoEngine" in drivers

    assert outcomes(both_sides, scenario)[1].result is True


def test_the_garbage_collector_is_shown_no_scalars(both_sides):
    def scenario(me):
        order = stored_order(me)
        assert order.customer == "Ada"
        return any(item is order.customer for item in [*gc.get_referents(order), *gc.get_referents(order._data)])

    stock, ours = outcomes(both_sides, scenario)
    assert (stock.result, ours.result) == (True, False)
