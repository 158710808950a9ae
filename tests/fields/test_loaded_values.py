"""Every kind of field and everything that may be stored: what happens at loading, at first access and after."""

import pytest

from tests.base.both_sides import alike, load
from tests.fields.describing import outcome, stored_form
from tests.fields.kinds import KEY, KINDS, make, surroundings
from tests.fields.stored import SHAPES, STORED, document, element, value


def read(thing):
    return lambda: thing.value, lambda: thing._get_changed_fields(), lambda: thing._data.get("value"), lambda: thing.id


def validated(thing):
    return thing.validate, lambda: thing._get_changed_fields()


def converted(thing):
    return thing.to_mongo, lambda: stored_form(thing.to_mongo()), thing.to_json


def assigned_again(thing):
    return (
        lambda: setattr(thing, "value", thing.value),
        lambda: thing._get_changed_fields(),
        lambda: setattr(thing, "value", None),
        lambda: thing._get_changed_fields(),
        lambda: thing.value,
        thing._delta,
    )


def compared(thing):
    return (
        lambda: thing == type(thing)(id=KEY),
        lambda: thing["value"],
        lambda: sorted(thing),
        lambda: repr(thing),
        lambda: thing._data.get("value"),
    )


MOMENTS = [read, validated, converted, assigned_again, compared]


def outcomes(cls, moment, rows):
    """What becomes of every stored document, a line each."""
    lines = []
    for name, row in rows.items():
        things = []
        first = outcome(lambda row=row, things=things: things.append(load(cls, row)))
        lines.append(f"{name}: {outcome(*moment(things[0])) if things else first}")
    return lines


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
@alike
def test_every_stored_value(me, kind, moment):
    rows = {name: document(value(KEY, "_id"), elements) for name, elements in STORED.items()}
    return outcomes(make(surroundings(me), kind), moment, rows)


def read_inside(thing):
    return (
        lambda: thing.inner.value,
        lambda: thing.several[0].value,
        lambda: thing.by_key["k"].value,
        lambda: thing._get_changed_fields(),
        thing.validate,
        lambda: stored_form(thing.to_mongo()),
    )


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "cached reference"])
@alike
def test_every_stored_value_inside_embedded_documents(me, kind):
    thing = make(surroundings(me), kind, "EmbeddedDocument")

    class Holder(me.Document):
        inner = me.EmbeddedDocumentField(thing, db_field="j")
        several = me.EmbeddedDocumentListField(thing)
        by_key = me.MapField(me.EmbeddedDocumentField(thing))

    rows = {
        name: document(
            value(KEY, "_id"),
            element(3, document(elements), "j"),
            element(4, document(element(3, document(elements), "0")), "several"),
            element(3, document(element(3, document(elements), "k")), "by_key"),
        )
        for name, elements in STORED.items()
    }
    return outcomes(Holder, read_inside, rows)


def whole(thing):
    return (
        lambda: thing,
        lambda: type(thing).__name__,
        lambda: thing.id,
        lambda: thing._get_changed_fields(),
        lambda: getattr(thing, "nobody", "no such attribute"),
        thing.validate,
        lambda: stored_form(thing.to_mongo()),
    )


@pytest.mark.parametrize("base", ["Document", "DynamicDocument"])
@pytest.mark.parametrize("strict", [True, False, None])
@pytest.mark.parametrize("inheritance", [True, False, None])
@alike
def test_every_shape_of_document(me, base, strict, inheritance):
    surroundings(me)
    options = {"strict": strict, "allow_inheritance": inheritance}
    given = {name: option for name, option in options.items() if option is not None}

    class Thing(getattr(me, base)):
        number = me.IntField(db_field="value")
        meta = given

    if inheritance:

        class SubThing(Thing):
            more = me.IntField()

    return outcomes(Thing, whole, SHAPES)


@pytest.mark.parametrize("strict", [True, False])
@alike
def test_every_shape_of_embedded_document(me, strict):
    surroundings(me)

    class Thing(me.EmbeddedDocument):
        number = me.IntField(db_field="value")
        meta = {"strict": strict, "allow_inheritance": True}

    class SubThing(Thing):
        more = me.IntField()

    class Holder(me.Document):
        thing = me.EmbeddedDocumentField(Thing)
        anything = me.GenericEmbeddedDocumentField()

    rows = {name: document(element(3, row, "thing")) for name, row in SHAPES.items()}
    more = {f"any {name}": document(element(3, row, "anything")) for name, row in SHAPES.items()}
    return outcomes(Holder, inside, {**rows, **more})


def inside(thing):
    return (
        lambda: thing.thing,
        lambda: thing.anything,
        lambda: type(thing.thing or thing.anything).__name__,
        thing.validate,
        lambda: stored_form(thing.to_mongo()),
    )
