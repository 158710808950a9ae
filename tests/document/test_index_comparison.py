"""Comparing the indexes of a class with those of the database."""

import pytest

from tests.base.repaired import outcomes

AGREED = {"missing": [], "extra": []}
TEXT_INDEXES = {
    "two fields": ["$a", "$b"],
    "two fields the other way round": ["$b", "$a"],
    "a text index that ends in another key": ["$b", "$a", "-count"],
    "a text index that begins with another key": ["count", "$b", "$a"],
}


@pytest.mark.parametrize("name", TEXT_INDEXES)
def test_a_text_index_that_exists_is_neither_missing_nor_extra(both_sides, name):
    """The server keeps the fields of a text index in its own order. MongoEngine 0.29.3 minds the order, and does not
    understand keys beside the text."""

    def scenario(package):
        class Thing(package.Document):
            a = package.StringField()
            b = package.StringField()
            count = package.IntField()
            meta = {"indexes": [{"fields": TEXT_INDEXES[name]}]}

        Thing(a="a").save()
        return Thing.compare_indexes()

    stock, ours = outcomes(both_sides, scenario)
    assert ours.result == AGREED
    assert (stock.result == AGREED) == (name == "two fields")


def test_a_text_index_of_classes_that_share_a_collection_is_neither_missing_nor_extra(both_sides):
    """Before the text stands the class. MongoEngine 0.29.3 takes both keys for missing."""

    def scenario(package):
        class Thing(package.Document):
            a = package.StringField()
            meta = {"indexes": ["$a"], "allow_inheritance": True}

        Thing(a="a").save()
        return Thing.compare_indexes()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result["missing"] == [[("_cls", 1), ("a", "text")], [("_cls", 1)]]
    assert ours.result == AGREED


def test_a_weighted_text_index_is_compared_by_its_fields(both_sides):
    def scenario(package):
        class Thing(package.Document):
            a = package.StringField(db_field="z")
            b = package.StringField()
            meta = {"indexes": [{"fields": ["$a", "$b"], "weights": {"z": 5, "b": 2}, "default_language": "german"}]}

        Thing(a="a").save()
        return Thing.compare_indexes()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result != AGREED
    assert ours.result == AGREED


def test_text_indexes_of_other_fields_still_differ(both_sides):
    def scenario(package):
        class Thing(package.Document):
            a = package.StringField()
            b = package.StringField()
            meta = {"collection": "thing", "indexes": ["$a"]}

        class Newer(package.Document):
            a = package.StringField()
            b = package.StringField()
            meta = {"collection": "thing", "indexes": [{"fields": ["$b", "$a"]}], "auto_create_index": False}

        Thing(a="a").save()
        return Newer.compare_indexes()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == ours.result == {"missing": [[("b", "text"), ("a", "text")]], "extra": [[("a", "text")]]}


def test_the_order_of_other_keys_matters(both_sides):
    def scenario(package):
        class Thing(package.Document):
            a = package.StringField()
            b = package.StringField()
            meta = {"collection": "thing", "indexes": [["a", "b"]]}

        class Newer(package.Document):
            a = package.StringField()
            b = package.StringField()
            meta = {"collection": "thing", "indexes": [["b", "a"]], "auto_create_index": False}

        Thing(a="a").save()
        return Newer.compare_indexes()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == ours.result == {"missing": [[("b", 1), ("a", 1)]], "extra": [[("a", 1), ("b", 1)]]}
