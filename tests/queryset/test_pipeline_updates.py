"""Updates that are aggregation pipelines."""

import pytest
from bson import ObjectId

from tests.base.repaired import outcomes

PIPELINE = [{"$set": {"total": {"$add": ["$a", "$b"]}}}, {"$unset": "b"}]


def thing_class(me, **meta):
    class Thing(me.DynamicDocument):
        a = me.IntField()
        b = me.IntField()
        total = me.IntField()

    class Family(me.Document):
        a = me.IntField()
        total = me.IntField()
        meta = {"allow_inheritance": True}

    return Family if meta else Thing


def test_modify_takes_a_pipeline(both_sides):
    """MongoEngine 0.29.3 crashes: 'list' object has no attribute 'items'."""

    def scenario(me):
        thing = thing_class(me)
        thing(a=1, b=2).save()
        found = thing.objects(a=1).modify(__raw__=PIPELINE, new=True)
        return found.total, found.b

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error == ("AttributeError", "'list' object has no attribute 'items'")
    assert ours.result == (3, None)


def test_modify_of_a_document_takes_a_pipeline(both_sides):
    def scenario(me):
        thing = thing_class(me)(a=1, b=2).save()
        return thing.modify(__raw__=PIPELINE), thing.total

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error == ("AttributeError", "'list' object has no attribute 'items'")
    assert ours.result == (True, 3)


@pytest.mark.parametrize("inherited", [False, True], ids=["base class", "subclass"])
def test_a_document_inserted_by_a_pipeline_says_what_it_is(both_sides, inherited):
    """MongoEngine 0.29.3 crashes for classes that share their collection: list indices must be integers or slices."""

    def scenario(me):
        family = thing_class(me, allow_inheritance=True)

        # With a subclass, a query of the base class does not say itself which class to insert.
        class Child(family):
            pass

        cls = Child if inherited else family
        key = ObjectId(f"{1:024x}")
        cls.objects(id=key).update(__raw__=[{"$set": {"total": {"$add": [1, 2]}}}], upsert=True)
        return cls.objects.get().total, family.objects.as_pymongo().get()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error[0] == "TypeError"
    name = "Family.Child" if inherited else "Family"
    assert ours.result == (3, {"_id": ObjectId(f"{1:024x}"), "_cls": name, "total": 3})


def test_the_programs_own_pipeline_is_left_alone(both_sides):
    def scenario(me):
        family = thing_class(me, allow_inheritance=True)
        pipeline = [{"$set": {"a": 1}}]
        family.objects(id=ObjectId()).update(__raw__=pipeline, upsert=True)
        return pipeline

    _, ours = outcomes(both_sides, scenario)
    assert ours.result == [{"$set": {"a": 1}}]
