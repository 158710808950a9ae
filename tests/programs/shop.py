"""A small shop: the documents that the tests with mongomock work on."""

from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace

from bson import ObjectId

NOON = datetime(2024, 5, 6, 12, 0, 0)


def key(number):
    """An id that is the same on both sides."""
    return ObjectId(f"{number:024x}")


def shop(me):
    """The classes of a shop, made for the package *me*."""

    class Maker(me.Document):
        name = me.StringField(required=True, unique=True)
        country = me.StringField(db_field="c")

    class Price(me.EmbeddedDocument):
        amount = me.DecimalField(precision=2)
        currency = me.StringField(default="EUR", choices=("EUR", "USD"))

    class Review(me.EmbeddedDocument):
        stars = me.IntField(min_value=0, max_value=5)
        text = me.StringField(db_field="t")
        tags = me.ListField(me.StringField())

    class Product(me.Document):
        name = me.StringField(max_length=40, db_field="n")
        maker = me.ReferenceField(Maker)
        price = me.EmbeddedDocumentField(Price)
        reviews = me.EmbeddedDocumentListField(Review)
        tags = me.ListField(me.StringField())
        stock = me.IntField(default=0)
        weight = me.FloatField()
        extra = me.DictField()
        names = me.MapField(me.StringField())
        added = me.DateTimeField()
        active = me.BooleanField(default=True)
        meta = {"ordering": ["name"], "indexes": ["stock", {"fields": ["-added", "name"], "sparse": True}]}

    return SimpleNamespace(Maker=Maker, Price=Price, Review=Review, Product=Product)


def full_shop(me):
    """A shop with goods, whose ids are small numbers."""
    found = shop(me)
    acme = found.Maker(id=key(101), name="Acme", country="NL").save()
    bolt = found.Maker(id=key(102), name="Bolt", country="DE").save()
    for number, name in enumerate(("anvil", "bell", "chair", "desk", "easel", "fan")):
        found.Product(
            id=key(number),
            name=name,
            maker=(acme, bolt)[number % 2],
            price=found.Price(amount=Decimal(number) / 4),
            reviews=[found.Review(stars=number % 5, text=f"of {name}", tags=[name[0]])] * (number % 3),
            tags=["x", "y", "z"][: number % 4],
            stock=number,
            weight=number / 2,
            extra={"k": number, "deep": {"list": [number]}},
            names={"en": name},
            added=NOON.replace(day=1 + number),
            active=number != 3,
        ).save()
    return found
