"""Random document classes, described without a package, so that each package can make its own of them.

A `Shape` is a document class with its subclasses, a `Spec` a field of one. `recipe` gives the valid values of a field,
as recipes that each package can follow.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.properties.values import KINDS, REFERENCES, Part, keys, plain_values, texts

__all__ = ("Shape", "Spec", "models", "parts", "recipe")

SCALARS = {**KINDS, **REFERENCES}
EXTRA_NAMES = ("x0", "x1")
#: Kinds that may stand for an id, and whose values can be told apart in an index.
_FOR_KEYS = ("string", "int", "object id", "uuid", "float", "date-time", "decimal", "sequence", "complex date-time")


@dataclass(eq=False)
class Shape:
    """A document class: fields, those that each subclass adds, and whether any attribute may be added."""

    fields: dict[str, "Spec"]
    subclasses: list[dict[str, "Spec"]] = field(default_factory=list)
    dynamic: bool = False
    meta: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        more = [f"subclasses={self.subclasses}"] if self.subclasses else []
        more += ["dynamic"] if self.dynamic else []
        more += [f"{self.meta}"] if self.meta else []
        return f"Shape({', '.join([repr(self.fields), *more])})"

    def all_fields(self, variant: int) -> dict[str, "Spec"]:
        """The fields of one of the classes; 0 is the base."""
        return {**self.fields, **self.subclasses[variant - 1]} if variant else self.fields


@dataclass(eq=False)
class Spec:
    """What a field is: a kind, what is inside, its arguments."""

    kind: str
    inner: "Spec | None" = None
    shapes: list[Shape] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        inside = [repr(each) for each in (self.inner, *self.shapes, self.options) if each]
        return f"{self.kind}({', '.join(inside)})"

    @property
    def shape(self) -> Shape:
        """The shape of the embedded documents."""
        return self.shapes[0]


#: Embedded documents that are added to documents of dynamic classes.
EXTRA = Shape({"v": Spec("int"), "w": Spec("plain list", options={"db_field": True})})


@cache
def specs(depth: int, own: bool) -> st.SearchStrategy[Spec]:
    """Fields that contain others up to `depth` levels deep; `own` says whether they may be of the class they are in."""
    # An embedded document may not hold a cached reference.
    kinds = sorted(SCALARS.keys() - {"cached"} if own else SCALARS)
    scalars = st.builds(Spec, st.sampled_from(kinds) | st.sampled_from(["dynamic", "string", "int"]))
    if not depth:
        return scalars | st.builds(Spec, st.just("self")) if own else scalars
    deeper = specs(depth - 1, own)
    inside = shapes(depth - 1)
    containers = st.one_of(
        st.builds(Spec, st.just("list"), deeper),
        st.builds(Spec, st.just("list"), deeper, options=st.just({"max_length": 2})),
        st.builds(Spec, st.just("map"), deeper),
        st.builds(lambda shape: Spec("embedded", shapes=[shape]), inside),
        st.builds(lambda shape: Spec("embedded list", Spec("embedded", shapes=[shape])), inside),
        st.builds(lambda shape: Spec("list", Spec("embedded", shapes=[shape])), inside),
        st.builds(
            lambda shape, options: Spec("generic embedded", shapes=[shape], options=options),
            inside,
            st.sampled_from([{}, {"chosen": True}]),
        ),
        st.builds(lambda shape: Spec("open embedded", shapes=[shape]), inside),
        st.builds(_sorted_list, inside, st.booleans()),
        st.builds(Spec, st.just("sorted list"), st.builds(Spec, st.sampled_from(["int", "string", "float"]))),
        st.builds(Spec, st.sampled_from(["plain list", "dict", "dict of"]), deeper),
    )
    return scalars | containers


def _sorted_list(shape: Shape, reverse: bool) -> Spec:
    shape = replace(shape, fields={**shape.fields, "rank": Spec("int")})
    return Spec("sorted list", Spec("embedded", shapes=[shape]), options={"ordering": "rank", "reverse": reverse})


_OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "db_field": st.just(True),
        "required": st.just(True),
        "null": st.just(True),
        "default": st.sampled_from(["value", "callable"]),
    },
)


@cache
def named(depth: int, own: bool, prefix: str = "f", most: int = 4) -> st.SearchStrategy[dict[str, Spec]]:
    """Some fields with names and options."""

    def with_options(spec: Spec, chosen: dict[str, Any]) -> Spec:
        return replace(spec, options={**spec.options, **chosen})

    return st.lists(st.builds(with_options, specs(depth, own), _OPTIONS), min_size=1, max_size=most).map(
        lambda found: {f"{prefix}{number}": spec for number, spec in enumerate(found)}
    )


@cache
def shapes(depth: int) -> st.SearchStrategy[Shape]:
    """Embedded document classes."""
    subclasses = st.just([]) | st.lists(named(0, True, "s", 2), min_size=1, max_size=2)
    return st.builds(Shape, named(depth, True), subclasses, st.sampled_from([False, False, False, True]), _metas(depth))


def _metas(_depth: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from([{}, {}, {}, {"strict": False}])


@cache
def models(depth: int = 3) -> st.SearchStrategy[Shape]:
    """Document classes."""

    def build(fields: dict[str, Spec], key: str | None, subclasses: Any, dynamic: bool, meta: Any) -> Shape:
        if key:
            fields = {**fields, "key": Spec(key, options={"primary_key": True})}
        return Shape(fields, subclasses, dynamic, {"auto_create_index": False, **meta})

    no_key: st.SearchStrategy[str | None] = st.none()
    return st.builds(
        build,
        st.sampled_from(range(depth + 1)).flatmap(lambda depth: named(depth, False)),
        no_key | no_key | no_key | st.sampled_from(_FOR_KEYS),
        st.just([]) | st.just([]) | st.lists(named(1, False, "s", 2), min_size=1, max_size=2),
        st.sampled_from([False, False, False, True]),
        _metas(depth),
    )


def recipe(spec: Spec, around: Shape | None = None, budget: int = 2) -> st.SearchStrategy[Any]:
    """Valid values of a field of the shape `around`; a shape contains itself at most `budget` deep."""
    if spec.kind in SCALARS:
        return SCALARS[spec.kind][2]
    if spec.kind == "self":
        return parts(around, budget - 1) if around and budget else st.none()
    if spec.kind == "dynamic":
        return plain_values() | texts
    if spec.kind in ("embedded", "generic embedded"):
        return parts(spec.shape)
    if spec.kind == "open embedded":
        return parts(spec.shape) | plain_values()
    if spec.kind == "dict":
        return st.dictionaries(keys, plain_values(), max_size=3)
    if spec.kind == "plain list":
        return st.lists(plain_values(), max_size=3)
    assert spec.inner
    inner = recipe(spec.inner, around, budget)
    if spec.kind in ("map", "dict of"):
        return st.dictionaries(keys, inner, max_size=3)
    return st.lists(inner, max_size=spec.options.get("max_length", 3))


def parts(shape: Shape, budget: int = 2) -> st.SearchStrategy[Part]:
    """Valid documents of a shape, some of the fields None now and then."""

    def values(variant: int) -> st.SearchStrategy[Part]:
        optional = {
            name: st.none() | recipe(spec, shape, budget) | recipe(spec, shape, budget)
            for name, spec in shape.all_fields(variant).items()
        }
        if shape.dynamic:
            optional.update(dict.fromkeys(EXTRA_NAMES, plain_values() | parts(EXTRA)))
        return st.builds(Part, st.just(shape), st.just(variant), st.fixed_dictionaries({}, optional=optional))

    if not shape.subclasses:
        return values(0)
    return st.sampled_from(range(len(shape.subclasses) + 1)).flatmap(values)
