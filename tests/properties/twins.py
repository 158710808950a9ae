"""The same document in both packages."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import mongoengine
from bson import encode

import mongoengine_fast
from compat_tests.differential.harness import Renumber, normal
from tests.base.both_sides import OURS, STOCK, fresh_classes, load, raised
from tests.properties.models import Spec, make, realise

PACKAGES = (mongoengine, mongoengine_fast)


@contextmanager
def room() -> Iterator[None]:
    """A place for classes of any name, without warnings."""
    with fresh_classes(STOCK), fresh_classes(OURS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Twins:
    """A class in both packages, and what is made of it, side by side."""

    def __init__(self, fields: dict[str, Spec], **meta: Any) -> None:
        self.fields = fields
        self.classes = [make(package, fields, **meta) for package in PACKAGES]

    def new(self, values: dict[str, Any]) -> list[Any]:
        """A new document a package; what raises is returned."""
        return [
            raised(lambda cls=cls: cls(**{name: realise(cls._fields[name], value) for name, value in values.items()}))
            for cls in self.classes
        ]

    def loaded(self, stored: dict[str, Any]) -> list[Any]:
        """The stored document, loaded by each package; what raises is returned."""
        row = encode(stored)
        return [raised(lambda cls=cls: load(cls, row)) for cls in self.classes]


def same(pair: list[Any], question: Callable[[Any], Any] = lambda answer: answer) -> Any:
    """Assert that `question`, asked of both, is answered (or raises) alike; returns our plain answer."""
    stock, ours = (normal(raised(lambda one=one: question(one)), Renumber()) for one in pair)
    assert ours == stock, f"\n{STOCK}: {stock}\n{OURS}: {ours}"
    return ours


def same_state(pair: list[Any]) -> None:
    """Assert that nothing anybody can ask of two documents tells them apart."""
    same(pair)
    same(pair, lambda document: document._get_changed_fields())
    same(pair, lambda document: getattr(document, "_changed_fields", "none"))
    same(pair, lambda document: document._delta())
    same(pair, lambda document: document.to_mongo())
    same(pair, lambda document: [raised(lambda name=name: getattr(document, name)) for name in document._fields])


def failed(pair: list[Any]) -> bool:
    """Assert that both are errors, or none; tells which."""
    if any(isinstance(one, Exception) for one in pair):
        same(pair)
        return True
    return False
