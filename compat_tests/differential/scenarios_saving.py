"""Scenarios: the arguments of save(), inserts, reloading, migrations, and what dynamic documents store."""

from typing import Any

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import oid
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def things(me: Any, **meta: Any) -> Any:
    """A class with a few fields, and two stored documents."""

    class Part(me.EmbeddedDocument):
        num = me.IntField(db_field="n")
        tags = me.ListField(me.StringField())

    class Thing(me.Document):
        name = me.StringField(required=True, db_field="nm")
        age = me.IntField(min_value=0)
        tags = me.ListField(me.StringField())
        extra = me.DictField()
        part = me.EmbeddedDocumentField(Part)
        parts = me.EmbeddedDocumentListField(Part)

    for number in (1, 2):
        Thing(
            id=oid(number), name=f"t{number}", age=number, tags=["a"], part=Part(num=number), parts=[Part(num=5)]
        ).save()
    return Thing


def stored(thing: Any) -> list[Any]:
    """Every stored document."""
    return list(thing._get_collection().find().sort("_id", 1))


@scenario
def forced_inserts(me: Any) -> Any:
    thing = things(me)
    one = thing.objects.get(id=oid(1))
    return [
        raised(lambda: thing(id=oid(1), name="x").save(force_insert=True)), raised(lambda: thing(id=oid(3),
        name="x").save(force_insert=True).pk), raised(lambda: one.save(force_insert=True)),
        raised(lambda: thing(id=oid(1), name="replaced").save().pk),
        raised(lambda: thing(name="new").save(force_insert=True).name),
        raised(lambda: thing(id=oid(4), name="y").save(save_condition={"age": 1}, force_insert=True)),
        raised(lambda: thing.objects.create(name="created").name), raised(lambda: thing.objects.create(id=oid(1),
        name="again")), raised(lambda: thing.objects.create(age=1)),
    ]  # fmt: skip


@scenario
def conditions(me: Any) -> Any:
    thing = things(me)
    one = thing.objects.get(id=oid(1))
    seen = []
    for condition in (
        {"age": 1},
        {"age": 99},
        {"name": "t1"},
        {"age__gt": 0},
        {"nothing": 1},
        {"id": oid(2)},
        {"tags__size": 1},
        {"__raw__": {"age": 1}},
        {},
        {"part__num": 1},
    ):
        one.extra = {"step": len(seen)}
        seen.append(
            (repr(condition), raised(lambda: one.save(save_condition=condition).extra), one._get_changed_fields())
        )
        one.reload()
    unsaved = thing(name="n")
    return (
        seen,
        raised(lambda: unsaved.save(save_condition={"age": 1}).pk),
        raised(lambda: thing(id=oid(9), name="n").save(save_condition={"age": 1})),
        stored(thing),
    )


@scenario
def validation_and_clean(me: Any) -> Any:
    seen = []

    class Thing(me.Document):
        name = me.StringField(required=True)
        age = me.IntField(max_value=5)

        def clean(self) -> None:
            seen.append("clean")
            if self.name == "bad":
                raise me.ValidationError("cleaned", errors={"name": "bad"})
            if self.name == "upper":
                self.name = "UPPER"

    return [
        raised(lambda: Thing(name="upper").save().name), raised(lambda: Thing(name="bad").save()),
        raised(lambda: Thing(name="bad").save(clean=False).name),
        raised(lambda: Thing(name="bad").save(validate=False).name), raised(lambda: Thing(age=9).save()),
        raised(lambda: Thing(age=9).save(validate=False).age),
        raised(lambda: Thing(name="upper").validate()), raised(lambda: Thing(name="upper").validate(clean=False)),
        raised(lambda: Thing(name=5, age="x").validate()), raised(lambda: Thing(name=5).save(validate=False).name),
        seen, stored(Thing),
    ]  # fmt: skip


@scenario
def write_concerns(me: Any) -> Any:
    thing = things(me)
    one = thing.objects.get(id=oid(1))
    seen = []
    for concern in (
        {"w": 1},
        {"w": 1, "j": False},
        {},
        None,
        {"nonsense": 1},
        {"w": "majority"},
        {"w": 5, "wtimeout": 10},
        5,
    ):
        one.age = len(seen)
        seen.append(
            (
                repr(concern),
                raised(lambda: one.save(write_concern=concern).age),
                raised(lambda: thing(name="n", age=90 + len(seen)).save(write_concern=concern).age),
            )
        )
    return seen


