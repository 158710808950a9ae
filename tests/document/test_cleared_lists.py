"""Lists of documents that are emptied in place."""

import pytest

from tests.base.repaired import outcomes

LISTS = {
    "plain": lambda document: document.tags,
    "of embedded documents": lambda document: document.lines,
    "in a dict": lambda document: document.extra["deep"],
    "in an embedded document": lambda document: document.line.notes,
}


@pytest.mark.parametrize("name", LISTS)
def test_clearing_a_list_is_saved(both_sides, name):
    """MongoEngine 0.29.3 does not notice the change, and the next save leaves the stored list as it is."""

    def scenario(package):
        class Line(package.EmbeddedDocument):
            notes = package.ListField(package.StringField())

        class Order(package.Document):
            tags = package.ListField(package.StringField())
            lines = package.EmbeddedDocumentListField(Line)
            line = package.EmbeddedDocumentField(Line)
            extra = package.DictField()

        Order(tags=["a"], lines=[Line(notes=["b"])], line=Line(notes=["c"]), extra={"deep": ["d"]}).save()
        order = Order.objects.get()
        LISTS[name](order).clear()
        order.save()
        return len(LISTS[name](Order.objects.get()))

    stock, ours = outcomes(both_sides, scenario)
    assert (stock.result, ours.result) == (1, 0)
