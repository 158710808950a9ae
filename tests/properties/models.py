"""Random document classes, described without a package, so that each package can make its own of them.

A `Spec` says what a field is. A *recipe* says what its value is: a plain value, or `Part` where an embedded document of
the package's own class has to be made.
"""

import enum
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from bson import Decimal128, Int64, ObjectId
from hypothesis import strategies as st

__all__ = ("WRONG", "Part", "Spec", "bson_values", "make", "models", "realise", "recipe", "recipes")

MILLISECOND = 1000
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
keys = st.text("abcxyz0", min_size=1, max_size=3)
integers = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3)
reals = st.floats(allow_nan=False)
dates = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(
    lambda when: when.replace(microsecond=when.microsecond // MILLISECOND * MILLISECOND)
)
object_ids = st.integers(0, 2**32).map(lambda number: ObjectId(f"{number:024x}"))
uuids = st.integers(0, 2**64).map(lambda number: uuid.UUID(int=number))
decimals = st.decimals(-1000, 1000, places=2, allow_nan=False, allow_infinity=False)


class Colour(enum.Enum):
    """An enumeration for EnumField."""

    RED = "r"
    BLUE = "b"


#: By kind: the field class, its arguments, the strategy of valid values.
SCALARS: dict[str, tuple[str, dict[str, Any], st.SearchStrategy[Any]]] = {
    "string": ("StringField", {}, texts),
    "short string": ("StringField", {"max_length": 3}, texts),
    "chosen string": ("StringField", {"choices": ("a", "b", "")}, st.sampled_from(["a", "b", ""])),
    "int": ("IntField", {}, integers),
    "bounded int": ("IntField", {"min_value": -2, "max_value": 2}, st.integers(-2, 2)),
    "long": ("LongField", {}, integers),
    "float": ("FloatField", {}, reals | st.integers(-(2**40), 2**40)),
    "bool": ("BooleanField", {}, st.booleans()),
    "date-time": ("DateTimeField", {}, dates),
    "date": ("DateField", {}, st.dates(date(1900, 1, 1), date(2200, 1, 1))),
    "object id": ("ObjectIdField", {}, object_ids),
    "uuid": ("UUIDField", {"binary": False}, uuids),
    "decimal": ("DecimalField", {"precision": 2}, decimals),
    "decimal128": ("Decimal128Field", {}, decimals),
    "binary": ("BinaryField", {}, st.binary(max_size=4)),
    "enum": ("EnumField", {"enum": Colour}, st.sampled_from(Colour)),
    "dynamic": ("DynamicField", {}, texts | st.integers(-9, 9) | st.lists(st.integers(-9, 9), max_size=3)),
}

WRONG = st.sampled_from(
    [
        None,
        "",
        "text",
        "5",
        0,
        1.5,
        True,
        -(2**40),
        2**70,
        b"x",
        [],
        [1],
        ["a", None],
        {},
        {"a": 1},
        {"$a": 1},
        {"a.b": 1},
        {1: 2},
        (1, 2),
        datetime(2020, 1, 1),
        date(2020, 1, 1),
        ObjectId(b"0" * 12),
        Decimal("1.5"),
        uuid.UUID(int=7),
        Colour.RED,
    ]
)


@dataclass(frozen=True)
class Part:
    """A recipe of an embedded document: recipes of its fields by name."""

    values: dict[str, Any]


@dataclass(eq=False)
class Spec:
    """What a field is: a kind, what is inside, its arguments."""

    kind: str
    inner: "Spec | None" = None
    fields: dict[str, "Spec"] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        inside = self.inner or self.fields or ""
        return f"{self.kind}({inside!r}{', ' if inside and self.options else ''}{self.options or ''})"


@cache
def specs(depth: int) -> st.SearchStrategy[Spec]:
    """Fields that contain others up to `depth` levels deep."""
    scalars = st.builds(Spec, st.sampled_from(sorted(SCALARS)))
    if not depth:
        return scalars
    deeper = specs(depth - 1)
    containers = st.one_of(
        st.builds(Spec, st.just("list"), deeper),
        st.builds(Spec, st.just("map"), deeper),
        st.builds(Spec, st.just("embedded"), fields=named(depth - 1)),
        st.builds(lambda fields: Spec("embedded list", Spec("embedded", fields=fields)), named(depth - 1)),
        st.builds(Spec, st.sampled_from(["plain list", "dict"])),
    )
    return scalars | containers


@cache
def named(depth: int) -> st.SearchStrategy[dict[str, Spec]]:
    """Some fields with names and options."""
    options = st.fixed_dictionaries(
        {},
        optional={
            "db_field": st.just(True),
            "required": st.just(True),
            "null": st.just(True),
            "default": st.just(True),
        },
    )

    def with_options(spec: Spec, chosen: dict[str, Any]) -> Spec:
        return Spec(spec.kind, spec.inner, spec.fields, chosen)

    return st.lists(st.builds(with_options, specs(depth), options), min_size=1, max_size=4).map(
        lambda found: {f"f{number}": spec for number, spec in enumerate(found)}
    )


@cache
def models() -> st.SearchStrategy[dict[str, Spec]]:
    """The fields of a document class."""
    return named(2)


def recipe(spec: Spec) -> st.SearchStrategy[Any]:
    """Valid values of a field."""
    if spec.kind in SCALARS:
        return SCALARS[spec.kind][2]
    if spec.kind == "embedded":
        return recipes(spec.fields).map(Part)
    if spec.kind == "map":
        assert spec.inner
        return st.dictionaries(keys, recipe(spec.inner), max_size=3)
    if spec.kind == "dict":
        return st.dictionaries(keys, plain_values(), max_size=3)
    if spec.kind == "plain list":
        return st.lists(plain_values(), max_size=3)
    assert spec.inner
    return st.lists(recipe(spec.inner), max_size=3)


def recipes(fields: dict[str, Spec]) -> st.SearchStrategy[dict[str, Any]]:
    """Valid values of some of the fields, None now and then."""
    return st.fixed_dictionaries({}, optional={name: st.none() | recipe(spec) for name, spec in fields.items()})


@cache
def plain_values() -> st.SearchStrategy[Any]:
    """Nested data as a DictField takes it."""
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
    )


