"""Idioms of plug-ins that read document classes: serializers, GraphQL types, forms, schema generators."""

import pytest

from tests.base.both_sides import alike, alike_with_mongodb, raised


def shop_classes(me):
    class Address(me.EmbeddedDocument):
        street = me.StringField(max_length=30, help_text="Where", verbose_name="Street")
        geo = me.PointField()

    class Person(me.Document):
        name = me.StringField(required=True, db_field="n", choices=(("a", "Anna"), ("b", "Bert")))
        meta = {"allow_inheritance": True}

    class Customer(Person):
        email = me.EmailField(unique=True, null=True)
        address = me.EmbeddedDocumentField(Address, required=True)
        addresses = me.ListField(me.EmbeddedDocumentField("Address"))
        listed = me.EmbeddedDocumentListField(Address)
        friends = me.ListField(me.ReferenceField("self"))
        boss = me.ReferenceField(Person, reverse_delete_rule=me.NULLIFY)
        later = me.LazyReferenceField(Person)
        cached = me.CachedReferenceField(Person, fields=["name"], auto_sync=False)
        anyone = me.GenericReferenceField(choices=(Person, "Customer"))
        matrix = me.ListField(me.ListField(me.IntField(min_value=1)), default=lambda: [[1]])
        points = me.MapField(me.DecimalField(precision=3, force_string=True))
        born = me.DateTimeField(default=None)
        kind = me.IntField(choices=[1, 2], default=1)

    return Address, Person, Customer


@alike
def test_fields_are_looked_up_by_their_classes(me):
    mapping = {
        me.StringField: "string", me.IntField: "int", me.EmailField: "email", me.ListField: "list", me.MapField: "map",
        me.EmbeddedDocumentField: "nested", me.ReferenceField: "reference", me.base.BaseField: "any",
        me.DictField: "dict", me.GenericReferenceField: "generic", me.fields.ObjectIdField: "id",
        me.DateTimeField: "date",
    }  # fmt: skip

    def convert(field):
        for cls in type(field).__mro__:
            if cls in mapping:
                inner = getattr(field, "field", None)
                return (mapping[cls], convert(inner)) if inner is not None else mapping[cls]
        return None

    def by_name(field):
        return [cls.__name__ for cls in type(field).__mro__ if cls is not object and cls.__name__ != "FieldCore"]

    _, _, customer = shop_classes(me)
    fields = customer._fields.items()
    return {name: convert(field) for name, field in sorted(fields)}, {
        name: by_name(field) for name, field in sorted(fields)
    }


ATTRIBUTES = ["name", "db_field", "required", "unique", "null", "primary_key", "choices", "max_length", "min_length",
              "min_value", "max_value", "precision", "regex", "help_text", "verbose_name", "sparse", "unique_with",
              "force_string", "reverse_delete_rule", "dbref", "passthrough", "auto_sync", "validation"]  # fmt: skip


@alike
def test_attributes_of_fields(me):
    _, _, customer = shop_classes(me)
    nothing = "no such attribute"
    found = {}
    for name, field in sorted(customer._fields.items()):
        found[name] = [repr(getattr(field, attribute, nothing)).replace(me.__name__, "me") for attribute in ATTRIBUTES]
        default = field.default
        found[name].append(default() if callable(default) else default)
    return found


@alike
def test_classes_behind_fields(me):
    address, person, customer = shop_classes(me)
    fields = customer._fields
    assert fields["address"].document_type is address
    assert fields["address"].document_type_obj is address
    assert fields["addresses"].field.document_type is address
    assert fields["listed"].field.document_type is address
    assert fields["friends"].field.document_type is customer
    assert fields["boss"].document_type is person
    assert fields["later"].document_type is person
    assert fields["cached"].document_type is person
    assert fields["boss"].owner_document is customer
    assert customer.name.owner_document is person
    assert fields["matrix"].field.field.min_value == 1
    return fields["anyone"].choices, fields["cached"].fields, customer._fields_ordered, person._fields_ordered


@alike
def test_maps_of_names(me):
    address, person, customer = shop_classes(me)
    return [
        (cls._db_field_map, cls._reverse_db_field_map, cls._fields_ordered, cls._class_name, cls._subclasses,
         cls._superclasses, sorted(cls._meta), cls._get_collection_name(), cls._is_document, cls._dynamic)
        for cls in (address, person, customer)
    ]  # fmt: skip


@alike_with_mongodb
def test_attributes_are_recognised_as_fields(me):
    import inspect

    address, _, customer = shop_classes(me)
    found = [name for name, value in inspect.getmembers(customer) if isinstance(value, me.base.BaseField)]
    declared = [name for name in vars(customer) if isinstance(vars(customer)[name], me.base.BaseField)]
    return (
        found, sorted(declared), issubclass(address, me.EmbeddedDocument), issubclass(customer, me.base.BaseDocument),
        isinstance(customer, me.base.DocumentMetaclass), isinstance(customer, me.base.TopLevelDocumentMetaclass),
        isinstance(address, me.base.TopLevelDocumentMetaclass), hasattr(customer, "objects"), hasattr(address,
        "objects"),
        type(address).__name__, customer.my_metaclass.__name__, address.my_metaclass.__name__,
        "objects" in dir(customer),
    )  # fmt: skip