@scenario
def signals_of_a_save(me: Any) -> Any:
    thing = things(me)
    seen = []
    names = (
        "pre_init",
        "post_init",
        "pre_save",
        "pre_save_post_validation",
        "post_save",
        "pre_bulk_insert",
        "post_bulk_insert",
    )

    def note(name: str) -> Any:
        def handler(sender: Any, document: Any = None, **kwargs: Any) -> None:
            kwargs.pop("values", None)
            seen.append(
                (
                    name,
                    sender.__name__,
                    None if document is None or name == "pre_init" else document._get_changed_fields(),
                    sorted((key, repr(value)) for key, value in kwargs.items() if key != "documents"),
                )
            )

        return handler

    handlers = {name: note(name) for name in names}
    for name, handler in handlers.items():
        getattr(me.signals, name).connect(handler, sender=thing)
    try:
        one = thing.objects.get(id=oid(1))
        one.age = 5
        one.save(signal_kwargs={"why": 1})
        thing(name="new").save()
        raised(lambda: thing().save())
        thing.objects.insert([thing(name="a"), thing(name="b")], signal_kwargs={"why": 2})
        thing.objects.insert(thing(name="c"), load_bulk=False)
        thing.objects.create(name="d")
    finally:
        for name, handler in handlers.items():
            getattr(me.signals, name).disconnect(handler, sender=thing)
    return seen


@scenario
def references_to_skip(me: Any) -> Any:
    class Leaf(me.Document):
        name = me.StringField()

    class Tree(me.Document):
        leaf = me.ReferenceField(Leaf)

    leaf = Leaf(id=oid(1), name="a").save()
    tree = Tree(id=oid(2), leaf=leaf).save()
    leaf.name = "b"
    return (
        tree.save(cascade=True, _refs=[leaf]).pk,
        leaf._get_changed_fields(),
        tree.save(cascade=True, _refs=[]).pk,
        leaf._get_changed_fields(),
        raised(lambda: tree.save(_refs=5).pk),
    )


@scenario
def what_is_sent_for_changes(me: Any) -> Any:
    thing = things(me)

    def change(edit: Any) -> Any:
        one = thing.objects.get(id=oid(1))
        edit(one)
        return one._get_changed_fields(), raised(one._delta), raised(lambda: one.save().pk), one._get_changed_fields()

    part = thing.part.document_type
    edits = (
        lambda one: None, lambda one: setattr(one, "age", 1), lambda one: setattr(one, "age", 7),
        lambda one: setattr(one, "age", None), lambda one: delattr(one, "age"), lambda one: one.tags.append("b"),
        lambda one: setattr(one, "tags", []), lambda one: setattr(one, "tags", None),
        lambda one: one.extra.update(a={"b": 1}), lambda one: one.extra["a"].update(c=2),
        lambda one: one.extra.pop("a"), lambda one: setattr(one, "extra", {}), lambda one: setattr(one.part, "num",
        9), lambda one: one.part.tags.append("x"), lambda one: setattr(one, "part", None), lambda one: setattr(one,
        "part", part(num=1)),
        lambda one: setattr(one.parts[0], "num", 6), lambda one: one.parts.append(part(num=7)),
        lambda one: one.parts.pop(0), lambda one: setattr(one, "parts", []), lambda one: one.parts.create(num=3),
        lambda one: one.tags.extend(["z"]) or one.tags.remove("z"), lambda one: setattr(one, "name",
        "new") or setattr(one, "age", 3),
    )  # fmt: skip
    return [(number, raised(lambda: change(edit))) for number, edit in enumerate(edits)]


@scenario
def changing_the_key(me: Any) -> Any:
    class Named(me.Document):
        name = me.StringField(primary_key=True)
        age = me.IntField()

    one = Named(name="a", age=1).save()
    one.name = "b"
    seen = [raised(lambda: one.save().pk), Named.objects.count(), one._get_changed_fields()]
    two = Named.objects.get(pk="a")
    two.pk = "c"
    seen += [
        raised(lambda: two.save(force_insert=True).pk),
        Named.objects.count(),
        raised(lambda: Named(age=1).save()),
        raised(lambda: Named(name=None).save()),
        raised(lambda: Named(name="d").update(set__age=2)),
    ]
    return seen, stored(Named)


