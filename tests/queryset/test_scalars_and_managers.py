"""Values of missing embedded documents; managers that take arguments."""

from tests.base.repaired import outcomes


def test_values_of_a_missing_embedded_document_are_none(both_sides):
    """MongoEngine 0.29.3 crashes: 'NoneType' object has no attribute 'name'."""

    def scenario(package):
        class Part(package.EmbeddedDocument):
            name = package.StringField()
            other = package.EmbeddedDocumentField("self")

        class Thing(package.Document):
            number = package.IntField()
            part = package.EmbeddedDocumentField(Part)

        Thing(number=1, part=Part(name="a", other=Part(name="b"))).save()
        Thing(number=2, part=Part(name="c")).save()
        Thing(number=3).save()
        things = Thing.objects.order_by("number")
        return (
            list(things.scalar("part__name")),
            list(things.values_list("number", "part__other__name")),
            things(number=3).scalar("part__name").first(),
        )

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error == ("AttributeError", "'NoneType' object has no attribute 'name'")
    assert ours.result == (["a", "c", None], [(1, "b"), (2, None), (3, None)], None)


def test_an_attribute_that_does_not_exist_is_still_an_error(both_sides):
    def scenario(package):
        class Thing(package.Document):
            number = package.IntField()

        Thing(number=1).save()
        return list(Thing.objects.scalar("nothing"))

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error == ours.error
    assert ours.error is not None


def test_references_to_a_class_whose_manager_takes_arguments_are_followed(both_sides):
    """MongoEngine 0.29.3 crashes: 'functools.partial' object has no attribute 'in_bulk'."""

    def scenario(package):
        class Author(package.Document):
            name = package.StringField()

            @package.queryset_manager
            def objects(cls, queryset, name=None, **query):
                return queryset(**query)

        class Book(package.Document):
            author = package.ReferenceField(Author)

        Book(author=Author(name="a").save()).save()
        (book,) = Book.objects.select_related()
        with package.context_managers.no_dereference(Book):
            return book.author.name

    stock, ours = outcomes(both_sides, scenario)
    assert stock.error == ("AttributeError", "'functools.partial' object has no attribute 'in_bulk'")
    assert ours.result == "a"
    assert ours.commands["query"] == 2


def test_a_queryset_class_may_have_its_own_idea_of_a_scalar(both_sides):
    def scenario(package):
        class Loud(package.QuerySet):
            def _get_scalar(self, doc):
                return f"{super()._get_scalar(doc)}!"

        class Thing(package.Document):
            number = package.IntField()
            meta = {"queryset_class": Loud}

        Thing(number=1).save()
        return list(Thing.objects.scalar("number")), Thing.objects.scalar("number").first()

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == ours.result == (["1!"], "1!")