@alike_with_mongodb
def test_a_schema_dumps_and_loads(me):
    address, person, customer = shop_classes(me)

    def dump(document):
        out = {}
        for name in document._fields_ordered:
            value = getattr(document, name)
            field = document._fields[name]
            if isinstance(field, me.EmbeddedDocumentField) and value is not None:
                value = dump(value)
            elif isinstance(field, me.ReferenceField) and value is not None:
                value = str(value.pk)[:0] or "ref"
            elif isinstance(field, me.ListField):
                value = [dump(item) if hasattr(item, "_fields") else item for item in value]
            elif hasattr(value, "pk"):
                value = "document"
            if value is not None and name not in ("id", "_cls"):
                out[name] = value
        return out

    def load(cls, data):
        values = {}
        for name, value in data.items():
            field = cls._fields[name]
            inner = getattr(field, "field", None)
            if isinstance(value, dict) and isinstance(field, me.EmbeddedDocumentField):
                value = load(field.document_type, value)
            elif isinstance(value, list) and isinstance(inner, me.EmbeddedDocumentField):
                value = [load(inner.document_type, item) for item in value]
            values[name] = value
        return cls(**values)

    boss = person(name="b").save()
    made = load(customer, {
        "name": "a", "email": "a@b.example", "address": {"street": "s", "geo": [1, 2]}, "matrix": [[2]],
        "addresses": [{"street": "t"}], "listed": [{"street": "u"}], "points": {"p": "1.2345"}, "boss": boss,
    }).save()  # fmt: skip
    found = customer.objects.get(pk=made.pk)
    found.update(set__addresses=[address(street="new")])
    data = dump(customer.objects.first())
    return (
        data,
        dump(boss),
        raised(lambda: load(customer, {"nothing": 1})),
        found.get_name_display(),
        person.objects.count(),
    )


@pytest.mark.parametrize("base", ["StringField", "IntField", "ListField", "ReferenceField", "EmbeddedDocumentField"])
@alike_with_mongodb
def test_field_subclasses_with_arguments_of_their_own(me, base):
    class Embedded(me.EmbeddedDocument):
        value = me.IntField()

    class Target(me.Document):
        pass

    class WithForms:
        def __init__(self, *args, blank=False, widget=None, **kwargs):
            self.blank, self.widget = blank, widget
            kwargs.setdefault("required", not blank)
            kwargs.setdefault("verbose_name", kwargs.pop("label", None))
            super().__init__(*args, **kwargs)

        def formfield(self):
            return self.name, self.widget, self.required, self.verbose_name

        def contribute_to_class(self, cls, name):
            setattr(cls, name, self)

    own = type(f"Form{base}", (WithForms, getattr(me, base)), {})
    arguments = {"ReferenceField": [Target], "EmbeddedDocumentField": [Embedded]}.get(base, [])

    class Thing(me.Document):
        field = own(*arguments, blank=True, widget="w", label="Label", help_text="h")
        needed = own(*arguments, widget=3)

    value = {"StringField": "s", "IntField": 1, "ListField": [1], "EmbeddedDocumentField": Embedded(value=1)}.get(base)
    value = value or Target().save()
    thing = Thing(needed=value)
    thing.save()
    found = Thing.objects.first()
    return (
        Thing.field.formfield(), Thing.needed.formfield(), raised(Thing(field=value).validate), found.to_mongo(),
        Thing.field.help_text, isinstance(Thing.field, getattr(me, base)), type(found.needed).__name__,
    )  # fmt: skip


@alike_with_mongodb
def test_metaclasses_that_wrap_the_meta_data(me):
    class Options:
        """Django's idea of meta data over MongoEngine's."""

        def __init__(self, cls, meta):
            self.document, self.meta = cls, meta
            self.object_name, self.app_label = cls.__name__, "app"

        def get_fields(self):
            return [self.document._fields[name] for name in self.document._fields_ordered]

        @property
        def pk(self):
            return self.document._fields[self.meta["id_field"]]

        def __getattr__(self, name):
            try:
                return self.meta[name]
            except KeyError:
                raise AttributeError(name) from None

        def __getitem__(self, name):
            return self.meta[name]

        def __setitem__(self, name, value):
            self.meta[name] = value

        def __contains__(self, name):
            return name in self.meta

        def get(self, name, default=None):
            return self.meta.get(name, default)

        def setdefault(self, name, default=None):
            return self.meta.setdefault(name, default)

    class Wrapping(me.base.TopLevelDocumentMetaclass):
        def __new__(mcs, name, bases, attrs):
            new = super().__new__(mcs, name, bases, attrs)
            if not attrs.get("_meta", {}).get("abstract", False) and not isinstance(new._meta, Options):
                new._meta = Options(new, new._meta)
            return new

    class Model(me.Document, metaclass=Wrapping):
        name = me.StringField()
        meta = {"ordering": ["name"], "indexes": ["name"]}

        def __unicode__(self):
            return self.name

    Model(name="b").save()
    Model(name="a").save()
    found = Model.objects.first()
    found.name = "c"
    found.save()
    return (
        [field.name for field in Model._meta.get_fields()], Model._meta.pk.name, Model._meta.ordering,
        Model._meta.app_label,
        [row.name for row in Model.objects], Model.objects.filter(name="c").count(), Model._get_collection_name(),
        found._meta["collection"], raised(lambda: Model._meta.nothing), Model.objects(name="b").delete(),
    )  # fmt: skip
