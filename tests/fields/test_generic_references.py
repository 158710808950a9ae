"""Queries for generic references by what identifies the referenced documents."""

import pytest
from bson import ObjectId

from tests.base.repaired import outcomes


def bookmarks(package, field="GenericReferenceField"):
    class Link(package.Document):
        title = package.StringField()

    class Post(package.Document):
        title = package.StringField()

    class Bookmark(package.Document):
        name = package.StringField()
        target = getattr(package, field)(choices=[Link, Post])

    link = Link(id=ObjectId(f"{1:024x}")).save()
    post = Post(id=ObjectId(f"{2:024x}")).save()
    for name, target in (("link", link), ("post", post), ("none", None)):
        Bookmark(name=name, target=target).save()
    return Bookmark, link, post


def names(found):
    return sorted(bookmark.name for bookmark in found)


QUERIES = {
    "ids": (lambda b, link, post: b.objects(target__in=[link.pk, post.pk]), ["link", "post"]),
    "one id": (lambda b, link, post: b.objects(target__in=(link.pk,)), ["link"]),
    "DBRefs": (lambda b, link, post: b.objects(target__in=[post.to_dbref()]), ["post"]),
    "a set of ids": (lambda b, link, post: b.objects(target__in={post.pk}), ["post"]),
    "all of one id": (lambda b, link, post: b.objects(target__all=[link.pk]), ["link"]),
    "all of one DBRef": (lambda b, link, post: b.objects(target__all=[link.to_dbref()]), ["link"]),
}


@pytest.mark.parametrize("field", ["GenericReferenceField", "GenericLazyReferenceField"])
@pytest.mark.parametrize("name", QUERIES)
def test_lists_find_by_ids_and_by_references(both_sides, name, field):
    """MongoEngine 0.29.3 compares them with the whole stored reference, and finds nothing."""
    query, expected = QUERIES[name]
    stock, ours = outcomes(both_sides, lambda package: names(query(*bookmarks(package, field))))
    assert (stock.result, ours.result) == ([], expected)
    assert ours.commands == stock.commands


EXCLUSIONS = {
    "nin of ids": lambda b, link, post: b.objects(target__nin=[link.pk]),
    "nin of DBRefs": lambda b, link, post: b.objects(target__nin=[link.to_dbref()]),
    "not in": lambda b, link, post: b.objects(target__not__in=[link.pk]),
    "not all": lambda b, link, post: b.objects(target__not__all=[link.pk]),
}


@pytest.mark.parametrize("name", EXCLUSIONS)
def test_nin_leaves_them_out(both_sides, name):
    stock, ours = outcomes(both_sides, lambda package: names(EXCLUSIONS[name](*bookmarks(package))))
    assert (stock.result, ours.result) == (["link", "none", "post"], ["none", "post"])


UNCHANGED = {
    "documents": lambda b, link, post: b.objects(target__in=[link, post]),
    "documents and ids": lambda b, link, post: b.objects(target__in=[link, post.pk]),
    "nothing": lambda b, link, post: b.objects(target__in=[]),
    "all but nothing": lambda b, link, post: b.objects(target__nin=[]),
    "one id": lambda b, link, post: b.objects(target=post.pk),
    "None": lambda b, link, post: b.objects(target__in=[None]),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_what_was_right_stays_as_it_was(both_sides, name):
    stock, ours = outcomes(both_sides, lambda package: names(UNCHANGED[name](*bookmarks(package))))
    assert stock.result == ours.result
    assert ours.commands == stock.commands


@pytest.mark.parametrize("operator", ["in", "nin", "all", "not__in", "not__all"])
def test_ids_and_references_together_are_refused(both_sides, operator):
    """They lie in different places of the stored reference. MongoEngine 0.29.3 takes none of them for equal."""

    def scenario(package):
        bookmark, link, post = bookmarks(package)
        return names(bookmark.objects(**{f"target__{operator}": [link.pk, post.to_dbref()]}))

    stock, ours = outcomes(both_sides, scenario)
    assert stock.result == (["link", "none", "post"] if operator.startswith("n") else [])
    assert ours.error[0] == "ValueError"
    assert "mixed queries" in ours.error[1]
