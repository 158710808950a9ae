"""How the words of a query become paths and operators."""

import pytest

from tests.base.both_sides import alike, raised


def thing(me):
    class Part(me.EmbeddedDocument):
        name_ = me.StringField()
        _cls_like = me.StringField()

    class Thing(me.Document):
        part = me.EmbeddedDocumentField(Part)
        part_ = me.EmbeddedDocumentField(Part, db_field="p")
        tags = me.ListField(me.StringField())

    return Thing


@pytest.mark.parametrize("key", ["part___cls_like", "part___cls", "part__name_", "part__name___in", "part____name_"])
@alike
def test_a_run_of_underscores_is_split_from_the_right(me, key):
    return raised(lambda: thing(me).objects(**{key: ["x"] if key.endswith("in") else "x"})._query)
