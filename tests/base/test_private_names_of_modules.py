"""Names of modules that programs use: the registry of classes, wrappers of containers, constants, metaclasses."""

import importlib

import pytest

from tests.base.both_sides import alike, raised


def module(me, name):
    return importlib.import_module(f"{me.__name__}.{name}")


@alike
def test_the_registry_of_classes(me):
    registry = module(me, "base.common")._document_registry
    assert registry is me.base._document_registry

    class Thing(me.Document):
        meta = {"allow_inheritance": True}

    class Other(Thing):
        pass

    names = [name for name in registry if name in ("Thing", "Thing.Other")]
    found = me.base.get_document("Other") is Other, me.base.get_document("Thing") is Thing
    del registry["Thing.Other"]
    registry["Alias"] = Thing
    return names, found, raised(lambda: me.base.get_document("Other")), me.base.get_document("Alias") is Thing


@alike
def test_constants(me):
    metaclasses = module(me, "base.metaclasses")
    return (
        me.base.UPDATE_OPERATORS, module(me, "base.common").UPDATE_OPERATORS is me.base.UPDATE_OPERATORS,
        raised(lambda: me.base.ALLOW_INHERITANCE), raised(lambda: metaclasses.ALLOW_INHERITANCE),
        me.base.document.NON_FIELD_ERRORS, me.queryset.base.CASCADE, sorted(me.queryset.transform.MATCH_OPERATORS),
    )  # fmt: skip


@alike
def test_operators_of_updates_may_be_added(me):
    operators = me.base.UPDATE_OPERATORS
    operators.add("shout")
    try:
        field = me.IntField()
        return raised(lambda: field.prepare_query_value("shout", "x")), raised(
            lambda: field.prepare_query_value("set", "x")
        )
    finally:
        operators.discard("shout")


@pytest.mark.parametrize(
    "name", ["Document", "StringField", "DeReference", "BaseDocument", "ObjectIdField", "Nothing", "EmbeddedDocument"]
)
@alike
def test_classes_by_name(me, name):
    found = raised(lambda: module(me, "common")._import_class(name))
    return getattr(found, "__name__", found), getattr(found, "__module__", "").replace(me.__name__, "mongoengine")


@alike
def test_the_cache_of_classes_may_be_emptied(me):
    common = module(me, "common")
    common._import_class("StringField")
    cached = common._class_registry_cache
    assert cached["StringField"] is me.StringField
    cached.clear()
    common._field_list_cache.clear()
    assert common._import_class("StringField") is me.StringField
    return sorted(common._class_registry_cache), sorted(common._field_list_cache)


@alike
def test_a_class_in_the_cache_counts(me):
    common = module(me, "common")
    common._import_class("DynamicField")
    own = type("DynamicField", (me.DynamicField,), {})
    before = common._class_registry_cache["DynamicField"]
    common._class_registry_cache["DynamicField"] = own

    class Thing(me.DynamicDocument):
        pass

    try:
        return type(Thing(a=1)._dynamic_fields["a"]) is own
    finally:
        common._class_registry_cache["DynamicField"] = before


@alike
def test_wrapping_a_method_that_changes(me):
    structures = module(me, "base.datastructures")

    class Bag(structures.BaseList):
        def twice(self):
            self[:] = [item for item in self for _ in (1, 2)]
            return "done"

        twice = structures.mark_as_changed_wrapper(twice)

    class Board(structures.BaseDict):
        def put(self, key):
            dict.__setitem__(self, key, 1)

        put = structures.mark_key_as_changed_wrapper(put)

    class Thing(me.Document):
        tags = me.ListField(me.StringField(), db_field="t")
        extra = me.DictField(db_field="e")

    thing = Thing._from_son({"t": ["a"], "e": {}})
    bag, board = Bag(["a"], thing, "t"), Board({}, thing, "e")
    thing._clear_changed_fields()
    result = bag.twice()
    board.put("k")
    return result, bag, board, thing._get_changed_fields(), structures.mark_as_changed_wrapper(list.append).__name__


