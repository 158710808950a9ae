"""`select_related` where it is not obvious that something refers to another document."""

import itertools

import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, raised

KEY = ObjectId(b"1" * 12)


@alike_with_mongodb
def test_a_default_that_refers_to_a_document_is_followed_too(me):
    class Target(me.Document):
        name = me.StringField()

    class Part(me.EmbeddedDocument):
        number = me.IntField()
        target = me.ReferenceField(Target, default=DBRef("target", KEY))

    class Thing(me.Document):
        parts = me.ListField(me.EmbeddedDocumentField(Part))

    Target(id=KEY, name="there").save()
    Thing._get_collection().insert_one({"parts": [{"number": 1}]})
    with me.context_managers.query_counter() as queries:
        (thing,) = Thing.objects.select_related(2)
        return int(queries), thing.parts[0].target.name, int(queries)


@alike_with_mongodb
def test_parts_without_references_stay_as_they_are(me):
    class Part(me.EmbeddedDocument):
        number = me.IntField()
        tags = me.ListField(me.StringField())

    class Thing(me.Document):
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        extra = me.DictField()

    Thing(parts=[Part(number=1, tags=["a"])], extra={"k": [1, {"l": 2}]}).save()
    (thing,) = Thing.objects.select_related(3)
    thing.parts[0].tags.append("b")
    thing.extra["k"][1]["l"] = 3
    return thing.to_mongo(), thing._get_changed_fields(), thing._delta()


def library_classes(me):
    class Author(me.Document):
        name = me.StringField()
        friend = me.ReferenceField("self")
        meta = {"allow_inheritance": True}

    class Poet(Author):
        pass

    class Page(me.EmbeddedDocument):
        writer = me.ReferenceField(Author)
        readers = me.ListField(me.ReferenceField(Author))
        notes = me.DictField()

    class Book(me.Document):
        author = me.ReferenceField(Author)
        by_dbref = me.ReferenceField(Author, dbref=True)
        anything = me.GenericReferenceField()
        lazy = me.LazyReferenceField(Author)
        authors = me.ListField(me.ReferenceField(Author))
        deep = me.ListField(me.ListField(me.ReferenceField(Author)))
        named = me.MapField(me.ReferenceField(Author))
        things = me.ListField(me.GenericReferenceField())
        lazies = me.ListField(me.LazyReferenceField(Author))
        page = me.EmbeddedDocumentField(Page)
        pages = me.EmbeddedDocumentListField(Page)
        free = me.DictField()
        mixed = me.ListField()

    return Author, Poet, Page, Book


def filled_library(me):
    author_type, poet_type, page_type, book_type = library_classes(me)
    authors = [author_type(id=ObjectId(f"{number:024x}"), name=str(number)).save() for number in range(1, 5)]
    authors.append(poet_type(id=ObjectId(f"{9:024x}"), name="poet").save())
    for one, other in itertools.pairwise(authors):
        one.modify(friend=other)
    gone = DBRef("author", ObjectId(f"{99:024x}"))
    for number in range(3):
        some = authors[number : number + 3]
        page = page_type(writer=some[0], readers=some[1:], notes={"who": some[0].to_dbref(), "l": [gone]})
        book_type(
            id=ObjectId(f"{number + 1:024x}"), author=some[0], by_dbref=some[1], anything=some[2], lazy=some[1],
            authors=[*some, gone] if number else some, deep=[some[:2], [], some[2:]], things=some[:2], lazies=some[1:],
            named={"a": some[0], "b": some[1]}, page=page, pages=[page, page_type(writer=some[2])],
            free={"x": [some[0].to_dbref(), {"y": gone}], "z": 1},
            mixed=[some[0].to_dbref(), 1, {"k": some[2].to_dbref()}],
        ).save()  # fmt: skip
    return book_type


def shown(value, depth=0):
    """What stands where, without following anything more."""
    if depth > 7 or isinstance(value, (str, int, float, ObjectId, type(None))):
        return value
    if isinstance(value, dict):
        return type(value).__name__, {key: shown(item, depth + 1) for key, item in dict.items(value)}
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [shown(item, depth + 1) for item in value]
    if hasattr(type(value), "_fields_ordered"):
        return type(value).__name__, [(name, shown(value._data.get(name), depth + 1)) for name in sorted(value._data)]
    return type(value).__name__, getattr(value, "id", None)


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@alike_with_mongodb
def test_every_way_of_referring_to_every_depth(me, depth):
    book_type = filled_library(me)
    books = book_type.objects.order_by("id").select_related(depth)
    return type(books), [shown(book) for book in books], [book._get_changed_fields() for book in books]


@pytest.mark.parametrize("depth", [1, 2])
@alike_with_mongodb
def test_a_second_time_and_after_reading(me, depth):
    book_type = filled_library(me)
    book = book_type.objects.order_by("id").skip(1).first()
    read = [shown(getattr(book, name)) for name in ("author", "authors", "deep", "named", "things", "mixed", "free")]
    book.select_related(depth)
    first = shown(book)
    book.select_related(depth)
    book.reload(max_depth=depth)
    return read, first, shown(book), book._get_changed_fields()


