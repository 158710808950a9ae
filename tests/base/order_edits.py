"""A document with every kind of container, stored, and the edits that are tried on it."""

from bson import ObjectId

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
