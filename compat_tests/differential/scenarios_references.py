"""Scenarios: following references, and saving what is referred to."""

from typing import Any

from bson import DBRef

from compat_tests.differential.harness import Scenario, raised
from compat_tests.differential.models import filled, oid
from compat_tests.differential.registry import collector

SCENARIOS: list[Scenario] = []
scenario = collector(SCENARIOS)


def family(me: Any) -> tuple[Any, Any]:
    """People with references of every kind to each other, several levels deep."""

    class Card(me.EmbeddedDocument):
        owner = me.ReferenceField("Human")
        owners = me.ListField(me.ReferenceField("Human"))

    class Human(me.Document):
        name = me.StringField()
        parent = me.ReferenceField("self")
        friends = me.ListField(me.ReferenceField("self"))
        old = me.ReferenceField("self", dbref=True)
        any = me.GenericReferenceField()
        anys = me.ListField(me.GenericReferenceField())
        by_name = me.MapField(me.ReferenceField("self"))
        mixed = me.DictField()
        nested = me.ListField(me.ListField(me.ReferenceField("self")))
        card = me.EmbeddedDocumentField(Card)
        cards = me.ListField(me.EmbeddedDocumentField(Card))
        lazy = me.LazyReferenceField("self")

    last = None
    made: list[Any] = []
    for number in range(5):
        one = Human(
            id=oid(number + 1),
            name=f"h{number}",
            parent=last,
            friends=made[-2:],
            old=last,
            any=last,
            anys=made[:2],
            lazy=last,
        )
        if last is not None:
            one.by_name, one.mixed, one.nested = (
                {"a": last},
                {"x": last, "l": [last], "d": {"e": last}},
                [[last], made[:1]],
            )
            one.card, one.cards = Card(owner=last, owners=made[:2]), [Card(owner=made[0])]
        last = one.save()
        made.append(last)
    return Human, Card


def name(value: Any) -> Any:
    """What a reference is now: a document's name, or the stored form."""
    return value.name if hasattr(value, "_fields") else f"{type(value).__name__} {value}"


def shown(one: Any) -> Any:
    """What all the references of a human are when they are read."""
    return [
        name(one.parent), [name(friend) for friend in one.friends], name(one.old), name(one.any),
        [name(item) for item in one.anys], {key: name(value) for key, value in one.by_name.items()},
        name(one.mixed.get("x")), [name(item) for item in one.mixed.get("l", [])],
        [[name(item) for item in row] for row in one.nested], one.card and name(one.card.owner),
        one.card and [name(item) for item in one.card.owners], [name(card.owner) for card in one.cards], repr(one.lazy),
    ]  # fmt: skip


@scenario
def reading_references(me: Any) -> Any:
    human, _ = family(me)
    return (
        [shown(one) for one in human.objects.order_by("id")],
        shown(human.objects.get(id=oid(5))),
        name(human.objects.get(id=oid(5)).parent.parent.parent),
        human.objects.get(id=oid(5))._get_changed_fields(),
    )


@scenario
def reading_references_twice(me: Any) -> Any:
    human, _ = family(me)
    one = human.objects.get(id=oid(4))
    return (
        shown(one),
        shown(one),
        one.parent is one.parent,
        one.friends[0] is one.friends[0],
        type(one._data["parent"]).__name__,
        one.to_mongo(),
        one._get_changed_fields(),
        one.save()._delta(),
    )


@scenario
def no_dereference(me: Any) -> Any:
    human, _ = family(me)
    seen = [shown(one) for one in human.objects.no_dereference().order_by("id")[3:]]
    with me.context_managers.no_dereference(human):
        seen.append(shown(human.objects.get(id=oid(4))))
        kept = human.objects.get(id=oid(5))
    one = human.objects.no_dereference().get(id=oid(5))
    return (
        seen,
        shown(kept),
        shown(human.objects.get(id=oid(5)))[:2],
        name(one.parent),
        one.save().pk,
        [name(item) for item in human.objects.no_dereference().scalar("parent")],
    )


@scenario
def select_related_by_depth(me: Any) -> Any:
    human, _ = family(me)
    seen = []
    for depth in (0, 1, 2, 3, 5):
        rows = human.objects.order_by("id").select_related(max_depth=depth)
        seen.append((depth, type(rows).__name__, [shown(one) for one in rows[3:]]))
    one = human.objects.get(id=oid(5))
    return (
        seen,
        raised(lambda: shown(one.select_related())),
        raised(lambda: shown(human.objects.get(id=oid(5)).select_related(2))),
        human.objects.none().select_related(),
        [one.name for one in human.objects.select_related()[:2]],
        raised(lambda: human.objects.as_pymongo().select_related()[0]["name"]),
        raised(lambda: human.objects(id=oid(2)).no_dereference().select_related()[0].parent),
    )


