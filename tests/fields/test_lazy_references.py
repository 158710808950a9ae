"""Lazy references, which are made of what is stored when somebody reads them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, load, raised

KEY, OTHER = ObjectId(b"k" * 12), ObjectId(b"o" * 12)


def classes(me: Any, key: Any = None, field: Any = None, **options: Any) -> tuple[Any, Any]:
    class Author(me.Document):
        name = me.StringField()
        if key is not None:
            code = key(primary_key=True)

    class Post(me.Document):
        author = (field or me.LazyReferenceField)(Author, **options)
        authors = me.ListField((field or me.LazyReferenceField)(Author, **options))

    return Author, Post


def told(value: Any) -> Any:
    """What can be seen of a value of a lazy reference."""
    if isinstance(value, list):
        return [told(item) for item in value]
    if not isinstance(value, DBRef):
        return repr(value)
    parts = [type(value).__name__, value.collection, repr(value.id), value.database, value.as_doc()]
    if hasattr(type(value), "fetch"):
        parts += [value.document_type.__name__, value.pk == value.id, value.passthrough, value._cached_doc]
    return parts


STORED = {
    "key": KEY,
    "text": str(KEY),
    "number": 5,
    "null": None,
    "dbref": DBRef("author", KEY),
    "dbref elsewhere": DBRef("another", KEY, "there"),
    "dict": {"a": 1},
    "list": [KEY],
    "bytes": b"k" * 12,
}


@pytest.mark.parametrize("dbref", [False, True])
@pytest.mark.parametrize("passthrough", [False, True])
@pytest.mark.parametrize("stored", STORED)
@alike
def test_any_stored_value(me: Any, stored: str, passthrough: bool, dbref: bool) -> Any:
    _, Post = classes(me, passthrough=passthrough, dbref=dbref)
    seen = []
    for row in ({"author": STORED[stored]}, {"authors": [STORED[stored], KEY]}):
        post = raised(lambda row=row: load(Post, {"_id": KEY, **row}))
        if isinstance(post, Exception):
            seen.append(post)
            continue
        seen.append([told(raised(lambda post=post: post.author)), told(raised(lambda post=post: post.authors))])
        seen.append([raised(post.to_mongo), raised(post.validate), post._get_changed_fields()])
    return seen


@pytest.mark.parametrize("field", ["LazyReferenceField", "ReferenceField"])
@pytest.mark.parametrize(
    "kind", ["StringField", "IntField", "UUIDField", "FloatField", "DateTimeField", "ObjectIdField"]
)
@pytest.mark.parametrize("stored", [KEY, "abc", 7, 2.5, True, None, {"a": 1}, DBRef("author", 7), [7]], ids=repr)
@alike
def test_keys_of_other_kinds(me: Any, kind: str, stored: Any, field: str) -> Any:
    _, Post = classes(me, getattr(me, kind), getattr(me, field))
    post = raised(lambda: load(Post, {"_id": KEY, "author": stored, "authors": [stored]}))
    if isinstance(post, Exception):
        return post
    return told(post._data["author"]), told(post._data["authors"]), raised(post.to_mongo)


@alike
def test_the_reference_that_was_read_is_kept(me: Any) -> Any:
    _, Post = classes(me)
    post = load(Post, {"_id": KEY, "author": KEY, "authors": [KEY, OTHER]})
    first = post.author
    assert post.author is first
    assert post._data["author"] is first
    assert post.authors[0] is post.authors[0]
    return post._get_changed_fields(), post._delta()


@alike
def test_what_is_assigned_is_made_lazy_when_it_is_read(me: Any) -> Any:
    Author, Post = classes(me)
    author = Author(id=OTHER, name="a")
    seen = []
    for value in (author, OTHER, DBRef("author", OTHER), me.base.LazyReference(Author, OTHER, passthrough=True), None):
        post = load(Post, {"_id": KEY, "author": KEY})
        post.author = value
        seen.append([told(post._data["author"]) if value is not author else "document", told(post.author)])
        seen.append([told(post._data["author"]), post._delta()])
    return seen


@alike
def test_fields_with_a_hook_of_their_own(me: Any) -> Any:
    class Marked(me.LazyReferenceField):
        def build_lazyref(self, value: Any) -> Any:
            built = super().build_lazyref(value)
            return None if built is None else (built.pk, "built")

    class Upper(me.LazyReferenceField):
        def to_python(self, value: Any) -> Any:
            return DBRef("elsewhere", value)

    class Counting(me.LazyReferenceField):
        read = 0

        def __get__(self, instance: Any, owner: Any) -> Any:
            type(self).read += instance is not None
            return super().__get__(instance, owner)

    seen: list[Any] = []
    for field in (Marked, Upper, Counting):
        me.base.common._document_registry.pop("Author", None)
        me.base.common._document_registry.pop("Post", None)
        _, Post = classes(me, field=field)
        post = raised(lambda Post=Post: load(Post, {"_id": KEY, "author": KEY}))
        seen.append(post if isinstance(post, Exception) else told(post.author))
    return seen, Counting.read


@alike
def test_a_hook_that_is_replaced_later(me: Any) -> Any:
    _, Post = classes(me)
    before = told(load(Post, {"_id": KEY, "author": KEY}).author)
    field, build = me.LazyReferenceField, me.LazyReferenceField.build_lazyref
    field.build_lazyref = lambda self, value: build(self, OTHER)
    try:
        between = told(load(Post, {"_id": KEY, "author": KEY}).author)
    finally:
        field.build_lazyref = build
    return before, between, told(load(Post, {"_id": KEY, "author": KEY}).author)


@alike
def test_copies_and_pickles(me: Any) -> Any:
    _, Post = classes(me)
    post = load(Post, {"_id": KEY, "author": KEY, "authors": [OTHER]})
    copied = copy.deepcopy(post)
    assert copied == post
    pickled = raised(lambda: pickle.dumps(post.author))
    return told(copied.author), told(copied.authors), told(copy.copy(post).author), type(pickled).__name__


@alike
def test_classes_that_are_not_there_yet(me: Any) -> Any:
    class Post(me.Document):
        author = me.LazyReferenceField("Writer")

    row = {"_id": KEY, "author": KEY}
    missing = raised(lambda: load(Post, row))

    class Writer(me.Document):
        pass

    return missing, told(load(Post, row).author), raised(lambda: load(Post, {"_id": KEY}).author)


@pytest.mark.parametrize("way", ["loop", "select_related", "no_dereference", "only", "in_bulk"])
@alike_with_mongodb
def test_queries(me: Any, way: str) -> Any:
    Author, Post = classes(me)
    authors = [Author(id=ObjectId(bytes([number]) * 12), name=str(number)).save() for number in range(3)]
    for number in range(4):
        Post(author=authors[number % 3], authors=authors[: number % 3]).save()
    posts = {
        "loop": lambda: list(Post.objects.order_by("id")),
        "select_related": lambda: list(Post.objects.order_by("id").select_related()),
        "no_dereference": lambda: list(Post.objects.order_by("id").no_dereference()),
        "only": lambda: list(Post.objects.order_by("id").only("author")),
        "in_bulk": lambda: list(Post.objects.in_bulk([post.pk for post in Post.objects]).values()),
    }[way]()
    seen = [[told(post._data["author"]) if way != "select_related" else None, told(post.author)] for post in posts]
    seen += [told(post.authors) for post in posts]
    posts[0].author = authors[2]
    posts[0].save()
    return seen, [post.author.fetch().name for post in posts], Post.objects(author=authors[2]).count()


@alike_with_mongodb
def test_a_document_that_was_fetched_for_another_reference(me: Any) -> Any:
    class Author(me.Document):
        name = me.StringField()

    class Post(me.Document):
        author = me.ReferenceField(Author)
        editor = me.LazyReferenceField(Author)
        editors = me.ListField(me.LazyReferenceField(Author))

    ada, bob = Author(name="ada").save(), Author(name="bob").save()
    Post(author=ada, editor=ada, editors=[ada, bob]).save()
    Post(author=ada, editor=bob, editors=[bob]).save()
    seen = []
    for post in Post.objects.order_by("id").select_related():
        seen.append([type(post._data["editor"]).__name__, [type(one).__name__ for one in post._data["editors"]]])
        seen.append([told(post.editor), told(post.editors), post.author.name, post.editor.fetch().name])
        seen.append([type(post._data["editor"]).__name__, post._get_changed_fields()])
    return seen
