"""Scenarios: geospatial queries on plane and spherical indexes."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_operators import GEO

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)
PLACES = ((0, 0), (1, 1), (2, 2), (5, 5), (-3, 4))
BOX = [(-1, -1), (3, 3)]
TRIANGLE = [[-1, -1], [-1, 6], [6, 6]]
RING = [[[-1, -1], [-1, 3], [3, 3], [3, -1], [-1, -1]]]


def places(me: Any) -> Any:
    """A class with a position of every kind, five of each."""

    class Spot(me.EmbeddedDocument):
        at = me.PointField()
        flat = me.GeoPointField()

    class Place(me.Document):
        flat = me.GeoPointField(db_field="f")
        point = me.PointField(db_field="p")
        plain = me.PointField(auto_index=False)
        line = me.LineStringField()
        area = me.PolygonField()
        points = me.MultiPointField()
        lines = me.MultiLineStringField()
        areas = me.MultiPolygonField()
        spot = me.EmbeddedDocumentField(Spot)
        name = me.StringField()

    for number, (x, y) in enumerate(PLACES):
        square = [[[x, y], [x, y + 1], [x + 1, y + 1], [x + 1, y], [x, y]]]
        Place(
            id=oid(number + 1), flat=(x, y), point=[x, y], plain=[x, y], line=[[x, y], [x + 1, y]], area=square,
            points=[[x, y], [x + 1, y + 1]], lines=[[[x, y], [x + 1, y]]], areas=[square], name="place",
            spot=Spot(at=[x, y], flat=[x, y]),
        ).save()  # fmt: skip
    Place(id=oid(9)).save()
    return Place


def found(place: Any, **query: Any) -> Any:
    """The filter and the ids found, in the order of the server; or what is raised."""
    queryset = place.objects(**query)
    return raised(lambda: queryset._query), raised(lambda: [row["_id"] for row in queryset.only("id").as_pymongo()])


def all_found(place: Any, *queries: dict[str, Any]) -> list[Any]:
    """What each of the queries becomes and finds."""
    return [(repr(query), found(place, **query)) for query in queries]


@scenario
def near_on_the_plane(me: Any) -> Any:
    return all_found(
        places(me), {"flat__near": [0, 0]}, {"flat__near": (1.5, 1)}, {"flat__near": [0, 0], "flat__max_distance": 2},
        {"flat__near": [0, 0], "flat__min_distance": 1}, {"flat__near": [0, 0], "flat__min_distance": 1,
        "flat__max_distance": 4},
        {"flat__near_sphere": [0, 0]}, {"flat__near_sphere": [0, 0], "flat__max_distance": 0.05},
        {"spot__flat__near": [5, 5]},
        {"flat__near": [0, 0], "name": "place"}, {"flat__near": []}, {"flat__near": [500, 0]},
        {"flat__max_distance": 2},
        {"flat__near_sphere": [0, 0], "flat__min_distance": 0.02}, {"flat__near": {"$geometry": {"type": "Point",
        "coordinates": [0, 0]}}},
    )  # fmt: skip


@scenario
def near_on_the_sphere(me: Any) -> Any:
    point = {"type": "Point", "coordinates": [0, 0]}
    return all_found(
        places(me), {"point__near": [0, 0]}, {"point__near": point}, {"point__near": {"$geometry": point}},
        {"point__near": (0, 0)},
        {"point__near": [0, 0], "point__max_distance": 200_000}, {"point__near": [0, 0],
        "point__min_distance": 100_000},
        {"point__near": [0, 0], "point__max_distance": 900_000, "point__min_distance": 100_000},
        {"point__near_sphere": [0, 0]},
        {"point__near": {"$geometry": point, "$maxDistance": 200_000}}, {"point__near": {"$geometry": point},
        "point__max_distance": 200_000},
        {"plain__near": [0, 0]}, {"spot__at__near": [5, 5], "spot__at__max_distance": 1000}, {"point__near": [[0, 0],
        [1, 1]]},
        {"point__near_sphere": [0, 0], "point__max_distance": 0.05}, {"point__near": "text"}, {"point__near": {"a": 1}},
        {"line__near": [0, 0]}, {"area__near": [0, 0]}, {"points__near": [0, 0]}, {"lines__near": [0, 0]},
        {"areas__near": [0, 0]},
    )  # fmt: skip


@scenario
def within_on_the_plane(me: Any) -> Any:
    return all_found(
        places(me), {"flat__within_distance": [(0, 0), 2]}, {"flat__within_spherical_distance": [(0, 0), 0.05]},
        {"flat__within_box": BOX},
        {"flat__within_polygon": TRIANGLE}, {"flat__within_distance": [(0, 0)]}, {"flat__within_box": [0, 0]},
        {"flat__within_polygon": [[0, 0]]},
        {"flat__not__within_box": BOX}, {"spot__flat__within_box": BOX}, {"flat__within_box": None},
        {"flat__within_distance": "text"},
        {"flat__within_box": BOX, "flat__within_distance": [(0, 0), 2]}, {"flat": [0, 0]}, {"flat": (0, 0)},
        {"flat": [0]}, {"flat__ne": [0, 0]},
        {"flat__in": [[0, 0], [1, 1]]}, {"flat__0": 0}, {"flat__exists": False}, {"flat__0__gt": 0},
    )  # fmt: skip


@scenario
def within_on_the_sphere(me: Any) -> Any:
    polygon = {"type": "Polygon", "coordinates": RING}
    return all_found(
        places(me), {"point__geo_within": RING}, {"point__geo_within": polygon},
        {"point__geo_within": {"$geometry": polygon}},
        {"point__geo_within_box": BOX}, {"point__geo_within_polygon": TRIANGLE}, {"point__geo_within_center": [(0, 0),
        2]},
        {"point__geo_within_sphere": [(0, 0), 0.05]}, {"plain__geo_within": RING}, {"line__geo_within": RING},
        {"area__geo_within": polygon},
        {"points__geo_within": RING}, {"lines__geo_within": RING}, {"areas__geo_within": RING},
        {"spot__at__geo_within": RING},
        {"point__geo_within": [0, 0]}, {"point__geo_within": [[0, 0], [1, 1]]},
        {"point__geo_within": {"type": "Polygon"}},
        {"point__geo_within": 5}, {"point__geo_within": []}, {"point__geo_within": "text"}, {"point__geo_within": (1,
        2)},
        {"point__not__geo_within": RING}, {"point__geo_within_box": []}, {"point__geo_within_center": 5},
    )  # fmt: skip


@scenario
def intersections(me: Any) -> Any:
    line = {"type": "LineString", "coordinates": [[0, 0], [2, 2]]}
    return all_found(
        places(me), {"point__geo_intersects": [1, 1]}, {"area__geo_intersects": [0.5, 0.5]},
        {"area__geo_intersects": [[0, 0], [3, 3]]},
        {"area__geo_intersects": RING}, {"line__geo_intersects": line},
        {"lines__geo_intersects": {"$geometry": line}}, {"areas__geo_intersects": line},
        {"points__geo_intersects": line}, {"plain__geo_intersects": [1, 1]}, {"spot__at__geo_intersects": [1, 1]},
        {"flat__geo_intersects": [1, 1]},
        {"area__geo_intersects": {"$geometry": {"type": "Nonsense", "coordinates": [1, 1]}}},
        {"area__geo_intersects": None},
        {"area__geo_intersects": {1, 2}}, {"area__geo_intersects": [["a", "b"]]},
    )  # fmt: skip


@scenario
def every_operator_on_every_shape(me: Any) -> Any:
    place = places(me)
    operands = ([1, 2], BOX, RING, [(0, 0), 2], 5)
    return [
        (name, operator, repr(operand), raised(lambda: place.objects(**{f"{name}__{operator}": operand})._query))
        for name in (
            "flat",
            "point",
            "plain",
            "line",
            "area",
            "points",
            "lines",
            "areas",
            "spot__at",
            "spot__flat",
            "name",
            "spot",
        )
        for operator in GEO
        for operand in operands
    ]


@scenario
def shapes_as_values(me: Any) -> Any:
    place = places(me)
    shape = {"type": "Point", "coordinates": [1, 1]}
    queries = ({"point": [1, 1]}, {"point": shape}, {"point__ne": shape}, {"point": (1, 1)}, {"point__in": [shape]},
    {"line": [[0, 0], [1, 0]]}, {"point": "x"}, {"area": RING}, {"point__coordinates": [1, 1]},
    {"point__exists": False}, {"point__coordinates__0": 1})  # fmt: skip
    return all_found(place, *queries)


@scenario
def updating_shapes(me: Any) -> Any:
    place = places(me)
    shape = {"type": "Point", "coordinates": [7, 7]}
    changes = (
        {"set__point": [7, 7]}, {"set__point": shape}, {"set__flat": [7, 7]}, {"set__line": [[7, 7], [8, 8]]},
        {"set__area": RING},
        {"unset__point": 1}, {"set__spot__at": [7, 7]}, {"set__points": [[7, 7]]}, {"set__point": "text"},
        {"set__flat": "text"},
        {"set__areas": [RING]}, {"set__point": None}, {"set__line": 5}, {"set_on_insert__point": [1, 1]},
        {"min__flat": [0, 0]},
    )  # fmt: skip
    return [(repr(change), raised(lambda: place.objects(id=oid(1)).update(**change))) for change in changes]


@scenario
def counting_and_ordering_by_distance(me: Any) -> Any:
    place = places(me)
    near = place.objects(point__near=[0, 0], point__max_distance=900_000)
    return [
        raised(near.count), len(near), raised(lambda: near[:2].count(with_limit_and_skip=True)), near.first().pk,
        near[1].pk,
        [one.pk for one in near.skip(1).limit(2)], [one.pk for one in near.order_by("-id")],
        raised(lambda: near.distinct("name")),
        raised(lambda: list(near.aggregate([{"$group": {"_id": None}}]))), place._geo_indices(), bool(near),
        raised(lambda: place.objects(me.Q(point__near=[0, 0]) | me.Q(name="x")).first()),
        raised(lambda: place.objects(point__geo_within=RING).delete()), raised(lambda: place.objects(flat__near=[0,
        0]).update(set__name="x")),
    ]  # fmt: skip
