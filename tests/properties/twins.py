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


def seen(value: Any) -> Any:
    """`value` in plain types, documents as their attributes show them."""
    name = type(value).__name__
    if hasattr(value, "_fields") and hasattr(value, "to_mongo"):
        return name, [
            (field, seen(raised(lambda field=field: getattr(value, field)))) for field in value._fields_ordered
        ]
    if name == "FieldDoesNotExist":
        # Its text shows a set.
        return name, sorted(str(value))
    if isinstance(value, dict):
        return name, [(key, seen(value[key])) for key in value]
    if isinstance(value, (list, tuple)):
        return name, [seen(value[place]) for place in range(len(value))]
    return normal(value, Renumber())


def same(pair: list[Any], question: Callable[[Any], Any] = lambda answer: answer) -> Any:
    """Assert that `question`, asked of both, is answered (or raises) alike; returns our plain answer."""
    stock, ours = (seen(raised(lambda one=one: question(one))) for one in pair)
    assert ours == stock, f"\n{STOCK}: {stock}\n{OURS}: {ours}"
    return ours


def same_state(pair: list[Any]) -> None:
    """Assert that nothing anybody can ask of two documents tells them apart."""
    # In which order changes below different embedded documents are listed is not looked at here.
    same(pair, lambda document: sorted(document._get_changed_fields()))
    same(pair)
    same(pair, lambda document: document.to_mongo())
    # What cannot be stored has no delta worth comparing: ours looks at the changed fields only.
    if not isinstance(raised(pair[0].to_mongo), Exception):
        same(pair, lambda document: [sorted(part.items()) for part in document._delta()])


def cleared(pair: list[Any]) -> bool:
    """Whether MongoEngine forgot all changes: below an embedded document that was replaced it keeps old ones."""
    return not pair[0]._get_changed_fields()


def failed(pair: list[Any]) -> bool:
    """Assert that both are errors, or none; tells which."""
    if any(isinstance(one, Exception) for one in pair):
        same(pair)
        return True
    return False
