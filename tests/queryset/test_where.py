"""JavaScript expressions of a queryset decide what is written, too."""

import pytest
from bson import ObjectId

from tests.base.repaired import outcomes


def stored_things(me):
    class Thing(me.Document):
        name = me.StringField(db_field="n")
        count = me.IntField(db_field="c")
        meta = {"auto_create_index": False}

    for number in range(3):
        Thing(id=ObjectId(f"{number + 1:024x}"), name="a", count=number).save()
    return Thing


def counts(thing):
    return sorted(found.count for found in thing.objects)


WRITES = {
    "modify": lambda q: q.modify(set__count=9),
    "modify that removes": lambda q: q.modify(remove=True),
    "update": lambda q: q.update(set__count=9),
    "update_one": lambda q: q.update_one(set__count=9),
    "delete": lambda q: q.delete(),
}
AFTERWARDS_ON_STOCK = {
    "modify": [1, 2, 9],
    "modify that removes": [1, 2],
    "update": [9, 9, 9],
    "update_one": [1, 2, 9],
    "delete": [],
}


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_about_the_documents_the_expression_is_true_for(both_sides, write):
    """MongoEngine 0.29.3 leaves the expression out: `where(...).delete()` deletes everything."""

    def scenario(me):
        thing = stored_things(me)
        WRITES[write](thing.objects(name="a").where("this[~count] == 2"))
        return counts(thing)

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == AFTERWARDS_ON_STOCK[write]
    assert ours.result == ([0, 1] if write in ("modify that removes", "delete") else [0, 1, 9])
    assert ours.commands == stock.commands


@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_written_when_the_expression_is_never_true(both_sides, write):
    def scenario(me):
        thing = stored_things(me)
        result = WRITES[write](thing.objects.where("false"))
        return result, counts(thing)

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result[1] != [0, 1, 2]
    assert ours.result == (None if write.startswith("modify") else 0, [0, 1, 2])


def test_fields_of_the_expression_have_their_names_in_the_database(both_sides):
    def scenario(me):
        thing = stored_things(me)
        return thing.objects.where("this[~count] > 0 && this[~name] == 'a'").modify(set__name="b", new=True).count

    stock, ours = outcomes(both_sides, scenario)
    assert (stock.result, ours.result) == (0, 1)


def test_an_expression_goes_with_conditions_on_the_class(connected):
    import mongoengine_fast as me

    class Animal(me.Document):
        age = me.IntField()
        meta = {"allow_inheritance": True}

    class Dog(Animal):
        pass

    Animal(age=1).save()
    Dog(age=1).save()
    Dog(age=2).save()
    assert Dog.objects.where("this.age == 1").delete() == 1
    assert sorted((type(animal).__name__, animal.age) for animal in Animal.objects) == [("Animal", 1), ("Dog", 2)]