@alike_with_mongodb
def test_a_lazy_reference_takes_the_document_that_was_fetched_for_another(me):
    author_type, _, _, _ = library_classes(me)

    class Thing(me.Document):
        mixed = me.ListField()

    author = author_type(id=KEY, name="a").save()
    lazy = me.base.LazyReference(author_type, KEY)
    followed = me.dereference.DeReference()
    items = [lazy, author.to_dbref(), {"l": lazy}, (lazy,), {"_ref": author.to_dbref(), "_cls": "Author"}]
    alone = shown(followed([lazy]))
    owner = Thing(id=KEY)
    return alone, shown(followed(items)), shown(followed(items, 2, owner, "mixed")), shown(followed({"a": items}, 3))


@alike_with_mongodb
def test_what_has_no_items_or_is_no_container(me):
    author_type, _, _, _ = library_classes(me)
    author = author_type(id=KEY, name="a").save()
    followed = me.dereference.DeReference()
    values = [[], {}, (), "text", None, {1, 2}, iter([1, author.to_dbref()]), range(3), b"ab", 5]
    return [raised(lambda value=value: shown(followed(value))) for value in values]


@alike
def test_what_stands_in_another_shape_than_nested_containers_declare(me):
    class Target(me.Document):
        id = me.IntField(primary_key=True)

    class Thing(me.Document):
        rows = me.ListField(me.ListField(me.ReferenceField(Target)))
        named = me.MapField(me.ListField(me.ReferenceField(Target, dbref=True)))
        lazy = me.ListField(me.ListField(me.LazyReferenceField(Target)))

    shapes = [{"a": 1}, [1], [[1]], {"a": [1]}, [{"a": 1}], 1, "x", [None], {"a": None}]
    outcomes = []
    for name in ("rows", "named", "lazy"):
        for shape in shapes:
            thing = raised(lambda name=name, shape=shape: Thing(**{name: shape}))
            if isinstance(thing, Exception):
                outcomes.append(thing)
                continue
            outcomes += [raised(lambda thing=thing, name=name: getattr(thing, name)), raised(thing.to_mongo)]
    return outcomes


@alike_with_mongodb
def test_a_class_that_gains_a_field_while_its_document_is_looked_through(me):
    acts = []

    class Leaf(me.Document):
        number = me.IntField()

    class Part(me.EmbeddedDocument):
        number = me.IntField()

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if acts:
                acts.pop()()

    class Tree(me.Document):
        parts = me.ListField()
        leaf = me.ReferenceField(Leaf)
        text = me.StringField()

    Leaf._get_collection().insert_one({"_id": KEY, "number": 1})
    Tree._get_collection().insert_one(
        {"_id": KEY, "parts": [{"_cls": "Part", "number": 1}, 5], "leaf": KEY, "text": "t"}
    )
    tree = Tree.objects.first()
    assert tree._data["parts"]

    def gain():
        added = me.IntField(default=5)
        added.name = added.db_field = "added"
        Tree.added = added
        Tree._fields = {"added": added, **Tree._fields}
        Tree._fields_ordered = ("added", *Tree._fields_ordered)
        for names in ("_db_field_map", "_reverse_db_field_map"):
            setattr(Tree, names, {**getattr(Tree, names), "added": "added"})
        tree.text = "changed"

    acts.append(gain)
    me.dereference.DeReference()([tree], max_depth=3)
    return sorted((name, type(value).__name__) for name, value in tree._data.items()), tree.text


@alike_with_mongodb
def test_a_document_that_is_read_while_its_references_are_looked_for(me):
    acts = []

    class Watching(type(me.Document)):
        def __getattribute__(cls, name):
            if name in ("_meta", "_fields") and acts:
                acts.pop()()
            return super().__getattribute__(name)

    class Leaf(me.Document, metaclass=Watching):
        number = me.IntField()

    class Tree(me.Document):
        text = me.StringField()
        leaves = me.ListField(me.ReferenceField(Leaf))
        leaf = me.ReferenceField(Leaf)

    Leaf._get_collection().insert_one({"_id": KEY, "number": 1})
    Tree._get_collection().insert_one({"_id": KEY, "text": "x" * 300, "leaves": [KEY], "leaf": KEY})
    outcomes = []
    for names in (["text", "leaves", "id", "leaf"], ["text", "leaves", "id"], ["leaf"]):
        tree = Tree.objects.first()
        own = Leaf.validate
        Leaf.validate = lambda self, clean=True, own=own: own(self, clean)
        acts.append(lambda tree=tree, names=names: [tree._data.get(name) for name in names])
        followed = me.dereference.DeReference()([tree])[0]
        outcomes.append((followed.to_mongo(), type(followed._data["leaf"]).__name__, len(acts)))
        acts.clear()
    return outcomes
