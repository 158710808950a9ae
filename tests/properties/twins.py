"""The same document in both packages."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import bson
import mongoengine
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from hypothesis import assume

import mongoengine_fast
from compat_tests.differential.harness import Renumber, normal
from mongoengine_fast._native import DocumentLoader, load_documents
from tests.base.both_sides import OURS, STOCK, fresh_classes, raised
from tests.properties.making import World
from tests.properties.models import Shape

PACKAGES = (mongoengine, mongoengine_fast)
DATABASES = ("properties_0", "properties_1")
#: As the connections of these tests are.
CODEC: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)


@contextmanager
def room() -> Iterator[None]:
    """A place for classes of any name, without warnings."""
    with fresh_classes(STOCK), fresh_classes(OURS), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Twins:
    """A class in both packages, and what is made of it, side by side."""

    def __init__(self, shape: Shape, homes: tuple[Any, Any] = (None, None)) -> None:
        self.shape = shape
        self.worlds = [World(package, home) for package, home in zip(PACKAGES, homes, strict=True)]
        if "sequence" in repr(shape):
            for package in PACKAGES:
                package.connection.get_db()["mongoengine.counters"].delete_many({})
        families = [world.classes(shape, "Thing", "Document") for world in self.worlds]
        self.classes = [family[0] for family in families]
        #: The class and its subclasses; each a pair.
        self.families = list(zip(*families, strict=True))

    def both(self, recipe: Any) -> list[Any]:
        """A value in both packages; what raises is returned."""
        return [raised(lambda world=world: world.value(recipe)) for world in self.worlds]

    def loaded(self, stored: dict[str, Any], from_bytes: bool = True) -> list[Any]:
        """The stored document, loaded by each package, ours from bytes or from a dict; what raises is returned."""
        row = encode(stored)
        stock, ours = self.classes
        return [
            raised(lambda: stock._from_son(bson.decode(row, CODEC))),
            raised(lambda: load_documents(DocumentLoader(ours), row, CODEC)[0])
            if from_bytes
            else raised(lambda: ours._from_son(bson.decode(row, CODEC))),
        ]


def encode(document: Any) -> bytes:
    """BSON, with UUIDs as our connections store them."""
    return bson.encode(document, codec_options=CODEC)


def seen(value: Any) -> Any:
    """`value` in plain types, documents as their attributes show them."""
    name = type(value).__name__
    if hasattr(type(value), "_fields_ordered"):
        names = [*value._fields_ordered, *sorted(getattr(value, "_dynamic_fields", None) or ())]
        return name, [(field, seen(raised(lambda field=field: getattr(value, field)))) for field in names]
    if isinstance(value, str):
        return name, value.replace(PACKAGES[1].__name__, PACKAGES[0].__name__)
    if isinstance(value, float):
        # No NaN equals another.
        return name, repr(value)
    if name == "LazyReference":
        # Any other question might be passed on to the document.
        return name, value.document_type.__name__, seen(value.pk), value.passthrough
    if name == "FieldDoesNotExist":
        # Its text shows a set.
        return name, sorted(str(value))
    if isinstance(value, BaseException):
        kind, text = normal(value, Renumber())
        return kind, text.replace(DATABASES[1], DATABASES[0])
    if isinstance(value, dict):
        return name, [(key, seen(value[key])) for key in value]
    if isinstance(value, (list, tuple)):
        return name, [seen(value[place]) for place in range(len(value))]
    if hasattr(type(value), "pattern") or name == "Regex":
        return name, value.pattern, value.flags
    return normal(value, Renumber())


def same(pair: list[Any], question: Callable[[Any], Any] = lambda answer: answer) -> Any:
    """Assert that `question`, asked of both, is answered (or raises) alike; returns our plain answer."""
    stock, ours = (seen(raised(lambda one=one: question(one))) for one in pair)
    # An embedded document of a copy asks the document that it was copied by way of, which may be gone by then.
    assume(not isinstance(stock, tuple) or stock[0] != "ReferenceError")
    assert ours == stock, f"\n{STOCK}: {stock}\n{OURS}: {ours}"
    return ours


def same_state(pair: list[Any]) -> None:
    """Assert that nothing anybody can ask of two documents tells them apart."""
    if hasattr(pair[0], "_changed_fields"):
        same_changes(pair)
    same(pair)
    # What cannot be stored has no delta worth comparing: ours looks at the changed fields only.
    if same(pair, lambda document: (document.to_mongo(), "stored"))[0] == "tuple":
        same(pair, lambda document: [sorted(part.items()) for part in document._delta()])


def same_changes(pair: list[Any]) -> None:
    """Assert that the same changes were noted.

    Changes below lists of embedded documents are kept elsewhere than in MongoEngine: their order is not looked at. And
    a document that was never saved keeps no changes, but those kept elsewhere show: nobody asks here.
    """
    # MongoEngine then stores the change under a name that no field has, or of another embedded document, and loses it;
    # ours stores it where it belongs (docs/upstream-fixes.md).
    assume(not misnames(pair[0]) and not misplaces(pair[0]))
    same(pair, lambda document: sorted(document._get_changed_fields()))


def clear(pair: list[Any]) -> bool:
    """Have both forget their changes; tells whether MongoEngine did.

    It keeps old changes below an embedded document that was replaced, and trips over some paths.
    """
    if trips(pair[0]):
        return False
    same(pair, lambda document: document._clear_changed_fields())
    return cleared(pair)


def cleared(pair: list[Any]) -> bool:
    """Whether MongoEngine forgot all changes."""
    return raised(pair[0]._get_changed_fields) == []


def trips(stock: Any) -> bool:
    """Whether MongoEngine raises when it clears the changes: a path goes on below nothing, or cannot be read."""
    paths = raised(stock._get_changed_fields)
    if isinstance(paths, Exception):
        return True
    return any(isinstance(place, Exception) or _raises(place) for path in paths for place, _ in _way(stock, path))


def _raises(place: Any) -> bool:
    """Whether something in a container raises when it is asked for an attribute, as some references to nothing do."""
    if isinstance(place, (list, tuple, dict)):
        return any(_raises(item) for item in (place.values() if isinstance(place, dict) else place))
    return isinstance(raised(lambda: hasattr(place, "_changed_fields")), Exception)


def misnames(stock: Any) -> bool:
    """Whether MongoEngine notes a change by a field's name where it is stored by another."""
    paths = raised(stock._get_changed_fields)
    if isinstance(paths, Exception):
        return False
    ways = (_way(stock, path) for path in paths)
    return any(
        part in place._db_field_map and part not in place._reverse_db_field_map
        for way in ways
        for place, part in way
        if hasattr(type(place), "_db_field_map")
    )


