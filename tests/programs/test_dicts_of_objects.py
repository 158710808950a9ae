"""Fields and documents have a `__dict__` that programs read, write and copy."""

import copy

from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, load, raised

KEY = ObjectId(f"{7:024x}")


def order_class(me, base="Document"):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()

    class Order(getattr(me, base)):
        name = me.StringField(db_field="n")
        lines = me.ListField(me.EmbeddedDocumentField(Line))
        parent = me.ReferenceField("self")
        extra = me.DictField()

    return Order, Line


@alike
def test_the_dict_of_a_field_names_what_it_was_given(me):
    order_type, _ = order_class(me)
    fields = {name: field.__dict__ for name, field in order_type._fields.items()}
    assert all(isinstance(found, dict) for found in fields.values())
    # Whether a field dereferences is kept natively, and can be read and set under the name that it has here.
    ignored = {"owner_document", "creation_counter", "_owner_document", "field", "document_type_obj", "default"}
    ignored.add("_BaseField__auto_dereference")
    return [
        (name, sorted((key, repr(value)) for key, value in found.items() if key not in ignored))
        for name, found in sorted(fields.items())
    ]


@alike
def test_the_class_of_a_reference_is_replaced_in_the_dict(me):
    order_type, line_type = order_class(me)

    class Other(me.EmbeddedDocument):
        sku = me.StringField(max_length=1)

    class Target(me.Document):
        pass

    embedded = order_type.lines.field
    before = embedded.__dict__["document_type_obj"]
    assert before is line_type
    embedded.__dict__["document_type_obj"] = Other
    order_type.parent.__dict__["document_type_obj"] = "Target"
    assert embedded.document_type is Other
    assert order_type.parent.document_type is Target
    return raised(order_type(lines=[Other(sku="toolong")]).validate), raised(
        order_type(lines=[Other(sku="s")]).validate
    )


@alike
def test_the_class_of_a_reference_is_replaced_before_its_first_use(me):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()

    class Own(me.EmbeddedDocumentField):
        def __init__(self, given):
            super().__init__("Nothing")
            self.__dict__["document_type_obj"] = given

    class Order(me.Document):
        line = Own(Line)

    order = load(Order, {"_id": KEY, "line": {"sku": "a"}})
    return type(order.line).__name__, order.line.sku, Order(line=Line(sku="b")).to_mongo()


@alike
def test_a_copy_of_a_field_takes_over_the_dict(me):
    class Own(me.StringField):
        def __init__(self, *args, note=None, **kwargs):
            super().__init__(*args, **kwargs)
            self.note = note

        def __deepcopy__(self, memo):
            copied = type(self)()
            memo[id(self)] = copied
            copied.__dict__.update(self.__dict__)
            copied.note = "copied"
            return copied

    class Order(me.Document):
        name = Own(max_length=3, db_field="n", note="original", required=True)
        names = me.ListField(Own(note="inner"))

    fields = copy.deepcopy(Order._fields)

    class Twin(me.Document):
        name = fields["name"]
        names = fields["names"]

    return (
        Order.name.note, Twin.name.note, Twin.names.field.note, Twin.name.db_field, Twin.name.max_length,
        raised(Twin(name="toolong").validate), Twin(name="a", names=["b"]).to_mongo(), type(Twin.name).__name__,
        copy.copy(Order.name).note, copy.copy(Order.name).__dict__.keys() == Order.name.__dict__.keys(),
    )  # fmt: skip


@alike
def test_attributes_of_a_field_are_set_with_setattr_and_vars(me):
    order_type, _ = order_class(me)
    vars(order_type.name)["label"] = "Name"
    setattr(order_type.name, "widget", "text")  # noqa: B010
    order_type.name.__dict__.update(hint="h")
    del order_type.name.__dict__["hint"]
    return (
        order_type.name.label,
        order_type.name.widget,
        hasattr(order_type.name, "hint"),
        "label" in vars(order_type.name),
    )


