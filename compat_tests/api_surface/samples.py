"""Objects of the packages' classes whose own attributes, private ones too, are compared."""

from collections.abc import Callable, Iterable
from typing import Any

from compat_tests.api_surface.describe import Describer

Aspects = dict[str, str]


def sample(package: Any, describe: Describer, asked: Iterable[str] = ()) -> dict[str, Aspects]:
    """What the samples hold in attributes of their own, and in those that are `asked` for by path.

    An object may keep elsewhere what the other package's keeps in its `__dict__`, as long as it can be asked for.
    """
    also: dict[str, list[str]] = {}
    for path in asked:
        name, _, attribute = path.partition(":")
        also.setdefault(name, []).append(attribute)
    found = {}
    for name, make in _samples(package).items():
        made = make()
        sample_name = f"sample of {name}"
        for attribute in {**vars(made), **dict.fromkeys(also.get(sample_name, ()))}:
            if hasattr(made, attribute) and attribute != "__doc__":
                found[f"{sample_name}:{attribute}"] = {"value": describe.value(getattr(made, attribute))}
    return found


def classes(me: Any) -> dict[str, Any]:
    """Document classes as a program makes them, for everything that the metaclasses put into them."""

    class Part(me.EmbeddedDocument):  # type: ignore[misc]
        text = me.StringField(choices=["a", "b"])
        meta = {"allow_inheritance": True}

    class Page(me.Document):  # type: ignore[misc]
        title = me.StringField(db_field="t", unique=True)
        kind = me.StringField(choices=["a", "b"])
        place = me.PointField()
        parts = me.EmbeddedDocumentListField(Part)
        meta = {"allow_inheritance": True, "indexes": ["kind", ("kind", "-title")], "ordering": ["kind"]}

    class Chapter(Page):
        pages = me.ListField(me.ReferenceField(Page))

    class Note(me.DynamicDocument):  # type: ignore[misc]
        key = me.IntField(primary_key=True)

    class Base(me.Document):  # type: ignore[misc]
        meta = {"abstract": True, "indexes": ["kind"]}
        kind = me.StringField()

    class Derived(Base):
        @me.queryset_manager  # type: ignore[untyped-decorator]
        def of_kind(doc_cls: Any, queryset: Any) -> Any:
            return queryset.filter(kind="a")

    return {cls.__name__: cls for cls in (Part, Page, Chapter, Note, Base, Derived)}


def _samples(me: Any) -> dict[str, Callable[[], Any]]:
    made = classes(me)
    Page, Part = made["Page"], made["Part"]
    samples: dict[str, Callable[[], Any]] = _fields(me, Page, Part)
    samples["Page"] = lambda: Page(title="a", parts=[Part(text="a")])
    samples["Part"] = lambda: Part(text="a")
    samples["Note"] = lambda: made["Note"](key=1, more="b", items=[1, {"a": [2]}])
    samples["Q"] = lambda: me.Q(title="a")
    samples["QCombination"] = lambda: me.Q(title="a") & me.Q(text="b")
    samples["QueryFieldList"] = lambda: me.QueryFieldList(["a"], always_include=["_cls"])
    samples["QuerySetManager"] = me.QuerySetManager
    samples["ValidationError"] = lambda: me.ValidationError("no", errors={"a": me.ValidationError("b")}, field_name="c")
    samples["DeReference"] = me.dereference.DeReference
    samples["GridFSProxy"] = lambda: me.fields.GridFSProxy(grid_id=1, key="file")
    samples["MapReduceDocument"] = lambda: me.MapReduceDocument(Page, None, 1, 2)
    samples["switch_db"] = lambda: me.context_managers.switch_db(Page, "other")
    samples["no_sub_classes"] = lambda: me.context_managers.no_sub_classes(Page)
    samples["QuerySet"] = lambda: me.QuerySet(Page, None)
    samples["switch_collection"] = lambda: me.context_managers.switch_collection(Page, "other")
    samples["no_dereference"] = lambda: me.context_managers.no_dereference(Page)
    samples["query_counter"] = me.context_managers.query_counter
    samples["QuerySetNoCache"] = lambda: me.QuerySetNoCache(Page, None)
    return samples


def _fields(me: Any, page: Any, part: Any) -> dict[str, Callable[[], Any]]:
    arguments: dict[str, tuple[Any, ...]] = {
        "CachedReferenceField": (page,),
        "EmbeddedDocumentField": (part,),
        "EmbeddedDocumentListField": (part,),
        "EnumField": (_an_enum(),),
        "LazyReferenceField": (page,),
        "MapField": (me.IntField(),),
        "ReferenceField": (page,),
        "SortedListField": (me.IntField(),),
    }
    # In the same order on both sides, because fields are counted as they are made.
    names = sorted(name for name in me.fields.__all__ if name.endswith("Field"))
    return {name: _maker(getattr(me.fields, name), arguments.get(name, ())) for name in names}


def _maker(cls: Any, arguments: tuple[Any, ...]) -> Callable[[], Any]:
    return lambda: cls(*arguments, db_field="stored", help_text="metadata")


def _an_enum() -> Any:
    from enum import Enum

    return Enum("Colour", {"RED": 1})