def misplaces(stock: Any) -> bool:
    """Whether MongoEngine notes a change where an embedded document stood before its list was changed."""
    paths = raised(stock._get_changed_fields)
    if isinstance(paths, Exception):
        return False
    names = set(_outdated_names(stock))
    return any(name in path for name in names for path in paths)


def _outdated_names(document: Any) -> Iterator[str]:
    """The names of containers in the embedded documents of lists that do not say where these stand now."""
    for name, listed in document._data.items():
        for index, part in enumerate(listed if isinstance(listed, list) else [listed]):
            if not hasattr(type(part), "_fields_ordered"):
                continue
            for inner, container in part._data.items():
                said = getattr(container, "_name", None) if isinstance(container, (list, dict)) else None
                if said is None:
                    continue
                if isinstance(listed, list) and said.startswith(f"{name}.") and said != f"{name}.{index}.{inner}":
                    yield said
            yield from _outdated_names(part)


def _way(document: Any, path: str) -> Iterator[tuple[Any, str]]:
    """Each place on the way of a stored path, and which part of the path follows; ends with what raises."""
    place = document
    for part in path.split("."):
        yield place, part
        if isinstance(place, list):
            place = raised(lambda place=place, part=part: place[int(part)])
            place = None if isinstance(place, IndexError) else place
        elif isinstance(place, dict):
            place = place.get(part)
        elif hasattr(type(place), "_reverse_db_field_map"):
            name = place._reverse_db_field_map.get(part, part)
            place = raised(lambda place=place, name=name: getattr(place, name, None))
        else:
            place = TypeError(f"nothing is below {place!r}")
        if isinstance(place, Exception):
            break
    yield place, ""


def failed(pair: list[Any]) -> bool:
    """Assert that both are errors, or none; tells which."""
    if any(isinstance(one, Exception) for one in pair):
        same(pair)
        return True
    return False
