"""Documents of both packages in this process, connected to one server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.faults.models import define
from tests.faults.scene import OURS, STOCK

PACKAGES = (OURS, STOCK)


@contextmanager
def connected(package: str, uri: str, **options: Any) -> Iterator[Any]:
    """Give the package and its document classes on an empty database, with their connection open."""
    name = f"faults_{uuid.uuid4().hex[:8]}"
    models = define(package, alias=name)
    models.alias = name
    models.client = models.engine.connect(name, alias=name, host=uri, uuidRepresentation="standard", **options)
    models.Item.ensure_indexes()
    models.Item(key="warm").save()
    models.Item.objects.delete()
    try:
        yield models
    finally:
        models.engine.disconnect(name)
