"""Letting programs that say ``import mongoengine`` get this package, unchanged."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType

from mongoengine_fast import _native

__all__ = ("install_as_mongoengine",)

_OURS = __name__.rpartition(".")[0]
_THEIRS = "mongoengine"

_installing = threading.Lock()


def _translate(name: str, source: str, target: str) -> str | None:
    """Return the module path *name* with its root *source* replaced by *target*; ``None`` for other roots."""
    if name == source or name.startswith(f"{source}."):
        return target + name[len(source) :]
    return None


def _own_spec(module: ModuleType) -> ModuleSpec | None:
    """Return the spec a module was loaded by, also while the import system has an alias's spec on it."""
    spec = module.__spec__
    return spec.loader_state if spec is not None and isinstance(spec.loader, _AliasLoader) else spec


def _present_as_mongoengines(module: ModuleType) -> None:
    """Let the classes and functions of *module* report MongoEngine's path, in reprs, error messages and pickles.

    Programs print those, compare them, and share pickles with processes that run on MongoEngine itself.
    """
    for value in tuple(vars(module).values()):
        if isinstance(value, (type, FunctionType)):
            path = _translate(value.__module__ or "", _OURS, _THEIRS)
            # MongoEngine has no native classes: those keep their name.
            if path is not None and value.__module__ != _native.__name__:
                value.__module__ = path


class _AliasLoader:
    """Loads a module of this package under its MongoEngine path: the same object, not a second copy."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(_translate(spec.name, _THEIRS, _OURS) or spec.name)
        _present_as_mongoengines(module)
        spec.loader_state = _own_spec(module)
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import system has just put the alias's spec on the module. Its own must come back: reloading and
        # relative imports go by it.
        module.__spec__ = _own_spec(module)


class _AliasFinder:
    """Answers imports of MongoEngine's module paths that were not in use when the alias was installed."""

    def __init__(self) -> None:
        self._loader = _AliasLoader()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        ours = _translate(fullname, _THEIRS, _OURS)
        if ours is None:
            return None
        real = importlib.util.find_spec(ours)
        if real is None:
            return None
        is_package = real.submodule_search_locations is not None
        return ModuleSpec(fullname, self._loader, origin=real.origin, is_package=is_package)


def _users_of(package: str) -> Iterator[str]:
    """Yield the names of loaded modules, outside of *package*, that hold something from it."""
    inside = f"{package}."
    for name, module in sorted(sys.modules.items()):
        if name == package or name.startswith(inside) or _translate(name, _OURS, _OURS):
            continue
        for value in tuple(getattr(module, "__dict__", {}).values()):
            origin = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            if isinstance(origin, str) and (origin == package or origin.startswith(inside)):
                yield name
                break


def _refuse_if_taken() -> None:
    """Raise ``RuntimeError`` if the real MongoEngine is loaded: two sets of classes would not work together."""
    present = sys.modules.get(_THEIRS)
    if present is None or present is sys.modules[_OURS]:
        return
    users = list(_users_of(_THEIRS))
    by = f"It is in use by: {', '.join(users[:5])}{', ...' if len(users) > 5 else ''}. " if users else ""
    raise RuntimeError(
        f"install_as_mongoengine() came too late: MongoEngine was already imported from "
        f"{getattr(present, '__file__', None) or 'an unknown place'}. {by}"
        f"Call it before anything imports mongoengine, or start the program with "
        f"`python -m {_OURS} run`."
    )


def install_as_mongoengine() -> None:
    """Make ``mongoengine`` and all its module paths names of this package, for the whole process.

    Every ``mongoengine.x`` is the very module ``mongoengine_fast.x``, those imported later included; classes say that
    they are of ``mongoengine``. Calling it again does nothing. Raises ``RuntimeError`` when MongoEngine itself was
    imported before.
    """
    with _installing:
        _refuse_if_taken()
        if not any(isinstance(finder, _AliasFinder) for finder in sys.meta_path):
            # In front of the path finder, which would load our files a second time under their other name.
            sys.meta_path.insert(0, _AliasFinder())
        for name, module in list(sys.modules.items()):
            alias = _translate(name, _OURS, _THEIRS)
            if alias is not None:
                sys.modules[alias] = module
                _present_as_mongoengines(module)
