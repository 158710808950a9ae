"""Which database paths count as changed after which edit, in documents that were loaded and in new ones."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, load

KEY = ObjectId(f"{7:024x}")
STORED = {
    "_id": KEY, "n": "one", "count": 1, "f": {"sku": "f", "q": 1, "in": {"v": 1}},
    "lines": [{"sku": "a", "q": 1}, {"sku": "b", "q": 2, "notes": {"x": {"y": [1, 2]}}}],
    "tags": ["t1", "t2", "t3"], "extra": {"a": [1, {"b": 2}], "d": {"e": {"f": 5}}}, "c": {"x": 1, "y": 2},
    "matrix": [[1, 2], [3]], "free": {"k": [1]}, "by": {"one": {"sku": "m"}},
}  # fmt: skip


def order_class(me):
    class Inner(me.EmbeddedDocument):
        value = me.IntField(db_field="v")

    class Line(me.EmbeddedDocument):
        sku = me.StringField()
        qty = me.IntField(default=1, db_field="q")
        notes = me.DictField()
        sizes = me.ListField(me.IntField())
        inner = me.EmbeddedDocumentField(Inner, db_field="in")

    class Order(me.Document):
        name = me.StringField(db_field="n")
        count = me.IntField()
        first = me.EmbeddedDocumentField(Line, db_field="f")
        lines = me.EmbeddedDocumentListField(Line)
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        counts = me.MapField(me.IntField(), db_field="c")
        matrix = me.ListField(me.ListField(me.IntField()))
        free = me.DynamicField()
        by_name = me.MapField(me.EmbeddedDocumentField(Line), db_field="by")

    return Order


def set_name(order):
    order.name = "two"


def set_same_name(order):
    order.name = "one"


def name_there_and_back(order):
    order.name = "two"
    order.name = "one"


def unset_name(order):
    order.name = None


def delete_name(order):
    del order.name


def set_item_by_name(order):
    order["count"] = 2


def embedded_value(order):
    order.first.qty = 5


def embedded_same_value(order):
    order.first.qty = 1


def embedded_deep(order):
    order.first.inner.value += 1


def embedded_replaced(order):
    order.first = type(order.first)(sku="new")


def embedded_value_then_replaced(order):
    order.first.qty = 5
    order.first = type(order.first)(sku="new")


def embedded_replaced_then_value(order):
    order.first = type(order.first)(sku="new")
    order.first.qty = 5


def embedded_removed(order):
    order.first = None


def line_value(order):
    order.lines[1].qty += 1


def last_line_value(order):
    order.lines[-1].qty += 1


def line_dict(order):
    order.lines[1].notes["x"]["y"].append(3)


def line_dict_item(order):
    order.lines[1].notes["x"]["y"][0] = 9


def two_lines(order):
    order.lines[1].qty += 1
    order.lines[0].sku = "z"


def line_through_iteration(order):
    for line in order.lines:
        line.qty = 7


def line_kept_and_changed(order):
    line = order.lines[0]
    order.lines.append(type(line)(sku="n"))
    line.qty = 9


def line_set(order):
    order.lines[0] = type(order.lines[0])(sku="s")


def line_removed(order):
    order.lines.pop(0)


def line_changed_then_list_sorted(order):
    order.lines[0].qty = 3
    order.lines.sort(key=lambda line: line.sku, reverse=True)


def line_filtered_and_changed(order):
    order.lines.get(sku="b").qty = 4


def lines_updated(order):
    order.lines.filter(sku="a").update(qty=8)


def lines_deleted(order):
    order.lines.filter(sku="a").delete()


def line_created(order):
    order.lines.create(sku="c")


def tag_set(order):
    order.tags[1] = "x"


def tag_set_same(order):
    order.tags[1] = "t2"


def tag_set_from_the_end(order):
    order.tags[-1] = "x"


def tag_slice(order):
    order.tags[0:2] = ["x"]


def tag_slice_deleted(order):
    del order.tags[1:]


def tag_added_in_place(order):
    order.tags += ["x"]


def tag_multiplied_in_place(order):
    order.tags *= 2


def tag_item_then_append(order):
    order.tags[0] = "x"
    order.tags.append("y")


def tag_append_then_item(order):
    order.tags.append("y")
    order.tags[0] = "x"


def tags_cleared(order):
    order.tags.clear()


def tags_emptied(order):
    order.tags = []


def tags_same(order):
    order.tags = ["t1", "t2", "t3"]


def dict_key(order):
    order.extra["new"] = 1


def dict_same_value(order):
    order.extra["d"]["e"]["f"] = 5


def dict_deep(order):
    order.extra["d"]["e"]["f"] = 6


def dict_list_in_it(order):
    order.extra["a"].append(1)


def dict_in_list_in_dict(order):
    order.extra["a"][1]["b"] = 3


def dict_through_get(order):
    order.extra.get("d")["x"] = 1


def dict_key_deleted(order):
    del order.extra["d"]


def dict_popped(order):
    order.extra.pop("a")


def dict_updated(order):
    order.extra.update(x=1)


def dict_defaulted(order):
    order.extra.setdefault("y", []).append(1)


def dict_deep_then_shallow(order):
    order.extra["d"]["e"]["f"] = 6
    order.extra["d"] = 1


def dict_shallow_then_deep(order):
    order.extra["d"] = {"e": {}}
    order.extra["d"]["e"]["g"] = 1


def dict_merged_in_place(order):
    order.extra |= {"z": 1}


def map_value(order):
    order.counts["x"] += 1


def map_of_embedded(order):
    order.by_name["one"].qty = 6


def matrix_cell(order):
    order.matrix[0][1] = 9


def matrix_row(order):
    order.matrix[1].append(4)


def free_value(order):
    order.free["k"].append(2)


def free_replaced(order):
    order.free = [1]


def key_with_numbers(order):
    order.extra["0"] = 1
    order.extra["d"]["10"] = 1


def lines_from_the_last(order):
    order.lines[1].notes["p"] = 1
    order.lines[0].sku = "z"
    order.lines[0].notes["p"] = 1


def sizes_from_the_last(order):
    order.lines[1].sizes.append(1)
    order.lines[0].sizes.append(1)


def many(order):
    order.count = 4
    order.name = "x"
    order.lines[0].inner = None
    order.extra["a"][0] = 2
    order.first.notes["k"] = 1
    order.matrix[1][0] = 0


EDITS = [
    value
    for name, value in list(globals().items())
    if callable(value) and getattr(value, "__code__", None) and value.__code__.co_varnames[:1] == ("order",)
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@alike
def test_paths_and_delta_of_an_edit(me, edit):
    order = load(order_class(me), STORED)
    edit(order)
    return order._get_changed_fields(), order._changed_fields, order._delta(), order.to_mongo()


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@alike
def test_after_clearing_the_same_edit_counts_again(me, edit):
    order = load(order_class(me), STORED)
    order.name = "else"
    order.lines[0].qty = 100
    order._clear_changed_fields()
    assert order._get_changed_fields() == []
    edit(order)
    return order._get_changed_fields()


@alike
def test_a_new_document_has_no_change_list_until_it_is_given_one(me):
    order = order_class(me)(name="a")
    return hasattr(order, "_changed_fields"), order._get_changed_fields(), order._delta(), order._created


@alike
def test_edits_of_a_new_document(me):
    order_type = order_class(me)
    order = order_type(name="a", extra={"a": {}}, lines=[], tags=["x"])
    order.extra["a"]["b"] = 1
    order.tags.append("y")
    order.count = 5
    return hasattr(order, "_changed_fields"), order._get_changed_fields(), order.to_mongo()


@alike
def test_the_change_list_is_a_real_list(me):
    order = load(order_class(me), STORED)
    assert order._changed_fields == []
    order._changed_fields.append("c")
    assert order._get_changed_fields() == ["c"]
    order._changed_fields = ["n", "f.q"]
    order.first.notes["a"] = 1
    seen = order._get_changed_fields()
    order._changed_fields.clear()
    return seen, order._changed_fields, order._get_changed_fields()


@alike
def test_marking_by_hand_translates_field_names(me):
    order = load(order_class(me), STORED)
    for path in ("name", "first.qty", "lines.0", "unknown", "extra.a.b", "extra"):
        order._mark_as_changed(path)
    return order._changed_fields


@alike
def test_a_path_below_a_marked_one_is_not_added(me):
    order = load(order_class(me), STORED)
    for path in ("extra.a", "extra.a.b", "extra.ab", "extra.a", "c", "counts.x", "countsy"):
        order._mark_as_changed(path)
    return order._changed_fields


@alike
def test_embedded_documents_know_their_owner(me):
    order = load(order_class(me), STORED)
    assert order.first._instance == order
    assert order.lines[0]._instance == order
    assert order.first.inner._instance is not None
    return type(order.first._instance).__name__


@alike
def test_changes_of_an_embedded_document_alone(me):
    line = load(order_class(me), STORED).lines[1]
    line.qty = 4
    line.notes["x"]["z"] = 1
    return line._get_changed_fields(), line._changed_fields


@alike
def test_moving_an_embedded_document_to_another_order(me):
    order_type = order_class(me)
    one, two = load(order_type, STORED), load(order_type, {**STORED, "_id": ObjectId(f"{8:024x}")})
    moved = one.lines[0]
    two.lines.append(moved)
    two._clear_changed_fields()
    moved.qty = 12
    return one._get_changed_fields(), two._get_changed_fields()


@alike
def test_one_container_under_two_fields(me):
    class Thing(me.Document):
        a = me.ListField()
        b = me.ListField()

    thing = load(Thing, {"_id": KEY, "a": [1], "b": [2]})
    thing.b = thing.a
    thing._clear_changed_fields()
    thing.b.append(3)
    return thing._get_changed_fields(), thing.a, thing.b


@alike
def test_a_sorted_list_counts_as_a_whole_when_its_key_changes(me):
    class Line(me.EmbeddedDocument):
        rank = me.IntField()
        text = me.StringField()

    class Thing(me.Document):
        lines = me.SortedListField(me.EmbeddedDocumentField(Line), ordering="rank")

    thing = load(Thing, {"_id": KEY, "lines": [{"rank": 1, "text": "a"}, {"rank": 2, "text": "b"}]})
    thing.lines[1].text = "c"
    before = thing._get_changed_fields()
    thing.lines[1].rank = 0
    return before, thing._get_changed_fields(), thing._delta()


@alike
def test_references_are_not_searched_for_changes(me):
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        author = me.ReferenceField(Author)
        authors = me.ListField(me.ReferenceField(Author))

    author = Author(id=KEY, name="a")
    book = load(Book, {"_id": KEY})
    book.author, book.authors = author, [author]
    book._clear_changed_fields()
    author.name = "b"
    return book._get_changed_fields()


@alike
def test_hooks_of_change_tracking_can_be_overridden(me):
    marked = []

    class Thing(me.Document):
        name = me.StringField(db_field="n")
        tags = me.ListField()

        def _mark_as_changed(self, key):
            marked.append(key)
            super()._mark_as_changed(key)

        def _get_changed_fields(self):
            return [*super()._get_changed_fields(), "always"]

    thing = load(Thing, {"_id": KEY, "tags": [1]})
    thing.name = "x"
    thing.tags.append(2)
    thing.tags[0] = 0
    return marked, thing._get_changed_fields()


@alike
def test_programs_own_containers_are_tracked_through_the_wrapper(me):
    wrapper = me.base.datastructures.mark_as_changed_wrapper

    class Own(me.base.BaseList):
        push = wrapper(list.append)

    class Thing(me.Document):
        tags = me.ListField()

    thing = load(Thing, {"_id": KEY, "tags": [1]})
    own = Own([1], thing, "tags")
    thing._data["tags"] = own
    own.push(2)
    return thing._get_changed_fields(), thing.tags


@alike
def test_a_plain_subclass_of_list_becomes_tracked(me):
    class Names(list):
        pass

    class Thing(me.Document):
        tags = me.ListField()
        extra = me.DictField()

    thing = load(Thing, {"_id": KEY})
    thing.tags = Names(["a"])
    thing.extra = {"k": Names(["b"])}
    thing._clear_changed_fields()
    thing.tags.append("c")
    thing.extra["k"].append("d")
    return type(thing.tags).__name__, type(thing.extra["k"]).__name__, thing._get_changed_fields(), thing.to_mongo()


@alike
def test_clearing_below_an_embedded_document_that_was_replaced(me):
    order = load(order_class(me), STORED)
    inner, line = type(order.first.inner), type(order.first)
    order.first = line(inner=inner(value=1))
    order.first.inner.value = 2
    order._clear_changed_fields()
    return order._get_changed_fields()
