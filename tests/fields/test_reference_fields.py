"""References of every sort: to missing, abstract, own and named classes, as keys and as DBRefs, and what deletes do."""

import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, alike_with_mongodb
from tests.fields.describing import described, outcome

KEY = ObjectId(f"{1:024x}")
OTHER = ObjectId(f"{2:024x}")


@pytest.mark.parametrize("name", ["ReferenceField", "LazyReferenceField", "CachedReferenceField"])
@alike
def test_classes_by_name(me, name):
    field = getattr(me, name)

    class Node(me.Document):
        parent = field("self")
        # A cached reference looks its class up at once.
        later = me.ReferenceField("Later") if "Cached" in name else field("Later")
        never = me.ReferenceField("Never") if "Cached" in name else field("Never")

    class Later(me.Document):
        pass

    def unknown_at_once():
        return type("Early", (me.Document,), {"never": field("Never")}).never.document_type

    steps = [
        lambda: Node.parent.document_type.__name__,
        lambda: Node.later.document_type.__name__,
        lambda: Node.never.document_type,
        lambda: Node(never=KEY).validate(),
        lambda: Node(never=KEY).to_mongo(),
        lambda: Node(never=5).never,
        lambda: Node(later=Later(id=KEY)).to_mongo(),
        lambda: Node(parent=Node(id=KEY)).validate(),
        lambda: me.Q(never=KEY).to_query(Node),
        unknown_at_once,
    ]
    return [outcome(step) for step in steps]


WRONG_TYPES = [5, None, int, "", object(), [], lambda me: me.EmbeddedDocument, lambda me: me.Document]


@pytest.mark.parametrize("number", range(len(WRONG_TYPES)))
@pytest.mark.parametrize(
    "name", ["ReferenceField", "LazyReferenceField", "CachedReferenceField", "EmbeddedDocumentField"]
)
@alike
def test_what_is_no_document_class(me, name, number):
    wrong = WRONG_TYPES[number]
    given = wrong(me) if callable(wrong) and not isinstance(wrong, type) else wrong
    return outcome(lambda: type(getattr(me, name)(given)).__name__)


@alike
def test_classes_of_the_wrong_sort_found_late(me):
    class Part(me.EmbeddedDocument):
        pass

    class Thing(me.Document):
        ref = me.ReferenceField("Part")

    def holding():
        return type("Holding", (me.Document,), {"part": me.EmbeddedDocumentField("Thing")})

    def listening():
        return type("Listening", (me.Document,), {"ref": me.CachedReferenceField("Part")})

    steps = [
        holding,
        lambda: Thing(ref=Part()).validate(),
        lambda: Thing(ref=KEY).to_mongo(),
        listening,
    ]
    return [outcome(step) for step in steps]


@pytest.mark.parametrize("stored_as", [True, False])
@pytest.mark.parametrize("read_as", [True, False])
@alike_with_mongodb
def test_references_stored_with_another_dbref_setting(me, stored_as, read_as):
    class Author(me.Document):
        name = me.StringField()

    class Writer(me.Document):
        one = me.ReferenceField(Author, dbref=stored_as)
        several = me.ListField(me.ReferenceField(Author, dbref=stored_as))
        by_key = me.MapField(me.ReferenceField(Author, dbref=stored_as))
        meta = {"collection": "shared"}

    class Reader(me.Document):
        one = me.ReferenceField(Author, dbref=read_as)
        several = me.ListField(me.ReferenceField(Author, dbref=read_as))
        by_key = me.MapField(me.ReferenceField(Author, dbref=read_as))
        meta = {"collection": "shared"}

    author = Author(id=KEY, name="a").save()
    Writer(id=KEY, one=author, several=[author], by_key={"k": author}).save()
    thing = Reader.objects.get()
    steps = [
        lambda: thing.one,
        lambda: thing.several,
        lambda: thing.by_key,
        lambda: thing.by_key["k"],
        lambda: Reader.objects(one=author).count(),
        lambda: Reader.objects(one=author.pk).count(),
        lambda: Reader.objects(one=author.to_dbref()).count(),
        lambda: Reader.objects(several=author).count(),
        lambda: Reader.objects(several__in=[author, OTHER]).count(),
        lambda: thing.to_mongo(),
        lambda: thing.save()._get_changed_fields(),
        lambda: thing.update(set__one=author, add_to_set__several=[author]),
        lambda: Reader.objects.select_related()[0].one,
        lambda: Reader.objects.no_dereference().first().one,
        lambda: Reader.objects.no_dereference().first().several,
    ]
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_references_that_lead_nowhere_or_astray(me):
    class Author(me.Document):
        name = me.StringField()

    class Other(me.Document):
        title = me.StringField()

    class Book(me.Document):
        one = me.ReferenceField(Author)
        dbref = me.ReferenceField(Author, dbref=True)
        lazy = me.LazyReferenceField(Author, passthrough=True)
        any_one = me.GenericReferenceField()
        any_lazy = me.GenericLazyReferenceField(passthrough=True)
        several = me.ListField(me.ReferenceField(Author))
        anything = me.ListField()
        dynamic = me.DynamicField()

    Author(id=KEY, name="a").save()
    Other(id=OTHER, title="o").save()
    references = {
        "missing": DBRef("author", OTHER),
        "of another class": DBRef("other", OTHER),
        "to no collection": DBRef("nowhere", KEY),
        "of another database": DBRef("author", KEY, "elsewhere"),
        "of an odd id": DBRef("author", "x"),
        "with class": DBRef("author", KEY, cls="Other"),
        "with unknown class": DBRef("author", KEY, cls="Nobody"),
        "of None": DBRef("author", None),
        "good": DBRef("author", KEY),
    }
    names = ["one", "dbref", "lazy", "any_one", "any_lazy", "several", "anything", "dynamic"]
    lines = []
    for number, (label, reference) in enumerate(references.items()):
        row = dict.fromkeys(("one", "dbref", "lazy"), reference)
        generic = {"_cls": "Author", "_ref": reference}
        row.update(any_one=generic, any_lazy=generic, several=[reference, KEY], anything=[reference, generic])
        row.update(dynamic=reference, _id=number)
        Book._get_collection().delete_many({})
        Book._get_collection().insert_one({**row, "_id": KEY})
        book = Book.objects.get()
        for name in names:
            said = outcome(
                lambda book=book, name=name: getattr(book, name),
                lambda book=book, name=name: getattr(book, name).name,
            )
            lines.append(f"{label} {name}: {said}")
        lines.append(f"{label} after: {outcome(book.validate, book.to_mongo, lambda book=book: book.save() and None)}")
    return lines


