"""Makes the classes and values of one package from shapes and recipes."""

import sys
from types import ModuleType
from typing import Any

from bson import DBRef

from tests.properties.models import EXTRA, SCALARS, Shape, Spec
from tests.properties.values import Part, Ref, key_of

__all__ = ("World",)


class World:
    """One package's side: its classes by shape, and the classes that references refer to."""

    def __init__(self, package: Any, home: ModuleType | None = None) -> None:
        self.package = package
        self._home = home
        self._classes: dict[Shape, list[Any]] = {}
        #: What each class was made from: a shape, and which of its classes it is.
        self.origin: dict[Any, tuple[Shape, int]] = {}
        self.targets = _targets(package)

    def classes(self, shape: Shape, name: str = "Extra", base: str = "EmbeddedDocument") -> list[Any]:
        """The class of a shape and its subclasses, made when first asked for."""
        if shape not in self._classes:
            self._classes[shape] = self._make(shape, name, base)
            self.origin.update({cls: (shape, number) for number, cls in enumerate(self._classes[shape])})
        return self._classes[shape]

    def _make(self, shape: Shape, name: str, base: str) -> list[Any]:
        meta = dict(shape.meta)
        if shape.dynamic:
            self.classes(EXTRA)
        if shape.subclasses:
            meta["allow_inheritance"] = True
        base = base.replace("Embedded", "DynamicEmbedded") if shape.dynamic and base != "Document" else base
        base = "DynamicDocument" if shape.dynamic and base == "Document" else base
        root = self._class(name, getattr(self.package, base), shape.fields, meta)
        kinds = [self._class(f"{name}Sub{number}", root, fields, {}) for number, fields in enumerate(shape.subclasses)]
        return [root, *kinds]

    def _class(self, name: str, base: Any, fields: dict[str, Spec], meta: dict[str, Any]) -> Any:
        members: dict[str, Any] = {key: self.field(spec, f"{name}{key.upper()}", key) for key, spec in fields.items()}
        if meta:
            members["meta"] = meta
        if self._home:
            members["__module__"] = self._home.__name__
        made = type(name, (base,), members)
        if self._home:
            setattr(self._home, name, made)
        return made

    def field(self, spec: Spec, path: str, key: str = "") -> Any:
        """The field that a spec describes; `path` names the classes inside."""
        me, options = self.package, self._options(spec, key)
        if spec.kind in SCALARS:
            class_name, arguments, _ = SCALARS[spec.kind]
            arguments = dict(arguments)
            if "document_type" in arguments:
                arguments["document_type"] = self.targets[arguments["document_type"]]
            if spec.kind == "chosen generic":
                arguments["choices"] = [self.targets[name] for name in arguments["choices"]]
            return getattr(me, class_name)(**arguments, **options)
        if spec.kind == "self":
            return me.EmbeddedDocumentField("self", **options)
        if spec.kind in ("dynamic", "open embedded"):
            for shape in spec.shapes:
                self.classes(shape, path)
            return me.DynamicField(**options)
        if spec.kind == "generic embedded":
            classes = self.classes(spec.shape, path)
            # Not all of them: documents of the last subclass are refused.
            choices = {"choices": classes[:2]} if options.pop("chosen", False) else {}
            return me.GenericEmbeddedDocumentField(**choices, **options)
        if spec.kind == "embedded":
            return me.EmbeddedDocumentField(self.classes(spec.shape, path)[0], **options)
        if spec.kind in ("plain list", "dict"):
            return (me.ListField if spec.kind == "plain list" else me.DictField)(**options)
        assert spec.inner
        if spec.kind == "embedded list":
            return me.EmbeddedDocumentListField(self.classes(spec.inner.shape, path)[0], **options)
        kinds = {"list": me.ListField, "sorted list": me.SortedListField, "map": me.MapField, "dict of": me.DictField}
        return kinds[spec.kind](self.field(spec.inner, path), **options)

    def _options(self, spec: Spec, key: str) -> dict[str, Any]:
        options = dict(spec.options)
        if options.pop("db_field", None):
            options["db_field"] = f"db_{key}"
        default = options.pop("default", None)
        if default and spec.kind in _DEFAULTS:
            value = _DEFAULTS[spec.kind]
            options["default"] = self.value(value) if default == "value" else lambda: self.value(value)
        return options

    def value(self, recipe: Any) -> Any:
        """Follow a recipe; containers and documents are new each time."""
        if isinstance(recipe, Part):
            cls = self.classes(recipe.shape)[recipe.variant]
            return cls(**{name: self.value(item) for name, item in recipe.values.items()})
        if isinstance(recipe, Ref):
            return self._reference(recipe)
        if isinstance(recipe, list):
            return [self.value(item) for item in recipe]
        if type(recipe) is tuple:
            return tuple(self.value(item) for item in recipe)
        if type(recipe) is dict:
            return {key: self.value(item) for key, item in recipe.items()}
        return recipe

    def _reference(self, recipe: Ref) -> Any:
        cls, key = self.targets[recipe.target], key_of(recipe.number)
        if recipe.form == "new":
            return cls(name="not saved")
        if recipe.form == "document":
            return cls(id=key, name=f"{recipe.target} {recipe.number}", number=recipe.number)
        if recipe.form == "dbref":
            return DBRef(cls._get_collection_name(), key)
        if recipe.form == "lazy":
            return self.package.base.LazyReference(cls, key)
        return key


_TARGETS: dict[str, dict[str, Any]] = {}


def _targets(me: Any) -> dict[str, Any]:
    """The classes that references refer to, made once a package: a plain one, one with a subclass, the subclass."""
    if me.__name__ not in _TARGETS:

        class Target(me.Document):
            name = me.StringField()
            number = me.IntField(db_field="n")
            meta = {"auto_create_index": False}

        class Kin(me.Document):
            name = me.StringField()
            number = me.IntField()
            meta = {"allow_inheritance": True, "auto_create_index": False}

        class Son(Kin):
            age = me.IntField()

        _TARGETS[me.__name__] = {"Target": Target, "Kin": Kin, "Son": Son}
    registry = sys.modules[f"{me.__name__}.base.common"]._document_registry
    registry.update({cls._class_name: cls for cls in _TARGETS[me.__name__].values()})
    return _TARGETS[me.__name__]


#: Static defaults by kind; the callable ones give the same, made anew.
_DEFAULTS: dict[str, Any] = {
    "string": "d",
    "int": 5,
    "float": 1.5,
    "bool": False,
    "enum": "r",
    "decimal": "1.50",
    "plain list": [1],
    "dict": {"a": [1]},
    "list": [],
    "dynamic": 0,
    "point": [1, 2],
    "reference": Ref("id", "Target", 1),
}
