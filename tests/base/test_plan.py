"""Classes and fields may be changed after they were used: the compiled plan follows."""

import pytest
from bson import ObjectId

import mongoengine_fast
from mongoengine_fast.base.plan import compile_plan
from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")
STORED = {"_id": KEY, "name": "abc", "count": 2, "tags": ["x"]}


def thing_class(me):
    class Thing(me.Document):
        name = me.StringField()
        count = me.IntField()
        tags = me.ListField(me.StringField())

    thing = Thing(name="used")
    thing.validate()
    thing.to_mongo()
    load(Thing, STORED)
    return Thing


def outcome(cls):
    """Everything a plan decides, seen from outside."""
    thing = load(cls, STORED)
    values = thing.name, thing.count, thing.tags
    thing.name = "new"
    return values, raised(thing.validate), thing.to_mongo(), thing._get_changed_fields(), cls(name="x").to_mongo()


def setting(name, value, field="name"):
    def change(cls):
        setattr(cls._fields[field], name, value)

    change.__name__ = f"{field}_{name}"
    return change


CHANGES = [
    setting("required", True),
    setting("max_length", 2),
    setting("min_length", 20),
    setting("choices", ("abc",)),
    setting("validation", lambda value: value == "abc"),
    setting("default", "other"),
    setting("default", lambda: "called", field="count"),
    setting("null", True, field="count"),
    setting("min_value", 50, field="count"),
    setting("to_python", lambda value: f"<{value}>"),
    setting("to_mongo", lambda value: value.upper()),
    setting("to_mongo", lambda value: ["replaced"], field="tags"),
    setting("validate", lambda value: None),
    setting("_validate", lambda value, **_: None),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@alike
def test_an_attribute_of_a_field_is_changed(me, change):
    cls = thing_class(me)
    before = outcome(cls)
    change(cls)
    return before, raised(lambda: outcome(cls))


@alike
def test_an_attribute_of_an_inner_field_is_changed(me):
    cls = thing_class(me)
    cls.tags.field.max_length = 0
    cls.tags.field.to_mongo = lambda value: value + "!"
    return outcome(cls)


@alike
def test_an_attribute_is_set_through_the_dict_of_a_field_before_first_use(me):
    class Thing(me.Document):
        name = me.StringField()

    Thing.name.__dict__["max_length"] = 2
    assert isinstance(raised(Thing(name="abc").validate), me.ValidationError)


@pytest.mark.parametrize("hook", ["to_python", "to_mongo", "validate"])
@alike
def test_a_hook_of_a_field_class_is_replaced(me, hook, monkeypatch):
    class Own(me.StringField):
        pass

    class Thing(me.Document):
        name = Own()
        count = me.IntField()
        tags = me.ListField(Own())

    before = outcome(Thing)
    replacement = {
        "to_python": lambda self, value: f"<{value}>",
        "to_mongo": lambda self, value, *_: value.upper(),
        "validate": lambda self, value: self.error("never"),
    }[hook]
    setattr(Own, hook, replacement)
    changed = outcome(Thing)
    delattr(Own, hook)
    assert repr(outcome(Thing)) == repr(before)
    return before, changed


@alike
def test_a_stock_field_class_is_patched_and_restored(me):
    cls = thing_class(me)
    before = outcome(cls)
    original = me.StringField.to_python
    me.StringField.to_python = lambda self, value: original(self, value) + "?"
    try:
        patched = outcome(cls)
    finally:
        me.StringField.to_python = original
    assert repr(outcome(cls)) == repr(before)
    return patched


@alike
def test_descriptors_of_a_field_class_are_replaced(me):
    class Own(me.StringField):
        pass

    class Thing(me.Document):
        name = Own()

    thing = Thing(name="abc")
    Own.__get__ = lambda self, instance, owner: self if instance is None else instance._data[self.name][::-1]
    read = thing.name
    Own.__set__ = lambda self, instance, value: instance._data.__setitem__(self.name, value * 2)
    thing.name = "de"
    return read, thing.name, thing._data["name"], thing.to_mongo()


@alike
def test_dunder_methods_are_put_onto_stock_field_classes(me):
    me.IntField.__lt__ = lambda self, other: self.name < other.name
    try:

        class Thing(me.Document):
            b = me.IntField()
            a = me.IntField()

        assert sorted([Thing.b, Thing.a])[0] is Thing.a
        return Thing(a=1, b=2).to_mongo()
    finally:
        del me.IntField.__lt__


@pytest.mark.parametrize("hook", ["to_mongo", "validate", "clean", "__init__", "_from_son", "__setattr__"])
@alike
def test_a_hook_of_a_document_class_is_added_later(me, hook):
    cls = thing_class(me)
    calls = []

    def added(self, *args, **kwargs):
        calls.append((hook, len(args), sorted(kwargs)))
        if hook != "clean":
            return getattr(super(cls, self), hook)(*args, **kwargs)
        return None

    if hook == "_from_son":

        def added_to_class(owner, *args, **kwargs):
            calls.append((hook, len(args)))
            return super(cls, owner)._from_son(*args, **kwargs)

        cls._from_son = classmethod(added_to_class)
    else:
        setattr(cls, hook, added)
    loaded = load(cls, STORED)
    loaded.count = 5
    made = cls(name="x")
    made.validate()
    # How often a constructor sets attributes, and with what, is nobody's business: whether the hook was called is.
    return bool(calls), [call for call in calls if call[0] in ("clean", "validate")], made.to_mongo(), loaded.to_mongo()


@alike
def test_a_field_is_added_to_a_class_by_hand(me):
    cls = thing_class(me)
    old = load(cls, STORED)
    field = me.IntField(db_field="x")
    field.name, field.owner_document = "extra", cls
    cls._fields = {**cls._fields, "extra": field}
    cls._fields_ordered = (*cls._fields_ordered, "extra")
    cls._db_field_map = {**cls._db_field_map, "extra": "x"}
    cls._reverse_db_field_map = {**cls._reverse_db_field_map, "x": "extra"}
    cls.extra = field
    new = load(cls, {**STORED, "x": 5})
    new.extra += 1
    old.extra = 3
    return new.extra, new.to_mongo(), new._get_changed_fields(), old.name, old.to_mongo(), cls(extra=1).to_mongo()


@alike
def test_strictness_changes_with_the_meta_data(me):
    cls = thing_class(me)
    stored = {**STORED, "surprise": 1}
    error = raised(lambda: load(cls, stored))
    cls._meta["strict"] = False
    assert load(cls, stored)._data["surprise"] == 1
    cls._meta["strict"] = True
    return error, raised(lambda: load(cls, stored))


@alike
def test_allowing_inheritance_after_the_class_exists(me):
    cls = thing_class(me)
    before = cls(name="a").to_mongo()
    cls._meta["allow_inheritance"] = True

    class Child(cls):
        age = me.IntField()

    return before, cls(name="a").to_mongo(), Child(age=1).to_mongo(), Child._class_name


@alike
def test_the_meta_data_is_replaced_by_a_wrapper(me):
    class Wrapper(dict):
        pass

    cls = thing_class(me)
    cls._meta = Wrapper(cls._meta)
    return outcome(cls)


def test_a_plan_is_compiled_once_while_nothing_changes(monkeypatch):
    cls = thing_class(mongoengine_fast)
    plan = cls._native_plan
    for number in range(3):
        load(cls, STORED).count = number
        cls(name="x").validate()
    assert cls._native_plan is plan


def test_a_change_of_a_field_compiles_a_new_plan():
    cls = thing_class(mongoengine_fast)
    plan = cls._native_plan
    cls.name.max_length = 5
    cls(name="x").validate()
    assert cls._native_plan is not plan


def test_a_subclass_has_a_plan_of_its_own():
    class Base(mongoengine_fast.Document):
        name = mongoengine_fast.StringField()
        meta = {"allow_inheritance": True}

    Base().validate()

    class Child(Base):
        age = mongoengine_fast.IntField()

    Child().validate()
    assert Child.__dict__["_native_plan"] is not Base.__dict__["_native_plan"]


def test_compiling_by_hand_gives_a_plan_that_works():
    cls = thing_class(mongoengine_fast)
    compile_plan(cls)
    assert load(cls, STORED).tags == ["x"]
