"""Names with an underscore that programs use on documents and their classes: they work as in MongoEngine."""

import copy
import inspect
from unittest.mock import create_autospec

import pytest
from bson import DBRef, ObjectId

from tests.base.both_sides import alike, alike_with_mongodb, raised

KEY = ObjectId(f"{1:024x}")


def classes(me):
    """An inheritable document with an embedded one, a subclass of it, and a dynamic document."""

    class Line(me.EmbeddedDocument):
        text = me.StringField(db_field="t")
        words = me.ListField(me.StringField())

    class Page(me.Document):
        title = me.StringField(db_field="ti", unique=True)
        number = me.IntField(unique_with="title")
        place = me.PointField(db_field="pl")
        lines = me.EmbeddedDocumentListField(Line, db_field="ls")
        extra = me.DictField()
        other = me.ReferenceField("self")
        meta = {"allow_inheritance": True, "indexes": ["-number"], "collection": "pages", "shard_key": ("number",)}

    class Chapter(Page):
        pages = me.IntField()

    class Note(me.DynamicDocument):
        name = me.StringField()

    return Page, Chapter, Line, Note


@alike
def test_names_of_a_class(me):
    page, chapter, line, note = classes(me)
    return [
        (
            cls._class_name, cls._subclasses, cls._superclasses, cls._types, list(cls._fields), cls._fields_ordered,
            cls._db_field_map, cls._reverse_db_field_map, cls._is_document, cls._dynamic,
            getattr(cls, "_is_base_cls", None),
            cls._get_collection_name(), sorted(cls._meta), raised(lambda cls=cls: cls._cls.__class__.__name__),
        )
        for cls in (page, chapter, line, note)
    ]  # fmt: skip


@alike
def test_the_meta_of_a_class(me):
    page, chapter, _, _ = classes(me)
    shown = (
        "id_field",
        "ordering",
        "allow_inheritance",
        "collection",
        "abstract",
        "index_specs",
        "shard_key",
        "indexes",
    )
    chapter._meta["ordering"] = ["-pages"]
    return [{name: cls._meta.get(name) for name in shown} for cls in (page, chapter)], type(page._meta).__name__


@alike
def test_the_meta_of_a_class_may_be_replaced(me):
    page, _, _, _ = classes(me)

    class Meta(dict):
        def get(self, key, default=None):
            return "elsewhere" if key == "collection" else super().get(key, default)

    page._meta = Meta(page._meta)
    return page._get_collection_name(), page(title="a").to_mongo(), page(id=KEY).to_dbref()


@alike
def test_fields_may_be_looked_up_by_path(me):
    page, chapter, _, _ = classes(me)
    paths = (
        "title",
        "pk",
        "id",
        "lines.text",
        "lines__text",
        "lines.0.words",
        "extra.a.b",
        "other",
        "nothing",
        "pages",
    )
    return [
        (
            raised(lambda path=path: [getattr(step, "db_field", step) for step in page._lookup_field(path.split("."))]),
            raised(lambda path=path: page._translate_field_name(path)),
            raised(lambda path=path: chapter._translate_field_name(path)),
        )
        for path in paths
    ], page._translate_field_name("lines__text", "__")


@alike
def test_specifications_of_indexes(me):
    page, chapter, line, _ = classes(me)
    return [
        (
            cls._geo_indices(),
            cls._unique_with_indexes(),
            cls._unique_with_indexes("prefix"),
            cls._build_index_specs(["title", ("number", "-title"), {"fields": ["#title"], "sparse": True}]),
            raised(lambda cls=cls: cls._build_index_spec("*place")),
            raised(lambda cls=cls: cls._build_index_specs(["nothing"])),
        )
        for cls in (page, chapter)
    ], line._geo_indices(inspected=[], parent_field="up")


@alike
def test_values_of_a_document(me):
    page, _, line, _ = classes(me)
    doc = page(title="a", lines=[line(text="b")])
    doc._data["title"] = "c"
    doc._data["number"] = 4
    del doc._data["extra"]
    return (
        doc, doc.title, doc.number, "title" in doc._data, doc._data.get("nothing"), len(doc._data), doc._cls,
        dict(doc._data)["title"], {**doc._data}["number"], doc._data == dict(doc._data), doc._data.pop("number"),
        doc.number,
    )  # fmt: skip


@alike
def test_flags_of_a_document(me):
    page, _, line, note = classes(me)
    new, loaded = page(title="a"), page._from_son({"_id": KEY, "ti": "b"})
    seen = [(doc._created, doc._initialised, doc._dynamic_lock, doc._dynamic) for doc in (new, loaded, line(), note())]
    loaded._created = True
    return seen, loaded._created, hasattr(new, "_changed_fields"), loaded._changed_fields, line()._changed_fields


