"""What a program and its plug-ins see when `mongoengine` is ours: paths, reprs, classes, errors, later imports."""

import pytest

from tests.programs.processes import same_output

REPRS = """
    import inspect
    import pickle
    import mongoengine
    import mongoengine.fields
    from mongoengine import *
    from mongoengine.base import BaseDict, BaseField, BaseList, LazyReference, TopLevelDocumentMetaclass
    from mongoengine.base.datastructures import EmbeddedDocumentList
    from mongoengine.queryset import DoesNotExist, QuerySet, QuerySetNoCache
    from mongoengine.queryset.base import BaseQuerySet
    from mongoengine.queryset.visitor import Q, QCombination

    class Thing(Document):
        name = StringField(required=True)

    def without_address(text):
        return text.split(" at 0x")[0]

    for name, value in inspect.getmembers(mongoengine.fields, inspect.isclass):
        if issubclass(value, BaseField):
            print(name, value, value.__module__, value.__qualname__)
    for cls in (Document, EmbeddedDocument, DynamicDocument, MapReduceDocument, QuerySet, QuerySetNoCache,
                BaseQuerySet, Q,
                QCombination, BaseList, BaseDict, EmbeddedDocumentList, LazyReference, TopLevelDocumentMetaclass,
                ValidationError, NotUniqueError, OperationError, DoesNotExist, type(Thing), Thing, Thing.DoesNotExist,
                mongoengine.context_managers.switch_db, mongoengine.fields.GridFSProxy):
        print(repr(cls), cls.__module__)
    print(without_address(repr(Thing.name)), without_address(repr(Thing.name.__class__)), connect.__module__)
    try:
        Thing().validate()
    except mongoengine.ValidationError as error:
        print(type(error), repr(error), error)
    for value in (StringField, Q(name="a"), BaseList([1], None, "x"), ValidationError("text"), connect, DoesNotExist):
        print(b"mongoengine_fast" in pickle.dumps(value), b"mongoengine" in pickle.dumps(value, 0))
"""


def test_paths_and_reprs_are_mongoengines(tmp_path):
    printed = same_output(tmp_path, REPRS)
    assert "<class 'mongoengine.fields.StringField'> mongoengine.fields StringField" in printed
    assert "mongoengine_fast" not in printed


PLUG_IN = """
    import sys
    import mongoengine
    from mongoengine import *
    from mongoengine import fields as fields_
    import mongoengine.base.metaclasses
    import mongoengine.queryset.transform as transform
    from mongoengine.common import _import_class
    from mongoengine.context_managers import query_counter
    from mongoengine.base.common import _document_registry, get_document

    REGISTRY = {"mongoengine.fields.StringField": "text", "mongoengine.fields.IntField": "number"}

    class Own(StringField):
        pass

    class Thing(Document):
        name = Own()
        age = IntField()

    for field in (Thing.name, Thing.age):
        for cls in type(field).__mro__:
            path = f"{cls.__module__}.{cls.__name__}"
            if path in REGISTRY:
                print(field.name, REGISTRY[path])
    print(isinstance(Thing.name, mongoengine.fields.StringField), isinstance(Thing.age, fields_.BaseField))
    print(isinstance(Thing(), mongoengine.base.BaseDocument), issubclass(Thing, mongoengine.document.Document))
    print(_import_class("StringField") is mongoengine.StringField, get_document("Thing") is Thing)
    print(sys.modules["mongoengine"] is mongoengine, sys.modules["mongoengine.fields"] is fields_)
    print(sorted(name for name in _document_registry if name == "Thing"), transform.query(Thing, name="x"))
    print(sys.modules[StringField.__module__].StringField is StringField, mongoengine.get_version(),
          mongoengine.VERSION)
    print(Thing.name.__class__.__mro__[1], type(Thing).__mro__[1])
"""


def test_plug_ins_go_by_the_paths_of_classes(tmp_path):
    assert "name text\nage number\n" in same_output(tmp_path, PLUG_IN)


PATCHES = """
    import mongoengine
    from mongoengine import dereference, fields
    from mongoengine.common import _import_class
    import mongoengine.base.metaclasses as metaclasses

    class OwnDeReference(dereference.DeReference):
        pass

    class OwnList(fields.ListField):
        pass

    dereference.DeReference = OwnDeReference
    mongoengine.fields.ListField = OwnList
    fields.marker = 1

    class Thing(mongoengine.Document):
        items = fields.ListField()

    print(type(Thing.items).__name__, _import_class("DeReference").__name__, _import_class("ListField").__name__)
    print(mongoengine.fields.marker, isinstance(Thing.items, OwnList), Thing(items=[1]).to_mongo())
    print(type(mongoengine.QuerySet(Thing, None)._dereference).__name__)
"""


def test_plug_ins_replace_classes_of_modules_before_their_first_use(tmp_path):
    assert "OwnList OwnDeReference OwnList\n" in same_output(tmp_path, PATCHES)


ASYNC = """
    import mongoengine
    from mongoengine import fields
    from mongoengine.base.document import BaseDocument

    class Later:
        def __get__(self, instance, owner):
            if instance is None:
                return self
            if not instance._fields[self.name]._auto_dereference:
                return instance._data.get(self.name)
            return ("later", instance._data.get(self.name))

    class LaterReference(Later, fields.GenericReferenceField):
        pass

    class NoDereference:
        def __init__(self, *args, **kwargs):
            before = [(field, field._BaseField__auto_dereference) for field in self._fields.values()]
            for field, _ in before:
                field._BaseField__auto_dereference = False
            try:
                super().__init__(*args, **kwargs)
            finally:
                for field, flag in before:
                    field._BaseField__auto_dereference = flag

    class Thing(NoDereference, mongoengine.Document):
        other = LaterReference()
        name = fields.StringField()

    print(Thing().other, Thing(name="a").to_mongo(), Thing(name="a", other=None).other, Thing()._data["other"])
"""


def test_plug_ins_that_dereference_later(tmp_path):
    assert same_output(tmp_path, ASYNC).startswith("('later', None)")


@pytest.mark.parametrize("name", ["QuerySet", "BaseField", "Document"])
def test_help_names_the_module(tmp_path, name):
    program = f"""
        import mongoengine
        from mongoengine.base import BaseField
        cls = getattr(mongoengine, {name!r}, BaseField)
        import inspect
        print(inspect.getmodule(cls) is not None, cls.__module__, cls.__name__)
    """
    assert f" {name}\n" in same_output(tmp_path, program)
