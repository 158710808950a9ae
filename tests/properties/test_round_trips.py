"""Any class, any values, on a real server: saved, loaded, edited and saved again, the same bytes are stored."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import ObjectId, encode
from bson.raw_bson import RawBSONDocument
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from tests.base.both_sides import raised
from tests.properties.edits import edit_once
from tests.properties.models import models, recipes
from tests.properties.twins import PACKAGES, Twins, cleared, failed, room, same, same_state

KEY = ObjectId(f"{7:024x}")
DATABASES = ("properties_0", "properties_1")
FEWER = settings(max_examples=max(20, settings.default.max_examples // 5))


@pytest.fixture(scope="module")
def server(mongodb_uri: str) -> Iterator[MongoClient[Any]]:
    """Both packages connected, each to a database of its own, and a client that watches."""
    for package, name in zip(PACKAGES, DATABASES, strict=True):
        package.connect(name, host=mongodb_uri, uuidRepresentation="standard")
    with MongoClient(mongodb_uri, document_class=RawBSONDocument) as client:
        yield client
        for package, name in zip(PACKAGES, DATABASES, strict=True):
            client.drop_database(name)
            package.connection.disconnect_all()


def same_stored(server: MongoClient[Any]) -> None:
    stock, ours = ([document.raw for document in server[name]["thing"].find()] for name in DATABASES)
    assert ours == stock


def empty(server: MongoClient[Any]) -> None:
    for name in DATABASES:
        server[name]["thing"].delete_many({})


@FEWER
@given(st.data())
def test_save_load_edit_save(server: MongoClient[Any], data: Any) -> None:
    fields = data.draw(models())
    values = data.draw(recipes(fields))
    empty(server)
    with room():
        twins = Twins(fields)
        pair = twins.new(values)
        if failed(pair):
            return
        same(pair, lambda document: setattr(document, "id", KEY))
        same(pair, lambda document: document.save() and None)
        same_stored(server)
        same_state(pair)
        if not server[DATABASES[0]]["thing"].count_documents({}):
            return
        pair = [raised(lambda cls=cls: cls.objects.get(id=KEY)) for cls in twins.classes]
        if failed(pair):
            return
        same_state(pair)
        for _ in range(data.draw(st.integers(1, 3))):
            edit_once(data, fields, pair)
        same(pair, lambda document: document.save() and None)
        same_stored(server)
        if cleared(pair):
            same_state(pair)
        same(pair, lambda document: document.reload())


@FEWER
@given(st.data())
def test_inserting_many_and_reading_them_back(server: MongoClient[Any], data: Any) -> None:
    fields = data.draw(models())
    rows = data.draw(st.lists(recipes(fields), min_size=1, max_size=4))
    empty(server)
    with room():
        twins = Twins(fields)
        batches = list(zip(*(twins.new(values) for values in rows), strict=True))
        for number, pair in enumerate(zip(*batches, strict=True)):
            if any(
                isinstance(one, Exception) or isinstance(raised(lambda one=one: encode(one.to_mongo())), Exception)
                for one in pair
            ):
                return
            for document in pair:
                document.id = ObjectId(f"{number + 1:024x}")
        both = list(zip(twins.classes, batches, strict=True))
        same(both, lambda side: [document.id for document in side[0].objects.insert(list(side[1]))])
        same_stored(server)
        same(twins.classes, lambda cls: list(cls.objects.order_by("id")))
        same(twins.classes, lambda cls: list(cls.objects.order_by("-id").as_pymongo()))
