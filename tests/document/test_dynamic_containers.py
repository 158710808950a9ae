"""Edits deep inside the undeclared values of dynamic documents."""

import pytest

from tests.base.repaired import outcomes

EDITS = {
    "a list in a dict in a list": lambda d: d.rows[0]["inner"].append("new"),
    "a dict in a list": lambda d: d.rows[0].__setitem__("name", "new"),
    "a dict in a dict": lambda d: d.tree["branch"].update(name="new"),
    "a list in a dict": lambda d: d.tree["leaves"].append("new"),
    "a dict in a list in a dict": lambda d: d.tree["trees"][1].__setitem__("name", "new"),
}


@pytest.mark.parametrize("embedded", [False, True], ids=["document", "embedded document"])
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_below_a_container_is_saved(both_sides, edit, embedded):
    """MongoEngine 0.29.3 forgets where the inner container lies: such a change is lost, or refused by the server."""

    def scenario(me):
        class Part(me.DynamicEmbeddedDocument):
            pass

        class Thing(me.DynamicDocument):
            part = me.EmbeddedDocumentField(Part)

        values = {
            "rows": [{"name": "old", "inner": ["old"]}],
            "tree": {"branch": {"name": "old"}, "leaves": ["old"], "trees": [1, {"name": "old"}]},
        }
        Thing(part=Part(**values)).save() if embedded else Thing(**values).save()
        thing = Thing.objects.get()
        EDITS[edit](thing.part if embedded else thing)
        thing.save()
        return "new" in str(list(Thing.objects.as_pymongo()))

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error or stock.result is False
    assert ours.result is True


def test_an_edit_below_a_container_leaves_fields_of_the_inner_names_alone(both_sides):
    """MongoEngine 0.29.3 takes the inner name for the document's own field, and stores nothing of the edit."""

    def scenario(me):
        class Thing(me.DynamicDocument):
            pass

        Thing(tree={"leaves": ["old"]}, leaves=["own"]).save()
        thing = Thing.objects.get()
        thing.tree["leaves"].append("new")
        changed = thing._get_changed_fields()
        thing.save()
        stored = Thing.objects.as_pymongo().get()
        return changed, stored["tree"], stored["leaves"]

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == (["leaves"], {"leaves": ["old"]}, ["own"])
    assert ours.result == (["tree.leaves"], {"leaves": ["old", "new"]}, ["own"])


@pytest.mark.parametrize("at_once", [False, True], ids=["loaded", "new"])
def test_items_are_counted_from_the_start_of_their_list(both_sides, at_once):
    def scenario(me):
        class Thing(me.DynamicDocument):
            pass

        thing = Thing(rows=[{"n": 0}, {"n": 1}, [{"n": 2}]]).save()
        if not at_once:
            thing = Thing.objects.get()
        thing.rows[-2]["n"] = 10
        thing.rows[2][0]["n"] = 20
        thing.save()
        return Thing.objects.as_pymongo().get()["rows"]

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error
    assert ours.result == [{"n": 0}, {"n": 10}, [{"n": 20}]]
