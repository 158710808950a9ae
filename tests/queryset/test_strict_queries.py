"""Strict queries: values carry no operators, and MongoDB's own language has to be the program's."""

import re
import uuid
from datetime import datetime

import pytest
from bson import SON, ObjectId

import mongoengine_fast as me
from mongoengine_fast.strict import is_strict, set_strict_queries, trusted
from tests.base.both_sides import OURS, fresh_classes


@pytest.fixture(autouse=True)
def connected(mongodb_uri):
    me.connect("strict_queries", host=mongodb_uri, uuidRepresentation="standard")
    with fresh_classes(OURS):
        yield
    set_strict_queries(False)
    me.get_connection().drop_database("strict_queries")
    me.disconnect()


def user_class(**meta):
    class Address(me.EmbeddedDocument):
        city = me.StringField()

    class User(me.Document):
        name = me.StringField()
        age = me.IntField()
        score = me.FloatField()
        active = me.BooleanField()
        joined = me.DateTimeField()
        token = me.UUIDField()
        secret = me.BinaryField()
        friend = me.ReferenceField("self")
        tags = me.ListField(me.StringField())
        address = me.EmbeddedDocumentField(Address)
        addresses = me.EmbeddedDocumentListField(Address)
        extra = me.DictField()
        anything = me.DynamicField()
        place = me.PointField(auto_index=False)
        meta = {"auto_create_index": False}

    User._meta.update(meta)
    return User


ONE_VALUE = ["name", "age", "score", "active", "joined", "token", "secret", "friend", "pk", "address__city"]
OPERATORS = ["tags", "extra", "anything", "extra__key", "addresses__city"]
HARMFUL = {"$ne": None}


@pytest.mark.parametrize("name", [*ONE_VALUE, *OPERATORS])
@pytest.mark.parametrize("ending", ["", "__ne", "__in", "__not__in", "__exists"])
def test_operators_in_values_are_refused(name, ending):
    user = user_class(strict_queries=True)
    value = [HARMFUL] if "in" in ending else HARMFUL
    with pytest.raises(me.InvalidQueryError, match="User: strict queries take no"):
        list(user.objects(**{name + ending: value}))


@pytest.mark.parametrize("name", ONE_VALUE)
@pytest.mark.parametrize("value", [{"a": 1}, SON(a=1), {}, [{"a": 1}]], ids=repr)
def test_a_dict_is_no_value_of_a_field_that_holds_none(name, value):
    user = user_class(strict_queries=True)
    with pytest.raises(me.InvalidQueryError, match=f"take no dict for '{name}'"):
        list(user.objects(**{name: value}))


@pytest.mark.parametrize("value", [{"a": {"$gt": 1}}, [{"b": [{"$where": "1"}]}], {"a": ({"$in": []},)}], ids=repr)
@pytest.mark.parametrize("name", ["extra", "anything", "extra__match", "addresses__match"])
def test_operators_are_found_at_any_depth(name, value):
    user = user_class(strict_queries=True)
    with pytest.raises(me.InvalidQueryError, match=r"take no keys that start with '\$'"):
        list(user.objects(**{name: value}))


def test_errors_show_no_value():
    user = user_class(strict_queries=True)
    with pytest.raises(me.InvalidQueryError) as raised:
        user.objects(name={"$eq": "hunter2"}).first()
    assert "hunter2" not in str(raised.value)


def test_what_is_meant_as_a_value_is_found():
    user = user_class(strict_queries=True)
    address = user.address.document_type
    now, key = datetime(2024, 5, 6), uuid.uuid4()
    one = user(
        name="$ne", age=5, score=1.5, active=True, joined=now, token=key, secret=b"$", tags=["$gt", "b"],
        address=address(city="c"), addresses=[address(city="d")], extra={"k": {"n": 1}}, anything={"x": 1},
        place=[1, 2],
    ).save()  # fmt: skip
    queries = [
        {"name": "$ne"}, {"age__gt": 4}, {"age__in": [5, 6]}, {"score": 1.5}, {"active": True}, {"joined__lte": now},
        {"token": key}, {"secret": b"$"}, {"friend": None}, {"tags": "$gt"}, {"tags__all": ["b"]}, {"pk": one.pk},
        {"address__city": "c"}, {"address": address(city="c")}, {"addresses__match": {"city": "d"}},
        {"extra": {"k": {"n": 1}}}, {"extra__k__n__gte": 1}, {"anything": {"x": 1}}, {"name__icontains": "$N"},
        {"name": re.compile("ne$")}, {"place__geo_within_box": [(0, 0), (3, 3)]}, {"age__mod": [5, 0]},
    ]  # fmt: skip
    for query in queries:
        assert user.objects(**query).first() == one, query
    assert user.objects(me.Q(name="$ne") & (me.Q(age=6) | me.Q(age=5))).count() == 1


RAW = {
    "__raw__ in a query": lambda user, own: list(user.objects(__raw__=own({"age": 1}))),
    "__raw__ in a Q": lambda user, own: list(user.objects(me.Q(__raw__=own({"age": 1})) | me.Q(age=2))),
    "where()": lambda user, own: list(user.objects.where(own("this.age == 1"))),
    "__raw__ in an update": lambda user, own: user.objects.update(__raw__=own({"$set": {"age": 1}})),
    "a pipeline in an update": lambda user, own: user.objects.update(__raw__=own([{"$set": {"age": 1}}])),
    "__raw__ in modify()": lambda user, own: user.objects.modify(__raw__=own({"$set": {"age": 1}})),
}


@pytest.mark.parametrize("use", RAW.values(), ids=RAW)
def test_mongodbs_own_language_has_to_be_trusted(use):
    user = user_class(strict_queries=True)
    with pytest.raises(me.InvalidQueryError, match=r"only as trusted\(...\), not as "):
        use(user, lambda raw: raw)
    use(user, trusted)


@pytest.mark.parametrize("use", RAW.values(), ids=RAW)
def test_trusted_means_nothing_where_queries_are_not_strict(use):
    use(user_class(), trusted)
    use(user_class(), lambda raw: raw)


def test_operators_in_values_are_mongoengines_way_by_default():
    user = user_class()
    user(anything=5).save()
    assert user.objects(anything={"$gt": 4}).count() == 1


def test_the_switch_is_for_all_and_a_class_has_precedence():
    lenient, strict, plain = user_class(strict_queries=False), user_class(strict_queries=True), user_class()
    assert [is_strict(cls) for cls in (lenient, strict, plain, None)] == [False, True, False, False]
    assert set_strict_queries(True) is False
    assert [is_strict(cls) for cls in (lenient, strict, plain, None)] == [False, True, True, True]
    assert set_strict_queries(False) is True


def test_subclasses_are_as_strict_as_their_base():
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True, "strict_queries": True}

    class Derived(Base):
        pass

    assert is_strict(Derived)


def test_keys_of_documents_are_values():
    user = user_class(strict_queries=True)
    assert list(user.objects(pk=ObjectId())) == []
    assert user.objects(friend=user(id=ObjectId())).count() == 0


def test_string_operators_escape_what_they_are_given():
    user = user_class(strict_queries=True)
    user(name="a.b*c").save()
    user(name="axbc").save()
    for operator in ("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "exact", "iexact"):
        assert [one.name for one in user.objects(**{f"name__{operator}": "a.b*c"})] == ["a.b*c"]


@pytest.mark.parametrize("value", [5, None, object(), ("a",)], ids=["number", "none", "object", "tuple"])
def test_only_language_can_be_trusted(value):
    with pytest.raises(TypeError, match="takes a dict, a list or a text"):
        trusted(value)
