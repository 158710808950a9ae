"""Classes that programs derive from documents, metaclasses and fields."""

import inspect
from typing import Generic, TypeVar

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, raised

T = TypeVar("T")
KEY = ObjectId(f"{7:024x}")


@alike_with_mongodb
def test_generic_documents(me):
    class Repository(Generic[T]):
        @classmethod
        def by_name(cls, name):
            return cls.objects(name=name).first()

    class Base(me.Document, Repository[T]):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Thing(Base["Thing"], Generic[T]):
        size = me.IntField()

    class Embedded(me.EmbeddedDocument, Generic[T]):
        value = me.DynamicField()

    class Holder(me.Document, Generic[T]):
        held = me.EmbeddedDocumentField(Embedded)

    Thing(name="a", size=1).save()
    Holder[int](held=Embedded[int](value=3)).save()
    return (
        Base.by_name("a").size, Thing[int].objects.count(), Holder.objects.first().held.value, Thing._class_name,
        Thing._superclasses, Thing.__orig_bases__ is not None, Base._subclasses, sorted(Thing._fields),
    )  # fmt: skip


@alike_with_mongodb
def test_metaclasses_derived_from_the_librarys(me):
    made = []

    class Registering(me.base.TopLevelDocumentMetaclass):
        def __new__(mcs, name, bases, attrs):
            attrs.setdefault("meta", {}).setdefault("indexes", [])
            if not attrs["meta"].get("abstract"):
                attrs["created"] = me.IntField(default=5)
                attrs["meta"]["collection"] = f"app_{name.lower()}"
            new = super().__new__(mcs, name, bases, attrs)
            made.append((name, sorted(getattr(new, "_fields", ()))))
            return new

        def __init__(cls, name, bases, attrs):
            super().__init__(name, bases, attrs)
            cls.registered = True

        @property
        def pretty(cls):
            return cls.__name__.lower()

    class Base(me.Document, metaclass=Registering):
        meta = {"abstract": True}

    class Thing(Base):
        name = me.StringField()

    Thing(name="a").save()
    return made, Thing.registered, Thing.pretty, Thing._get_collection_name(), Thing.objects.first().created


@alike
def test_metaclasses_of_embedded_documents(me):
    class Labelled(me.base.DocumentMetaclass):
        def __new__(mcs, name, bases, attrs, label=None):
            new = super().__new__(mcs, name, bases, attrs)
            new.label = label or name
            return new

        def __init__(cls, name, bases, attrs, label=None):
            super().__init__(name, bases, attrs)

    class Part(me.EmbeddedDocument, metaclass=Labelled, label="part"):
        sku = me.StringField()

    class Special(Part.__mro__[1], metaclass=Labelled):
        sku = me.StringField()

    return Part.label, Special.label, Part(sku="a").to_mongo(), type(Part).__name__, Part._class_name


@alike_with_mongodb
def test_embedded_documents_of_aggregation_output(me):
    class Part(me.EmbeddedDocument):
        sku = me.StringField(db_field="s")
        qty = me.IntField(default=9)
        notes = me.DictField()
        sub = me.EmbeddedDocumentField("self")

    class Thing(me.Document):
        parts = me.EmbeddedDocumentListField(Part)

    Thing(parts=[Part(sku="a", qty=1, notes={"k": [1]}, sub=Part(sku="in")), Part(sku="b")]).save()
    rows = list(Thing.objects.aggregate([{"$unwind": "$parts"}, {"$replaceRoot": {"newRoot": "$parts"}}]))
    parts = [Part._from_son(row) for row in rows]
    parts[0].notes["k"].append(2)
    return (
        parts, parts[0].sub.sku, parts[0]._get_changed_fields(), parts[0]._created, parts[0] == Part._from_son(rows[0]),
        raised(lambda: Part._from_son({"unknown": 1})), raised(lambda: Part._from_son([1])),
        Part._from_son(rows[1], _auto_dereference=False).sku, Part._from_son(rows[1], created=True)._created,
        Thing._from_son({"_id": KEY, "parts": rows}).parts[1].sku, Thing._from_son({}).parts,
    )  # fmt: skip


@alike_with_mongodb
def test_save_and_delete_are_overridden_most(me):
    calls = []

    class Base(me.Document):
        meta = {"abstract": True}
        updated = me.IntField(default=0)
        deleted = me.BooleanField(default=False)

        def save(self, *args, **kwargs):
            calls.append(("save", sorted(kwargs)))
            self.updated += 1
            return super().save(*args, **kwargs)

        def delete(self, signal_kwargs=None, **write_concern):
            calls.append(("delete", self.updated))
            self.deleted = True
            return self.save()

        def clean(self):
            calls.append(("clean", self.updated))

    class Thing(Base):
        name = me.StringField()

    thing = Thing.objects.create(name="a")
    thing.name = "b"
    thing.save(validate=False)
    thing.delete()
    Thing.objects.get(name="b").save(cascade=True)
    Thing.objects.insert(Thing(name="bulk"))
    Thing.objects(name="b").delete()
    return calls, [(found.name, found.updated, found.deleted) for found in Thing.objects]


