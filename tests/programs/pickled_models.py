"""Documents that pickle can find by module and name, under whichever package the name `mongoengine` stands for.

The tests of pickles run programs that import this as a module of theirs; it is no test module itself.
"""

from datetime import datetime
from decimal import Decimal

import mongoengine as me
from bson import ObjectId

KEY = ObjectId(f"{7:024x}")


class Owner(me.Document):
    name = me.StringField()


class Line(me.EmbeddedDocument):
    sku = me.StringField()
    tags = me.ListField(me.StringField())


class Order(me.Document):
    name = me.StringField(db_field="n")
    line = me.EmbeddedDocumentField(Line)
    lines = me.EmbeddedDocumentListField(Line)
    tags = me.ListField(me.StringField())
    extra = me.DictField()
    names = me.MapField(me.IntField())
    owner = me.ReferenceField(Owner)
    later = me.LazyReferenceField(Owner)
    anyone = me.GenericReferenceField()
    price = me.DecimalField(precision=2)
    when = me.DateTimeField()
    meta = {"ordering": ["name"]}


class Loose(me.DynamicDocument):
    known = me.StringField()


def full_order(**values):
    owner = Owner(id=KEY, name="o")
    return Order(
        name="a", line=Line(sku="l", tags=["t"]), lines=[Line(sku="x"), Line(sku="y", tags=["u", "v"])],
        tags=["one", "two"], extra={"k": [1, {"deep": [2]}]}, names={"b": 2}, owner=owner, later=owner, anyone=owner,
        price=Decimal("1.25"), when=datetime(2024, 5, 6, 7, 8, 9), **values,
    )  # fmt: skip


def orders():
    """Documents in every state that a program may put into a cache, by name."""
    dirty = full_order(id=KEY)
    dirty._clear_changed_fields()
    dirty.name = "changed"
    dirty.extra["k"][1]["deep"].append(3)
    dirty.lines[1].sku = "z"
    clean = full_order(id=KEY)
    clean._clear_changed_fields()
    loose = Loose(known="k", free={"a": [1]}, other=Line(sku="dynamic"))
    loose.more = [1, 2]
    return {
        "new": full_order(), "empty": Order(), "clean": clean, "dirty": dirty, "loose": loose, "line": Line(sku="s"),
        "owner": Owner(name="o"), "list": dirty.tags, "dict": dirty.extra, "lines": dirty.lines,
    }  # fmt: skip


def describe(found):
    """Everything about an object from a cache that a program can rely on, as text."""
    if isinstance(found, dict) and not hasattr(found, "_fields"):
        return f"{type(found).__name__} {dict(found)!r}"
    if isinstance(found, list):
        return f"{type(found).__name__} {[describe(item) if hasattr(item, 'to_mongo') else item for item in found]!r}"
    lines = [type(found).__name__, repr(dict(found.to_mongo()))]
    if hasattr(found, "_changed_fields"):
        # A document that was never saved does not track its changes, for it is saved as a whole.
        lines.append(f"changed {sorted(found._get_changed_fields())}")
    lines.append(f"created {getattr(found, '_created', None)} initialised {found._initialised}")
    if hasattr(found, "_delta"):
        lines.append(f"delta {found._delta()!r}")
    lines.append(repr(sorted(found)))
    lines.append(repr({name: type(found._data.get(name)).__name__ for name in ("owner", "later", "anyone", "line")}))
    return "\n".join(lines)


def edit(found):
    """Change what came from a cache, and say what a save would send."""
    if isinstance(found, Order):
        found.name = "edited"
        found.tags.append("new")
        found.extra["new"] = {"n": 1}
        if found.lines:
            found.lines[0].tags.append("new")
    elif isinstance(found, Loose):
        # MongoEngine cannot change what a dynamic field of an unpickled document holds, only replace it.
        found.free = {"b": 2}
        found.brand_new = 1
    elif isinstance(found, Line):
        found.tags.append("new")
    elif isinstance(found, list) and not hasattr(found, "filter"):
        found.append("new")
    return describe(found)
