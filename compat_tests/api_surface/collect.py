"""The surface of a package: a description of each module, name, class and member that introspection can reach."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from compat_tests.api_surface.describe import FUNCTIONS, Describer

# What every class has, or what depends on how it was written down.
_NOT_COMPARED = {
    "__abstractmethods__", "__annotate__", "__annotate_func__", "__annotations__", "__annotations_cache__",
    "__classcell__", "__dict__", "__doc__", "__firstlineno__", "__module__", "__new__", "__orig_bases__",
    "__parameters__", "__qualname__", "__slots__", "__static_attributes__", "__weakref__", "_abc_impl",
}  # fmt: skip
_OF_MODULES = {
    "__builtins__", "__cached__", "__doc__", "__file__", "__loader__", "__name__", "__package__", "__path__",
    "__spec__", "__all__", "__annotations__", "__conditional_annotations__", "__warningregistry__", "annotations",
}  # fmt: skip
Aspects = dict[str, str]


@dataclass(frozen=True)
class Member:
    """An attribute that a class has: its own, or one that it inherits."""

    aspects: Aspects
    own: bool


@dataclass(frozen=True)
class ClassSurface:
    """A class: what is said of it as a whole, and its members by name."""

    aspects: Aspects
    members: dict[str, Member]


@dataclass
class Surface:
    """A package.  Names are `module:name`, as if the package were called `mongoengine`."""

    modules: dict[str, Aspects] = field(default_factory=dict)
    names: dict[str, Aspects] = field(default_factory=dict)
    classes: dict[str, ClassSurface] = field(default_factory=dict)
    samples: dict[str, Aspects] = field(default_factory=dict)
    warnings: dict[str, Aspects] = field(default_factory=dict)


class Collector:
    """Collects the surface of one package.

    `inserted` are classes (`module.name`) that are looked through: bases and members of a class appear as if what
    they bring were in the class below them.
    """

    def __init__(self, package: str, inserted: frozenset[str] = frozenset()) -> None:
        self._package = package
        self._inserted = inserted
        self._describe = Describer(package)
        self.met: set[str] = set()

    def collect(self) -> Surface:
        """Import all modules of the package and describe them."""
        surface = Surface()
        # All are imported before the first is looked at: a submodule is an attribute of its package.
        for module in list(self._modules()):
            name = self._describe.neutral(module.__name__)
            surface.modules[name] = self._module_aspects(module)
            for attribute, value in ((name, getattr(module, name)) for name in dir(module)):
                if attribute not in _OF_MODULES and not self._is_left_out(value):
                    surface.names[f"{name}:{attribute}"] = self._name_aspects(value)
                    if self._is_defined_there(module, attribute, value):
                        surface.classes[f"{name}:{attribute}"] = self.describe_class(value)
        return surface

    def _modules(self) -> Iterator[ModuleType]:
        root = importlib.import_module(self._package)
        yield root
        for found in pkgutil.walk_packages(root.__path__, f"{self._package}."):
            # Running `__main__` is what it is for.
            if not found.name.endswith(".__main__"):
                yield importlib.import_module(found.name)

    def _is_left_out(self, value: Any) -> bool:
        """Whether a module-level name is the standard library's."""
        if isinstance(value, ModuleType):
            return value.__name__.partition(".")[0] in sys.stdlib_module_names
        if isinstance(value, type) or callable(value):
            module = str(getattr(value, "__module__", ""))
            return module.partition(".")[0] in sys.stdlib_module_names
        return type(value).__module__ == "__future__"

    def _is_defined_there(self, module: ModuleType, attribute: str, value: Any) -> bool:
        return isinstance(value, type) and (value.__module__, value.__qualname__) == (module.__name__, attribute)

    def _module_aspects(self, module: ModuleType) -> Aspects:
        exported = getattr(module, "__all__", None)
        return {"__all__": "none" if exported is None else ", ".join(sorted(exported))}

    def _name_aspects(self, value: Any) -> Aspects:
        if isinstance(value, type):
            return {"kind": "class", "home": self._describe.home(value)}
        if isinstance(value, FUNCTIONS):
            aspects = {"kind": "function", "home": self._describe.home(value)}
            if self._describe.is_own(getattr(value, "__module__", None)):
                aspects["signature"] = self._describe.signature(value)
                aspects["documented"] = _documented(value)
            return aspects
        return {"kind": "value", "value": self._describe.value(value)}

    def describe_class(self, cls: type) -> ClassSurface:
        """What a class shows."""
        aspects = {
            "bases": ", ".join(self._bases(cls)),
            "mro": ", ".join(self._names(cls.__mro__)),
            "metaclass": self._describe.home(type(cls)),
            "signature": self._describe.signature(cls),
            "instance dict": str(bool(cls.__dictoffset__)),
            "weakly referable": str(bool(cls.__weakrefoffset__)),
            "documented": _documented(cls),
        }
        own = {name for part in self._parts(cls) for name in vars(part)}
        members = {}
        for name in dict.fromkeys(name for base in cls.__mro__[:-1] for name in vars(base)):
            # A descriptor may hide itself on the class.
            if name not in _NOT_COMPARED and hasattr(cls, name):
                owner = next(base for base in cls.__mro__ if name in vars(base))
                members[name] = Member(self._member_aspects(name, vars(owner)[name], cls), name in own)
        return ClassSurface(aspects, members)

    def _is_inserted(self, cls: type) -> bool:
        return f"{cls.__module__}.{cls.__qualname__}" in self._inserted

    def _names(self, classes: tuple[type, ...]) -> list[str]:
        return [self._describe.home(cls) for cls in classes if not self._is_inserted(cls)]

    def _bases(self, cls: type) -> list[str]:
        """The bases by name, an inserted one replaced by its own."""
        bases: list[str] = []
        for base in cls.__bases__:
            if self._is_inserted(base):
                self.met.add(f"{base.__module__}.{base.__qualname__}")
                bases += self._bases(base)
            else:
                bases.append(self._describe.home(base))
        return list(dict.fromkeys(bases))

    def _parts(self, cls: type) -> Iterator[type]:
        """The class and the inserted classes directly above it."""
        yield cls
        for base in cls.__bases__:
            if self._is_inserted(base):
                yield from self._parts(base)

    def _member_aspects(self, name: str, item: Any, cls: type) -> Aspects:
        kind = self._describe.kind(item)
        aspects = {"kind": kind}
        if kind in ("value", "class"):
            # A descriptor may stand for the value that the class shows.
            aspects["value"] = self._describe.value(getattr(cls, name, item))
        elif kind == "property":
            aspects["accessors"] = self._describe.accessors(item)
        else:
            aspects["signature"] = self._describe.signature(item)
        if kind not in ("value", "class") and not name.startswith("_"):
            aspects["documented"] = _documented(item)
        return aspects


def _documented(item: Any) -> str:
    return "yes" if (getattr(item, "__doc__", None) or "").strip() else "no"


def is_public(path: str) -> bool:
    """Whether no part of a `module:name` is private."""
    return not any(part.startswith("_") for part in path.replace(":", ".").split("."))


__all__ = ("Aspects", "ClassSurface", "Collector", "Member", "Surface", "is_public")