@scenario
def missing_documents(me: Any) -> Any:
    human, _ = family(me)
    human.objects(id__in=[oid(1), oid(3)]).delete()
    ones = list(human.objects.order_by("id"))
    return [
        [raised(lambda: shown(one)) for one in ones], [raised(lambda: one.parent.name) for one in ones],
        raised(lambda: shown(human.objects.order_by("id").select_related()[0])),
        raised(lambda: human.objects.get(id=oid(4)).lazy.fetch()),
        raised(lambda: human.objects(parent=oid(3)).first().name),
        raised(lambda: ones[-1].save().pk), raised(lambda: ones[-1].validate()),
        raised(lambda: [type(item).__name__ for item in ones[-1].friends]),
        raised(lambda: human.objects.distinct("parent")), raised(lambda: human.objects.get(id=oid(4)).to_json()),
        raised(lambda: human.objects.no_dereference().get(id=oid(4)).parent),
    ]  # fmt: skip


@scenario
def foreign_references(me: Any) -> Any:
    human, _ = family(me)
    collection = human._get_collection()
    wrong = (
        oid(1),
        str(oid(1)),
        DBRef("human", oid(1)),
        DBRef("nowhere", oid(1)),
        DBRef("human", oid(99)),
        5,
        {"a": 1},
        [oid(1)],
        {"_cls": "Human", "_ref": DBRef("human", oid(1))},
        {"_cls": "Nobody", "_ref": DBRef("human", oid(1))},
        DBRef("human", oid(1), human._get_db().name),
        None,
        "text",
    )
    seen = []
    for field in ("parent", "old", "any", "friends", "anys", "mixed", "lazy", "by_name"):
        for number, value in enumerate(wrong):
            stored = (
                [value] if field in ("friends", "anys") else {"x": value} if field in ("mixed", "by_name") else value
            )
            collection.replace_one({"_id": oid(50)}, {"_id": oid(50), field: stored}, upsert=True)
            read = raised(lambda: human.objects.get(id=oid(50)))
            seen.append(
                (field, number, raised(lambda: repr(getattr(read[1], field))) if isinstance(read, tuple) else read)
            )
    return seen


@scenario
def lazy_references(me: Any) -> Any:
    human, _ = family(me)
    one = human.objects.get(id=oid(4))
    lazy = one.lazy
    passing = human.objects.get(id=oid(5))
    return [
        lazy.pk, lazy.document_type.__name__, lazy.id, raised(lambda: lazy.name), lazy.fetch().name,
        lazy.fetch() is lazy.fetch(), lazy.fetch(force=True).name, lazy == one.lazy, repr(lazy),
        raised(lambda: lazy["name"]), passing.lazy == passing.parent, lazy.collection, bool(lazy),
        raised(lambda: passing.lazy.keys()),
        one._get_changed_fields(), human.objects(lazy=lazy).count(), human.objects(lazy=lazy.fetch()).count(),
        human.objects(lazy=lazy.pk).count(), human.objects(lazy=None).count(),
    ]  # fmt: skip


@scenario
def all_kinds_of_references(me: Any) -> Any:
    thing = filled(me)
    one, two = thing.objects(id__in=[oid(1), oid(2)]).order_by("id")
    names = ("ref", "dbref", "refs", "lazy", "cached", "generic_ref", "generic_refs", "generic_lazy")
    seen = [(field, repr(getattr(one, field)), repr(getattr(two, field))) for field in names]
    seen += [(field, repr(one._data[field])) for field in names]
    other = thing.ref.document_type
    saved = other.objects.get(id=oid(100))
    saved.name = "renamed"
    saved.save()
    return (
        seen,
        one.cached.name,
        thing.objects.get(id=oid(1)).cached.name,
        thing.objects(cached__name="renamed").count(),
        list(thing._get_collection().find({}, {"cached": 1}).sort("_id", 1)),
        one.reload().cached.name,
    )


