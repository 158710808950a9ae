"""Updating, reloading, deleting, switching and comparing documents; dynamic documents; inheritance."""

import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, raised

KEY, OTHER = ObjectId(f"{1:024x}"), ObjectId(f"{2:024x}")


def thing_class(me):
    class Thing(me.Document):
        name = me.StringField()
        tags = me.ListField(me.StringField())
        extra = me.DictField()

    return Thing


@alike_with_mongodb
def test_reloading_takes_what_is_stored(me):
    cls = thing_class(me)
    thing = cls(id=KEY, name="a", tags=["x"]).save()
    cls.objects.update(set__name="b", push__tags="y", set__extra={"k": 1})
    thing.name = "mine"
    assert thing.reload() is thing
    return thing, thing._get_changed_fields()


@alike_with_mongodb
def test_reloading_some_fields(me):
    cls = thing_class(me)
    thing = cls(id=KEY, name="a", tags=["x"]).save()
    cls.objects.update(set__name="b", push__tags="y")
    thing.reload("tags")
    return thing, thing._get_changed_fields(), raised(lambda: thing.reload("nothing"))


@alike_with_mongodb
def test_reloading_what_is_not_there(me):
    cls = thing_class(me)
    thing = cls(id=KEY).save()
    thing.delete()
    return raised(thing.reload), raised(cls().reload)


@alike_with_mongodb
def test_containers_held_across_a_reload_belong_to_the_document(me):
    cls = thing_class(me)
    thing = cls(id=KEY, tags=["x"], extra={"a": [1]}).save()
    thing.reload()
    thing.tags.append("y")
    thing.extra["a"].append(2)
    return thing._get_changed_fields()


@alike_with_mongodb
def test_updating_one_document(me):
    cls = thing_class(me)
    cls(id=OTHER, name="other").save()
    thing = cls(id=KEY, name="a").save()
    results = (
        thing.update(set__name="b"),
        thing.update(name="c"),
        thing.update(push__tags="x"),
        thing.update(__raw__={"$set": {"n": 1}}),
    )
    return (
        results,
        thing.name,
        raised(lambda: cls(name="unsaved").update(name="x")),
        raised(lambda: thing.update(set__nothing=1)),
    )


@alike_with_mongodb
def test_modifying_one_document(me):
    cls = thing_class(me)
    thing = cls(id=KEY, name="a", tags=["x"]).save()
    thing.extra["mine"] = 1
    done = thing.modify({"name": "a"}, set__name="b", push__tags="y"), thing.modify({"name": "a"}, set__name="c")
    return done, thing, thing._get_changed_fields(), raised(lambda: cls().modify(set__name="x"))


@alike_with_mongodb
def test_deleting_one_document(me):
    cls = thing_class(me)
    thing, other = cls(id=KEY).save(), cls(id=OTHER).save()
    thing.delete()
    return cls.objects.count(), thing.delete(), other.pk, raised(cls().delete)


@alike_with_mongodb
def test_switching_collection_and_database(me):
    cls = thing_class(me)
    thing = cls(id=KEY, name="a").save()
    thing.switch_collection("elsewhere").save()
    with me.context_managers.switch_collection(cls, "third") as switched:
        switched(id=OTHER, name="b").save()
        inside = cls.objects.count()
    return inside, cls.objects.count(), raised(lambda: thing.switch_db("unknown alias"))


@alike
def test_equality_and_hashes(me):
    cls = thing_class(me)

    class Other(me.Document):
        pass

    one, same, two, new = cls(id=KEY), cls(id=KEY, name="x"), cls(id=OTHER), cls()
    return (
        one == same,
        one == two,
        one == Other(id=KEY),
        new == cls(),
        new == new,
        one != same,
        one == KEY,
        one == None,  # noqa: E711
        one == DBRef("thing", KEY),
        len({one, same, two}),
        type(hash(new)),
        one in [same],
        hash(one) == hash(KEY),
    )


