"""Every kind of field and every input: what happens when it is constructed, assigned, validated, converted, queried."""

import importlib

import pytest
from bson import DBRef

from tests.base.both_sides import alike, load
from tests.fields.describing import described, outcome, stored_form
from tests.fields.inputs import INPUTS
from tests.fields.kinds import KEY, KINDS, make, surroundings


def constructed(w, cls, value):
    thing = cls(value=value)
    return lambda: thing._data.get("value"), lambda: thing.value, lambda: thing._get_changed_fields()


def assigned(w, cls, value):
    thing = cls()
    thing.value = value
    return (
        lambda: thing._data.get("value"),
        lambda: thing.value,
        lambda: thing._get_changed_fields(),
        lambda: delattr(thing, "value"),
    )


def assigned_over_loaded(w, cls, value):
    thing = load(cls, {"_id": KEY})
    thing.value = value
    return lambda: thing._get_changed_fields(), lambda: thing.value, thing._delta, lambda: thing.value


def validated(w, cls, value):
    return cls(value=value, id=KEY).validate, lambda: cls(value=value).validate(clean=False)


def converted(w, cls, value):
    data = cls(value=value).to_mongo()
    return lambda: data, lambda: stored_form(data)


def embedded(w, cls, value):
    if not hasattr(w, "holder"):
        w.holder = type("Holder", (w.me.Document,), {"inner": w.me.EmbeddedDocumentField(cls)})
    thing = w.holder(inner=cls(value=value))
    data = thing.to_mongo
    return lambda: stored_form(data()), thing.validate


QUERIES = (None, "gt", "in", "not__lte", "startswith", "all", "size")
UPDATES = ("set", "unset", "inc", "push", "pull_all", "add_to_set", "set_on_insert")


def queried(w, cls, value):
    transform = importlib.import_module(f"{w.me.__name__}.queryset.transform")
    generic = isinstance(cls.value, w.me.GenericReferenceField)
    # What 0.29.3 gets wrong is in test_generic_references.py.
    repaired = generic and isinstance(value, list) and DBRef in map(type, value)
    operators = [op for op in QUERIES if not (repaired and op in ("in", "all"))]
    names = ["value" if op is None else f"value__{op}" for op in operators]
    return " | ".join(outcome(lambda name=name: transform.query(cls, **{name: value})) for name in names)


def updated(w, cls, value):
    transform = importlib.import_module(f"{w.me.__name__}.queryset.transform")
    names = [f"{op}__value" for op in UPDATES]
    return " | ".join(outcome(lambda name=name: transform.update(cls, **{name: value})) for name in names)


MOMENTS = [constructed, assigned, assigned_over_loaded, validated, converted, embedded, queried, updated]


def outcomes(w, cls, moment):
    """What becomes of every input, a line each."""
    lines = []
    for name, create in INPUTS.items():
        try:
            steps = moment(w, cls, create(w))
        except Exception as error:
            lines.append(f"{name}: raises {described(error)}")
            continue
        lines.append(f"{name}: {steps if isinstance(steps, str) else outcome(*steps)}")
    return lines


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
@alike
def test_every_input(me, kind, moment):
    if moment is embedded and kind == "cached reference":
        return outcome(lambda: make(surroundings(me), kind, "EmbeddedDocument"))
    w = surroundings(me)
    cls = make(w, kind, "EmbeddedDocument" if moment is embedded else "Document")
    return outcomes(w, cls, moment)
