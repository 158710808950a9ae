"""The document classes of the benchmark, written once against MongoEngine's interface as a package offers it."""

from types import SimpleNamespace
from typing import Any

from benchmarks import public_data

# mypy knows nothing of classes that are made from a module passed along.
# mypy: disable-error-code="misc,name-defined"


def define(package: Any, alias: str) -> SimpleNamespace:
    """Every class of the benchmark, made with `package`, on the connection `alias`."""
    address = address_class(package)
    classes = {
        name: order_class(package, address, {"collection": collection, **_meta(alias)})
        for name, collection in (
            ("order", "orders"),
            ("order_1000", "orders_1000"),
            ("order_10000", "orders_10000"),
            ("order_many", "orders_many"),
        )
    }
    line, invoice, invoice_1000 = _invoices(package, alias)
    author, post = _blog(package, alias)
    animal, dog, bird = _animals(package, alias)
    return SimpleNamespace(
        address=address, line=line, invoice=invoice, invoice_1000=invoice_1000, author=author, post=post, animal=animal,
        dog=dog, bird=bird, note=_note(package, alias), **classes, **_public(package, alias),
    )  # fmt: skip


def _meta(alias: str) -> dict[str, Any]:
    return {"db_alias": alias, "auto_create_index": False}


def address_class(package: Any) -> Any:
    """The embedded document of an order."""

    class Address(package.EmbeddedDocument):
        street = package.StringField(max_length=100)
        city = package.StringField(required=True)
        code = package.StringField(regex=r"^\d{5}$")

    return Address


def order_class(package: Any, address_type: Any, options: dict[str, Any]) -> Any:
    """An order, with `options` for its `meta`."""

    class Order(package.Document):
        number = package.IntField(required=True, min_value=0)
        customer = package.StringField(max_length=100)
        email = package.StringField()
        active = package.BooleanField(default=True)
        total = package.FloatField()
        placed = package.DateTimeField()
        tags = package.ListField(package.StringField(max_length=20))
        address = package.EmbeddedDocumentField(address_type)
        meta = options

    return Order


def _invoices(package: Any, alias: str) -> tuple[Any, Any, Any]:
    class Line(package.EmbeddedDocument):
        article = package.StringField(required=True)
        quantity = package.IntField(min_value=1)
        price = package.FloatField()

    def make(collection: str) -> Any:
        class Invoice(package.Document):
            number = package.IntField(required=True)
            customer = package.StringField()
            lines = package.EmbeddedDocumentListField(Line)
            meta = {"collection": collection, **_meta(alias)}

        return Invoice

    return Line, make("invoices"), make("invoices_1000")


def _blog(package: Any, alias: str) -> tuple[Any, Any]:
    class Author(package.Document):
        name = package.StringField()
        born = package.IntField()
        meta = {"collection": "authors", **_meta(alias)}

    class Post(package.Document):
        title = package.StringField()
        author = package.ReferenceField(Author)
        editor = package.LazyReferenceField(Author)
        reviewers = package.ListField(package.ReferenceField(Author))
        meta = {"collection": "posts", **_meta(alias)}

    return Author, Post


def _animals(package: Any, alias: str) -> tuple[Any, Any, Any]:
    class Animal(package.Document):
        name = package.StringField()
        weight = package.IntField()
        meta = {"collection": "animals", "allow_inheritance": True, **_meta(alias)}

    class Dog(Animal):
        breed = package.StringField()

    class Bird(Animal):
        wingspan = package.FloatField()

    return Animal, Dog, Bird


def _note(package: Any, alias: str) -> Any:
    class Note(package.DynamicDocument):
        title = package.StringField()
        meta = {"collection": "notes", **_meta(alias)}

    return Note


def _public(package: Any, alias: str) -> dict[str, Any]:
    """Classes for the documents of MongoDB's published benchmarks."""
    classes = {}
    for name, collection in (
        ("small", "small"), ("small_10000", "small_10000"), ("large", "large"), ("nested", "nested"),
        ("nested_1000", "nested_1000"), ("tweet", "tweets"), ("tweet_many", "tweets_many"),
    ):  # fmt: skip
        shape = public_data.document(name.partition("_")[0])
        classes[name] = _class_like(package, shape, name.title(), {"meta": {"collection": collection, **_meta(alias)}})
    return classes


def attribute_of(key: str) -> str:
    """The attribute for a key of a published document: `id` is MongoEngine's own name of the primary key."""
    return "public_id" if key == "id" else key


def _class_like(
    package: Any, shape: dict[str, Any], name: str, attributes: dict[str, Any], embedded: bool = False
) -> Any:
    """A document class with a typed field for each key of `shape`."""
    base = package.EmbeddedDocument if embedded else package.Document
    for key, value in shape.items():
        attributes[attribute_of(key)] = _field_like(package, value, f"{name}{key.title()}", key)
    return type(base)(name, (base,), attributes)


def _field_like(package: Any, value: Any, name: str, db_field: str) -> Any:
    options = {"db_field": db_field}
    if isinstance(value, dict):
        return package.EmbeddedDocumentField(_class_like(package, value, name, {}, embedded=True), **options)
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return package.EmbeddedDocumentListField(_class_like(package, value[0], name, {}, embedded=True), **options)
        return package.ListField(**options)
    kinds = {str: "StringField", bool: "BooleanField", int: "IntField", float: "FloatField", bytes: "BinaryField"}
    return getattr(package, kinds.get(type(value), "DynamicField"))(**options)
