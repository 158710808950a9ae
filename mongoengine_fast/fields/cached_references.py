"""A reference that keeps copies of some fields of the referenced document."""

from __future__ import annotations

from typing import Any

from bson import SON, DBRef

from mongoengine_fast import signals
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.document import Document
from mongoengine_fast.fields.references import NOT_SAVED, is_document_class
from mongoengine_fast.fields.resolution import (
    find_referenced,
    load_referenced,
    resolved_document_type,
)


class CachedReferenceField(BaseField):
    """A reference stored together with fields of its document, to query by them.

    Args:
        document_type: class of the document, its name, or "self".
        fields: names of the fields to copy.
        auto_sync: whether saving a referenced document updates the copies
            (needs the `blinker` package).

    Raises:
        ValidationError: `document_type` is none of the above.
    """

    _holds_one_value = True
    _is_cached_reference_field = True

    def __init__(
        self,
        document_type: Any,
        fields: list[str] | None = None,
        auto_sync: bool = True,
        **kwargs: Any,
    ) -> None:
        if fields is None:
            fields = []
        if not is_document_class(document_type):
            self.error("Argument to CachedReferenceField constructor must be a document class or a string")
        self.auto_sync = auto_sync
        self.document_type_obj = document_type
        self.fields = fields
        super().__init__(**kwargs)

    document_type = property(resolved_document_type)
    _lazy_load_ref = staticmethod(load_referenced)

    def start_listener(self) -> None:
        """Update the copies from now on whenever a referenced document is saved."""
        signals.post_save.connect(self.on_document_pre_save, sender=self.document_type)

    def on_document_pre_save(self, sender: Any, document: Any, created: bool, **kwargs: Any) -> None:
        """Update the copies of a document that has been saved (a signal receiver)."""
        if created:
            return
        changes = {
            f"set__{self.name}__{key}": value for key, value in document._delta()[0].items() if key in self.fields
        }
        if changes:
            self.owner_document.objects(**{self.name: document}).update(**changes)

    def to_python(self, value: Any) -> Any:
        """Read the referenced document from the database."""
        if not isinstance(value, dict):
            return value
        document_type = self.document_type
        dbref = DBRef(
            document_type._get_collection_name(),
            document_type.id.to_python(value["_id"]),
        )
        document = find_referenced(document_type, dbref)
        # A dangling reference fails as loading nothing does.
        return document_type._from_son(None) if document is None else document

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        value = instance._data.get(self.name)
        follow = instance._fields[self.name]._auto_dereference
        if follow and isinstance(value, DBRef):
            instance._data[self.name] = self._lazy_load_ref(self.document_type, value)
        return super().__get__(instance, owner)

    def to_mongo(self, document: Any, use_db_field: bool = True, fields: Any = None) -> SON:
        """Return the primary key and the copied fields of a document.

        Args:
            use_db_field: whether the copies have their database names.
            fields: if given, copy only those of the field's names that are in it.
        """
        document_type = self.document_type
        id_field = document_type._fields[document_type._meta["id_field"]]
        if not isinstance(document, Document):
            self.error("Only accept a document object")
        id_ = document.pk
        if id_ is None:
            self.error(NOT_SAVED)

        copied = [name for name in self.fields if name in fields] if fields else self.fields
        value = SON([("_id", id_field.to_mongo(id_))])
        value.update(dict(document.to_mongo(use_db_field, fields=copied)))
        return value

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Return primary key and copied values of a document; None stays None.

        Raises:
            NotImplementedError: the value is not a document.
        """
        if value is None:
            return None
        if not isinstance(value, Document):
            raise NotImplementedError
        if value.pk is None:
            self.error(NOT_SAVED)
        return {"_id": value.pk, **{name: value[name] for name in self.fields}}

    def validate(self, value: Any) -> None:
        """Check that the value is a document that has been saved."""
        if not isinstance(value, self.document_type):
            self.error("A CachedReferenceField only accepts documents")
        if isinstance(value, Document) and value.id is None:
            self.error(NOT_SAVED)

    def lookup_member(self, member_name: str) -> Any:
        """Return the field of that name in the referenced class, or None."""
        return self.document_type._fields.get(member_name)

    def sync_all(self) -> None:
        """Refresh the copies of every referenced document: one update per document."""
        for document in self.document_type.objects:
            referring = self.owner_document.objects(**{self.name: document})
            referring.update(**{f"set__{self.name}": document})
