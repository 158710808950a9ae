"""What every kind of field makes of a value: set, stored, validated, queried, loaded."""

import uuid
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum

import pytest
from bson import DBRef, Decimal128, Int64, ObjectId

from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")


class Colour(Enum):
    RED = "r"
    BLUE = 2


class Odd:
    """Nothing that any field takes."""

    def __repr__(self):
        return "Odd()"


FIELDS = {
    "string": lambda me: me.StringField(),
    "bounded string": lambda me: me.StringField(min_length=2, max_length=3, regex="^[a-z]*$"),
    "url": lambda me: me.URLField(),
    "email": lambda me: me.EmailField(domain_whitelist=["local"], allow_utf8_user=True),
    "int": lambda me: me.IntField(),
    "bounded int": lambda me: me.IntField(min_value=1, max_value=5),
    "long": lambda me: me.LongField(),
    "float": lambda me: me.FloatField(min_value=-1.5),
    "decimal": lambda me: me.DecimalField(precision=2),
    "decimal as text": lambda me: me.DecimalField(precision=3, force_string=True, max_value=10),
    "decimal128": lambda me: me.Decimal128Field(min_value=0),
    "bool": lambda me: me.BooleanField(),
    "date-time": lambda me: me.DateTimeField(),
    "date": lambda me: me.DateField(),
    "precise date-time": lambda me: me.ComplexDateTimeField(),
    "object id": lambda me: me.ObjectIdField(),
    "uuid": lambda me: me.UUIDField(),
    "uuid as text": lambda me: me.UUIDField(binary=False),
    "binary": lambda me: me.BinaryField(max_bytes=3),
    "enum": lambda me: me.EnumField(Colour),
    "some of an enum": lambda me: me.EnumField(Colour, choices=[Colour.RED]),
    "choices": lambda me: me.StringField(choices=[("a", "A"), ("b", "B")]),
    "list": lambda me: me.ListField(),
    "short list": lambda me: me.ListField(me.IntField(), max_length=2),
    "list of dates": lambda me: me.ListField(me.DateTimeField()),
    "list of enums": lambda me: me.ListField(me.EnumField(Colour)),
    "sorted list": lambda me: me.SortedListField(me.IntField(), reverse=True),
    "list of lists": lambda me: me.ListField(me.ListField(me.IntField())),
    "dict": lambda me: me.DictField(),
    "dict of ints": lambda me: me.DictField(me.IntField()),
    "map": lambda me: me.MapField(me.IntField()),
    "map of lists": lambda me: me.MapField(me.ListField(me.IntField())),
    "dynamic": lambda me: me.DynamicField(),
    "point": lambda me: me.PointField(),
    "geo point": lambda me: me.GeoPointField(),
    "line": lambda me: me.LineStringField(),
    "polygon": lambda me: me.PolygonField(),
    "required": lambda me: me.StringField(required=True),
    "null": lambda me: me.IntField(null=True, default=3),
    "default": lambda me: me.IntField(default=3),
    "validated": lambda me: me.IntField(validation=lambda value: value % 2 == 0),
}

VALUES = [
    None,
    "",
    "a",
    "abc",
    "abcd",
    "AB",
    "5",
    "1.25",
    "yes",
    "é",
    "a\0b",
    0,
    1,
    5,
    6,
    -1,
    True,
    False,
    2**31,
    2**63,
    1.5,
    -2.0,
    float("inf"),
    Decimal("1.005"),
    Decimal("NaN"),
    Decimal128("2.50"),
    Int64(4),
    b"",
    b"abcd",
    KEY,
    str(KEY),
    uuid.UUID(int=5),
    str(uuid.UUID(int=6)),
    datetime(2020, 1, 2, 3, 4, 5, 678901),
    datetime(2020, 1, 2, tzinfo=timezone(timedelta(hours=2))),
    date(2020, 1, 2),
    "2020-01-02",
    "2020-01-02T03:04:05.6",
    "2020,01,02,03,04,05,000006",
    Colour.RED,
    "r",
    2,
    [],
    [1],
    [3, 1, 2],
    ["a", None],
    [[1], [2, 3]],
    [1.5, 2],
    [[0, 0], [1, 1]],
    [[[0, 0], [1, 0], [1, 1], [0, 0]]],
    (1, 2),
    {"a": 1},
    {},
    {"a": "x"},
    {"a": [1]},
    {"$a": 1},
    {"a.b": 1},
    {1: 2},
    {"type": "Point", "coordinates": [1, 2]},
    {1, 2},
    DBRef("c", KEY),
    "http://example.org/a?b=c",
    "http://nothing",
    "me@example.org",
    "me@local",
    "mé@example.org",
    Odd(),
]


