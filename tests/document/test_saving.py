"""`save` on a real server: what is written, with which commands, and what is left behind in the document."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike_with_mongodb, raised

KEY = ObjectId(f"{1:024x}")


def order_class(me):
    class Line(me.EmbeddedDocument):
        sku = me.StringField(required=True)
        qty = me.IntField(default=1, db_field="q")
        notes = me.DictField()

    class Order(me.Document):
        name = me.StringField(db_field="n")
        lines = me.EmbeddedDocumentListField(Line)
        first = me.EmbeddedDocumentField(Line)
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        count = me.IntField(default=0)
        meta = {"auto_create_index": False}

    return Order, Line


def new_order(me, **values):
    order_type, line_type = order_class(me)
    full = {"id": KEY, "name": "one", "lines": [line_type(sku="a"), line_type(sku="b", notes={"x": {"y": [1]}})],
            "first": line_type(sku="f"), "tags": ["t1", "t2"], "extra": {"a": [1, {"b": 2}]}}  # fmt: skip
    return order_type(**{**full, **values})


@alike_with_mongodb
def test_a_new_document_without_an_id_is_one_insert(me):
    order_type, _ = order_class(me)
    order = order_type(name="a")
    assert order.pk is None
    assert order.save() is order
    assert isinstance(order.pk, ObjectId)
    return order._created, order._get_changed_fields(), order._changed_fields


@alike_with_mongodb
def test_a_new_document_with_an_id(me):
    order = new_order(me).save()
    return order._created, order._get_changed_fields()


@alike_with_mongodb
def test_a_document_without_changes_sends_nothing_twice(me):
    order = new_order(me).save()
    return order.save()._get_changed_fields(), order.save() is order


EDITS = {
    "a value": lambda order: setattr(order, "name", "two"),
    "a value to none": lambda order: setattr(order, "name", None),
    "a value to zero": lambda order: setattr(order, "count", 0),
    "a list item": lambda order: order.tags.__setitem__(1, "x"),
    "append": lambda order: order.tags.append("x"),
    "empty list": lambda order: setattr(order, "tags", []),
    "embedded": lambda order: setattr(order.first, "qty", 5),
    "embedded to none": lambda order: setattr(order, "first", None),
    "in list": lambda order: setattr(order.lines[1], "qty", 5),
    "in list in dict": lambda order: order.lines[1].notes["x"]["y"].append(2),
    "removed from list": lambda order: order.lines.pop(0),
    "in dict": lambda order: order.extra["a"][1].__setitem__("b", 3),
    "key deleted": lambda order: order.extra.__delitem__("a"),
    "dict with odd keys": lambda order: order.extra.__setitem__("0", {"1": []}),
    "nothing": lambda order: None,
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("fresh", [True, False], ids=["just saved", "loaded"])
@alike_with_mongodb
def test_an_edit_is_stored(me, edit, fresh):
    order = new_order(me).save()
    if not fresh:
        order = type(order).objects.get()
    EDITS[edit](order)
    delta = order._delta()
    order.save()
    return delta, order._get_changed_fields(), order.to_mongo(), type(order).objects.get()


@alike_with_mongodb
def test_edits_after_a_save_count_again(me):
    order = new_order(me).save()
    for number in range(3):
        order.lines[0].qty = number + 5
        order.extra["a"].append(number)
        order.save()
    return type(order).objects.get()


@alike_with_mongodb
def test_options_of_save(me):
    order = new_order(me)
    order.save(force_insert=True)
    order.name = "two"
    order.save(write_concern={"w": 1}, validate=False, clean=False, cascade=False)
    order.lines[0].sku = None
    saved = raised(order.save), order.save(validate=False).lines[0].sku
    return saved, raised(lambda: order.save(force_insert=True)), raised(lambda: new_order(me).save(force_insert=True))


@alike_with_mongodb
def test_saving_on_a_condition(me):
    order = new_order(me).save()
    order.name = "two"
    error = raised(lambda: order.save(save_condition={"name": "other"}))
    order.save(save_condition={"name": "one"})
    return error, type(order).objects.get().name


@alike_with_mongodb
def test_a_new_id_makes_a_new_document(me):
    order = new_order(me).save()
    order.id = ObjectId(f"{2:024x}")
    order.save()
    order.pk = None
    order.save()
    return type(order).objects.count()


@alike_with_mongodb
def test_two_loaded_copies_keep_each_others_changes(me):
    new_order(me).save()
    order_type = order_class(me)[0]
    one, two = order_type.objects.get(), order_type.objects.get()
    one.name = "one!"
    two.lines[0].qty = 9
    two.extra["mine"] = 1
    one.save()
    two.save()
    return order_type.objects.get()


@alike_with_mongodb
def test_saving_what_was_deleted_meanwhile(me):
    order = new_order(me).save()
    type(order).objects.delete()
    order.name = "back"
    order.save()
    return type(order).objects.count()


@alike_with_mongodb
def test_cleaning_runs_before_validation(me):
    class Thing(me.Document):
        name = me.StringField(required=True)
        slug = me.StringField(required=True)

        def clean(self):
            self.slug = self.name.lower()
            if self.slug == "bad":
                raise me.ValidationError("bad slug")

    return (
        Thing(name="ABC").save().slug,
        raised(lambda: Thing(name="Bad").save()),
        raised(lambda: Thing(name="x").save(clean=False)),
    )


@alike_with_mongodb
def test_an_overridden_save_and_delete_are_used(me):
    calls = []

    class Thing(me.Document):
        name = me.StringField()

        def save(self, *args, **kwargs):
            calls.append("save")
            return super().save(*args, **kwargs)

        def delete(self, *args, **kwargs):
            calls.append("delete")
            return super().delete(*args, **kwargs)

    thing = Thing.objects.create(name="a")
    thing.delete()
    Thing(name="b").save()
    Thing.objects.insert([Thing(name="c")])
    Thing.objects.delete()
    return calls


@alike_with_mongodb
def test_an_overridden_to_mongo_is_stored(me):
    class Thing(me.Document):
        name = me.StringField()

        def to_mongo(self, *args, **kwargs):
            data = super().to_mongo(*args, **kwargs)
            data["stamp"] = 1
            return data

        meta = {"strict": False}

    thing = Thing(id=KEY, name="a").save()
    thing.name = "b"
    thing.save()
    Thing.objects.insert(Thing(id=ObjectId(f"{2:024x}"), name="c"))
    return list(Thing.objects.as_pymongo())


@alike_with_mongodb
def test_fields_with_their_own_to_mongo_inside_containers(me):
    class Upper(me.StringField):
        def to_mongo(self, value):
            return value.upper()

        def to_python(self, value):
            return value.lower()

    class Part(me.EmbeddedDocument):
        code = Upper()

    class Thing(me.Document):
        codes = me.ListField(Upper())
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        by_name = me.MapField(Upper())

    Thing(codes=["a"], parts=[Part(code="b")], by_name={"k": "c"}).save()
    thing = Thing.objects.get()
    thing.codes.append("d")
    thing.parts[0].code = "e"
    thing.save()
    return thing, list(Thing.objects.as_pymongo().exclude("id"))


@alike_with_mongodb
def test_values_no_driver_can_store(me):
    class Thing(me.DynamicDocument):
        extra = me.DictField()
        number = me.IntField()

    deep = []
    for _ in range(120):
        deep = [deep]
    kinds = [
        type(raised(function)).__name__
        for function in (
            lambda: Thing(extra={"a\0b": 1}).save(),
            lambda: Thing(free=object()).save(),
            lambda: Thing(free=2**80).save(),
            lambda: Thing(free=deep).save(),
            lambda: Thing(extra={"a": {1, 2}}).save(),
            lambda: Thing(free={"a": {5: 1}}).save(),
        )
    ]
    return kinds, Thing.objects.count()


@alike_with_mongodb
def test_extremely_deep_values_are_refused_not_a_crash(me):
    class Thing(me.Document):
        extra = me.DictField()

    deep = {}
    for _ in range(400):
        deep = {"d": deep}
    error = raised(lambda: Thing(extra=deep).save())
    assert isinstance(error, Exception)
    assert Thing.objects.count() == 0


@alike_with_mongodb
def test_duplicate_keys(me):
    class Thing(me.Document):
        name = me.StringField(unique=True)

    Thing(name="a").save()
    error = raised(lambda: Thing(name="a").save())
    other = Thing(name="b").save()
    other.name = "a"
    return type(error), type(raised(other.save)), other._get_changed_fields(), Thing.objects.count()


@alike_with_mongodb
def test_cascading_saves(me):
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        author = me.ReferenceField(Author)
        title = me.StringField()

    author = Author(name="a").save()
    book = Book(author=author, title="t").save()
    book.author.name = "b"
    book.save()
    without = Author.objects.get().name
    book.title = "u"
    book.save(cascade=True)
    return without, Author.objects.get().name, raised(lambda: Book(author=Author(name="unsaved")).save())


@alike_with_mongodb
def test_shard_keys_take_part_in_updates_and_cannot_change(me):
    class Thing(me.Document):
        region = me.StringField()
        name = me.StringField()
        meta = {"shard_key": ("region",)}

    thing = Thing(region="eu", name="a").save()
    thing.name = "b"
    thing.save()
    return thing._object_key.keys(), raised(lambda: setattr(thing, "region", "us")), Thing.objects.get().name
