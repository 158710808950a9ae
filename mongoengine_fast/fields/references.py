"""Fields that refer to documents of other collections and follow the reference."""

from __future__ import annotations

from inspect import isclass
from typing import Any

from bson import SON, DBRef, ObjectId

from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.datastructures import LazyReference
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.document import Document, EmbeddedDocument
from mongoengine_fast.fields.resolution import load_referenced, resolved_document_type
from mongoengine_fast.queryset import DO_NOTHING

NOT_SAVED = "You can only reference documents once they have been saved to the database"


def is_document_class(value: Any) -> bool:
    """Tell whether `value` is a document class or the name of one."""
    return isinstance(value, str) or (isclass(value) and issubclass(value, Document))


class ReferenceField(BaseField):
    """A reference to a document, read from the database at first access.

    Each access to a reference that has not been followed costs a round trip,
    also when only the primary key is wanted: `LazyReferenceField` does without.

    Args:
        document_type: class of the document, its name, or "self". References
            to an abstract class are always stored as `DBRef`.
        dbref: store a `DBRef` rather than the primary key.
        reverse_delete_rule: what becomes of the reference when the document is
            deleted: DO_NOTHING, NULLIFY, CASCADE, DENY or PULL (the last from a
            list). Not available inside embedded documents, dicts and maps.

    Raises:
        ValidationError: `document_type` is none of the above.
    """

    _holds_one_value = True

    _native_get = "reference"
    _is_reference_field = True

    def __init__(
        self,
        document_type: Any,
        dbref: bool = False,
        reverse_delete_rule: int = DO_NOTHING,
        **kwargs: Any,
    ) -> None:
        if not is_document_class(document_type):
            self.error("Argument to ReferenceField constructor must be a document class or a string")
        self.dbref = dbref
        self.document_type_obj = document_type
        self.reverse_delete_rule = reverse_delete_rule
        super().__init__(**kwargs)

    document_type = property(resolved_document_type)
    _lazy_load_ref = staticmethod(load_referenced)

    def to_mongo(self, document: Any) -> Any:
        """Return the stored form of a document, a `DBRef` or a primary key."""
        if isinstance(document, DBRef):
            return document if self.dbref else document.id

        if isinstance(document, Document):
            id_ = document.pk
            if id_ is None:
                self.error(NOT_SAVED)
            # Of a subclass, which may live in another collection.
            cls: Any = document
        else:
            id_ = document
            cls = self.document_type

        id_field_name = cls._meta["id_field"]
        id_ = cls._fields[id_field_name].to_mongo(id_)
        if self.document_type._meta.get("abstract"):
            return DBRef(cls._get_collection_name(), id_, cls=cls._class_name)
        if self.dbref:
            return DBRef(cls._get_collection_name(), id_)
        return id_

    def to_python(self, value: Any) -> Any:
        """Return a `DBRef` for a stored primary key."""
        if self.dbref or isinstance(value, (DBRef, Document, EmbeddedDocument)):
            return value
        document_type = self.document_type
        return DBRef(document_type._get_collection_name(), document_type.id.to_python(value))

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a reference of a query or an update; None stays None."""
        if value is None:
            return None
        super().prepare_query_value(op, value)
        return self.to_mongo(value)

    def validate(self, value: Any) -> None:
        """Check that the value is a reference, or a document that has been saved."""
        if not isinstance(value, (self.document_type, LazyReference, DBRef, ObjectId)):
            self.error("A ReferenceField only accepts DBRef, LazyReference, ObjectId or documents")
        if isinstance(value, Document) and value.id is None:
            self.error(NOT_SAVED)

    def lookup_member(self, member_name: str) -> Any:
        """Return the field of that name in the referenced class, or None."""
        return self.document_type._fields.get(member_name)


class GenericReferenceField(BaseField):
    """A reference to a document of any class, read from the database at first access.

    Stored as the name of the class and a `DBRef`. The class must have been
    imported when the reference is followed.

    Args:
        choices: the acceptable document classes or their names; any by default.

    Raises:
        ValidationError: a choice is neither a document class nor a string.
    """

    _is_generic_reference_field = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = kwargs.pop("choices", None)
        super().__init__(*args, **kwargs)
        self.choices: list[str] = []
        for choice in choices or ():
            if not is_document_class(choice):
                self.error("Invalid choices provided: must be a list ofDocument subclasses and/or str")
            self.choices.append(choice if isinstance(choice, str) else choice._class_name)

    def _validate_choices(self, value: Any) -> None:
        if isinstance(value, dict):
            value = value.get("_cls")
        elif isinstance(value, Document):
            value = value._class_name
        super()._validate_choices(value)

    _lazy_load_ref = staticmethod(load_referenced)

    def __get__(self, instance: Any, owner: Any) -> Any:
        if instance is None:
            return self
        value = instance._data.get(self.name)
        follow = instance._fields[self.name]._auto_dereference
        if follow and isinstance(value, dict):
            document_type = get_document(value["_cls"])
            instance._data[self.name] = self._lazy_load_ref(document_type, value["_ref"])
        return super().__get__(instance, owner)

    def validate(self, value: Any) -> None:
        """Check that the value is a reference, or a document that has been saved."""
        if not isinstance(value, (Document, DBRef, dict, SON)):
            self.error("GenericReferences can only contain documents")
        if isinstance(value, (dict, SON)):
            if "_ref" not in value or "_cls" not in value:
                self.error("GenericReferences can only contain documents")
        elif isinstance(value, Document) and value.id is None:
            self.error(NOT_SAVED)

    def to_mongo(self, document: Any) -> Any:
        """Return the stored form of a document; references are left alone."""
        if document is None or isinstance(document, (dict, SON, ObjectId, DBRef)):
            return document

        model = document.__class__
        id_field_name = model._meta["id_field"]
        id_field = model._fields[id_field_name]
        id_ = document
        if isinstance(document, Document):
            id_ = document.id
            if id_ is None:
                self.error(NOT_SAVED)
        ref = DBRef(document._get_collection_name(), id_field.to_mongo(id_))
        return SON([("_cls", document._class_name), ("_ref", ref)])

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a reference of a query or an update; None stays None."""
        return None if value is None else self.to_mongo(value)


register_hooks(ReferenceField, to_python="reference", to_mongo="reference", validate="reference")