def thing_class(me, kind):
    return type("Thing", (me.Document,), {"value": FIELDS[kind](me)})


@pytest.mark.parametrize("kind", FIELDS)
@alike
def test_setting_validating_and_storing(me, kind):
    cls = thing_class(me, kind)

    def outcome(value):
        thing = raised(lambda: cls(value=value))
        if isinstance(thing, Exception):
            return thing
        return raised(lambda: thing.value), raised(thing.validate), raised(lambda: thing.to_mongo().get("value", "no"))

    return [repr(outcome(value)) for value in VALUES]


@pytest.mark.parametrize("kind", FIELDS)
@alike
def test_hooks_called_by_hand(me, kind):
    field = thing_class(me, kind).value

    def outcome(value):
        return (
            raised(lambda: field.to_python(value)),
            raised(lambda: field.to_mongo(value)),
            raised(lambda: field.validate(value)),
            raised(lambda: field.prepare_query_value("exact", value)),
            raised(lambda: field.prepare_query_value("gt", value)),
        )

    # Of nothing an ObjectIdField makes a new id.
    return [repr(outcome(value)) for value in VALUES if value is not None or kind != "object id"]


STORABLE = [
    value
    for value in VALUES
    if not isinstance(value, (Decimal, date, uuid.UUID, Enum, set)) or isinstance(value, datetime)
]
STORABLE = [value for value in STORABLE if not isinstance(value, Odd) and value not in (2**63, {1: 2})]


@pytest.mark.parametrize("kind", FIELDS)
@alike
def test_loading_what_is_stored(me, kind):
    cls = thing_class(me, kind)

    def outcome(value):
        thing = raised(lambda: load(cls, {"_id": KEY, "value": value}))
        if isinstance(thing, Exception):
            return thing
        read = raised(lambda: thing.value)
        # A lazily loaded document that holds what its field cannot store raises later, if ever, when it is encoded.
        return type(read).__name__, read, thing._get_changed_fields()

    return [repr(outcome(value)) for value in STORABLE], load(cls, {"_id": KEY}).value


@pytest.mark.parametrize("kind", FIELDS)
@alike
def test_setting_the_same_value_again_is_no_change(me, kind):
    cls = thing_class(me, kind)

    def outcome(value):
        thing = raised(lambda: load(cls, {"_id": KEY, "value": value}))
        if isinstance(thing, Exception):
            return None
        error = raised(lambda: setattr(thing, "value", thing.value))
        again = thing._get_changed_fields()
        thing.value = None
        return error, again, thing._get_changed_fields(), raised(lambda: thing.value)

    return [repr(outcome(value)) for value in STORABLE]


