"""What values, callables and classes look like from outside, as text that is the same for two equal interfaces."""

import inspect
import re
import types
from typing import Any

ROOT = "mongoengine"
UNKNOWN = "unknown"
_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_STARS: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
_SLOTS = (types.MemberDescriptorType, types.GetSetDescriptorType)
FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    types.ClassMethodDescriptorType,
)


class Describer:
    """Describes the objects of one package; its own objects are named as if the package were called `mongoengine`."""

    def __init__(self, package: str) -> None:
        self.package = package

    def is_own(self, name: str | None) -> bool:
        """Whether a module of this name belongs to the package."""
        return name is not None and (name == self.package or name.startswith(f"{self.package}."))

    def neutral(self, name: str) -> str:
        """A dotted name with the package's own root replaced."""
        return ROOT + name[len(self.package) :] if self.is_own(name) else name

    def home(self, item: Any) -> str:
        """Where a class or function says that it was defined, as `module:qualified.name`."""
        module = self.neutral(str(getattr(item, "__module__", None)))
        return f"{module}:{getattr(item, '__qualname__', None) or item.__name__}"

    def kind(self, item: Any) -> str:
        """What sort of attribute something found in a class is."""
        if isinstance(item, (staticmethod, types.ClassMethodDescriptorType, classmethod)):
            return "staticmethod" if isinstance(item, staticmethod) else "classmethod"
        if isinstance(item, (property, *_SLOTS)):
            return "property"
        if isinstance(item, type):
            return "class"
        return "method" if isinstance(item, FUNCTIONS) else "value"

    def accessors(self, item: Any) -> str:
        """What can be done with a property."""
        if not isinstance(item, property):
            return UNKNOWN
        accessors = {"get": item.fget, "set": item.fset, "delete": item.fdel}
        return ", ".join(name for name, accessor in accessors.items() if accessor)

    def signature(self, item: Any) -> str:
        """Names, kinds and defaults of the parameters.

        Left out is what no call can tell: annotations, the names of starred parameters, and whether the object that a
        method belongs to could be given by name.
        """
        if isinstance(item, (staticmethod, classmethod)):
            item = item.__func__
        try:
            parameters = inspect.signature(item).parameters.values()
        except (TypeError, ValueError):
            return UNKNOWN
        return self._listed(list(parameters))

    def _listed(self, parameters: list[inspect.Parameter]) -> str:
        parts, starred = [], False
        for number, parameter in enumerate(parameters):
            if parameter.kind is parameter.VAR_POSITIONAL:
                starred = True
            elif parameter.kind is parameter.KEYWORD_ONLY and not starred:
                parts.append("*")
                starred = True
            stars = _STARS.get(parameter.kind, "")
            default = "" if parameter.default is parameter.empty else f"={self.value(parameter.default)}"
            parts.append(stars or f"{parameter.name}{default}")
            following = parameters[number + 1 : number + 2]
            is_last = not following or following[0].kind is not parameter.POSITIONAL_ONLY
            if parameter.kind is parameter.POSITIONAL_ONLY and is_last and parameter.name != "self":
                parts.append("/")
        return f"({', '.join(parts)})"

    def value(self, item: Any) -> str:
        """A value as text: plain data by its contents, anything else by what it is."""
        if isinstance(item, _PLAIN) and type(item) in _PLAIN:
            return repr(item)
        if isinstance(item, types.ModuleType):
            return f"module {self.neutral(item.__name__)}"
        if isinstance(item, type):
            return f"class {self.home(item)}"
        if isinstance(item, re.Pattern):
            return f"pattern {item.pattern!r}, {item.flags}"
        if isinstance(item, (*FUNCTIONS, types.MethodType)):
            return f"function {self.home(item)}"
        if isinstance(item, (dict, list, tuple, set, frozenset)):
            return self._container(item)
        return self._instance(item)

    def _container(self, item: Any) -> str:
        if isinstance(item, dict):
            pairs = [f"{self.value(key)}: {self.value(value)}" for key, value in item.items()]
            parts = sorted(pairs)
        else:
            parts = [self.value(part) for part in item]
            parts = sorted(parts) if isinstance(item, (set, frozenset)) else parts
        name = type(item).__name__ if self.is_own(type(item).__module__) else type(item).__qualname__
        return f"{name}({', '.join(parts)})"

    def _instance(self, item: Any) -> str:
        kind = f"instance of {self.home(type(item))}"
        if self.is_own(type(item).__module__) or "__repr__" not in vars(type(item)):
            return kind
        text = repr(item)
        return kind if " at 0x" in text else f"{kind} {text}"
