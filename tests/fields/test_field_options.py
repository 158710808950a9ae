"""The options that every kind of field takes: what they accept, and what they do to values."""

import enum

import pytest

from tests.base.both_sides import alike, load
from tests.fields.describing import outcome, stored_form
from tests.fields.kinds import BASIC, KEY, make, surroundings
from tests.fields.stored import document, value


class Odd:
    def __repr__(self):
        return "Odd()"


def fail(*ignored):
    raise RuntimeError("no default")


def refuse(w):
    def validation(given):
        raise w.me.ValidationError(f"not {type(given).__name__}")

    return validation


def choose(w, good):
    """A function of the package's choosing, which does not count as choices."""
    return lambda: [good]


#: By name, the arguments that an option is given, made of the surroundings and a good value.
OPTIONS = {
    "none": lambda w, good: {},
    "required": lambda w, good: {"required": True},
    "required null": lambda w, good: {"required": True, "null": True},
    "odd required": lambda w, good: {"required": "x", "null": 0},
    "null": lambda w, good: {"null": True},
    "default": lambda w, good: {"default": good},
    "default null": lambda w, good: {"default": good, "null": True},
    "callable default": lambda w, good: {"default": lambda: good},
    "required default": lambda w, good: {"default": lambda: good, "required": True},
    "default of None": lambda w, good: {"default": lambda: None},
    "odd default": lambda w, good: {"default": Odd()},
    "false default": lambda w, good: {"default": 0},
    "class as default": lambda w, good: {"default": dict},
    "failing default": lambda w, good: {"default": fail},
    "choices": lambda w, good: {"choices": [good]},
    "choices with labels": lambda w, good: {"choices": [(good, "Good"), ("x", "X")]},
    "choices in tuples": lambda w, good: {"choices": ((good, "Good"),)},
    "choices of lists": lambda w, good: {"choices": [["x", "X"], [5, "five"]]},
    "odd pairs": lambda w, good: {"choices": [(1, 2, 3)]},
    "set of choices": lambda w, good: {"choices": {"x", 5} if good is None else {"x"}},
    "dict of choices": lambda w, good: {"choices": {"x": "X"}},
    "text of choices": lambda w, good: {"choices": "xyz"},
    "callable choices": lambda w, good: {"choices": choose(w, good)},
    "no choices": lambda w, good: {"choices": []},
    "generator of choices": lambda w, good: {"choices": (item for item in ["x", good])},
    "validation": lambda w, good: {"validation": lambda given: None},
    "validation to False": lambda w, good: {"validation": lambda given: False},
    "validation to True": lambda w, good: {"validation": lambda given: True},
    "refusing validation": lambda w, good: {"validation": refuse(w)},
    "failing validation": lambda w, good: {"validation": fail},
    "validation of no argument": lambda w, good: {"validation": lambda: None},
    "odd validation": lambda w, good: {"validation": 5},
    "unique": lambda w, good: {"unique": True, "sparse": True},
    "unique with": lambda w, good: {"unique_with": "other"},
    "unique with several": lambda w, good: {"unique_with": ["other", "more"], "required": True},
    "unique with nobody": lambda w, good: {"unique_with": "nobody"},
    "primary key": lambda w, good: {"primary_key": True},
    "primary key elsewhere": lambda w, good: {"primary_key": True, "db_field": "key", "unique": True},
    "db field": lambda w, good: {"db_field": "stored"},
    "db field of the key": lambda w, good: {"db_field": "_id"},
    "odd db field": lambda w, good: {"db_field": 5},
    "texts": lambda w, good: {"verbose_name": "V", "help_text": "H", "group": 5},
    "name": lambda w, good: {"name": "other"},
    "method": lambda w, good: {"to_mongo": 5},
    "attribute": lambda w, good: {"creation_counter": 5},
    "owner": lambda w, good: {"owner_document": 5},
}

GIVEN = {
    "None": lambda good: None,
    "good": lambda good: good,
    "x": lambda good: "x",
    "5": lambda good: 5,
    "list": lambda good: ["x", 5],
    "empty list": lambda good: [],
    "dict": lambda good: {"x": 5},
    "empty dict": lambda good: {},
    "odd": lambda good: Odd(),
}


