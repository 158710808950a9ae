"""Documents whose `_cls` names a class with other keys than the class that was asked for them."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from tests.base.both_sides import alike, load, raised

KEY = ObjectId(b"k" * 12)


def animal(me: Any, base: Any, **options: Any) -> Any:
    class Animal(base):
        name = me.StringField(db_field="n")
        meta = {"allow_inheritance": True, **options}

    return Animal


@pytest.mark.parametrize("stored", [{"name": "x"}, {"n": "x"}, {"name": "x", "n": "y"}, {}], ids=repr)
@alike
def test_an_unrelated_class(me: Any, stored: dict[str, Any]) -> Any:
    class Stone(me.Document):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    stone = raised(lambda: load(animal(me, me.Document), {"_id": KEY, "_cls": "Stone", **stored}))
    return stone if isinstance(stone, Exception) else (type(stone).__name__, stone.name, stone.to_mongo())


@pytest.mark.parametrize("key", [None, "m", "n"])
@pytest.mark.parametrize("stored", [{"name": "x"}, {"n": "x"}, {"m": "x"}], ids=repr)
@alike
def test_a_subclass_that_renames_a_field(me: Any, stored: dict[str, Any], key: str | None) -> Any:
    base = animal(me, me.Document)

    class Cat(base):
        name = me.StringField(db_field=key)

    cat = raised(lambda: load(base, {"_id": KEY, "_cls": "Animal.Cat", **stored}))
    return cat if isinstance(cat, Exception) else (type(cat).__name__, cat.name, cat.to_mongo())


@alike
def test_a_class_that_is_not_strict_keeps_the_value_under_the_other_key(me: Any) -> Any:
    class Stone(me.Document):
        meta = {"allow_inheritance": True, "strict": False}

    stone = load(animal(me, me.Document), {"_id": KEY, "_cls": "Stone", "name": "x"})
    return stone.to_mongo(), raised(lambda: stone.n), raised(lambda: stone.name)


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("stored", [{"name": "x"}, {"n": "x"}], ids=repr)
@alike
def test_an_embedded_document_of_an_unrelated_class(me: Any, stored: dict[str, Any], listed: bool) -> Any:
    base = animal(me, me.EmbeddedDocument)

    class Stone(me.EmbeddedDocument):
        name = me.StringField()
        meta = {"allow_inheritance": True}

    field = me.EmbeddedDocumentField(base)

    class Zoo(me.Document):
        inside = me.ListField(field) if listed else field

    part = {"_cls": "Stone", **stored}
    zoo = raised(lambda: load(Zoo, {"_id": KEY, "inside": [part] if listed else part}))
    return zoo if isinstance(zoo, Exception) else zoo.to_mongo()


def stone(me: Any, key: str | None) -> Any:
    class Stone(me.Document):
        name = me.StringField(db_field=key)
        meta = {"allow_inheritance": True}

    return Stone


@pytest.mark.parametrize("keys", [("n", None), (None, "n"), ("n", "n")])
@alike
def test_a_class_defined_anew(me: Any, keys: tuple[str | None, str | None]) -> Any:
    rows = [{"_id": KEY, "_cls": "Stone", key: "x"} for key in ("n", "name")]
    asked = animal(me, me.Document)
    found = []
    for key in keys:
        defined = stone(me, key)
        for row in rows:
            loaded = raised(lambda row=row: load(asked, row))
            found.append(loaded if isinstance(loaded, Exception) else (loaded.name, type(loaded) is defined))
    return found


@alike
def test_a_class_that_is_forgotten(me: Any) -> Any:
    row = {"_id": KEY, "_cls": "Stone", "n": "x"}
    asked, defined = animal(me, me.Document), stone(me, "n")
    assert type(load(asked, row)) is defined
    me.base.common._document_registry.pop("Stone")
    return raised(lambda: load(asked, row))


@alike
def test_a_class_known_by_the_end_of_its_name(me: Any) -> Any:
    base = animal(me, me.Document)

    class Cat(base):
        pass

    class Lion(Cat):
        pass

    row = {"_id": KEY, "_cls": "Animal.Lion", "n": "x"}
    return [(type(load(base, row)) is Lion, load(base, row).name) for _ in range(3)]
