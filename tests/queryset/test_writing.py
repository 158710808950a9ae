"""Updating, inserting and deleting through query sets."""

import pytest
from bson import ObjectId

from tests.base.both_sides import alike_with_mongodb, raised


def thing_class(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField(db_field="s")
        qty = me.IntField(default=1)

    class Thing(me.Document):
        name = me.StringField(db_field="n")
        count = me.IntField()
        tags = me.ListField(me.StringField(), db_field="t")
        parts = me.EmbeddedDocumentListField(Part)
        part = me.EmbeddedDocumentField(Part, db_field="p")
        extra = me.DictField()
        meta = {"auto_create_index": False}

    return Thing, Part


def filled(me):
    thing, part = thing_class(me)
    for number in range(3):
        thing(
            id=ObjectId(f"{number + 1:024x}"),
            name=f"n{number}",
            count=number,
            tags=["a", "b", "a"],
            part=part(sku="p"),
            parts=[part(sku="x", qty=number), part(sku="y")],
            extra={"k": {"v": [1]}},
        ).save()
    return thing, part


UPDATES = {
    "set": lambda t, p: t.objects.update(set__name="z"),
    "plain": lambda t, p: t.objects.update(name="z"),
    "two": lambda t, p: t.objects(count=1).update(set__name="z", inc__count=3),
    "unset": lambda t, p: t.objects.update(unset__name=1),
    "inc and dec": lambda t, p: (t.objects.update(inc__count=2), t.objects.update(dec__count=1)),
    "mul": lambda t, p: t.objects.update(mul__count=3),
    "min and max": lambda t, p: (t.objects.update(min__count=1), t.objects.update(max__count=1)),
    "rename": lambda t, p: t.objects.update(__raw__={"$rename": {"n": "m"}}),
    "push": lambda t, p: t.objects.update(push__tags="c"),
    "push a document": lambda t, p: t.objects.update(push__parts=p(sku="z")),
    "push_all": lambda t, p: t.objects.update(push_all__tags=["c", "d"]),
    "push at": lambda t, p: t.objects.update(push__tags__0=["c"]),
    "pop": lambda t, p: (t.objects.update(pop__tags=1), t.objects.update(pop__tags=-1)),
    "pull": lambda t, p: t.objects.update(pull__tags="a"),
    "pull in": lambda t, p: t.objects.update(pull__tags__in=["a"]),
    "pull a document": lambda t, p: t.objects.update(pull__parts__sku="x"),
    "pull_all": lambda t, p: t.objects.update(pull_all__tags=["a", "b"]),
    "add_to_set": lambda t, p: t.objects.update(add_to_set__tags=["b", "c"]),
    "add_to_set each": lambda t, p: t.objects.update(add_to_set__tags="c"),
    "set in embedded": lambda t, p: t.objects.update(set__part__qty=7),
    "set in list": lambda t, p: t.objects.update(set__parts__0__qty=7),
    "set matched": lambda t, p: t.objects(parts__sku="x").update(set__parts__S__qty=7),
    "set in dict": lambda t, p: t.objects.update(set__extra__k__v__0=7),
    "set a document": lambda t, p: t.objects.update(set__part=p(sku="q")),
    "set none": lambda t, p: t.objects.update(set__part=None),
    "set_on_insert": lambda t, p: t.objects(name="new").update(upsert=True, set_on_insert__count=5, set__tags=["u"]),
    "upsert": lambda t, p: t.objects(name="new").update(upsert=True, set__count=5),
    "upsert_one": lambda t, p: t.objects(name="new").upsert_one(set__count=5).name,
    "update_one": lambda t, p: t.objects(count__gte=0).order_by("-count").update_one(set__name="z"),
    "full result": lambda t, p: t.objects.update(full_result=True, set__count=5).raw_result,
    "full result nothing": lambda t, p: t.objects(count=99).update(full_result=True, set__count=5).modified_count,
    "array filters": lambda t, p: t.objects.update(
        __raw__={"$set": {"parts.$[i].qty": 8}}, array_filters=[{"i.s": "x"}]
    ),
    "raw": lambda t, p: t.objects.update(__raw__={"$set": {"n": "raw"}}),
    "pipeline": lambda t, p: t.objects.update(__raw__=[{"$set": {"n": {"$concat": ["$n", "!"]}}}]),
    "unacknowledged": lambda t, p: t.objects.update(set__name="z", write_concern={"w": 1}),
    "modify": lambda t, p: t.objects(name="n1").modify(set__name="z").name,
    "modify new": lambda t, p: t.objects(name="n1").modify(set__name="z", new=True).name,
    "modify upsert": lambda t, p: t.objects(name="new").modify(upsert=True, new=True, set__count=5).count,
    "modify remove": lambda t, p: t.objects(name="n1").modify(remove=True).name,
    "modify nothing": lambda t, p: t.objects(name="none").modify(set__name="z"),
    "modify ordered": lambda t, p: t.objects.order_by("-count").only("name").modify(set__count=50).count,
    "find and delete": lambda t, p: t.objects.order_by("count").modify(remove=True).name,
    "delete": lambda t, p: t.objects(count__gt=0).delete(),
    "delete one by one": lambda t, p: [found.delete() for found in t.objects],
    "delete nothing": lambda t, p: t.objects(name="none").delete(),
    "delete a limited set": lambda t, p: t.objects.order_by("count").limit(1).delete(),
    "delete a skipped set": lambda t, p: t.objects.order_by("count").skip(1).delete(),
}


@pytest.mark.parametrize("update", UPDATES)
@alike_with_mongodb
def test_updating_and_deleting(me, update):
    thing, part = filled(me)
    result = raised(lambda: UPDATES[update](thing, part))
    # The ids that an upsert makes differ; they are renumbered where documents are stored.
    return result if not isinstance(result, dict) else sorted(result), thing.objects.count()


@alike_with_mongodb
def test_a_bulk_insert(me):
    thing, part = thing_class(me)
    batch = [thing(name=f"n{number}", parts=[part(sku="x")]) for number in range(5)]
    found = thing.objects.insert(batch)
    assert [type(one) for one in found] == [thing] * 5
    assert [one.id for one in found] == [one.id for one in batch]
    return [one.name for one in found], [one._created for one in batch], [one._get_changed_fields() for one in batch]


@alike_with_mongodb
def test_a_bulk_insert_without_reading_back(me):
    thing, _ = thing_class(me)
    keys = thing.objects.insert([thing(name="a"), thing(name="b")], load_bulk=False)
    one = thing.objects.insert(thing(name="c"), load_bulk=False)
    assert sorted([*keys, one]) == sorted(thing.objects.scalar("id"))
    return len(keys), type(one)


@alike_with_mongodb
def test_a_bulk_insert_of_one(me):
    thing, _ = thing_class(me)
    return thing.objects.insert(thing(name="a")).name, thing.objects.create(name="b").name


@alike_with_mongodb
def test_a_bulk_insert_that_breaks_an_index_stops_there(me):
    class Thing(me.Document):
        name = me.StringField(unique=True)

    Thing(name="a").save()
    errors = [
        raised(lambda: Thing.objects.insert([Thing(name="b"), Thing(name="a"), Thing(name="c")])),
        raised(lambda: Thing.objects.insert([Thing(name="d"), Thing(name="a")], load_bulk=False)),
    ]
    return [type(error) for error in errors], sorted(Thing.objects.scalar("name"))


@alike_with_mongodb
def test_a_bulk_insert_validates_first(me):
    class Thing(me.Document):
        name = me.StringField(required=True)

    return raised(lambda: Thing.objects.insert([Thing(name="a"), Thing()])), Thing.objects.count()


@alike_with_mongodb
def test_a_bulk_insert_of_other_or_stored_documents_is_refused(me):
    thing, _ = thing_class(me)

    class Other(me.Document):
        pass

    stored = thing(name="a").save()
    return (
        raised(lambda: thing.objects.insert([Other()])), raised(lambda: thing.objects.insert([thing(), stored])),
        raised(lambda: thing.objects.insert(thing)), thing.objects.count(),
    )  # fmt: skip


@alike_with_mongodb
def test_a_bulk_insert_of_subclasses(me):
    class Animal(me.Document):
        meta = {"allow_inheritance": True}

    class Dog(Animal):
        tricks = me.ListField()

    found = Animal.objects.insert([Animal(), Dog(tricks=["sit"])])
    return [type(one).__name__ for one in found], Dog.objects.count(), found[1].tricks


@alike_with_mongodb
def test_deleting_follows_the_rules_in_as_many_commands(me):
    class Author(me.Document):
        name = me.StringField()

    class Book(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.CASCADE)
        title = me.StringField()

    class Review(me.Document):
        book = me.ReferenceField(Book, reverse_delete_rule=me.CASCADE)
        fans = me.ListField(me.ReferenceField(Author, reverse_delete_rule=me.PULL))
        author = me.ReferenceField(Author, reverse_delete_rule=me.NULLIFY)

    class Contract(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.DENY)

    authors = [Author(name=f"a{number}").save() for number in range(3)]
    for author in authors:
        book = Book(author=author, title=author.name).save()
        Review(book=book, fans=authors, author=authors[0]).save()
    contract = Contract(author=authors[2]).save()
    error = raised(lambda: Author.objects.delete())
    before = Author.objects.count(), Book.objects.count()
    contract.delete()
    deleted = Author.objects(name__in=["a0", "a1"]).delete()
    return (
        error,
        before,
        deleted,
        Book.objects.count(),
        [(len(review.fans), review.author) for review in Review.objects],
    )


@pytest.mark.parametrize("mode", ["stop", "pass"])
@alike_with_mongodb
def test_an_overridden_delete_of_the_query_set(me, mode):
    calls = []

    class Careful(me.QuerySet):
        def delete(self, *args, **kwargs):
            calls.append("delete")
            return 0 if mode == "stop" else super().delete(*args, **kwargs)

        def count(self, *args, **kwargs):
            calls.append("count")
            return super().count(*args, **kwargs)

    class Thing(me.Document):
        name = me.StringField()
        meta = {"queryset_class": Careful}

    Thing(name="a").save()
    return Thing.objects(name="a").delete(), len(Thing.objects), calls


@alike_with_mongodb
def test_a_key_that_its_field_cannot_store_is_replaced_by_a_new_one(me):
    class Event(me.Document):
        when = me.DateTimeField(primary_key=True)

    inserted = [
        Event.objects.insert([Event(when=ObjectId())], load_bulk=False),
        Event.objects.insert(Event(when=ObjectId()), load_bulk=False),
    ]
    saved = Event(when=ObjectId()).save(validate=False)
    return [type(key).__name__ for key in (*inserted[0], inserted[1], saved.pk)]


@alike_with_mongodb
def test_inserting_reads_the_key_before_anything_is_converted(me):
    class Event(me.Document):
        when = me.ComplexDateTimeField(primary_key=True)

    return raised(lambda: Event.objects.insert([Event(when=ObjectId())], load_bulk=False))
