"""One row of a map-reduce result."""

from __future__ import annotations

from typing import Any

__all__ = ("MapReduceDocument",)


class MapReduceDocument:
    """What a map-reduce produced for one key.

    :param document: the document class the query ran on
    :param collection: the pymongo collection it ran on
    :param key: what the values were grouped by, often the primary key of a document
    :param value: the reduced value
    """

    __module__ = "mongoengine_fast.document"

    def __init__(self, document: Any, collection: Any, key: Any, value: Any) -> None:
        self._document = document
        self._collection = collection
        self.key = key
        self.value = value

    @property
    def object(self) -> Any:
        """The document whose primary key is ``key``, fetched on first use; ``None`` if there is none."""
        id_field = self._document()._meta["id_field"]
        # The *name* of the field is what upstream takes the type of, so that keys become text here.
        key_type = type(id_field)
        if not isinstance(self.key, key_type):
            try:
                self.key = key_type(self.key)
            except Exception as error:
                raise Exception(f"Could not cast key as {key_type.__name__}") from error

        if not hasattr(self, "_key_object"):
            self._key_object = self._document.objects.with_id(self.key)
        return self._key_object