@alike_with_mongodb
def test_references_to_subclasses_and_abstract_classes(me):
    class Animal(me.Document):
        meta = {"abstract": True}
        name = me.StringField()

    class Dog(Animal):
        pass

    class Cat(Animal):
        meta = {"collection": "felines", "allow_inheritance": True}

    class Kitten(Cat):
        age = me.IntField()

    class Owner(me.Document):
        pet = me.ReferenceField(Animal)
        cat = me.ReferenceField(Cat)
        lazy = me.LazyReferenceField(Cat)
        pets = me.ListField(me.ReferenceField(Animal))

    dog, kitten = Dog(id=KEY, name="d").save(), Kitten(id=OTHER, name="k", age=1).save()
    steps = [
        lambda: Owner(id=KEY, pet=dog, cat=kitten, lazy=kitten, pets=[dog, kitten]).save().to_mongo(),
        lambda: Owner.objects.get().pet,
        lambda: Owner.objects.get().cat,
        lambda: Owner.objects.get().lazy.fetch(),
        lambda: Owner.objects.get().pets,
        lambda: Owner.objects(pet=dog).count(),
        lambda: Owner.objects(pet=dog.pk).count(),
        lambda: Owner.objects(cat=kitten).count(),
        lambda: Owner(cat=dog).validate(),
        lambda: Owner(pet=KEY).validate(),
        lambda: Owner(pet=KEY).to_mongo(),
        lambda: Owner.objects(pets=kitten).count(),
        lambda: Owner.objects.get().to_json(),
    ]
    return [outcome(step) for step in steps]


RULES = ["DO_NOTHING", "NULLIFY", "CASCADE", "DENY", "PULL", 9]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("place", ["field", "list", "map", "dict", "embedded", "embedded list", "lazy", "lazy list"])
@alike_with_mongodb
def test_delete_rules_where_they_may_and_may_not_be(me, place, rule):
    number = getattr(me, rule) if isinstance(rule, str) else rule

    class Author(me.Document):
        pass

    def reference():
        kind = me.LazyReferenceField if "lazy" in place else me.ReferenceField
        return kind(Author, reverse_delete_rule=number)

    made = {
        "field": lambda: reference(),
        "lazy": lambda: reference(),
        "list": lambda: me.ListField(reference()),
        "lazy list": lambda: me.ListField(reference()),
        "map": lambda: me.MapField(reference()),
        "dict": lambda: me.DictField(reference()),
    }

    def define():
        if "embedded" in place:
            part = type("Part", (me.EmbeddedDocument,), {"ref": reference()})
            field = me.EmbeddedDocumentListField(part) if place == "embedded list" else me.EmbeddedDocumentField(part)
        else:
            field = made[place]()
        return type("Book", (me.Document,), {"ref": field})

    found = []
    lines = [outcome(lambda: found.append(define()))]
    for book in found:
        author = Author(id=KEY).save()
        given = [author] if "list" in place else author
        lines.append(outcome(lambda given=given, book=book: book(id=KEY, ref=given).save().to_mongo()))
        lines.append(outcome(author.delete, lambda book=book: list(book.objects.as_pymongo())))
        lines.append(outcome(lambda: Author.objects.delete(), lambda book=book: list(book.objects.as_pymongo())))
    return lines