@alike
def test_documents_from_stored_values(me):
    page, _, line, _ = classes(me)
    stored = {"_id": KEY, "_cls": "Page.Chapter", "ti": "a", "ls": [{"t": "b"}], "pages": 3}
    made = page._from_son(stored)
    assert type(made).__name__ == "Chapter"
    return (
        made, made.lines[0].text, made.lines[0].words, made._get_changed_fields(),
        page._from_son({}, created=True)._created,
        line._from_son({"t": "x"}), raised(lambda: page._from_son([1])), raised(lambda: page._from_son({"nothing": 1})),
        raised(lambda: page._from_son({"ls": 3})), raised(lambda: page._from_son({"_cls": "Unknown"})),
        type(page._from_son({"other": KEY}, _auto_dereference=False)._data["other"]).__name__,
    )  # fmt: skip


@alike
def test_references_that_are_not_followed(me):
    page, _, _, _ = classes(me)
    made = page._from_son({"_id": KEY, "other": KEY}, _auto_dereference=False)
    field = made._fields["other"]
    return field._auto_dereference, page._fields["other"]._auto_dereference, made.other


@alike
def test_auto_dereference_of_a_field(me):
    page, _, _, _ = classes(me)
    field = page._fields["other"]
    context = ("_no_dereference_context_local", "_no_dereference_context_is_set")
    names = ("_auto_dereference", "_BaseField__auto_dereference", *context)
    seen = [getattr(field, name) for name in names]
    field._incr_no_dereference_context()
    try:
        seen += [getattr(field, name) for name in names]
    finally:
        field._decr_no_dereference_context()
    field.set_auto_dereferencing(False)
    seen += [getattr(field, name) for name in names]
    field._BaseField__auto_dereference = True
    return seen, field._auto_dereference, type(raised(lambda: setattr(field, "_auto_dereference", False)))


@alike
def test_changes_are_marked_collected_and_cleared(me):
    page, _, line, _ = classes(me)
    doc = page._from_son({"_id": KEY, "ti": "a", "ls": [{"t": "b", "words": ["c"]}], "extra": {"k": {"l": 1}}})
    steps = []
    doc._mark_as_changed("title")
    doc._mark_as_changed("extra.k")
    steps.append((list(doc._changed_fields), doc._get_changed_fields()))
    doc._mark_as_changed("extra")
    doc._mark_as_changed("extra.z")
    steps.append((list(doc._changed_fields), doc._get_changed_fields()))
    doc.lines[0].words.append("d")
    doc.lines[0]._mark_as_changed("text")
    steps.append((sorted(doc._get_changed_fields()), doc.lines[0]._changed_fields))
    set_data, unset_data = doc._delta()
    steps.append((sorted(set_data.items()), unset_data))
    doc._clear_changed_fields()
    steps.append((doc._changed_fields, doc._get_changed_fields(), doc.lines[0]._changed_fields, doc._delta()))
    doc._changed_fields = ["ti"]
    steps.append((doc._get_changed_fields(), doc._delta()))
    doc._changed_fields.append("extra")
    return steps, doc._get_changed_fields(), line()._get_changed_fields()


@alike
def test_marking_a_new_document(me):
    page, _, _, _ = classes(me)
    doc = page(title="a")
    doc._mark_as_changed("title")
    return hasattr(doc, "_changed_fields"), doc._get_changed_fields(), doc._delta()


@alike
def test_an_overridden_mark_is_called(me):
    marked = []

    class Thing(me.Document):
        name = me.StringField(db_field="n")
        tags = me.ListField(me.StringField())

        def _mark_as_changed(self, key):
            marked.append(key)
            super()._mark_as_changed(key)

    thing = Thing._from_son({"_id": KEY, "tags": ["a"]})
    thing.name = "b"
    thing.tags.append("c")
    return marked, thing._get_changed_fields()


@alike
def test_the_owner_of_embedded_documents_and_containers(me):
    page, _, line, _ = classes(me)
    doc = page(lines=[line(words=["a"])], extra={"k": [1]})
    inner = doc.lines[0]
    assert (inner._instance.pk, doc.lines._instance.pk) == (None, None)
    doc.id = KEY
    return (
        inner._instance.pk, doc.lines._name, inner.words._name, doc.extra["k"]._name, doc.extra["k"]._instance.pk,
        line()._instance, type(doc.lines).__name__, doc.lines._dereferenced, type(doc.lines)._instance,
    )  # fmt: skip