@alike
def test_the_dict_of_a_document_takes_items(me):
    order_type, _ = order_class(me)
    order = order_type(name="a")
    order.__dict__["note"] = "n"
    order.__dict__.update(more=[1])
    vars(order)["third"] = 3
    order.plain = "attribute"
    found = {key: value for key, value in order.__dict__.items() if not key.startswith("_")}
    del order.__dict__["third"]
    return found, order.note, order.more, hasattr(order, "third"), order.to_mongo(), order._get_changed_fields()


@alike
def test_the_dict_of_a_loaded_document(me):
    order_type, _ = order_class(me)
    order = load(order_type, {"_id": KEY, "n": "a", "lines": [{"sku": "s"}], "extra": {"a": 1}})
    order.__dict__["seen"] = True
    order.lines[0].__dict__["seen"] = True
    order.name = "b"
    return order.seen, order.lines[0].seen, order._get_changed_fields(), order.to_mongo()


@alike
def test_what_the_library_itself_keeps_in_the_dict_can_be_read(me):
    order_type, _ = order_class(me)
    order = order_type(id=KEY, name="a")
    order._clear_changed_fields()
    order.name = "b"
    names = ("_changed_fields", "_created", "_initialised", "_dynamic_fields", "_data", "_cls")
    return [(name, repr(getattr(order, name, "none"))) for name in names if name != "_data"], order._data["name"]


@alike
def test_a_document_is_filled_by_iterating_over_its_fields(me):
    order_type, line_type = order_class(me)
    source = order_type(name="a", lines=[line_type(sku="s")], extra={"k": 1})
    target = order_type()
    for name in order_type._fields:
        if name != "id":
            setattr(target, name, getattr(source, name))
    for name, value in source._data.items():
        if value is not None:
            target._data[name] = value
    return target.to_mongo(), list(source), [source[name] for name in ("name", "extra")], "name" in source, len(source)


@alike
def test_a_property_kept_in_the_dict(me):
    from functools import cached_property

    calls = []

    class Order(me.Document):
        name = me.StringField()

        @cached_property
        def loud(self):
            calls.append(1)
            return self.name.upper()

    made, loaded = Order(name="a"), load(Order, {"_id": KEY, "name": "b"})
    return made.loud, made.loud, loaded.loud, loaded.loud, len(calls), "loud" in loaded.__dict__, loaded.to_mongo()


@alike
def test_slots_and_dicts_of_dynamic_documents(me):
    order_type, _ = order_class(me, "DynamicDocument")
    order = order_type(name="a", free=1)
    order.__dict__["hidden"] = 5
    order.shown = 6
    order._private = 7
    return order.to_mongo(), order.hidden, order._private, sorted(order._dynamic_fields), order._get_changed_fields()


@alike_with_mongodb
def test_attributes_that_are_no_fields_survive_saving_and_reloading(me):
    order_type, _ = order_class(me)
    order = order_type(name="a")
    order.note = "kept"
    order.save()
    order.__dict__["other"] = "kept too"
    order.reload()
    return (
        order.note,
        order.other,
        order_type.objects.first().to_mongo().keys(),
        hasattr(order_type.objects.first(), "note"),
    )


@alike
def test_a_field_kept_apart_reads_and_writes_documents(me):
    order_type, _ = order_class(me)
    order = order_type(name="a")
    field = order_type._fields["name"]
    field.__set__(order, "b")
    read = field.__get__(order, order_type), field.__get__(None, order_type) is field
    type(order).name.__set__(order, "c")
    return read, order.name, order._data["name"], field.__get__(order, None)


@alike
def test_plug_ins_switch_dereferencing_off_under_its_private_name(me):
    order_type, _ = order_class(me)
    before = {name: field._BaseField__auto_dereference for name, field in order_type._fields.items()}
    for field in order_type._fields.values():
        field._BaseField__auto_dereference = False
    during = [field._auto_dereference for field in order_type._fields.values()]
    order = order_type(name="a", parent=KEY)
    parent = order.parent
    for name, field in order_type._fields.items():
        field._BaseField__auto_dereference = before[name]
    with me.context_managers.no_dereference(order_type):
        inside = order_type.parent._BaseField__auto_dereference, order_type.parent._auto_dereference
    return before["parent"], during, parent, inside, order_type.parent._auto_dereference
