"""The differences between two surfaces."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from compat_tests.api_surface.collect import Aspects, ClassSurface, Member, Surface, is_public
from compat_tests.api_surface.describe import UNKNOWN

MISSING = "missing"
EXTRA = "extra"


@dataclass(frozen=True, order=True)
class Difference:
    """One thing that is not the same: `aspect` of the thing called `path`."""

    path: str
    aspect: str
    stock: str = ""
    ours: str = ""

    @property
    def key(self) -> str:
        """What a declaration calls it."""
        return f"{self.path} {self.aspect}"

    def __str__(self) -> str:
        if self.aspect in (MISSING, EXTRA):
            return self.key
        return f"{self.key}\n    stock: {self.stock}\n    ours:  {self.ours}"


@dataclass
class Comparison:
    """The differences, and how much was compared."""

    differences: list[Difference] = field(default_factory=list)
    compared: dict[str, int] = field(default_factory=dict)


def compare(stock: Surface, ours: Surface) -> Comparison:
    """Compare two surfaces: all that stock has must be the same in ours, whose classes may add only what is private."""
    return Comparison(sorted(_differences(stock, ours)), _counts(stock))


def _counts(stock: Surface) -> dict[str, int]:
    members = [member for cls in stock.classes.values() for member in cls.members.values() if member.own]
    signatures = [aspects for aspects in stock.names.values() if "signature" in aspects]
    return {
        "modules": len(stock.modules),
        "names": len(stock.names),
        "classes": len(stock.classes),
        "class members": len(members),
        "signatures": len(signatures) + sum("signature" in member.aspects for member in members),
        "attributes of sample objects": len(stock.samples),
        "occasions for warnings": len(stock.warnings),
    }


def _differences(stock: Surface, ours: Surface) -> Iterator[Difference]:
    yield from _of_tables(stock.modules, ours.modules)
    yield from _of_tables(stock.names, ours.names)
    yield from _of_tables(stock.samples, ours.samples)
    for path in ours.samples.keys() - stock.samples.keys():
        if is_public(path):
            yield Difference(path, EXTRA)
    yield from _of_tables(stock.warnings, ours.warnings)
    for path, cls in stock.classes.items():
        # A class that is missing, or defined elsewhere, was reported as a name.
        if path in ours.classes:
            yield from _of_classes(path, cls, ours.classes[path])


def _of_tables(stock: dict[str, Aspects], ours: dict[str, Aspects]) -> Iterator[Difference]:
    # More modules, and more names in a module than its `__all__` gives away, do not disturb anybody.
    for path, aspects in stock.items():
        if path in ours:
            yield from _of_aspects(path, aspects, ours[path])
        else:
            yield Difference(path, MISSING)


def _of_aspects(path: str, stock: Aspects, ours: Aspects) -> Iterator[Difference]:
    for aspect in sorted(stock.keys() | ours.keys()):
        left, right = stock.get(aspect, "none"), ours.get(aspect, "none")
        # Native attributes do not tell whether they can be set.
        if left == right or (aspect == "accessors" and UNKNOWN in (left, right)):
            continue
        if aspect == "documented" and (right == "yes" or not is_public(path)):
            continue
        yield Difference(path, aspect, left, right)


def _of_classes(path: str, stock: ClassSurface, ours: ClassSurface) -> Iterator[Difference]:
    yield from _of_aspects(path, stock.aspects, ours.aspects)
    for name in sorted(stock.members.keys() | ours.members.keys()):
        left, right = stock.members.get(name), ours.members.get(name)
        # What both inherit is compared where it is defined.
        if (left and left.own) or (right and right.own):
            yield from _of_members(f"{path}.{name}", left, right)


def _of_members(path: str, stock: Member | None, ours: Member | None) -> Iterator[Difference]:
    if ours is None:
        yield Difference(path, MISSING)
    elif stock is not None:
        yield from _of_aspects(path, stock.aspects, ours.aspects)
    elif is_public(path):
        yield Difference(path, EXTRA)
