"""Documents that the scenarios share: a class with a field of every kind, and values that it takes or refuses."""

import enum
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bson import DBRef, Decimal128, Int64, ObjectId, Regex

WHEN = datetime(2024, 5, 6, 7, 8, 9, 123000)


class Colour(enum.Enum):
    """Values of an enum field."""

    RED = "red"
    BLUE = "blue"


def oid(number: int) -> ObjectId:
    """An id that both packages are given."""
    return ObjectId(f"{number:024x}")


def every_kind(me: Any) -> Any:
    """A document class with a field of every kind that a query can name, some with another name in the database."""

    class Inner(me.EmbeddedDocument):
        num = me.IntField(db_field="n")
        text = me.StringField()
        tags = me.ListField(me.StringField())
        extra = me.DictField()

    class Other(me.Document):
        name = me.StringField()
        num = me.IntField()

    class Thing(me.Document):
        string = me.StringField(db_field="s")
        url = me.URLField()
        email = me.EmailField()
        integer = me.IntField()
        long = me.LongField()
        real = me.FloatField()
        decimal = me.DecimalField(precision=2)
        decimal_text = me.DecimalField(force_string=True)
        decimal128 = me.Decimal128Field()
        flag = me.BooleanField()
        when = me.DateTimeField()
        day = me.DateField()
        exact_when = me.ComplexDateTimeField()
        uid = me.UUIDField()
        uid_text = me.UUIDField(binary=False)
        key = me.ObjectIdField()
        data = me.BinaryField()
        enum = me.EnumField(Colour)
        number = me.SequenceField()
        dynamic = me.DynamicField()
        strings = me.ListField(me.StringField(), db_field="ss")
        numbers = me.SortedListField(me.IntField())
        matrix = me.ListField(me.ListField(me.IntField()))
        anything = me.ListField()
        mapping = me.DictField(db_field="d")
        counts = me.MapField(me.IntField())
        inner = me.EmbeddedDocumentField(Inner, db_field="i")
        inners = me.EmbeddedDocumentListField(Inner, db_field="is")
        by_name = me.MapField(me.EmbeddedDocumentField(Inner))
        generic_inner = me.GenericEmbeddedDocumentField(choices=(Inner,))
        ref = me.ReferenceField(Other, db_field="r")
        dbref = me.ReferenceField(Other, dbref=True)
        refs = me.ListField(me.ReferenceField(Other))
        lazy = me.LazyReferenceField(Other)
        cached = me.CachedReferenceField(Other, fields=["name"])
        generic_ref = me.GenericReferenceField(choices=(Other,))
        generic_refs = me.ListField(me.GenericReferenceField())
        generic_lazy = me.GenericLazyReferenceField()

    return Thing, Inner, Other


def filled(me: Any) -> Any:
    """The class of `every_kind` with four documents: full, full with other values, sparse, empty."""
    thing, inner, other = every_kind(me)
    others = [other(id=oid(100 + number), name=f"o{number}", num=number) for number in range(3)]
    other.objects.insert(others)
    for number, name in enumerate(("abc", "ABC def")):
        target = others[number]
        inners = [inner(num=place + number, text=f"t{place}", tags=["x", f"y{place}"]) for place in range(3)]
        thing(
            id=oid(1 + number), string=name, url=f"https://example.org/{name[0]}", email=f"{name[:3]}@example.org",
            integer=number, long=2**40 + number, real=number + 0.5, decimal=Decimal("1.25") + number,
            decimal_text=Decimal("1.25") + number, decimal128=Decimal("1.10") + number, flag=bool(number), when=WHEN,
            day=date(2020, 2, 28 + number), exact_when=WHEN, uid=uuid.UUID(int=number), uid_text=uuid.UUID(int=number),
            key=oid(50 + number), data=bytes([number]) * 3, enum=list(Colour)[number], dynamic={"a": [number]},
            strings=["a", "b", name], numbers=[3, 1, number], matrix=[[1, 2], [number]], anything=[1, "a",
            {"k": number}],
            mapping={"a": {"b": number}, "l": [1, 2]}, counts={"x": number, "y": 2}, inner=inners[0], inners=inners,
            by_name={"one": inners[1]}, generic_inner=inners[2], ref=target, dbref=target, refs=others[: number + 1],
            lazy=target, cached=target, generic_ref=target, generic_refs=others[number:], generic_lazy=target,
        ).save()  # fmt: skip
    thing._get_collection().insert_many([{"_id": oid(3), "s": "a.c", "integer": 7, "ss": []}, {"_id": oid(4)}])
    return thing


def values(name: str) -> list[Any]:
    """Values for the field `name` of `every_kind`: good ones first."""
    good: dict[str, list[Any]] = {
        "string": ["abc", "b", "a.c", "(", ""], "url": ["https://example.org/a"], "email": ["abc@example.org"],
        "integer": [1, "1", 2**31], "long": [2**40, Int64(2**40)], "real": [0.5, "1.5"], "decimal": [Decimal("1.25"),
        "1.255"],
        "decimal_text": [Decimal("1.25"), 1.25], "decimal128": [Decimal("1.10"), Decimal128("2.10")], "flag": [True,
        "x"],
        "when": [WHEN, "2024-05-06 07:08:09.123", date(2024, 5, 6)], "day": [date(2020, 2, 28), datetime(2020, 2, 29,
        5)],
        "exact_when": [WHEN], "uid": [uuid.UUID(int=1), str(uuid.UUID(int=1))], "uid_text": [uuid.UUID(int=1)],
        "key": [oid(50), str(oid(51))], "data": [b"\0\0\0", "abc"], "enum": [Colour.RED, "blue", "green"],
        "number": [1, "2"], "dynamic": [{"a": [1]}, "abc"], "strings": ["a", ["a", "b", "abc"]], "numbers": [3, [0, 1,
        3]],
        "matrix": [[1, 2], [[1, 2], [0]]], "anything": [1, {"k": 1}, [1, "a", {"k": 0}]],
        "mapping": [{"a": {"b": 0}, "l": [1, 2]}, {"a": 1}], "counts": [{"x": 1, "y": 2}, {"x": "1"}],
        "ref": [oid(100), str(oid(101)), DBRef("other", oid(100))], "dbref": [oid(100), DBRef("other", oid(101))],
        "refs": [oid(101), [oid(100)]], "lazy": [oid(100), DBRef("other", oid(100))], "cached": [oid(100)],
        "generic_ref": [oid(100), DBRef("other", oid(100))], "generic_refs": [DBRef("other", oid(102))],
        "generic_lazy": [DBRef("other", oid(100))],
    }  # fmt: skip
    return good.get(name, [])


#: Values that most fields refuse, each by its own words.
STRANGE: tuple[Any, ...] = (
    None, "text", 5, 1.5, True, -1, [], ["a", 1], (1, 2), {}, {"a": 1}, {"$gt": 0}, {"_cls": "Inner"}, b"bytes",
    WHEN, oid(100), Regex("^a"), Decimal("NaN"), 2**70,
)  # fmt: skip
