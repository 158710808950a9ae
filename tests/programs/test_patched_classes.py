"""Programs change the library's classes and their own after they exist: fields, querysets, documents, meta data."""

from functools import partial, total_ordering

import pytest

from tests.base.both_sides import alike, alike_with_mongodb, raised


@pytest.fixture
def patched(monkeypatch):
    """Attributes that are set through it are put back at the end of the test."""
    return monkeypatch


def order_class(me, **members):
    class Line(me.EmbeddedDocument):
        sku = me.StringField()

    base = type("Base", (me.Document,), {"meta": {"abstract": True}})
    fields = {
        "name": me.StringField(db_field="n"),
        "count": me.IntField(),
        "lines": me.ListField(me.EmbeddedDocumentField(Line)),
        "tags": me.ListField(me.StringField()),
    }
    return type("Order", (base,), {**fields, **members})


NOTATIONS = {"__eq__": lambda field, other: {field.db_field: other}, "__lt__": lambda f, other: {f.db_field: ("<",
             other)},
             "__ge__": lambda f, other: {f.db_field: (">=", other)}, "__hash__": lambda field: hash(field.name),
             "__ne__": lambda f, other: {f.db_field: ("!=", other)}, "__getitem__": lambda f, i: f"{f.db_field}.{i}",
             "__contains__": lambda f, value: value == f.name, "__and__": lambda f, other: (f.name, other.name),
             "__invert__": lambda f: f"not {f.name}", "__neg__": lambda f: f"-{f.name}"}  # fmt: skip


@alike_with_mongodb
def test_a_query_language_is_put_onto_the_base_field(me, patched):
    cls = order_class(me)
    cls(name="before", tags=["x"]).save()
    for name, function in NOTATIONS.items():
        patched.setattr(me.base.fields.BaseField, name, function, raising=False)
    # Classes, documents and queries made while fields compare in this way are in order all the same.
    fresh = order_class(me)
    order = fresh(name="after", count=2, tags=["y"]).save()
    order.tags.append("z")
    order.save()
    expressions = (
        cls.name == "a", cls.count < 3, cls.count >= 3, cls.name != "b", cls.tags[0], "name" in cls.name,
        cls.name & cls.count, ~cls.name, -cls.count, hash(cls.name) == hash("name"),
    )  # fmt: skip
    return (
        expressions, [found.name for found in fresh.objects.order_by("name")], fresh.objects(tags="z").count(),
        fresh._fields_ordered, order.to_mongo().to_dict().keys(), raised(order.validate),
        fresh.objects.only("name").first().to_mongo(), order == fresh.objects.get(name="after"),
    )  # fmt: skip


@alike
def test_fields_that_are_never_equal_or_cannot_be_hashed(me, patched):
    patched.setattr(me.StringField, "__eq__", lambda self, other: False, raising=False)
    patched.setattr(me.IntField, "__hash__", None, raising=False)
    cls = order_class(me)
    order = cls(name="a", count=1)
    order.count = 2
    order.validate()
    return order.to_mongo(), order._get_changed_fields(), raised(lambda: hash(cls.count)), cls.name == cls.name


@alike
def test_total_ordering_of_a_field_class(me, patched):
    patched.setattr(me.IntField, "__lt__", lambda self, other: self.db_field < other.db_field, raising=False)

    class Thing(me.Document):
        b = me.IntField()
        a = me.IntField()

    class Own(total_ordering(type("Ordered", (me.IntField,), {"__lt__": lambda s, o: s.name > o.name}))):
        pass

    class Other(me.Document):
        c = Own()
        d = Own()

    return sorted([Thing.b, Thing.a])[0].name, max(Other.c, Other.d).name, Other.c >= Other.d


@alike_with_mongodb
def test_querysets_and_fields_that_can_be_subscripted(me, patched):
    for cls in (me.QuerySet, me.fields.ListField, me.queryset.QuerySetManager):
        patched.setattr(cls, "__class_getitem__", classmethod(lambda cls, item: cls), raising=False)
    order_type = order_class(me, typed=me.fields.ListField[str](me.StringField()))

    class Own(me.QuerySet["Order"]):
        def loud(self):
            return [order.name.upper() for order in self]

    order_type._meta["queryset_class"] = Own
    order_type(name="a", typed=["x"]).save()
    return order_type.objects.loud(), order_type.objects(typed="x").count(), me.QuerySet[int] is me.QuerySet


class Wrapper:
    """Meta data behind an object that is not a dict, as some plug-ins put it on their classes."""

    def __init__(self, meta):
        self.wrapped = meta
        self.model_name = "wrapped"

    def __getitem__(self, name):
        return self.wrapped[name]

    def __setitem__(self, name, value):
        self.wrapped[name] = value

    def __contains__(self, name):
        return name in self.wrapped

    def __iter__(self):
        return iter(self.wrapped)

    def __len__(self):
        return len(self.wrapped)

    def get(self, name, default=None):
        return self.wrapped.get(name, default)

    def keys(self):
        return self.wrapped.keys()

    def items(self):
        return self.wrapped.items()

    def pop(self, *arguments):
        return self.wrapped.pop(*arguments)


@alike_with_mongodb
def test_the_meta_data_becomes_a_wrapper_object(me):
    cls = order_class(me, meta={"ordering": ["name"], "indexes": ["count"]})
    cls._meta = Wrapper(cls._meta)
    order = cls(name="b", count=1, tags=["x"]).save()
    cls(name="a").save()
    order.count += 1
    order.save()
    order.reload()
    cls._meta["strict"] = False
    cls._meta["extra"] = 5
    names = [found.name for found in cls.objects]
    deleted = cls.objects(name="a").delete()
    return (
        names, order.count, cls._meta.model_name, cls._meta.get("ordering"), cls._meta["extra"], deleted,
        cls.objects.get(pk=order.pk).name, sorted(cls._get_collection().index_information()), cls.list_indexes(),
        raised(lambda: cls.objects(nothing=1).count()), "\"n\": \"b\"" in order.to_json(),
        cls.from_json(order.to_json()).name,
    )  # fmt: skip