@cache
def bson_values() -> st.SearchStrategy[Any]:
    """Anything that might stand in a database."""
    leaves = st.one_of(
        st.none(), st.booleans(), integers, reals, texts, dates, object_ids, st.binary(max_size=3),
        decimals.map(Decimal128), integers.map(Int64),
    )  # fmt: skip
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=6
    )


def make(me: Any, fields: dict[str, Spec], name: str = "Thing", base: str = "Document", **meta: Any) -> Any:
    """The document class of `fields` in the package `me`."""
    members = {key: _field(me, spec, f"{name}{key.upper()}", key) for key, spec in fields.items()}
    if meta:
        members["meta"] = meta
    return type(name, (getattr(me, base),), members)


def _field(me: Any, spec: Spec, path: str, key: str = "") -> Any:
    options = dict(spec.options)
    if options.pop("db_field", None):
        options["db_field"] = f"db_{key}"
    if options.pop("default", None):
        options.update(_DEFAULTS.get(spec.kind, {}))
    if spec.kind in SCALARS:
        class_name, arguments, _ = SCALARS[spec.kind]
        return getattr(me, class_name)(**arguments, **options)
    if spec.kind == "embedded":
        return me.EmbeddedDocumentField(make(me, spec.fields, path, "EmbeddedDocument"), **options)
    if spec.kind == "embedded list":
        return me.EmbeddedDocumentListField(make(me, spec.inner.fields, path, "EmbeddedDocument"), **options)
    if spec.kind in ("plain list", "dict"):
        return (me.ListField if spec.kind == "plain list" else me.DictField)(**options)
    return (me.ListField if spec.kind == "list" else me.MapField)(_field(me, spec.inner, path), **options)


_DEFAULTS: dict[str, dict[str, Any]] = {
    "string": {"default": "d"},
    "int": {"default": lambda: 5},
    "float": {"default": 1.5},
    "bool": {"default": False},
    "plain list": {"default": lambda: [1]},
    "dict": {"default": lambda: {"a": [1]}},
}


def realise(field: Any, value: Any) -> Any:
    """The value of a recipe for a field of one package; containers are new each time."""
    if isinstance(value, Part):
        cls = field.document_type
        return cls(**{name: realise(cls._fields[name], item) for name, item in value.values.items()})
    inner = getattr(field, "field", None) or field
    if isinstance(value, list):
        return [realise(inner, item) for item in value]
    if isinstance(value, dict):
        return {key: realise(inner, item) for key, item in value.items()}
    return value
