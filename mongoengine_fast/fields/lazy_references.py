"""Fields that refer to documents and follow the reference only on request."""

from __future__ import annotations

from typing import Any

from bson import SON, DBRef

from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.datastructures import LazyReference
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.document import Document, EmbeddedDocument
from mongoengine_fast.errors import ValidationError
from mongoengine_fast.fields.references import NOT_SAVED, GenericReferenceField
from mongoengine_fast.fields.resolution import resolved_document_type
from mongoengine_fast.queryset import DO_NOTHING


def _with_passthrough(ref: LazyReference, passthrough: bool) -> LazyReference:
    """Return a lazy reference that behaves as the field wants it to."""
    if ref.passthrough == passthrough:
        return ref
    return LazyReference(ref.document_type, ref.pk, passthrough=passthrough)


class LazyReferenceField(BaseField):
    """A reference that reads as a `LazyReference`, followed by its `fetch()`.

    Args:
        document_type: class of the document, its name, or "self".
        passthrough: whether reading an attribute of the document on the
            reference fetches the document.
        dbref: store a `DBRef` rather than the primary key.
        reverse_delete_rule: as for `ReferenceField`.

    Raises:
        ValidationError: `document_type` is none of the above.
    """

    _holds_one_value = True
    _is_lazy_reference_field = True
    _native_get = "lazy_reference"

    def __init__(
        self,
        document_type: Any,
        passthrough: bool = False,
        dbref: bool = False,
        reverse_delete_rule: int = DO_NOTHING,
        **kwargs: Any,
    ) -> None:
        if not (isinstance(document_type, str) or issubclass(document_type, Document)):
            self.error("Argument to LazyReferenceField constructor must be a document class or a string")
        self.dbref = dbref
        self.passthrough = passthrough
        self.document_type_obj = document_type
        self.reverse_delete_rule = reverse_delete_rule
        super().__init__(**kwargs)

    document_type = property(resolved_document_type)

    def _pk_of(self, value: Any) -> Any:
        """Return the primary key that a document, a reference or a key stands for."""
        if isinstance(value, (LazyReference, self.document_type)):
            return value.pk
        return value.id if isinstance(value, DBRef) else value

    def build_lazyref(self, value: Any) -> Any:
        """Return the `LazyReference` for a document, a reference or a primary key."""
        if value is None:
            return None
        if isinstance(value, LazyReference):
            return _with_passthrough(value, self.passthrough)
        return LazyReference(self.document_type, self._pk_of(value), passthrough=self.passthrough)

    def to_mongo(self, value: Any) -> Any:
        """Return the stored form of a document, a reference or a primary key."""
        document_type = self.document_type
        id_field = document_type._fields[document_type._meta["id_field"]]
        pk = id_field.to_mongo(self._pk_of(value))
        if self.dbref:
            return DBRef(document_type._get_collection_name(), pk)
        return pk

    def to_python(self, value: Any) -> Any:
        """Return a `LazyReference` for a stored primary key."""
        if isinstance(value, (DBRef, Document, EmbeddedDocument)):
            return value
        document_type = self.document_type
        dbref = DBRef(document_type._get_collection_name(), document_type.id.to_python(value))
        return self.build_lazyref(dbref)

    def validate(self, value: Any) -> None:
        """Check that the value refers to a saved document of the right collection."""
        document_type = self.document_type
        if isinstance(value, LazyReference):
            if value.collection != document_type._get_collection_name():
                self.error(f"Reference must be on a `{document_type}` document.")
        elif isinstance(value, document_type):
            pass
        elif isinstance(value, DBRef):
            collection = document_type._get_collection_name()
            if value.collection != collection:
                self.error(f"DBRef on bad collection (must be on `{collection}`)")
        else:
            self._validate_pk(value)
        if self._pk_of(value) is None:
            self.error(NOT_SAVED)

    def _validate_pk(self, pk: Any) -> None:
        document_type = self.document_type
        id_field = getattr(document_type, document_type._meta["id_field"])
        try:
            id_field.validate(pk)
        except ValidationError:
            name = document_type.__name__
            self.error(
                f"value should be `{name}` document, LazyReference or DBRef on `{name}` "
                f"or `{name}`'s primary key (i.e. `{type(id_field).__name__}`)"
            )

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a reference of a query or an update; None stays None."""
        if value is None:
            return None
        super().prepare_query_value(op, value)
        return self.to_mongo(value)

    def lookup_member(self, member_name: str) -> Any:
        """Return the field of that name in the referenced class, or None."""
        return self.document_type._fields.get(member_name)


register_hooks(LazyReferenceField, to_python="lazy_reference", build_lazyref="lazy_reference")


class GenericLazyReferenceField(GenericReferenceField):
    """A reference to a document of any class that reads as a `LazyReference`.

    Args:
        choices: as for `GenericReferenceField`.
        passthrough: as for `LazyReferenceField`.
    """

    _is_generic_lazy_reference_field = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.passthrough = kwargs.pop("passthrough", False)
        super().__init__(*args, **kwargs)

    def _validate_choices(self, value: Any) -> None:
        if isinstance(value, LazyReference):
            value = value.document_type._class_name
        super()._validate_choices(value)

    def build_lazyref(self, value: Any) -> Any:
        """Return the `LazyReference` for a document or a reference."""
        if isinstance(value, LazyReference):
            return _with_passthrough(value, self.passthrough)
        if isinstance(value, (dict, SON)):
            document_type = get_document(value["_cls"])
            pk = value["_ref"].id
        elif isinstance(value, Document):
            document_type = type(value)
            pk = value.pk
        else:
            return value
        return LazyReference(document_type, pk, passthrough=self.passthrough)

    def __get__(self, instance: Any, owner: Any) -> Any:
        value = None if instance is None else self.build_lazyref(instance._data.get(self.name))
        if value:
            instance._data[self.name] = value
        return super().__get__(instance, owner)

    def validate(self, value: Any) -> None:
        """Check that the value is a reference to a document that has been saved."""
        if isinstance(value, LazyReference) and value.pk is None:
            self.error(NOT_SAVED)
        super().validate(value)

    def to_mongo(self, document: Any) -> Any:
        """Return the stored form of a document or a reference."""
        if not isinstance(document, LazyReference):
            return super().to_mongo(document)
        model = document.document_type
        ref = DBRef(model._get_collection_name(), document.pk)
        return SON([("_cls", model._class_name), ("_ref", ref)])