@alike_with_mongodb
def test_subclassing_a_class_with_wrapped_meta_data(me):
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    Base._meta = Wrapper(Base._meta)

    def derive():
        class Child(Base):
            age = me.IntField()

        Child(name="c", age=1).save()
        return Child._class_name, Base.objects.count(), Base.objects.first().age

    return raised(derive)


@alike_with_mongodb
def test_inheritance_is_allowed_after_the_class_exists(me):
    cls = order_class(me)
    cls(name="before").save()
    cls._meta["allow_inheritance"] = True

    class Special(cls):
        extra = me.StringField()

    Special(name="special", extra="x").save()
    cls(name="after").save()
    stored = sorted((row.get("n"), row.get("_cls")) for row in cls._get_collection().find())
    return (
        stored, sorted(found.name for found in cls.objects), [found.extra for found in Special.objects],
        cls._subclasses, Special._superclasses, Special._get_collection_name(), cls.objects._query,
        Special.objects._query,
    )  # fmt: skip


@alike_with_mongodb
def test_inheritance_is_forbidden_after_the_class_exists(me):
    class Base(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    class Child(Base):
        pass

    Child(name="c").save()
    Base._meta["allow_inheritance"] = False

    def derive():
        class Other(Base):
            pass

    Base(name="b").save()
    return raised(derive), Base.objects._query, sorted(found.name for found in Base.objects), Base._fields_ordered


@alike_with_mongodb
def test_the_field_for_automatic_ids_is_a_partial(me, patched):
    metaclasses = me.base.metaclasses
    patched.setattr(metaclasses, "ObjectIdField", partial(metaclasses.ObjectIdField, help_text="ours", required=False))

    class Thing(me.Document):
        name = me.StringField()

    thing = Thing(name="a").save()
    return Thing.id.help_text, Thing._fields_ordered, Thing.objects.get(id=thing.id).name, type(Thing.id).__name__


@alike_with_mongodb
def test_the_field_for_automatic_ids_is_another_class(me, patched):
    class TextKey(me.base.fields.ObjectIdField):
        def to_python(self, value):
            return f"<{value}>" if value is not None and not str(value).startswith("<") else value

        def to_mongo(self, value):
            return super().to_mongo(str(value).strip("<>"))

        def validate(self, value):
            super().validate(str(value).strip("<>"))

    patched.setattr(me.base.metaclasses, "ObjectIdField", TextKey)

    class Thing(me.Document):
        name = me.StringField()

    thing = Thing(name="a").save()
    found = Thing.objects.first()
    found.name = "b"
    found.save()
    return str(found.id)[:1], found.id == f"<{str(thing.id).strip('<>')}>", Thing.objects.count()


@alike_with_mongodb
def test_document_methods_are_replaced_on_the_base_classes(me, patched):
    calls = []
    save, to_mongo = me.Document.save, me.base.document.BaseDocument.to_mongo

    def counting_save(self, *args, **kwargs):
        calls.append("save")
        return save(self, *args, **kwargs)

    def marked(self, *args, **kwargs):
        calls.append("to_mongo")
        return to_mongo(self, *args, **kwargs)

    patched.setattr(me.Document, "save", counting_save)
    patched.setattr(me.base.document.BaseDocument, "to_mongo", marked)
    cls = order_class(me)
    cls(name="a").save()
    cls.objects.create(name="b")
    cls.objects.insert(cls(name="c"))
    return sorted(set(calls)), calls.count("save"), cls.objects.count()


@alike_with_mongodb
def test_queryset_methods_are_replaced_on_the_base_classes(me, patched):
    calls = []
    base = me.queryset.base.BaseQuerySet

    def counted(name):
        original = getattr(base, name)

        def method(self, *args, **kwargs):
            calls.append(name)
            return original(self, *args, **kwargs)

        return method

    for name in ("filter", "count", "first", "delete", "update", "clone", "__getitem__"):
        patched.setattr(base, name, counted(name))
    cls = order_class(me)
    cls(name="a").save()
    results = (
        cls.objects.filter(name="a").count(), cls.objects(name="a").first().name, cls.objects.first().name,
        cls.objects[0].name, cls.objects(name="a").update(set__count=3), cls.objects.delete(),
    )  # fmt: skip
    return results, sorted(set(calls) - {"clone", "__getitem__"}), "clone" in calls, "__getitem__" in calls


@alike
def test_members_are_added_to_document_classes(me):
    cls = order_class(me)
    cls.shout = lambda self: self.name.upper()
    cls.loud = property(shouted := (lambda self: self.name + "!"))
    cls.make = classmethod(lambda owner, **values: owner(**values))
    cls.constant = 5
    order = cls.make(name="a")
    cls.name.custom = "attribute of a field"
    return order.shout(), order.loud, order.constant, cls.name.custom, shouted(order), order.to_mongo()


@alike_with_mongodb
def test_a_manager_is_added_later(me):
    cls = order_class(me)
    cls.many = me.queryset.QuerySetManager(lambda owner, queryset: queryset.filter(count__gt=1))
    cls.custom = me.queryset.queryset_manager(lambda owner, queryset: queryset.order_by("-count"))
    for number in range(3):
        cls(name=f"n{number}", count=number).save()
    return [found.name for found in cls.custom], cls.many.__class__.__name__, cls.many.count()
