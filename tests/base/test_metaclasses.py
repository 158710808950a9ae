"""What making a document class does: fields, names, meta data, the registry."""

from functools import partial
from typing import Generic, TypeVar

import pytest

from tests.base.both_sides import alike, load, raised

T = TypeVar("T")


@alike
def test_fields_are_ordered_as_they_were_written(me):
    class Base(me.Document):
        z = me.IntField()
        a = me.IntField(db_field="q")
        meta = {"abstract": True}

    class Thing(Base):
        m = me.IntField()
        b = me.IntField(primary_key=True)

    return (
        Thing._fields_ordered,
        sorted(Thing._fields),
        Thing._db_field_map,
        Thing._reverse_db_field_map,
        Thing._meta["id_field"],
    )


@alike
def test_collection_names(me):
    def named(name, base=me.Document, **meta):
        return type(name, (base,), {"meta": meta})._get_collection_name()

    return [
        named("Thing"), named("HTTPServerLog"), named("User2FA"), named("Own", collection="given"),
        named("Called", collection=lambda cls: cls.__name__ * 2), named("Abstract", abstract=True),
        type("Part", (me.EmbeddedDocument,), {})._get_collection_name(),
    ]  # fmt: skip


@alike
def test_names_of_inheriting_classes(me):
    class Base(me.Document):
        meta = {"allow_inheritance": True, "ordering": ["x"], "indexes": ["x"]}
        x = me.IntField()

    class Middle(Base):
        meta = {"indexes": ["y"]}
        y = me.IntField()

    class Leaf(Middle):
        pass

    return (
        [cls._class_name for cls in (Base, Middle, Leaf)], Base._subclasses, Middle._subclasses, Leaf._subclasses,
        Leaf._superclasses, Leaf._get_collection_name(), Leaf._meta["ordering"], Middle._meta["indexes"],
        Leaf._types if hasattr(Leaf, "_types") else None, Leaf(x=1).to_mongo(), Leaf._fields_ordered,
    )  # fmt: skip


@alike
def test_mixins_give_fields(me):
    class Stamped:
        created = me.IntField()

    class Named(Stamped):
        name = me.StringField(db_field="n")

    class Thing(Named, me.Document):
        own = me.IntField()

    return Thing._fields_ordered, Thing(created=1, name="a", own=2).to_mongo()


@alike
def test_a_generic_class(me):
    class Thing(me.Document, Generic[T]):
        name = me.StringField()

    return Thing(name="a").to_mongo(), Thing[int] is not None


@alike
def test_a_subclass_of_the_metaclass(me):
    made = []

    class Meta(me.base.TopLevelDocumentMetaclass):
        def __new__(mcs, name, bases, attrs):
            cls = super().__new__(mcs, name, bases, attrs)
            made.append(name)
            return cls

    class Thing(me.Document, metaclass=Meta):
        name = me.StringField()

    return made, Thing(name="a").to_mongo(), type(Thing).__name__


@alike
def test_the_class_for_automatic_ids_is_read_when_a_class_is_made(me):
    import importlib

    metaclasses = importlib.import_module(f"{me.__name__}.base.metaclasses")
    original = metaclasses.ObjectIdField
    metaclasses.ObjectIdField = partial(original, help_text="patched")
    try:

        class Patched(me.Document):
            pass
    finally:
        metaclasses.ObjectIdField = original

    class Plain(me.Document):
        pass

    assert Patched.id.help_text == "patched"
    assert not hasattr(Plain.id, "help_text")


@alike
def test_classes_are_found_by_name(me):
    class Base(me.Document):
        meta = {"allow_inheritance": True}

    class Child(Base):
        pass

    find = importlib_common(me).get_document
    assert find("Base") is Base
    assert find("Base.Child") is Child
    assert find("Child") is Child
    return raised(lambda: find("Nobody"))


def importlib_common(me):
    import importlib

    return importlib.import_module(f"{me.__name__}.base.common")


@alike
def test_errors_of_a_class_are_its_own(me):
    class One(me.Document):
        pass

    class Two(me.Document):
        pass

    assert issubclass(One.DoesNotExist, me.DoesNotExist)
    assert issubclass(One.MultipleObjectsReturned, me.MultipleObjectsReturned)
    assert not issubclass(One.DoesNotExist, Two.DoesNotExist)
    return One.DoesNotExist.__name__, One.DoesNotExist.__module__ == One.__module__


@alike
def test_class_attributes_of_fields(me):
    class Thing(me.Document):
        name = me.StringField(help_text="help", verbose_name="verbose")

    field = Thing.name
    assert field is Thing._fields["name"]
    assert field.owner_document is Thing
    return field.name, field.db_field, field.help_text, field.verbose_name, repr(type(field.creation_counter))