@scenario
def cascading_saves(me: Any) -> Any:
    class Leaf(me.Document):
        name = me.StringField()

    class Node(me.Document):
        name = me.StringField()
        leaf = me.ReferenceField(Leaf)
        leaves = me.ListField(me.ReferenceField(Leaf))
        any = me.GenericReferenceField()
        peer = me.ReferenceField("self")

    class Cascading(me.Document):
        name = me.StringField()
        leaf = me.ReferenceField(Leaf)
        leaves = me.ListField(me.ReferenceField(Leaf))
        any = me.GenericReferenceField()
        meta = {"cascade": True}

    def make(cls: Any, number: int) -> Any:
        leaves = [Leaf(id=oid(number + place), name="leaf").save() for place in range(3)]
        node = cls(id=oid(number), name="node", leaf=leaves[0], leaves=[leaves[1]], any=leaves[2]).save()
        node.leaf.name, node.leaves[0].name, node.any.name, node.name = "l0", "l1", "l2", "changed"
        return node

    def stored() -> Any:
        return [(leaf.pk, leaf.name) for leaf in Leaf.objects.order_by("id")]

    make(Node, 10).save()
    first = stored()
    make(Node, 20).save(cascade=True)
    second = stored()
    make(Cascading, 30).save()
    third = stored()
    make(Cascading, 40).save(cascade=False)
    fourth = stored()
    make(Node, 50).save(cascade_kwargs={"validate": False})
    fifth = stored()
    loop = make(Node, 60)
    loop.peer = loop
    loop.save(cascade=True)
    unsaved = Node(name="x", leaf=Leaf(name="unsaved"))
    return (
        first,
        second,
        third,
        fourth,
        fifth,
        raised(lambda: unsaved.save()),
        raised(lambda: unsaved.save(cascade=True)),
        raised(lambda: unsaved.cascade_save()),
    )


@scenario
def assigning_references(me: Any) -> Any:
    human, _ = family(me)
    one = human.objects.get(id=oid(5))
    target = human.objects.get(id=oid(1))
    seen = []
    for field in ("parent", "old", "any", "lazy"):
        for value in (target, target.pk, str(target.pk), target.to_dbref(), None, human(name="unsaved"), 5, "text"):
            setattr(one, field, value)
            seen.append(
                (
                    field,
                    repr(value),
                    raised(lambda: repr(getattr(one, field))),
                    raised(one.validate),
                    raised(lambda: one.to_mongo().get(field)),
                    one._get_changed_fields(),
                )
            )
        setattr(one, field, target)
    one.friends.append(target)
    one.friends[0] = target.pk
    one.by_name["new"] = target
    one.mixed["new"] = target
    return (
        seen,
        one._get_changed_fields(),
        raised(lambda: one._delta()),
        raised(lambda: one.save().pk),
        one.reload().to_mongo(),
    )


@scenario
def comparing_and_querying_by_references(me: Any) -> Any:
    human, _ = family(me)
    one, two = human.objects.get(id=oid(1)), human.objects.get(id=oid(2))
    return [
        two.parent == one, two.parent == one.to_dbref(), one.to_dbref() == two.to_dbref(), one != two,
        hash(one) == hash(human.objects.get(id=oid(1))), human.objects(parent=one).count(),
        human.objects(parent__in=[one, two]).count(), human.objects(parent__ne=one).count(),
        human.objects(friends=one).count(), human.objects(friends__all=[one, two]).count(),
        human.objects(any=one).count(), human.objects(anys__in=[one]).count(),
        human.objects(any__exists=True).count(), human.objects(card__owner=one).count(),
        human.objects(cards__owner=one).count(), human.objects(by_name__a=one).count(),
        human.objects(mixed__x=one).count(), human.objects(nested=one).count(), human.objects(old=one).count(),
        raised(lambda: human.objects(parent__name="h0").count()),
        human.objects(me.Q(parent=one) | me.Q(old=two)).count(), human.objects(parent=None).count(),
        human.objects(friends__size=2).count(), human.objects(friends__0=one).count(),
        raised(lambda: human.objects(parent=human(name="x")).count()),
        raised(lambda: human.objects(any=human(name="x")).count()),
    ]  # fmt: skip


@scenario
def reloading_by_depth(me: Any) -> Any:
    human, _ = family(me)
    seen = []
    for depth in (0, 1, 2, None):
        one = human.objects.no_dereference().get(id=oid(5))
        arguments = () if depth is None else (depth,)
        seen.append(
            (depth, raised(lambda: shown(one.reload(max_depth=depth) if depth is not None else one.reload(*arguments))))
        )
    return seen