@alike_with_mongodb
def test_other_methods_of_documents_are_overridden(me):
    calls = []

    class Thing(me.Document):
        name = me.StringField()
        tags = me.ListField(me.StringField())

        def to_mongo(self, *args, **kwargs):
            data = super().to_mongo(*args, **kwargs)
            data["n_tags"] = len(self.tags)
            return data

        def validate(self, clean=True):
            calls.append(("validate", clean))
            super().validate(clean)

        @classmethod
        def _from_son(cls, son, _auto_dereference=True, created=False):
            return super()._from_son({k: v for k, v in son.items() if k != "n_tags"}, _auto_dereference, created)

        @classmethod
        def _get_collection(cls):
            calls.append("collection")
            return super()._get_collection()

        @property
        def pk(self):
            return self._data.get("id")

        @pk.setter
        def pk(self, value):
            self._data["id"] = value

        def __str__(self):
            return f"<{self.name}>"

        def __eq__(self, other):
            return isinstance(other, Thing) and self.name == other.name

        __hash__ = me.Document.__hash__

    thing = Thing(id=KEY, name="a", tags=["x"]).save()
    thing.tags.append("y")
    thing.save()
    found = Thing.objects.first()
    stored = Thing._get_collection().find_one()
    return (
        found == thing, str(found), repr(found), found.tags, stored, bool(calls), found.pk == KEY, found.reload().name,
        "collection" in calls, ("validate", True) in calls,
    )  # fmt: skip


HOOKS = ["to_mongo", "to_python", "validate", "prepare_query_value", "__get__", "__set__"]


@pytest.mark.parametrize(
    "kind", ["StringField", "IntField", "ListField", "DictField", "DateTimeField", "ReferenceField"]
)
@pytest.mark.parametrize("hook", HOOKS)
@alike_with_mongodb
def test_hooks_of_fields_are_overridden(me, hook, kind):
    seen = []

    class Target(me.Document):
        name = me.StringField()

    def overriding(self, *args, **kwargs):
        seen.append(hook)
        return getattr(super(own, self), hook)(*args, **kwargs)

    own = type(f"Own{kind}", (getattr(me, kind),), {hook: overriding})
    argument = {"ReferenceField": [Target], "ListField": [me.IntField()]}.get(kind, [])

    class Thing(me.Document):
        value = own(*argument)
        values = me.ListField(own(*argument))
        by_name = me.MapField(own(*argument))

    target = Target(name="t").save()
    value = {"StringField": "s", "IntField": 4, "ListField": [1], "DictField": {"a": 1}, "ReferenceField": target,
             "DateTimeField": __import__("datetime").datetime(2020, 1, 1)}[kind]  # fmt: skip
    Thing(value=value, values=[value], by_name={"k": value}).save()
    found = Thing.objects.first()
    read = found.value, found.values, found.by_name
    found.value = value
    found.validate()
    queries = Thing.objects(value=value)._query, raised(lambda: Thing.objects(value__in=[value])._query)
    return read, queries, found.to_mongo(), found._get_changed_fields(), bool(seen)


@alike_with_mongodb
def test_a_field_that_encrypts(me):
    class Secret(me.StringField):
        def __init__(self, key=1, **kwargs):
            super().__init__(**kwargs)
            self.key = key

        def _shift(self, text, by):
            return "".join(chr(ord(letter) + by) for letter in text)

        def to_mongo(self, value):
            return None if value is None else self._shift(value, self.key)

        def to_python(self, value):
            return None if value is None else self._shift(value, -self.key)

        def prepare_query_value(self, op, value):
            return super().prepare_query_value(op, self.to_mongo(value) if isinstance(value, str) else value)

        def __set__(self, instance, value):
            super().__set__(instance, value.strip() if isinstance(value, str) else value)

    class Thing(me.Document):
        name = Secret(key=2, db_field="n")
        names = me.ListField(Secret())

    Thing(name=" abc ", names=["x"]).save()
    Thing.objects(name="abc").update(push__names="y", set__name="abd")
    found = Thing.objects.first()
    found.names.append("z")
    found.name += "!"
    found.save()
    queries = Thing.objects(name="abc")._query, Thing.objects(names__in=["x"])._query, Thing.objects(name="abc").count()
    return found.name, found.names, Thing._get_collection().find_one(), Thing.objects.scalar("name")[0], queries


def test_the_fields_module_has_the_members_of_mongoengines():
    import mongoengine.fields

    import mongoengine_fast.fields

    def members(module):
        found = inspect.getmembers(module, lambda value: inspect.isclass(value))
        return {
            name: [base.__name__ for base in value.__mro__ if base.__name__ != "FieldCore"] for name, value in found
        }

    stock, ours = members(mongoengine.fields), members(mongoengine_fast.fields)
    for name, bases in stock.items():
        if issubclass(getattr(mongoengine.fields, name), mongoengine.fields.BaseField):
            assert ours[name] == bases
        else:
            assert name in ours


@alike
def test_field_classes_are_found_by_introspection(me):
    found = [
        name
        for name, value in inspect.getmembers(me.fields)
        if inspect.isclass(value) and issubclass(value, me.fields.BaseField)
    ]
    made = {}
    for name in found:
        signature = inspect.signature(getattr(me.fields, name).__init__)
        made[name] = [(key, repr(value.default), str(value.kind)) for key, value in signature.parameters.items()]
    return made