@alike
def test_embedded_documents_compare_by_value(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField()
        qty = me.IntField(default=1)

    class Other(me.EmbeddedDocument):
        sku = me.StringField()
        qty = me.IntField(default=1)

    part = Part(sku="a")
    return (
        part == Part(sku="a", qty=1),
        part == Part(sku="b"),
        part == Other(sku="a"),
        part != Part(sku="a"),
        raised(lambda: hash(part)),
    )


@alike
def test_attributes_that_are_no_fields(me):
    cls = thing_class(me)
    thing = cls(name="a")
    thing.note = [1]
    return (
        thing.note,
        "note" in thing._data,
        thing.to_mongo(),
        raised(lambda: thing.other),
        raised(lambda: cls(note=1)),
        raised(lambda: cls("a")),
    )


@alike
def test_items_of_a_document(me):
    thing = thing_class(me)(name="a")
    thing["name"] = "b"
    return (
        thing["name"],
        raised(lambda: thing["nothing"]),
        raised(lambda: thing.__setitem__("nothing", 1)),
        "name" in thing,
        "tags" in thing,
        "nothing" in thing,
        list(thing),
        len(thing),
        thing["pk"] if "pk" in thing._fields_ordered else None,
    )


@alike
def test_names_of_a_document(me):
    class Titled(me.Document):
        def __str__(self):
            return "tïtle"

    return repr(Titled()), str(Titled()), repr(thing_class(me)()), f"{Titled()}"


@alike
def test_validation_gathers_every_field(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField(required=True)

    class Thing(me.Document):
        name = me.StringField(required=True, max_length=2)
        parts = me.ListField(me.EmbeddedDocumentField(Part))
        age = me.IntField(min_value=1)

    error = raised(Thing(parts=[Part(sku="a"), Part()], age=0).validate)
    return error, error.to_dict(), sorted(error.errors)


@alike
def test_an_overridden_validate_is_called(me):
    calls = []

    class Part(me.EmbeddedDocument):
        sku = me.StringField(required=True)

        def validate(self, clean=True):
            calls.append(("part", clean))
            super().validate(clean)

    class Thing(me.Document):
        part = me.EmbeddedDocumentField(Part)
        parts = me.ListField(me.EmbeddedDocumentField(Part))

        def validate(self, clean=True):
            calls.append(("thing", clean))
            super().validate(clean)

    errors = (
        raised(Thing(part=Part(sku="a"), parts=[Part()]).validate),
        raised(lambda: Thing(part=Part()).validate(clean=False)),
    )
    return calls, errors


@alike_with_mongodb
def test_dynamic_documents_store_what_they_are_given(me):
    class Page(me.DynamicDocument):
        title = me.StringField()

    class Part(me.DynamicEmbeddedDocument):
        sku = me.StringField()

    page = Page(id=KEY, title="t", free={"a": [1, {"b": None}]}, part=Part(sku="s", more=1))
    page.later = 5
    page.save()
    loaded = Page.objects.get()
    loaded.free["a"] = [1, 2]
    loaded.part.more = 2
    loaded.fresh = [1]
    del loaded.later
    changed = loaded._get_changed_fields(), loaded._delta()
    loaded.save()
    return (
        changed,
        sorted(loaded._dynamic_fields),
        list(Page.objects.as_pymongo()),
        Page.objects(free__a=2).count(),
        raised(lambda: page.nothing),
    )


@pytest.mark.parametrize("value", [None, 0, "", [], {}, [None], {"a": {}}, (1, 2), b"x"], ids=repr)
@alike_with_mongodb
def test_empty_values_of_dynamic_fields(me, value):
    class Page(me.DynamicDocument):
        pass

    Page(id=KEY, free=value).save()
    page = Page.objects.get()
    page.free = value
    page.other = value
    page.save()
    return list(Page.objects.as_pymongo()), getattr(page, "free", "gone")


@alike_with_mongodb
def test_inheritance_is_stored_and_queried(me):
    class Animal(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Dog(Animal):
        tricks = me.ListField(me.StringField())

    class Puppy(Dog):
        weeks = me.IntField()

    Animal(name="a").save()
    Dog(name="d", tricks=["sit"]).save()
    Puppy(name="p", weeks=3).save()
    return (
        [
            [(type(found).__name__, found.name) for found in cls.objects.order_by("name")]
            for cls in (Animal, Dog, Puppy)
        ],
        Dog.objects._cls_query,
        list(Animal.objects.order_by("name").as_pymongo().exclude("id")),
        Animal.objects(weeks=3) is not None,
    )


@alike_with_mongodb
def test_embedded_documents_of_a_subclass(me):
    class Shape(me.EmbeddedDocument):
        meta = {"allow_inheritance": True}

    class Circle(Shape):
        radius = me.FloatField()

    class Drawing(me.Document):
        shape = me.EmbeddedDocumentField(Shape)
        shapes = me.ListField(me.EmbeddedDocumentField(Shape))
        anything = me.GenericEmbeddedDocumentField()

    Drawing(shape=Circle(radius=1), shapes=[Shape(), Circle(radius=2)], anything=Circle(radius=3)).save()
    drawing = Drawing.objects.get()
    drawing.shapes[1].radius = 4
    drawing.anything.radius = 5
    drawing.save()
    return drawing, list(Drawing.objects.as_pymongo().exclude("id")), Drawing.objects(shapes__radius=4).count()


@alike_with_mongodb
def test_indexes_are_made_when_a_class_is_first_used(me):
    class Thing(me.Document):
        name = me.StringField(unique=True, db_field="n")
        a = me.IntField()
        text = me.StringField()
        point = me.PointField()
        meta = {"indexes": ["a", ("a", "-text"), {"fields": ["text"], "sparse": True, "name": "mine"}, "$text"]}

    Thing(name="x").save()
    return Thing._build_index_specs(Thing._meta["indexes"]), Thing.list_indexes(), Thing.compare_indexes()


@alike_with_mongodb
def test_dropping_a_collection(me):
    cls = thing_class(me)
    cls(name="a").save()
    cls.drop_collection()
    return cls.objects.count(), cls(name="b").save().name, cls.objects.count()


@alike_with_mongodb
def test_registered_delete_rules(me):
    class Author(me.Document):
        name = me.StringField()

    class Denied(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.DENY)

    class Nullified(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.NULLIFY)

    class Cascaded(me.Document):
        author = me.ReferenceField(Author, reverse_delete_rule=me.CASCADE)
        name = me.StringField()

    class Pulled(me.Document):
        authors = me.ListField(me.ReferenceField(Author, reverse_delete_rule=me.PULL))

    one, two, three = (Author(id=ObjectId(f"{number:024x}"), name=f"{number}").save() for number in (1, 2, 3))
    Denied(author=one).save()
    for author in (two, three):
        Nullified(author=author).save()
        Cascaded(author=author, name=author.name).save()
    Pulled(authors=[two, three]).save()
    error = raised(one.delete)
    two.delete()
    return (
        error, Author.objects.count(), [found.author for found in Nullified.objects.order_by("id").no_dereference()],
        [found.name for found in Cascaded.objects], [len(found.authors) for found in Pulled.objects],
        raised(lambda: Author.objects.delete()), Author.objects.count(),
    )  # fmt: skip


@alike
def test_a_document_that_was_never_saved_has_no_list_of_changes(me):
    class Thing(me.Document):
        a = me.IntField()

    thing = Thing(a=1)
    return raised(lambda: thing._changed_fields), hasattr(thing, "_changed_fields"), thing._get_changed_fields()
