"""Undeclared attributes of dynamic documents: given to the constructor, loaded, of every sort of name and value."""

import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")
KEPT_NATIVELY = {"_BaseField__auto_dereference"}
VALUES = {
    "plain": {"color": "red", "size": 1, "none": None, "when": 1.5, "of": DBRef("thing", KEY), "bytes": b"x"},
    "containers": {"l": [1, "a", None], "d": {"x": 1}, "deep": [{"a": [1, {"b": [2]}]}, (3, [4])], "e": [], "f": {}},
    "named like attributes": {"save": 1, "objects": 2, "pk": KEY, "_meta_": 3, "_data2": 4, "to_mongo": 5, "clean": 6},
    "the manager": {"objects": 2},
    "named like fields": {"title": "t", "t": "stored", "inner": {"x": 1}},
    "odd names": {"a b": 1, "ü": 2, "1": 3, "get_x_display": 4, "": 5},
    "names no field may have": {"a.b": 1},
    "a name with a dollar": {"$a": 1},
    "a name with a null": {"a\0b": 1},
    "documents": {"part": {"_cls": "Part", "x": 1}, "parts": [{"_cls": "Part", "x": 2}, {"_cls": "Part"}]},
    "a class nobody knows": {"part": {"_cls": "Nobody", "x": 1}},
    "a class of another name": {"_cls": "Part", "x": 1},
    "a score": {"_text_score": 1.5, "x": 1},
}


def classes(me):
    class Part(me.DynamicEmbeddedDocument):
        x = me.IntField()

    class Thing(me.DynamicDocument):
        title = me.StringField(db_field="t", default="none")
        inner = me.EmbeddedDocumentField(Part)
        numbers = me.ListField(me.IntField())

    return Thing, Part


def told(document):
    """All there is to know of the attributes."""
    fields = document._dynamic_fields
    return (
        list(vars(document).items()), sorted(document._data.items()), document._fields_ordered, type(fields).__name__,
        [(name, type(field).__name__, field.name, field.db_field, field.null) for name, field in fields.items()],
        [sorted(vars(field).keys() - KEPT_NATIVELY) for field in fields.values()],
        document._changed_fields if hasattr(document, "_changed_fields") else "none", raised(document.to_mongo),
        raised(document.validate), [getattr(document, name, "none") for name in ("color", "l", "d", "part")],
        [(type(value).__name__, getattr(value, "_name", ""), getattr(value, "_instance", None) is not None)
         for _, value in sorted(document._data.items())],
        document._dynamic_lock, document._cls,
    )  # fmt: skip


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("place", ["given", "loaded", "part given", "part loaded"])
@alike
def test_undeclared_attributes(me, place, values):
    thing, part = classes(me)
    makers = {
        "given": lambda: thing(**values),
        "loaded": lambda: load(thing, {"_id": KEY, **values}),
        "part given": lambda: part(**values),
        "part loaded": lambda: load(thing, {"_id": KEY, "inner": values}).inner,
    }
    made = raised(makers[place])
    if isinstance(made, Exception):
        return (made,)
    return told(made)


@alike
def test_edits_afterwards(me):
    thing, _ = classes(me)
    loaded = load(thing, {"_id": KEY, "l": [1], "d": {"x": [1]}, "color": "red", "gone": 1})
    loaded.l.append(2)
    loaded.d["y"] = 1
    loaded.color = "blue"
    loaded.new = {"z": 1}
    del loaded.gone
    changed = loaded._get_changed_fields(), loaded._delta()
    loaded._clear_changed_fields()
    loaded.l.append(3)
    return changed, loaded._get_changed_fields(), told(loaded)


@alike
def test_initialising_a_second_time(me):
    thing, _ = classes(me)
    made = thing(color="red", l=[1])
    made.__init__(size=2, color="blue")
    return made._fields_ordered, list(made._dynamic_fields), sorted(made._data.items()), raised(made.to_mongo)


@alike
def test_two_documents_share_no_field(me):
    thing, _ = classes(me)
    one, other = thing(color="red"), thing(color="red")
    one._dynamic_fields["color"].null = False
    del one.color
    return other._dynamic_fields["color"].null, one.to_mongo(), other.to_mongo()


@pytest.mark.parametrize("step", ["__setattr__", "_BaseDocument__expand_dynamic_values", "__init__"])
@alike
def test_steps_of_the_programs_own(me, step):
    thing, _ = classes(me)
    seen = []
    own = getattr(thing, step)

    def stepped(self, *args, **kwargs):
        seen.append(args)
        return own(self, *args, **kwargs)

    setattr(thing, step, stepped)
    thing(color="red", l=[1])
    load(thing, {"_id": KEY, "color": "red"})
    return [args for args in seen if args in (("color", "red"), ("l", [1]))], told(thing(a=1))


@alike
def test_receivers_of_signals_see_the_values(me):
    thing, _ = classes(me)
    seen = []

    def receive(sender, document, values=None):
        seen.append((sender.__name__, sorted(values or {}), sorted(vars(document))))

    with me.signals.pre_init.connected_to(receive), me.signals.post_init.connected_to(receive):
        thing(color="red")
        load(thing, {"_id": KEY, "size": 1})
    return seen


@alike
def test_strict_and_inherited_classes(me):
    class Strict(me.DynamicDocument):
        STRICT = True
        a = me.IntField()

    class Base(me.DynamicDocument):
        meta = {"allow_inheritance": True}

    class Sub(Base):
        b = me.IntField()

    loaded = [load(Strict, {"_id": KEY, "a": 1, "x": 2}), load(Base, {"_id": KEY, "_cls": "Base.Sub", "b": 1, "x": 2})]
    return [(type(one).__name__, told(one)) for one in (*loaded, Strict(a=1, x=2), Sub(b=1, x=2), Base(x=1))]