@scenario
def bulk_inserts(me: Any) -> Any:
    class Thing(me.Document):
        name = me.StringField(unique=True)
        age = me.IntField(max_value=5)

    class Other(me.Document):
        pass

    objects = Thing.objects
    saved = Thing(id=oid(1), name="saved").save()
    return [
        raised(lambda: objects.insert([Thing(id=oid(2), name="a"), Thing(id=oid(3), name="b")])),
        raised(lambda: objects.insert([Thing(id=oid(4), name="c")], load_bulk=False)),
        raised(lambda: objects.insert(Thing(id=oid(5), name="d"))), raised(lambda: objects.insert(Thing(id=oid(6),
        name="e"), load_bulk=False)),
        raised(lambda: objects.insert([Thing(id=oid(7), name="f"), Thing(id=oid(8), name="a"), Thing(id=oid(9),
        name="g")])), raised(lambda: objects.insert([Thing(id=oid(10), name="a"), Thing(id=oid(11), name="a")],
        load_bulk=False)), raised(lambda: objects.insert(Thing(name="a"))),
        raised(lambda: objects.insert([Thing(id=oid(1), name="z")])),
        raised(lambda: objects.insert([Other()])), raised(lambda: objects.insert(Other())),
        raised(lambda: objects.insert([saved])), raised(lambda: objects.insert(saved)),
        raised(lambda: objects.insert([])), raised(lambda: objects.insert(None)), raised(lambda: objects.insert(5)),
        raised(lambda: objects.insert("text")), raised(lambda: objects.insert([None])),
        raised(lambda: objects.insert((Thing(id=oid(12), name="h"),))),
        raised(lambda: objects.insert([Thing(id=oid(14), name="j", age=99)])),
        raised(lambda: objects.insert([Thing(id=oid(15), age="x")])), raised(lambda: objects.insert([Thing(id=oid(16),
        name="k")], write_concern={"w": 1})), raised(lambda: objects.insert([Thing(id=oid(17), name="l")],
        write_concern={"nonsense": 1})),
        raised(lambda: objects.insert([Thing(id=oid(18), name="m")], load_bulk=False, signal_kwargs={"a": 1})),
        raised(lambda: objects.no_cache().insert([Thing(id=oid(19), name="n")])[0].name),
        raised(lambda: objects.only("name").insert([Thing(id=oid(20), name="o", age=1)])[0].age),
        raised(lambda: objects.as_pymongo().insert([Thing(id=oid(21), name="p")])),
        raised(lambda: objects.scalar("name").insert([Thing(id=oid(22), name="q")])),
        raised(lambda: objects(name="zzz").insert([Thing(id=oid(23), name="r")])[0].name),
        raised(lambda: objects.insert([Thing(id=oid(24), name="s"), Thing(id=oid(24), name="t")])), objects.count(),
    ]  # fmt: skip


@scenario
def inserted_documents_are_saved_ones(me: Any) -> Any:
    thing = things(me)
    given = [thing(name="a"), thing(name="b")]
    thing.objects.insert(given, load_bulk=False)
    seen = [(one.pk is not None, one._created, one._get_changed_fields()) for one in given]
    given[0].age = 3
    return (
        seen,
        raised(lambda: given[0].save().age),
        raised(lambda: given[1].save().name),
        raised(lambda: thing.objects.insert(given)),
        stored(thing),
    )


@scenario
def many_inserts(me: Any) -> Any:
    class Thing(me.Document):
        name = me.StringField()
        text = me.StringField()

    found = Thing.objects.insert(
        [Thing(id=oid(number + 1), name=str(number), text="x" * 2000) for number in range(300)]
    )
    return (
        len(found),
        found[299].name,
        Thing.objects.count(),
        len(Thing.objects.insert([Thing(name="y") for _ in range(1200)], load_bulk=False)),
        Thing.drop_collection(),
    )


@scenario
def reloading(me: Any) -> Any:
    thing = things(me)
    one = thing.objects.get(id=oid(1))
    thing._get_collection().update_one(
        {"_id": oid(1)},
        {"$set": {"nm": "there", "age": 50, "n.x": 1, "tags": ["new"], "part.n": 77}, "$unset": {"parts": 1}},
    )

    def reloaded(*arguments: Any, **options: Any) -> Any:
        one.name, one.age, one.tags, one.part.num = "here", 0, [], 0
        return (
            raised(lambda: one.reload(*arguments, **options) is one),
            one.name,
            one.age,
            list(one.tags),
            one.part.num,
            one._get_changed_fields(),
        )

    seen = [
        reloaded("name"),
        reloaded("name", "age"),
        reloaded("tags"),
        reloaded("part"),
        reloaded("nothing"),
        reloaded("nm"),
        reloaded(max_depth=2),
        reloaded("name", max_depth=1),
        reloaded(1),
        reloaded("part.num"),
        reloaded("part__num"),
        reloaded("id"),
        reloaded("pk"),
        reloaded(None),
    ]
    thing._get_collection().update_one({"_id": oid(1)}, {"$unset": {"n": 1}})
    seen.append(reloaded())
    unsaved = thing(name="x")
    one.delete()
    return (
        seen,
        raised(unsaved.reload),
        raised(one.reload),
        raised(lambda: thing(id=oid(2), name="z").reload().name),
        raised(lambda: thing(id=oid(88)).reload("name")),
    )