@alike
def test_a_field_on_the_class_can_be_read_but_not_the_values(me):
    class Thing(me.Document):
        name = me.StringField()

    return type(Thing.name).__name__, raised(lambda: Thing.nothing), Thing().name


def two_primary_keys(me):
    class Thing(me.Document):
        a = me.IntField(primary_key=True)
        b = me.IntField(primary_key=True)


def inherit_from_final(me):
    class Base(me.Document):
        pass

    class Child(Base):
        pass


def collection_on_a_child(me):
    class Base(me.Document):
        meta = {"allow_inheritance": True}

    class Child(Base):
        meta = {"collection": "other"}

    return Child._get_collection_name()


def abstract_child_of_concrete(me):
    class Base(me.Document):
        meta = {"allow_inheritance": True}

    class Child(Base):
        meta = {"abstract": True}


def two_fields_of_one_name(me):
    class Thing(me.Document):
        a = me.IntField(db_field="x")
        b = me.IntField(db_field="x")


def embedded_with_primary_key(me):
    class Thing(me.EmbeddedDocument):
        a = me.IntField(primary_key=True)

    return Thing(a=1).to_mongo(), Thing(a=1).pk


def forbid_inheritance_in_child(me):
    class Base(me.Document):
        meta = {"allow_inheritance": True}

    class Child(Base):
        meta = {"allow_inheritance": False}


def inheritance_not_a_bool(me):
    class Thing(me.Document):
        meta = {"allow_inheritance": "yes"}


def field_with_a_dot(me):
    class Thing(me.Document):
        a = me.IntField(db_field="a.b")


def reserved_name(me):
    class Thing(me.Document):
        _cls = me.IntField()
        items = me.IntField()

    return Thing(items=1).to_mongo()


@pytest.mark.parametrize(
    "define",
    [two_primary_keys, inherit_from_final, collection_on_a_child, abstract_child_of_concrete, two_fields_of_one_name,
     embedded_with_primary_key, forbid_inheritance_in_child, inheritance_not_a_bool, field_with_a_dot, reserved_name],
    ids=lambda define: define.__name__,
)  # fmt: skip
@alike
def test_odd_class_definitions(me, define):
    return raised(lambda: define(me))


@alike
def test_classes_report_the_module_they_are_defined_in(me):
    class Thing(me.Document):
        pass

    return Thing.__module__, Thing.__qualname__, repr(Thing())


@pytest.mark.parametrize("name", ["Document", "StringField", "QuerySet", "ValidationError", "BaseField", "Q"])
def test_public_classes_live_at_the_paths_of_mongoengine(name):
    import mongoengine

    import mongoengine_fast

    stock, ours = (
        getattr(package, name, None) or getattr(package.base, name) for package in (mongoengine, mongoengine_fast)
    )
    assert ours.__qualname__ == stock.__qualname__
    assert ours.__module__.replace("mongoengine_fast", "mongoengine") == stock.__module__


@alike
def test_a_metaclass_may_make_the_documents_itself(me):
    made = []

    def counting(base):
        def call(cls, *args, **values):
            made.append(cls.__name__)
            return type(base).__call__(cls, *args, **values)

        return type("Counting", (type(base),), {"__call__": call})

    class Part(me.EmbeddedDocument, metaclass=counting(me.EmbeddedDocument)):
        name = me.StringField()

    class Thing(me.Document, metaclass=counting(me.Document)):
        part = me.EmbeddedDocumentField(Part)

    thing = load(Thing, {"_id": 1, "part": {"name": "p"}})
    return thing.part.name, made


@pytest.mark.parametrize(
    "values",
    [{"pk": 1, "id": 2}, {"id": 2, "pk": 1}, {"pk": 1, "id": None}, {"id": None, "pk": 1}, {"pk": 1, "name": "x"}],
    ids=str,
)
@alike
def test_the_primary_key_by_two_names(me, values):
    class Thing(me.Document):
        id = me.IntField(primary_key=True)
        name = me.StringField()

    class Named(me.Document):
        name = me.StringField(primary_key=True)

    thing = Thing(**values)
    named = raised(lambda: Named(**values).to_mongo())
    return thing.id, thing.pk, thing.name, thing._created, thing._get_changed_fields(), named


@alike
def test_a_key_of_another_name_that_is_set_as_id_leaves_the_document_new(me):
    class Thing(me.Document):
        key = me.StringField(primary_key=True)

    by_alias, by_name, by_pk = Thing(), Thing(), Thing()
    by_alias.id = by_name.key = by_pk.pk = "a"
    return (
        [(one._created, one.id, one.key, one.pk) for one in (by_alias, by_name, by_pk)],
        Thing.id is Thing.key,
        raised(lambda: delattr(by_alias, "id")),
    )
