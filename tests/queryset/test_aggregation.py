"""Where the stages of a query go in an aggregation pipeline."""

import pytest
from pymongo.errors import OperationFailure

import mongoengine_fast as me
from tests.base.repaired import outcomes

NEAR = {"near": {"type": "Point", "coordinates": [1.0, 2.0]}, "distanceField": "far", "spherical": True}


def places(package):
    class Place(package.Document):
        name = package.StringField()
        at = package.PointField()
        meta = {"allow_inheritance": True}

    class Cafe(Place):
        pass

    Place(name="square", at=[1.0, 2.0]).save()
    Cafe(name="near", at=[1.0, 2.1]).save()
    Cafe(name="far", at=[5.0, 2.0]).save()
    return Cafe


def test_geo_near_comes_before_the_query(both_sides):
    """MongoEngine 0.29.3 puts the query in front, which the server refuses: a class that shares its collection
    cannot use the stage at all."""

    def scenario(package):
        cafe = places(package)
        found = cafe.objects(name__ne="other").limit(5).aggregate([{"$geoNear": NEAR}, {"$project": {"name": 1}}])
        return [row["name"] for row in found]

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error[0] == "OperationFailure"
    assert ours.result == ["near", "far"]


def test_order_limit_and_skip_follow_what_comes_first(connected):
    cafe = places(me)
    found = cafe.objects.order_by("name").skip(1).limit(1).aggregate([{"$geoNear": NEAR}])
    assert [row["name"] for row in found] == ["near"]
    assert list(cafe.objects.none().aggregate([{"$geoNear": NEAR}])) == []


def test_a_single_stage_that_is_no_list_is_moved_too(connected):
    cafe = places(me)
    with pytest.warns(DeprecationWarning, match="unpacked list"):
        found = cafe.objects(name="far").aggregate({"$geoNear": NEAR})
    assert [row["name"] for row in found] == ["far"]


@pytest.mark.parametrize("stage", [{"$collStats": {"count": {}}}, {"$indexStats": {}}], ids=["collStats", "indexStats"])
def test_statistics_come_before_the_query(both_sides, stage):
    def scenario(package):
        cafe = places(package)
        return len(list(cafe.objects(__raw__={"name": {"$exists": True}}).aggregate([stage, {"$limit": 1}])))

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error[0] == "OperationFailure"
    # The query is about documents, and these are none.
    assert ours.result == 0


def test_statistics_of_a_collection_without_a_query(both_sides):
    def scenario(package):
        class Thing(package.Document):
            name = package.StringField()

        Thing(name="a").save()
        Thing(name="b").save()
        return [row["count"] for row in Thing.objects.aggregate([{"$collStats": {"count": {}}}])]

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == ours.result == [2]


def test_a_stage_in_the_wrong_place_of_the_programs_own_pipeline_stays_an_error(connected):
    with pytest.raises(OperationFailure, match="first stage"):
        places(me).objects.aggregate([{"$match": {"name": "far"}}, {"$geoNear": NEAR}])


def test_the_programs_list_of_stages_is_left_alone(connected):
    pipeline = [{"$geoNear": NEAR}, {"$project": {"name": 1}}]
    list(places(me).objects(name="far").aggregate(pipeline))
    assert pipeline == [{"$geoNear": NEAR}, {"$project": {"name": 1}}]


def test_rows_that_are_here_do_not_wait_for_others(both_sides):
    """A batch is asked for when its first row is, so that errors and Ctrl-C come where MongoEngine's do."""

    def scenario(package):
        class Thing(package.Document):
            number = package.IntField()

        Thing.objects.insert([Thing(number=number) for number in range(12)])
        database = Thing._get_db()
        sent = []
        for size in (1, 4, 5):
            rows = Thing.objects.aggregate([{"$sort": {"number": 1}}], batchSize=size)
            for number, row in enumerate(rows):
                assert row["number"] == number
                sent.append(database.command("serverStatus")["opcounters"]["getmore"])
        return [later - sent[0] for later in sent]

    stock, ours = outcomes(both_sides, scenario)
    assert ours.result == stock.result


def test_changes_are_seen_as_they_happen(mongodb_replica_set):
    me.connect("aggregation_changes", host=mongodb_replica_set.uri, uuidRepresentation="standard")
    try:

        class Thing(me.Document):
            name = me.StringField()

        Thing(name="before").save()
        changes = Thing.objects.aggregate([{"$changeStream": {}}])
        for name in ("one", "two"):
            Thing(name=name).save()
            assert next(changes)["fullDocument"]["name"] == name
        changes.close()
        me.get_connection().drop_database("aggregation_changes")
    finally:
        me.disconnect_all()