@alike_with_mongodb
def test_delete_rules_registered_by_hand(me):
    class Author(me.Document):
        pass

    class Part(me.EmbeddedDocument):
        ref = me.ReferenceField(Author)

    class Book(me.Document):
        ref = me.ReferenceField(Author)
        part = me.EmbeddedDocumentField(Part)
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        title = me.StringField()

    steps = [
        lambda: Book.register_delete_rule(Author, "ref", me.DENY),
        lambda: Author.register_delete_rule(Book, "ref", me.DENY),
        lambda: Author.register_delete_rule(Book, "title", me.NULLIFY),
        lambda: Author.register_delete_rule(Book, "nobody", me.NULLIFY),
        lambda: Author.register_delete_rule(Book, "ref", 9),
        lambda: Author(id=KEY).save() and Book(id=KEY, ref=KEY, title="t").save() and None,
        lambda: Author.objects.delete(),
        lambda: list(Book.objects.as_pymongo()),
    ]
    return [outcome(step) for step in steps]


@alike_with_mongodb
def test_generic_references_and_their_choices(me):
    class Author(me.Document):
        pass

    class Other(me.Document):
        pass

    class Book(me.Document):
        by_class = me.GenericReferenceField(choices=[Author])
        by_name = me.GenericReferenceField(choices=["Author"])
        mixed = me.GenericReferenceField(choices=(Author, "Other"))
        lazy = me.GenericLazyReferenceField(choices=[Author])

    author, other = Author(id=KEY).save(), Other(id=KEY).save()
    lines = [described([Book.by_class.choices, Book.by_name.choices, Book.mixed.choices])]
    stored = {"_cls": "Other", "_ref": DBRef("other", KEY)}
    for name in ("by_class", "by_name", "mixed", "lazy"):
        for value in (
            author,
            other,
            stored,
            {"_cls": "Nobody", "_ref": DBRef("x", KEY)},
            {},
            KEY,
            DBRef("author", KEY),
        ):
            said = outcome(
                lambda name=name, value=value: Book(**{name: value}).validate(),
                lambda name=name, value=value: Book(**{name: value}).to_mongo(),
                lambda name=name, value=value: getattr(Book(**{name: value}), name),
            )
            lines.append(f"{name} {described(value)}: {said}")
    wrong = [5], ["x", 5], [me.EmbeddedDocument], [me.Document], "ab", 5
    return lines + [
        outcome(lambda choices=choices: me.GenericReferenceField(choices=choices).choices) for choices in wrong
    ]


@alike_with_mongodb
def test_lazy_references_behave_as_references_and_as_mappings(me):
    class Author(me.Document):
        name = me.StringField()
        age = me.IntField()

    class Book(me.Document):
        lazy = me.LazyReferenceField(Author)
        through = me.LazyReferenceField(Author, passthrough=True)

    author = Author(id=KEY, name="a", age=3).save()
    Book(id=KEY, lazy=author, through=author).save()
    book = Book.objects.get()
    steps = [
        lambda: repr(book.lazy),
        lambda: (book.lazy.pk, book.lazy.id, book.lazy.collection, book.lazy.database),
        lambda: book.lazy.document_type.__name__,
        lambda: book.lazy.name,
        lambda: book.lazy["name"],
        lambda: book.through.name,
        lambda: book.through["age"],
        lambda: book.through.nobody,
        lambda: book.through["nobody"],
        lambda: book.through.keys(),
        lambda: book.lazy == book.through,
        lambda: book.lazy == author,
        lambda: hash(book.lazy) == hash(author),
        lambda: book.lazy.fetch() is book.lazy.fetch(),
        lambda: book.lazy.fetch(force=True) is book.lazy.fetch(),
        lambda: author.update(set__name="b"),
        lambda: (book.through.name, book.through.fetch(force=True).name),
        lambda: Author.objects.delete(),
        lambda: Book.objects.get().lazy.fetch(),
        lambda: Book.objects.get().through.name,
        lambda: setattr(book, "lazy", None),
        lambda: book.lazy,
        lambda: book._get_changed_fields(),
        lambda: book.to_mongo(),
        lambda: Book(lazy=me.base.LazyReference(Book, KEY)).validate(),
        lambda: Book(lazy=DBRef("book", KEY)).validate(),
        lambda: Book(lazy="x").validate(),
        lambda: Book(lazy=Author()).validate(),
        lambda: Book.objects(lazy="x")._query,
        lambda: Book.objects(lazy=author)._query,
        lambda: Book.objects(through__in=[author, KEY, author.to_dbref()])._query,
    ]
    return [outcome(step) for step in steps]


@pytest.mark.parametrize("kind", ["ListField", "DictField", "MapField", "SortedListField"])
@pytest.mark.parametrize(
    "stored",
    [{"_ref": None}, {"_ref": OTHER}, {"_ref": 1, "b": 2}, {"_cls": "Target", "_ref": OTHER}, {"a": None}],
    ids=str,
)
@alike_with_mongodb
def test_a_dict_that_looks_like_a_generic_reference_in_a_container(me, kind, stored):
    class Target(me.Document):
        meta = {"auto_create_index": False}

    class Thing(me.Document):
        refs = getattr(me, kind)(me.ReferenceField(Target))
        meta = {"auto_create_index": False}

    Thing._get_collection().insert_one({"_id": KEY, "refs": stored})
    thing = Thing.objects.get()
    return [outcome(step) for step in (lambda: thing.refs, lambda: thing.refs, lambda: thing._data["refs"])]
