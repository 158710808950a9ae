"""Scenarios: deletion and what it does to documents that refer to the deleted ones."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector
from compat_tests.differential.scenarios_queries import people

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)
RULES = ("DO_NOTHING", "NULLIFY", "CASCADE", "DENY", "PULL")


def authors(me: Any, rule: str, *, many: bool = False, **options: Any) -> tuple[Any, Any]:
    """Authors and books that refer to them under a rule."""

    class Author(me.Document):
        name = me.StringField()

    reference = me.ReferenceField(Author, reverse_delete_rule=getattr(me, rule), **options)

    class Book(me.Document):
        title = me.StringField(db_field="t")
        by = me.ListField(reference, db_field="b") if many else reference

    saved = [Author(id=oid(number + 1), name=f"a{number}").save() for number in range(3)]
    for number in range(4):
        author = saved[number % 2]
        Book(id=oid(10 + number), title=f"b{number}", by=[author, saved[2]] if many else author).save()
    return Author, Book


def after(*classes: Any) -> list[Any]:
    """Everything that is left."""
    return [list(cls._get_collection().find().sort("_id", 1)) for cls in classes]


def add(rule: str, many: bool) -> None:
    """Add the scenarios of one rule."""

    def of_a_document(me: Any) -> Any:
        author, book = authors(me, rule, many=many)
        return (
            raised(author.objects.get(id=oid(1)).delete),
            after(author, book),
            raised(author.objects.get(id=oid(3)).delete),
            after(author, book),
        )

    def of_a_queryset(me: Any) -> Any:
        author, book = authors(me, rule, many=many)
        return [
            raised(author.objects(name="a1").delete),
            after(author, book),
            raised(author.objects.delete),
            after(author, book),
            raised(author.objects.delete),
        ]

    for function in (of_a_document, of_a_queryset):
        function.__name__ = f"{rule.lower()}_{'lists_' if many else ''}{function.__name__}"
        scenario(function)


for _rule in RULES:
    add(_rule, many=False)
    add(_rule, many=True)


@scenario
def rules_for_stored_forms_of_references(me: Any) -> Any:
    seen = []
    for rule in ("NULLIFY", "CASCADE", "DENY"):
        author, book = authors(me, rule, dbref=True)
        seen.append((raised(author.objects(name="a0").delete), after(author, book)))
        author.drop_collection()
        book.drop_collection()
    return seen


@scenario
def chains_of_cascades(me: Any) -> Any:
    class Top(me.Document):
        name = me.StringField()

    class Middle(me.Document):
        top = me.ReferenceField(Top, reverse_delete_rule=me.CASCADE)

    class Bottom(me.Document):
        middle = me.ReferenceField(Middle, reverse_delete_rule=me.CASCADE)
        other = me.ReferenceField(Top, reverse_delete_rule=me.NULLIFY)

    class Last(me.Document):
        bottoms = me.ListField(me.ReferenceField(Bottom, reverse_delete_rule=me.PULL))

    tops = [Top(id=oid(number), name=str(number)).save() for number in (1, 2)]
    middles = [Middle(id=oid(10 + number), top=tops[number % 2]).save() for number in range(3)]
    bottoms = [
        Bottom(id=oid(20 + number), middle=middle, other=tops[1]).save() for number, middle in enumerate(middles)
    ]
    Last(id=oid(30), bottoms=bottoms).save()
    return tops[0].delete(), after(Top, Middle, Bottom, Last), Top.objects.delete(), after(Top, Middle, Bottom, Last)


@scenario
def cascades_to_the_same_class(me: Any) -> Any:
    class Node(me.Document):
        parent = me.ReferenceField("self", reverse_delete_rule=me.CASCADE)
        name = me.StringField()

    root = Node(id=oid(1), name="root").save()
    child = Node(id=oid(2), name="child", parent=root).save()
    Node(id=oid(3), name="grandchild", parent=child).save()
    loop = Node(id=oid(4), name="loop").save()
    loop.parent = loop
    loop.save()
    other = Node(id=oid(5), name="other", parent=loop).save()
    loop.parent = other
    loop.save()
    return root.delete(), after(Node), raised(loop.delete), after(Node)


@scenario
def a_denial_leaves_everything(me: Any) -> Any:
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        by = me.ReferenceField(Author, reverse_delete_rule=me.CASCADE)

    class Prize(me.Document):
        to = me.ReferenceField(Author, reverse_delete_rule=me.DENY)

    one = Author(id=oid(1), name="a").save()
    Book(id=oid(2), by=one).save()
    Prize(id=oid(3), to=one).save()
    return (
        raised(one.delete),
        raised(Author.objects.delete),
        after(Author, Book, Prize),
        Prize.objects.delete(),
        one.delete(),
        after(Author, Book, Prize),
    )


@scenario
def rules_of_inherited_and_abstract_classes(me: Any) -> Any:
    class Author(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Poet(Author):
        verse = me.StringField()

    class Work(me.Document):
        by = me.ReferenceField(Author, reverse_delete_rule=me.CASCADE)
        meta = {"abstract": True}

    class Poem(Work):
        pass

    class Song(me.Document):
        by = me.ReferenceField(Poet, reverse_delete_rule=me.NULLIFY)
        meta = {"allow_inheritance": True}

    class Hymn(Song):
        pass

    poet = Poet(id=oid(1), name="p").save()
    author = Author(id=oid(2), name="a").save()
    Poem(id=oid(3), by=poet).save()
    Poem(id=oid(4), by=author).save()
    Hymn(id=oid(5), by=poet).save()
    return (
        poet.delete(),
        after(Author, Poem, Song),
        Author.objects.delete(),
        after(Author, Poem, Song),
        sorted(map(str, Author._meta["delete_rules"])),
    )


@scenario
def rules_in_embedded_documents(me: Any) -> Any:
    class Author(me.Document):
        pass

    def embedded(rule: str) -> Any:
        class Part(me.EmbeddedDocument):
            by = me.ReferenceField(Author, reverse_delete_rule=getattr(me, rule))

        return sorted(Part._fields)

    return [raised(lambda: embedded(rule)) for rule in RULES], [
        raised(lambda: me.MapField(me.ReferenceField(Author, reverse_delete_rule=getattr(me, rule)))) for rule in RULES
    ]


@scenario
def rules_registered_later(me: Any) -> Any:
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        by = me.GenericReferenceField()
        to = me.ReferenceField(Author)

    Author.register_delete_rule(Book, "to", me.CASCADE)
    one = Author(id=oid(1)).save()
    Book(id=oid(2), to=one).save()
    Book(id=oid(3), by=one).save()
    return (
        raised(lambda: Author.register_delete_rule(Book, "nothing", me.NULLIFY)),
        raised(one.delete),
        after(Author, Book),
    )


@scenario
def parts_of_a_queryset(me: Any) -> Any:
    person = people(me, 20)
    objects = person.objects.order_by("name")
    return [
        raised(queryset.delete)
        for queryset in (objects[:2], objects[2:4], objects.skip(10), objects.limit(1), objects[0:0],
        objects(age=3).limit(1), objects(age=99), objects.none(), objects.limit(0)(age=2), objects[1:2],
        objects.only("name")[:1], objects.no_cache()[:1], objects.as_pymongo()[:1], objects.scalar("name")[:1])
    ], after(person)  # fmt: skip


@scenario
def arguments_of_delete(me: Any) -> Any:
    person = people(me, 12)
    objects = person.objects
    return [
        raised(lambda: objects(age=1).delete(write_concern={"w": 1})),
        raised(lambda: objects(age=2).delete(write_concern={"nonsense": 1})),
        raised(lambda: objects(age=2).delete(5)), raised(lambda: objects(age=3).delete(_from_doc_delete=True)),
        raised(lambda: objects.first().delete(w=1)),
        raised(lambda: objects.first().delete(nonsense=1)),
        raised(lambda: objects(age=4).delete(cascade_refs={oid(1)})),
        raised(lambda: objects.order_by("-name").delete()), raised(lambda: objects.delete()),
        raised(lambda: person().delete()), raised(lambda: person(id=oid(77)).delete()),
    ]  # fmt: skip


@scenario
def deletion_with_signals(me: Any) -> Any:
    person = people(me, 6)
    seen = []

    def note(name: str) -> Any:
        def handler(sender: Any, document: Any, **kwargs: Any) -> None:
            seen.append((name, sender.__name__, document.name, sorted(kwargs.items())))

        return handler

    handlers = {"pre_delete": note("pre"), "post_delete": note("post")}
    for name, handler in handlers.items():
        getattr(me.signals, name).connect(handler, sender=person)
    counts = [
        person.objects(age__lt=2).delete(),
        person.objects.first().delete(signal_kwargs={"why": 1}),
        person.objects[:1].delete(),
        person.objects(age=99).delete(),
    ]
    for name, handler in handlers.items():
        getattr(me.signals, name).disconnect(handler, sender=person)
    return seen, counts, person.objects.delete()


@scenario
def a_deleted_document(me: Any) -> Any:
    person = people(me, 2)
    one = person.objects.first()
    return (
        one.delete(),
        one.pk,
        one._created,
        raised(one.delete),
        raised(one.reload),
        raised(lambda: one.save().pk),
        person.objects.count(),
        raised(lambda: one.update(set__age=1)),
    )


@scenario
def dropping_collections(me: Any) -> Any:
    person = people(me, 2)

    class Abstract(me.Document):
        meta = {"abstract": True}

    return (
        person.drop_collection(),
        person.objects.count(),
        person(name="x").save().name,
        raised(Abstract.drop_collection),
        person.drop_collection(),
        person.drop_collection(),
    )


@scenario
def files_are_deleted_too(me: Any) -> Any:
    class Holder(me.Document):
        name = me.StringField()
        file = me.FileField()

    for name in "ab":
        holder = Holder(name=name)
        holder.file.put(name.encode(), filename=name)
        holder.save()
    database = Holder._get_db()
    counts = [database["fs.files"].count_documents({})]
    Holder.objects.first().delete()
    counts.append(database["fs.files"].count_documents({}))
    Holder.objects.delete()
    counts.append(database["fs.files"].count_documents({}))
    # The files themselves bear the time they were made at.
    database.drop_collection("fs.files")
    return counts[1] - counts[0], counts[2] - counts[1], Holder.objects.count()
