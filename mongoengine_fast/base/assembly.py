"""Classes and modules that are written in several files, and look as MongoEngine's do: in one piece."""

from __future__ import annotations

from types import FunctionType
from typing import Any

# What every class has for itself.
_OF_EACH_CLASS = {
    "__annotate__", "__annotate_func__", "__annotations__", "__annotations_cache__", "__dict__", "__doc__",
    "__firstlineno__", "__module__", "__qualname__", "__slots__", "__static_attributes__", "__weakref__",
}  # fmt: skip


def assemble(cls: type, *parts: type) -> None:
    """Put what the classes *parts*, and those above them, define into *cls*, as if it stood in its body.

    What the body has itself stays; the parts come in the order that they would have as bases. They do not become
    bases: `__mro__` and `__dict__` are those of a class in one piece.

    Raises:
        TypeError: a method of a part calls ``super()`` without arguments, which means the part itself.
    """
    together = type("Together", parts, {"__slots__": ()})
    for part in together.__mro__[1:-1]:
        for name, value in vars(part).items():
            if name not in _OF_EACH_CLASS and name not in vars(cls):
                for function in _functions_of(value):
                    _move(function, cls, part)
                setattr(cls, name, value)


def present_as(module: str, *items: Any) -> None:
    """Let classes and functions say that *module* is where they were defined, in reprs and pickles."""
    for item in items:
        item.__module__ = module


def _functions_of(value: Any) -> list[FunctionType]:
    accessors = (value.fget, value.fset, value.fdel) if isinstance(value, property) else ()
    candidates = (*accessors, getattr(value, "__func__", value))
    return [item for item in candidates if isinstance(item, FunctionType)]


def _move(function: FunctionType, cls: type, part: type) -> None:
    if "__class__" in function.__code__.co_freevars:
        raise TypeError(f"{function.__qualname__} calls super(), which does not reach beyond {part.__name__}")
    if function.__qualname__.startswith(f"{part.__qualname__}."):
        function.__qualname__ = cls.__qualname__ + function.__qualname__[len(part.__qualname__) :]
        function.__module__ = cls.__module__
