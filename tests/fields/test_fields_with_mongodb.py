"""Every kind of field against the server: what is stored, what a query finds, what an update sends."""

import pytest
from bson import Binary, InvalidBSON, ObjectId, decode, encode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from tests.base.both_sides import alike_with_mongodb
from tests.fields.describing import described, outcome
from tests.fields.inputs import EDGES, INPUTS
from tests.fields.kinds import BASIC, KEY, make, surroundings
from tests.fields.stored import STORED, document, value

RAW = CodecOptions(document_class=RawBSONDocument)
SAVED = [
    *EDGES,
    "lone surrogate",
    "NUL key",
    "int key",
    "surrogate key",
    "dotted key",
    "set",
    "author",
    "part document",
]
try:
    decode(encode({"v": Binary(b"ab", 4)}))
except InvalidBSON:
    # An older pymongo does not read back what it wrote, so that nobody could compare the commands.
    SAVED.remove("binary 4, short")


def numbered(number):
    return ObjectId(f"{number:024x}")


def with_author(me):
    w = surroundings(me)
    w.Author(id=KEY, name="n", age=5).save()
    return w


# What a file field stores at once carries the time of day.
@pytest.mark.parametrize("kind", [kind for kind in BASIC if kind not in ("file", "image")])
@alike_with_mongodb
def test_what_is_saved_without_validation(me, kind):
    w = with_author(me)
    cls = make(w, kind)
    lines = []
    for number, name in enumerate(SAVED):

        def save(name=name, number=number):
            cls(id=numbered(number), value=INPUTS[name](w)).save(validate=False)

        said = outcome(save)
        if said != "None":
            lines.append(f"{name}: {said}")
    return lines


@pytest.mark.parametrize("kind", BASIC)
@alike_with_mongodb
def test_what_is_found_of_everything_stored(me, kind):
    w = with_author(me)
    cls = make(w, kind)
    rows = [document(value(numbered(number), "_id"), elements) for number, elements in enumerate(STORED.values())]
    cls._get_collection().with_options(RAW).insert_many(map(RawBSONDocument, rows))
    lines = []
    for number, name in enumerate(STORED):
        found = []
        said = outcome(
            lambda number=number, found=found: found.append(cls.objects.get(id=numbered(number))),
            lambda found=found: found[0].value,
            lambda found=found: found[0]._get_changed_fields(),
        )
        lines.append(f"{name}: {said}")
    lines.append(outcome(lambda: [type(thing).__name__ for thing in cls.objects.order_by("id")[:20]]))
    lines.append(outcome(lambda: cls.objects.only("id").count()))
    # Not all of it can be read by the comparison of what is stored.
    cls.drop_collection()
    return lines


@pytest.mark.parametrize("kind", BASIC)
@alike_with_mongodb
def test_a_good_value_round_trips(me, kind):
    w = with_author(me)
    cls = make(w, kind)
    good = BASIC[kind][1]
    create = good if callable(good) and type(good).__name__ == "function" else lambda w: good
    thing = cls(id=KEY, value=create(w)).save()
    steps = (
        lambda: cls.objects.get(id=KEY).value,
        lambda: cls.objects(value=create(w)).count(),
        lambda: cls.objects(value__in=[create(w)]).count(),
        lambda: cls.objects(value__ne=create(w)).count(),
        lambda: cls.objects(value__exists=True).count(),
        lambda: cls.objects.update(set__value=create(w)),
        lambda: cls.objects.get().value,
        lambda: cls.objects.modify(unset__value=True, new=True).value,
        lambda: list(cls.objects.as_pymongo()),
        lambda: thing.modify(set__value=create(w)),
        lambda: thing.value,
        lambda: cls.objects.values_list("value").first(),
        lambda: cls.objects.only("value").first().value,
        lambda: cls.objects.exclude("value").first().value,
        lambda: list(cls.objects.aggregate([{"$match": {"value": {"$ne": None}}}])),
        lambda: cls.objects.distinct("value"),
    )
    return [described(outcome(step)) for step in steps]
