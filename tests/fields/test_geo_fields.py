"""Places: shapes that are right and wrong, as coordinates and as GeoJSON, and their indexes."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb
from tests.fields.describing import outcome
from tests.fields.trying import thing, tried

KEY = ObjectId(f"{1:024x}")


POSITIONS = {
    "PointField": [[1, 2], [1], [1, 2, 3], ["a", 1], [[1, 2]], "ab", [None, 1], [True, 1], (1, 2), [], [1e400, 0]],
    "LineStringField": [
        [[1, 2], [3, 4]],
        [[1, 2]],
        [],
        [1, 2],
        [[1], [2]],
        [[1, "a"], [1, "a"]],
        [[[1, 2]]],
        "ab",
        [None],
    ],
    "PolygonField": [
        [[[0, 0], [1, 0], [0, 0]]],
        [[[0, 0], [1, 0]]],
        [[0, 0]],
        [],
        [[]],
        [[[]]],
        [[["a", 0]]],
        [5, [[[1, 2]]]],
    ],
    "MultiPointField": [[[1, 2]], [], [[1]], [1, 2], [[1, 2], "ab", [1]], "ab", [None]],
    "MultiLineStringField": [[[[1, 2], [3, 4]]], [[[1, 2]], "ab"], [[1, 2]], [], [[[1]]], [[["a", "b"]], [["c", 1]]]],
    "MultiPolygonField": [
        [[[[0, 0], [1, 0], [0, 0]]]],
        [[[[0, 0], [1, 0]]]],
        [[[0, 0]]],
        [],
        [[[["a", 0]]], "ab"],
        [[[[]]]],
    ],
    "GeoPointField": [[1, 2], (1, 2), [1], [1, 2, 3], ["a", 1], {"x": 1}, "ab", [True, 1.5], []],
}


@pytest.mark.parametrize("name", POSITIONS)
@alike
def test_places(me, name):
    cls = thing(me, getattr(me, name)())
    kind = name.removesuffix("Field")
    lines = tried(cls, POSITIONS[name])
    shapes = [{"type": kind, "coordinates": position} for position in POSITIONS[name]]
    shapes += [
        {"type": "Circle", "coordinates": [1, 2]},
        {"type": kind},
        {"coordinates": [1, 2]},
        {"type": kind, "coordinates": {"type": kind, "coordinates": POSITIONS[name][0]}},
        {"type": kind, "coordinates": POSITIONS[name][0], "crs": {}},
        {"type": [kind], "coordinates": 5},
        {},
    ]
    lines += tried(cls, shapes)
    for value in [*POSITIONS[name], *shapes]:
        lines.append(outcome(lambda value=value: me.Q(value=value).to_query(cls)))
        lines.append(outcome(lambda value=value: me.Q(value__geo_within=value).to_query(cls)))
        lines.append(outcome(lambda value=value: me.Q(value__near=value).to_query(cls)))
    return lines


@alike_with_mongodb
def test_indexes_of_places(me):
    class Part(me.EmbeddedDocument):
        point = me.PointField()
        off = me.PointField(auto_index=False)

    class Thing(me.Document):
        point = me.PointField()
        off = me.PolygonField(auto_index=False)
        old = me.GeoPointField(db_field="o")
        part = me.EmbeddedDocumentField(Part)
        lines = me.ListField(me.PointField())

    class Bare(me.Document):
        point = me.PointField(False)
        meta = {"indexes": [("point", "id"), "(point"]}

    Thing.ensure_indexes()
    return [
        outcome(lambda: Thing._geo_indices()),
        outcome(Bare.ensure_indexes),
        outcome(lambda: Thing(id=KEY, point=[1, 2], old=[3, 4], lines=[[1, 2]]).save().to_mongo()),
        outcome(lambda: Thing(point=[500, 2]).save()),
        outcome(lambda: Thing(old=[500, 2]).save()),
        outcome(lambda: Thing.objects.get().point),
        outcome(lambda: Thing.objects.get()._get_changed_fields()),
    ]