@alike
def test_wrapped_methods_of_lists_and_dicts_of_a_program(me):
    structures = module(me, "base.datastructures")
    marked = []

    class Own(list):
        def _mark_as_changed(self, key=None):
            marked.append(key)

        append = structures.mark_as_changed_wrapper(list.append)
        __setitem__ = structures.mark_key_as_changed_wrapper(list.__setitem__)

    own = Own(["a"])
    own.append("b")
    own[0] = "c"
    return own, marked


@alike
def test_containers_made_by_hand(me):
    structures = module(me, "base.datastructures")
    one, two = structures.BaseList([{"a": [1]}], None, "x"), structures.BaseDict({"k": [1]}, None, "y")
    seen = type(one[0]).__name__, one[0]._name, type(two["k"]).__name__, two["k"]._name
    one.free, two._dereferenced = 1, True
    return (
        seen,
        one.free,
        two._dereferenced,
        vars(one)["free"],
        structures.BaseList._name,
        one == [{"a": [1]}],
        [c.__name__ for c in type(one).__mro__],
    )


@alike
def test_a_metaclass_of_a_program(me):
    made = []

    class Meta(module(me, "base.metaclasses").TopLevelDocumentMetaclass):
        def __new__(mcs, name, bases, attrs):
            attrs["extra"] = me.IntField(default=3)
            cls = super().__new__(mcs, name, bases, attrs)
            made.append((name, [base.__name__ for base in mcs._get_bases(bases)]))
            return cls

        @classmethod
        def get_auto_id_names(mcs, new_class):
            return "key", "_key"

    class Base(me.Document, metaclass=Meta):
        meta = {"abstract": True}

    class Thing(Base):
        name = me.StringField()

    native = {"DocumentCore"}
    bases = [(name, [base for base in names if base not in native]) for name, names in made]
    return (
        bases,
        Thing._fields_ordered,
        Thing().extra,
        Thing._meta["id_field"],
        [c.__name__ for c in Meta._import_classes()],
    )


@alike
def test_a_metaclass_for_embedded_documents(me):
    class Meta(module(me, "base.metaclasses").DocumentMetaclass):
        def __init__(cls, name, bases, attrs):
            super().__init__(name, bases, attrs)
            cls.announced = name

    class Part(me.EmbeddedDocument, metaclass=Meta):
        name = me.StringField()

    return (
        Part.announced,
        type(Part).__name__,
        Part(name="a").to_mongo(),
        next(Meta._DocumentMetaclass__get_bases((Part,))) is Part,
    )


@alike
def test_fields_of_a_program(me):
    class Upper(me.base.BaseField):
        def __init__(self, prefix="", **kwargs):
            self.prefix = prefix
            super().__init__(**kwargs)

        def to_python(self, value):
            return self.prefix + value.upper()

        def validate(self, value):
            if not isinstance(value, str):
                self.error("text, please")

    class Pairs(me.base.ComplexBaseField):
        def to_mongo(self, value, use_db_field=True, fields=None):
            return [[key, item] for key, item in value]

        def to_python(self, value):
            return [tuple(item) for item in value]

    class Thing(me.Document):
        name = Upper(prefix=">", required=True)
        pairs = Pairs(field=Upper(), db_field="p")

    thing = Thing(name="a", pairs=[("x", "y")])
    wrong = Thing()
    wrong.name = 3
    return (
        thing.to_mongo(), Thing._from_son({"name": "b", "p": [["q", "r"]]}), raised(wrong.validate),
        Thing.name._owner_document is Thing, Thing.name.owner_document is Thing,
        Thing.pairs.field.owner_document is Thing,
        Thing.name.name, Thing.pairs.db_field, Upper._auto_gen, Upper._geo_index,
        sorted(name for name in vars(Thing.name) if not name.startswith("_BaseField__")),
    )  # fmt: skip


@alike
def test_a_field_read_through_the_class_and_by_hand(me):
    class Thing(me.Document):
        name = me.StringField(default="a")
        lazy = me.GenericLazyReferenceField()
        known = me.LazyReferenceField("self")

    fields = Thing.name, Thing.lazy, Thing.known
    assert all(field.__get__(None, Thing) is field for field in fields)
    thing = Thing(id=1, known=2)
    Thing.name.__set__(thing, "b")
    return (
        Thing.name.__get__(thing, Thing),
        thing.lazy,
        type(thing.known).__name__,
        thing.known.pk,
        thing.known is thing.known,
    )
