"""`_data`: a live mapping over what a document holds."""

import copy
import pickle
from collections.abc import MutableMapping

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, load, raised

KEY = ObjectId(f"{7:024x}")


def thing_class(me):
    class Thing(me.Document):
        name = me.StringField(db_field="n")
        tags = me.ListField(me.StringField())
        count = me.IntField(default=3)

    return Thing


def loaded(me):
    return load(thing_class(me), {"_id": KEY, "n": "a", "tags": ["x"]})


@pytest.fixture(params=["loaded", "constructed"])
def how(request):
    return request.param


def made(me, how):
    return loaded(me) if how == "loaded" else thing_class(me)(id=KEY, name="a", tags=["x"])


@alike
def test_it_holds_every_field_by_attribute_name(me, how):
    data = made(me, how)._data
    assert sorted(data) == sorted(data.keys()) == ["count", "id", "name", "tags"]
    assert len(data) == 4
    assert "name" in data and "n" not in data and 5 not in data
    return sorted(data.items()), data["name"], data.get("tags"), data.get("n"), data.get("n", 7), dict(data) == data


@alike
def test_it_shows_later_changes(me, how):
    thing = made(me, how)
    data = thing._data
    thing.name = "b"
    thing.tags.append("y")
    assert (data["name"], data["tags"]) == ("b", ["x", "y"])


@alike
def test_writing_to_it_shows_in_the_document_but_is_no_change(me, how):
    thing = made(me, how)
    thing._data["name"] = "raw"
    thing._data.update({"count": 9}, tags=["z"])
    return thing.name, thing.count, thing.tags, thing.to_mongo(), thing._get_changed_fields()


@alike
def test_writing_to_it_does_not_convert(me, how):
    thing = made(me, how)
    thing._data["count"] = "12"
    assert thing.count == "12"
    return thing.to_mongo()


@alike
def test_keys_that_are_no_fields(me, how):
    thing = made(me, how)
    thing._data["other"] = 1
    assert thing._data["other"] == 1
    assert not hasattr(thing, "other")
    assert thing._data.pop("other") == 1
    return thing.to_mongo(), sorted(thing._data)


@alike
def test_removing_a_key_leaves_the_field_empty(me, how):
    thing = made(me, how)
    del thing._data["name"]
    assert "name" not in thing._data
    assert thing._data.pop("tags") == ["x"]
    assert thing._data.pop("tags", None) is None
    return (
        thing.name, sorted(thing._data), thing.to_mongo(), thing._get_changed_fields(),
        raised(lambda: thing._data["name"]), raised(lambda: thing._data.pop("name")),
    )  # fmt: skip


@alike
def test_defaults_through_it(me, how):
    data = made(me, how)._data
    assert data.setdefault("name", "no") == "a"
    assert data.setdefault("fresh", []) == []
    data["fresh"].append(1)
    assert data["fresh"] == [1]


@alike
def test_replacing_it(me, how):
    thing = made(me, how)
    thing._data = {"name": "new", "extra": 1}
    return thing.name, thing.tags, sorted(thing._data.items()), thing.to_mongo()


@alike
def test_emptying_it(me, how):
    thing = made(me, how)
    thing._data.clear()
    return dict(thing._data), thing.name, thing.to_mongo()


@alike
def test_copies_are_plain_dicts_of_their_own(me, how):
    thing = made(me, how)
    for copied in (thing._data.copy(), copy.copy(thing._data), dict(thing._data), {**thing._data}):
        assert type(copied) is dict
        copied["name"] = "changed"
        assert thing.name == "a"
    return sorted(thing._data.copy().items())


@alike
def test_comparison_and_repr(me, how):
    thing = made(me, how)
    assert thing._data == {"id": KEY, "name": "a", "tags": ["x"], "count": 3}
    assert thing._data != {"id": KEY}
    assert thing._data == made(me, how)._data
    assert eval(repr(thing._data), {"ObjectId": ObjectId}) == dict(thing._data)


@alike
def test_swapping_the_data_of_two_documents(me, how):
    one, two = made(me, how), made(me, how)
    two.name = "b"
    one._data, two._data = dict(two._data), dict(one._data)
    assert (one.name, two.name) == ("b", "a")


@alike
def test_deep_copies_share_nothing(me, how):
    thing = thing_class(me)(name="a", tags=["x"])
    copied = copy.deepcopy(dict(thing._data))
    copied["tags"].append("y")
    assert thing.tags == ["x"]


def test_it_is_a_mutable_mapping_and_pickles_as_a_dict():
    import mongoengine_fast as me

    data = loaded(me)._data
    assert isinstance(data, MutableMapping)
    plain = pickle.loads(pickle.dumps(thing_class(me)(name="a", count=1)._data))
    assert type(plain) is dict
    assert plain["name"] == "a"


@alike
def test_length_and_iteration_of_the_document_follow_it(me, how):
    thing = made(me, how)
    return (
        len(thing),
        list(thing),
        sorted(thing._data),
        "name" in thing,
        "nothing" in thing,
        raised(lambda: thing["nope"]),
    )
