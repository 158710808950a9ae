"""References: followed one by one, together, lazily, and as a condition."""

from typing import Any

from benchmarks import shapes
from benchmarks.case import Case
from benchmarks.cases.common import as_result, group

NEEDS = ("authors", "posts")


def _author_of_each(library: Any, _: Any) -> list[str]:
    return [post.author.name for post in library.models.post.objects]


def _author_of_each_raw(library: Any, _: Any) -> list[str]:
    authors = library.database["authors"]
    return [authors.find_one({"_id": post["author"]})["name"] for post in library.database["posts"].find()]


def _select_related(library: Any, _: Any) -> list[Any]:
    return [
        (post.author.name, [reviewer.name for reviewer in post.reviewers])
        for post in library.models.post.objects.select_related()
    ]


def _select_related_raw(library: Any, _: Any) -> list[Any]:
    posts = list(library.database["posts"].find())
    wanted = {key for post in posts for key in (post["author"], *post["reviewers"])}
    authors = {author["_id"]: author for author in library.database["authors"].find({"_id": {"$in": list(wanted)}})}
    return [(authors[post["author"]]["name"], [authors[key]["name"] for key in post["reviewers"]]) for post in posts]


def _reviewers(library: Any, _: Any) -> list[str]:
    return [reviewer.name for post in library.models.post.objects for reviewer in post.reviewers]


def _reviewers_raw(library: Any, _: Any) -> list[str]:
    names = []
    for post in library.database["posts"].find():
        found = library.database["authors"].find({"_id": {"$in": post["reviewers"]}})
        by_key = {author["_id"]: author["name"] for author in found}
        names += [by_key[key] for key in post["reviewers"]]
    return names


def _editors(library: Any, _: Any) -> list[str]:
    return [post.editor.fetch().name for post in library.models.post.objects]


def _editors_raw(library: Any, _: Any) -> list[str]:
    authors = library.database["authors"]
    return [authors.find_one({"_id": post["editor"]})["name"] for post in library.database["posts"].find()]


def _foreign_key(library: Any, _: Any) -> list[str]:
    return [post.title for post in library.models.post.objects(author=shapes.key(7, 1))]


def _foreign_key_raw(library: Any, _: Any) -> list[str]:
    return [post["title"] for post in library.database["posts"].find({"author": shapes.key(7, 1)})]


CASES = group(
    "References",
    Case(
        "post_author", "post.author of 300 posts, one by one", _author_of_each, raw=_author_of_each_raw, needs=NEEDS,
        result=as_result, rounds=9, target=2.5, headline=True,
    ),
    Case(
        "select_related", "300 posts with select_related(), author and reviewers read", _select_related,
        raw=_select_related_raw, needs=NEEDS, result=as_result, rounds=9, loops=3, target=8, headline=True,
    ),
    Case(
        "reference_lists", "a list of three references of 300 posts, one by one", _reviewers, raw=_reviewers_raw,
        needs=NEEDS, result=as_result, rounds=9,
    ),
    Case(
        "lazy_references", "fetch() of the lazy reference of 300 posts", _editors, raw=_editors_raw, needs=NEEDS,
        result=as_result, rounds=9,
    ),
    Case(
        "lazy_references_unread", "the keys of the lazy references of 300 posts",
        lambda library, _: [post.editor.pk for post in library.models.post.objects],
        raw=lambda library, _: [post["editor"] for post in library.database["posts"].find()],
        needs=NEEDS, result=as_result,
    ),
    Case(
        "odm_foreign_key", "ODM benchmark: find by a foreign key, with an index", _foreign_key, raw=_foreign_key_raw,
        needs=NEEDS, result=as_result, loops=30,
    ),
)  # fmt: skip
