"""The field of counters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongoengine_fast import lanes
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_db
from mongoengine_fast.document import Document


class SequenceField(BaseField):
    """A number that counts up with every document, kept in a collection of counters.

    Every new number costs a round trip, and all writers wait for the same
    counter: `ObjectIdField` scales better.

    Args:
        collection_name: collection of the counters, "mongoengine.counters" by default.
        db_alias: connection of its database.
        sequence_name: name of the counter; by default the collection of the
            document, or the class name of an abstract or embedded one (whose
            subclasses share the counter).
        value_decorator: makes the value from the number; `int` by default.
    """

    _holds_one_value = True

    _auto_gen = True
    _is_sequence_field = True
    COLLECTION_NAME = "mongoengine.counters"
    VALUE_DECORATOR: Callable[[Any], Any] = int

    def __init__(
        self,
        collection_name: str | None = None,
        db_alias: str | None = None,
        sequence_name: str | None = None,
        value_decorator: Callable[[Any], Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.collection_name = collection_name or self.COLLECTION_NAME
        self.db_alias = db_alias or DEFAULT_CONNECTION_NAME
        self.sequence_name = sequence_name
        self.value_decorator = value_decorator if callable(value_decorator) else self.VALUE_DECORATOR
        super().__init__(*args, **kwargs)

    def _counter(self) -> tuple[Any, dict[str, str]]:
        """Return the collection of the counter and the filter that finds it."""
        sequence_id = f"{self.get_sequence_name()}.{self.name}"
        collection = get_db(alias=self.db_alias)[self.collection_name]
        return collection, {"_id": sequence_id}

    def _update_counter(self, update: dict[str, Any]) -> Any:
        collection, query = self._counter()
        counter = lanes.find_one_and_update(collection, query, update, upsert=True, return_after=True)
        return self.value_decorator(counter["next"])

    def generate(self) -> Any:
        """Count up and return the new value."""
        return self._update_counter({"$inc": {"next": 1}})

    def set_next_value(self, value: int) -> Any:
        """Set the counter and return its value; `generate` goes on from there."""
        return self._update_counter({"$set": {"next": value}})

    def get_next_value(self) -> Any:
        """Return the value that `generate` would return now, without counting up."""
        collection, query = self._counter()
        counter = lanes.find_one(collection, query)
        return self.value_decorator(counter["next"] + 1 if counter else 1)

    def get_sequence_name(self) -> str:
        """Return the name of the counter, without the field's."""
        if self.sequence_name:
            return self.sequence_name
        owner = self.owner_document
        if issubclass(owner, Document) and not owner._meta.get("abstract"):
            return owner._get_collection_name()
        letters = (f"_{char}" if char.isupper() else char for char in owner._class_name)
        return "".join(letters).strip("_").lower()

    def __get__(self, instance: Any, owner: Any) -> Any:
        value = super().__get__(instance, owner)
        if value is None and instance._initialised:
            value = self.generate()
            instance._data[self.name] = value
            instance._mark_as_changed(self.name)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        if value is None and instance._initialised:
            value = self.generate()
        super().__set__(instance, value)

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Make the value comparable with what is stored ("1" with 1)."""
        return self.value_decorator(value)

    def to_python(self, value: Any) -> Any:
        """Return the value; where there is none, count up."""
        return self.generate() if value is None else value