def good_value(w, kind):
    good = BASIC[kind][1]
    return good(w) if callable(good) and not isinstance(good, (type, enum.Enum)) else good


def thing_class(w, kind, options):
    other, more = w.me.IntField(), w.me.StringField(db_field="m")
    meta = {"auto_create_index": False}
    field = BASIC[kind][0](w, **options)
    return type("Thing", (w.me.Document,), {"value": field, "other": other, "more": more, "meta": meta})


def field_facts(cls):
    field = cls.value
    facts = "name", "db_field", "required", "unique", "unique_with", "primary_key", "null", "sparse"
    extra = "verbose_name", "help_text", "group"
    return (
        [(fact, getattr(field, fact)) for fact in facts],
        [(fact, getattr(field, fact, "none")) for fact in extra],
        cls._meta.get("id_field"),
        cls._fields_ordered,
        cls._unique_with_indexes(),
    )


def constructed(cls, given):
    thing = cls(value=given)
    return (
        lambda: thing.value,
        lambda: thing.get_value_display(),
        thing.validate,
        thing.to_mongo,
        lambda: stored_form(thing.to_mongo()),
    )


def missing(cls):
    thing = cls()
    return lambda: thing.value, thing.validate, thing.to_mongo, lambda: thing.pk


def loaded(cls, row):
    thing = load(cls, row)
    return (
        lambda: thing.value,
        lambda: thing._get_changed_fields(),
        lambda: setattr(thing, "value", None),
        lambda: thing.value,
        lambda: thing._get_changed_fields(),
        lambda: delattr(thing, "value"),
        lambda: thing._data.get("value"),
        thing.validate,
    )


def steps_of(create, *arguments):
    """The outcome of steps that may fail to be prepared."""
    steps = []
    first = outcome(lambda: steps.extend(create(*arguments)))
    return outcome(*steps) if steps else first


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("kind", BASIC)
@alike
def test_every_option(me, kind, option):
    w = surroundings(me)
    good = good_value(w, kind)
    made = []
    lines = [outcome(lambda: made.append(thing_class(w, kind, OPTIONS[option](w, good))))]
    for cls in made:
        lines.append(outcome(lambda cls=cls: field_facts(cls)))
        lines.append(f"missing: {steps_of(missing, cls)}")
        lines.extend(f"{name}: {steps_of(constructed, cls, give(good))}" for name, give in GIVEN.items())
        lines.append(f"not stored: {steps_of(loaded, cls, document(value(KEY, '_id')))}")
        lines.append(f"stored null: {steps_of(loaded, cls, document(value(KEY, '_id'), value(None)))}")
    return lines


# Attributes that only hold state of MongoEngine's own.
INNER = {"_BaseField__auto_dereference", "_thread_local_storage", "__weakref__"}
# Left on a class by whatever copied one of its fields.
INNER |= {"__slotnames__"}


@pytest.mark.parametrize("kind", BASIC)
@alike
def test_metadata_must_not_hide_an_attribute(me, kind):
    import mongoengine

    stock = surroundings(mongoengine)
    names = sorted(set(dir(BASIC[kind][0](stock))) - INNER)
    w = surroundings(me)

    def accept(name):
        return type(BASIC[kind][0](w, **{name: 5})).__name__

    return [f"{name}: {outcome(lambda name=name: accept(name))}" for name in names]


@alike
def test_several_hidden_attributes_are_all_named(me):
    def text():
        try:
            me.StringField(to_mongo=1, validate=2, helpful=3)
        except TypeError as error:
            return sorted(str(error).replace(":", ",").split(", "))

    return text()


@alike
def test_deleting_a_value_brings_the_default_back(me):
    w = surroundings(me)
    lines = []
    for kind in BASIC:
        thing = make(w, kind)()
        lines.append(f"{kind}: {outcome(lambda thing=thing: delattr(thing, 'value'), lambda thing=thing: thing.value)}")
    return lines