@alike
def test_dynamic_fields(me):
    _, _, _, note = classes(me)
    made = note(name="a", colour="red", items=[1, {"deep": [2]}])
    made.late = {"x": [1]}
    before = made._fields_ordered
    del made.colour
    return (
        list(made._dynamic_fields), {type(field).__name__ for field in made._dynamic_fields.values()}, before,
        made.to_mongo(), type(made.late).__name__, hasattr(note, "_dynamic_fields"),
        made._BaseDocument__expand_dynamic_values("x", {"a": (1, {"b": 2})}), made._dynamic_lock,
    )  # fmt: skip


@alike
def test_labels_of_choices(me):
    class Thing(me.Document):
        size = me.StringField(choices=[("S", "small"), ("L", "large")])

    thing = Thing(size="L")
    seen = [
        thing.get_size_display(),
        thing._BaseDocument__get_field_display(Thing.size),
        hasattr(Thing, "get_size_display"),
    ]
    Thing._fields["size"].choices = [("L", "big")]
    thing._BaseDocument__set_field_display()
    return seen, thing.get_size_display()


@alike_with_mongodb
def test_what_identifies_a_document(me):
    page, chapter, _, _ = classes(me)
    doc = chapter(id=KEY, title="a", number=3).save()
    query = doc._qs
    return (
        doc._object_key, type(query).__name__, query._collection.name, query._document is chapter, query.count(),
        doc._get_db() == me.get_db(), doc._get_collection().name, chapter._collection.name, doc._get_collection_name(),
        doc.to_dbref(),
        page(id=KEY) == DBRef("pages", KEY),
    )  # fmt: skip


@alike_with_mongodb
def test_the_collection_of_a_class_may_be_set_and_forgotten(me):
    page, _, _, _ = classes(me)
    page(title="a").save()
    first = page._get_collection()
    assert page._collection is first
    page._collection = first.database["others"]
    page(title="b").save()
    page._collection = None
    again = page._get_collection()
    return again.name, again is first, page.objects.count(), first.database["others"].count_documents({})


@alike_with_mongodb
def test_an_overridden_collection(me):
    class Thing(me.Document):
        name = me.StringField()

        @classmethod
        def _get_collection(cls):
            return cls._get_db()["elsewhere"]

        @classmethod
        def _get_collection_name(cls):
            return "elsewhere"

    Thing(id=KEY, name="a").save()
    return Thing.objects.get(), Thing.objects._collection.name, Thing(id=KEY).to_dbref()


@alike_with_mongodb
def test_an_overridden_database(me):
    class Thing(me.Document):
        name = me.StringField()
        used = []

        @classmethod
        def _get_db(cls):
            cls.used.append("asked")
            return super()._get_db()

    Thing(name="a").save()
    return bool(Thing.used), Thing.objects.count()


@alike_with_mongodb
def test_saving_sends_what_the_delta_says(me):
    page, _, _, _ = classes(me)

    class Sparse(page):
        def _delta(self):
            set_data, unset_data = super()._delta()
            return {key: value for key, value in set_data.items() if key != "number"}, unset_data

    doc = Sparse(title="a", number=1).save()
    doc.title, doc.number = "b", 1
    doc.extra = {"x": 1}
    doc.save()
    return doc.reload()


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
@alike
def test_private_attributes_of_a_copy(me, duplicate):
    page, _, _, _ = classes(me)
    doc = page._from_son({"_id": KEY, "ti": "a", "extra": {"k": 1}})
    doc.title = "b"
    twin = duplicate(doc)
    twin.extra["k"] = 2
    return twin, twin._created, twin._initialised, sorted(twin._changed_fields), doc._changed_fields, twin._delta()


@alike
def test_slots_that_nothing_fills(me):
    page, _, _, _ = classes(me)
    doc = page()
    before = [hasattr(doc, name) for name in ("_auto_id_field", "_Document__objects")]
    doc._auto_id_field, doc._Document__objects = 1, 2
    return before, doc._auto_id_field, doc._Document__objects, doc._db_field_map


@pytest.mark.parametrize("flag", [True, False, None, 0, 1, "", [1]])
@alike
def test_flags_count_by_their_truth(me, flag):
    class Thing(me.Document):
        name = me.StringField(db_field="n")
        cleaned = []

        def clean(self):
            self.cleaned.append(self.name)

    thing = Thing(name="a")
    thing.validate(flag)
    thing.validate(clean=flag)
    return thing.to_mongo(flag), thing.to_mongo(use_db_field=flag, fields=["name"]), Thing.cleaned


@alike_with_mongodb
def test_signatures_of_document_classes_can_be_asked_for(me):
    page, _, line, _ = classes(me)
    double = create_autospec(page)
    double(title="a").save(force_insert=True)
    return (
        [str(inspect.signature(cls)).replace("kwargs", "values") for cls in (page, line, me.Document)],
        double.call_args.kwargs,
        raised(lambda: double(title="a").save(nothing=1)).__class__,
    )
