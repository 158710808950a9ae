"""Cached references: what is copied, how copies follow, what is refused."""

from bson import DBRef, ObjectId

from tests.base.both_sides import alike_with_mongodb
from tests.fields.describing import outcome

KEY = ObjectId(f"{1:024x}")


def classes(me, **options):
    class Home(me.EmbeddedDocument):
        street = me.StringField(db_field="s")

    class Author(me.Document):
        name = me.StringField(db_field="n")
        age = me.IntField()
        home = me.EmbeddedDocumentField(Home)
        tags = me.ListField(me.StringField())

    class Book(me.Document):
        author = me.CachedReferenceField(Author, **options)
        several = me.ListField(me.CachedReferenceField(Author, **options))

    return Home, Author, Book


def author_of(home, author):
    return author(id=KEY, name="a", age=5, home=home(street="s"), tags=["x"])


@alike_with_mongodb
def test_the_fields_that_are_copied(me):
    lines = []
    for fields in (None, [], ["name"], ["age", "name"], ["home"], ["tags"], ["nobody"], ["n"], ("name",), "name", 5):
        home, author_type, book_type = classes(me, fields=fields)
        author_type.drop_collection()
        book_type.drop_collection()
        author = author_of(home, author_type).save()
        lines.append(
            outcome(
                lambda book_type=book_type, author=author: book_type(id=KEY, author=author).save().to_mongo(),
                lambda book_type=book_type: list(book_type.objects.as_pymongo()),
                lambda book_type=book_type: book_type.objects.get().author,
                lambda book_type=book_type, author=author: book_type.objects(author=author)._query,
                lambda book_type=book_type, author=author: book_type.objects(author=author).count(),
                lambda book_type=book_type: book_type.objects.get().validate(),
            )
        )
    return lines


@alike_with_mongodb
def test_copies_follow_the_document_unless_told_not_to(me):
    lines = []
    for sync in (True, False):
        home, author_type, book_type = classes(me, fields=["name", "age", "tags"], auto_sync=sync)
        author_type.drop_collection()
        book_type.drop_collection()
        author = author_of(home, author_type).save()
        book_type(id=KEY, author=author, several=[author]).save()
        author.name, author.age = "b", 6
        author.tags.append("y")
        lines.append(outcome(lambda author=author: author.save().name))
        lines.append(outcome(lambda book_type=book_type: list(book_type.objects.as_pymongo())))
        lines.append(outcome(book_type.author.sync_all))
        lines.append(outcome(lambda book_type=book_type: list(book_type.objects.as_pymongo())))
        lines.append(outcome(author.delete))
        lines.append(outcome(lambda book_type=book_type: book_type.objects.get().author))
    return lines


@alike_with_mongodb
def test_queries_and_updates_through_the_copies(me):
    home, author_type, book_type = classes(me, fields=["name", "age"])
    author = author_of(home, author_type).save()
    book_type(id=KEY, author=author).save()
    steps = [
        lambda: book_type.objects(author__name="a").count(),
        lambda: book_type.objects(author__name="a")._query,
        lambda: book_type.objects(author__age__gt=4).count(),
        lambda: book_type.objects(author__home__street="s")._query,
        lambda: book_type.objects(author__nobody=1)._query,
        lambda: book_type.objects(author=KEY)._query,
        lambda: book_type.objects(author=None)._query,
        lambda: book_type.objects(author=author_type())._query,
        lambda: book_type.objects(author__in=[author])._query,
        lambda: book_type.objects.update(set__author=author),
        lambda: book_type.objects.update(set__author__name="z"),
        lambda: list(book_type.objects.as_pymongo()),
        lambda: book_type.objects.order_by("-author__name").first().id,
        lambda: book_type.objects.update(unset__author=1),
        lambda: book_type.objects.get().author,
    ]
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_what_a_cached_reference_refuses(me):
    home, author_type, book_type = classes(me, fields=["name"])
    author = author_of(home, author_type).save()
    values = (
        KEY,
        DBRef("author", KEY),
        DBRef("author", ObjectId()),
        {"_id": KEY},
        {},
        "x",
        author_type(),
        book_type(id=KEY),
    )
    lines = [
        outcome(
            lambda value=value: book_type(author=value).author,
            lambda value=value: book_type(author=value).validate(),
            lambda value=value: book_type(author=value).to_mongo(),
        )
        for value in values
    ]
    lines.append(outcome(lambda: book_type(author=author).validate()))

    def inside():
        class Part(me.EmbeddedDocument):
            author = me.CachedReferenceField(author_type)

    return [*lines, outcome(inside)]
