"""JSON of documents, there and back."""

import uuid
from datetime import datetime

import pytest
from bson import ObjectId
from bson.binary import STANDARD
from bson.json_util import CANONICAL_JSON_OPTIONS, LEGACY_JSON_OPTIONS, RELAXED_JSON_OPTIONS

from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")


def thing_class(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField(db_field="s")

    class Thing(me.Document):
        name = me.StringField(db_field="n")
        when = me.DateTimeField()
        unique = me.UUIDField()
        data = me.BinaryField()
        part = me.EmbeddedDocumentField(Part)
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        size = me.StringField(choices=(("S", "Small"), ("L", "Large")))
        sizes = me.ListField(me.StringField(), choices=(("S", "Small"), ("L", "Large")))

    return Thing


STORED = {"_id": KEY, "n": "ü\"", "when": datetime(2020, 1, 2, 3, 4, 5, 678000), "data": b"\0\1", "part": {"s": "a"},
          "parts": [{"s": "b"}], "size": "S", "sizes": ["S", "L"]}  # fmt: skip


@pytest.mark.parametrize(
    "options",
    [LEGACY_JSON_OPTIONS, RELAXED_JSON_OPTIONS, CANONICAL_JSON_OPTIONS],
    ids=["legacy", "relaxed", "canonical"],
)
@alike
def test_there_and_back(me, options):
    cls = thing_class(me)
    thing = load(cls, STORED)
    text = thing.to_json(json_options=options)
    back = cls.from_json(text, json_options=options)
    return text, back.to_mongo(), back._created, cls.from_json(text, created=True, json_options=options)._created


@alike
def test_attribute_names_and_arguments_of_the_json_module(me):
    thing = load(thing_class(me), STORED)
    return thing.to_json(use_db_field=False, sort_keys=True, indent=1, json_options=RELAXED_JSON_OPTIONS)


@alike
def test_part_of_the_fields_with_attribute_names(me):
    thing = load(thing_class(me), STORED)
    return (
        thing.to_mongo(use_db_field=False),
        thing.to_mongo(fields=["name", "part.sku"]),
        thing.to_mongo(False, ["parts"]),
    )


@alike
def test_a_document_from_json_knows_what_to_write(me):
    thing = thing_class(me).from_json('{"n": "a", "part": {"s": "x"}}', json_options=RELAXED_JSON_OPTIONS)
    thing.name = "b"
    return thing._get_changed_fields(), thing._delta(), thing.to_mongo()


@alike
def test_json_that_does_not_fit(me):
    cls = thing_class(me)
    options = {"json_options": RELAXED_JSON_OPTIONS}
    return [
        raised(lambda text=text: cls.from_json(text, **options)) for text in ('{"x": 1}', "[1]", "{}", '{"part": 5}')
    ]


@alike
def test_labels_of_choices(me):
    thing = load(thing_class(me), STORED)
    return thing.get_size_display(), thing.get_sizes_display(), thing_class(me)(size="XL").get_size_display()


@alike
def test_missing_options_are_warned_about(me):
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        load(thing_class(me), {"_id": KEY}).to_json()
    return [(warning.category.__name__, str(warning.message)) for warning in caught]


@alike
def test_uuids_in_json(me):
    thing = thing_class(me)(unique=uuid.UUID(int=5))
    standard = CANONICAL_JSON_OPTIONS.with_options(uuid_representation=STANDARD)
    return [
        raised(lambda options=options: thing.to_json(json_options=options))
        for options in (LEGACY_JSON_OPTIONS, standard)
    ]