ARGUMENTS = [
    lambda me: me.StringField("db"),
    lambda me: me.StringField(db_field="a.b"),
    lambda me: me.StringField(db_field=5),
    lambda me: me.StringField(db_field="$a"),
    lambda me: me.StringField(db_field=""),
    lambda me: me.StringField(nothing=1, help_text="h"),
    lambda me: me.StringField(name="set twice", primary_key=True),
    lambda me: me.IntField(5),
    lambda me: me.ListField("x"),
    lambda me: me.ListField(me.StringField),
    lambda me: me.MapField(),
    lambda me: me.MapField(5),
    lambda me: me.DictField("x"),
    lambda me: me.ReferenceField(5),
    lambda me: me.ReferenceField("Thing", reverse_delete_rule=9),
    lambda me: me.EmbeddedDocumentField(5),
    lambda me: me.EmbeddedDocumentField(me.Document),
    lambda me: me.EmbeddedDocumentListField(5),
    lambda me: me.EnumField(5),
    lambda me: me.EnumField(Colour, choices=["x"]),
    lambda me: me.CachedReferenceField(5),
    lambda me: me.CachedReferenceField("T", fields=5),
    lambda me: me.GenericReferenceField(choices=[5]),
    lambda me: me.SequenceField(5),
    lambda me: me.UUIDField(binary=5),
    lambda me: me.DecimalField(precision=-1),
    lambda me: me.BinaryField("x"),
    lambda me: me.ComplexDateTimeField(separator=5),
    lambda me: me.StringField(choices=5),
    lambda me: me.IntField(validation=5),
    lambda me: me.SortedListField(),
    lambda me: me.LazyReferenceField(5),
    lambda me: me.ListField(me.IntField(), max_length="x"),
    lambda me: me.GeoJsonBaseField(auto_index=5),
]


@pytest.mark.parametrize("number", range(len(ARGUMENTS)))
@alike
def test_arguments_of_fields(me, number):
    field = raised(lambda: ARGUMENTS[number](me))
    return (
        field
        if isinstance(field, Exception)
        else (type(field).__name__, field.name, field.db_field, field.required, field.primary_key)
    )


@alike
def test_choices_take_documents_classes_and_pairs(me):
    class Thing(me.Document):
        pair = me.IntField(choices=((1, "one"), (2, "two")))
        plain = me.IntField(choices=[1, 2])
        several = me.ListField(me.IntField(choices=[1, 2]))

    things = Thing(pair=1, plain=2, several=[1, 2]), Thing(pair=3, plain=3, several=[1, 3])
    return [(raised(thing.validate), thing.get_pair_display(), thing.get_plain_display()) for thing in things]


@alike
def test_validation_by_a_function_that_raises_or_answers(me):
    def refuse(value):
        raise me.ValidationError("not today")

    class Thing(me.Document):
        a = me.IntField(validation=refuse)
        b = me.IntField(validation=lambda value: False)
        c = me.IntField(validation=lambda value: None)

    return raised(Thing(a=1).validate), raised(Thing(b=1).validate), raised(Thing(c=1).validate)


@alike
def test_what_is_put_into_a_list_of_lazy_references_becomes_one_when_it_is_read(me):
    class Target(me.Document):
        name = me.StringField()

    class Thing(me.Document):
        lazy = me.ListField(me.LazyReferenceField(Target))
        generic = me.ListField(me.GenericLazyReferenceField())

    thing = load(Thing, {"_id": KEY, "lazy": [ObjectId(b"1" * 12)]})
    target = Target(id=ObjectId(b"2" * 12))
    thing.lazy.append(target)
    thing.generic += [target]
    thing.lazy.insert(0, target.id)
    return (
        [(type(item).__name__, item.pk) for item in thing.lazy],
        [(type(item).__name__, item.pk) for item in thing.generic],
        thing._get_changed_fields(),
        thing.to_mongo(),
    )


@alike
def test_coordinates_in_a_list_of_embedded_documents_are_watched(me):
    class Stop(me.EmbeddedDocument):
        place = me.GeoPointField()
        shape = me.PointField(db_field="s")

    class Route(me.Document):
        stops = me.ListField(me.EmbeddedDocumentField(Stop))

    route = load(Route, {"_id": KEY, "stops": [{"place": [1, 2], "s": {"type": "Point", "coordinates": [1, 2]}}] * 2})
    first = route.stops[0]
    kinds = [type(first.place).__name__, type(first.shape).__name__]
    first.place[0] = 5
    route.stops[1].shape["coordinates"] = [3, 4]
    return kinds, route._get_changed_fields(), route._delta()
