"""The field of values without a declared type."""

from __future__ import annotations

from typing import Any

from mongoengine_fast._native import bind
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.common import _import_class
from mongoengine_fast.document import Document, EmbeddedDocument
from mongoengine_fast.fields.resolution import find_referenced
from mongoengine_fast.fields.text import StringField


class DynamicField(BaseField):
    """A value of any type, as dynamic documents use for undeclared attributes."""

    _is_dynamic_field = True

    def to_mongo(self, value: Any, use_db_field: bool = True, fields: Any = None) -> Any:
        """Convert documents for the database, also those inside containers."""
        if isinstance(value, str):
            return value
        if hasattr(value, "to_mongo"):
            class_name = value.__class__.__name__
            data = value.to_mongo(use_db_field, fields)
            if isinstance(value, Document):
                return {"_ref": value.to_dbref(), "_cls": class_name}
            if isinstance(value, EmbeddedDocument):
                data["_cls"] = class_name
            return data
        if isinstance(value, dict):
            return {key: self.to_mongo(item, use_db_field, fields) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.to_mongo(item, use_db_field, fields) for item in value]
        return value

    def to_python(self, value: Any) -> Any:
        """Build the document that a dict with "_cls" stands for; a reference is followed."""
        if not (isinstance(value, dict) and "_cls" in value):
            return super().to_python(value)
        document_type = get_document(value["_cls"])
        if "_ref" not in value:
            return document_type._from_son(value)
        document = find_referenced(document_type, value["_ref"])
        # A dangling reference fails as loading nothing does.
        return document_type._from_son(None) if document is None else document

    def lookup_member(self, member_name: str) -> str:
        """Return the name itself: nothing is known about the parts of the value."""
        return member_name

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a value of a query or an update; string operators take strings."""
        if isinstance(value, str):
            return StringField().prepare_query_value(op, value)
        return super().prepare_query_value(op, self.to_mongo(value))

    def validate(self, value: Any, clean: bool = True) -> None:
        """Let a value that can validate itself do so."""
        if hasattr(value, "validate"):
            value.validate(clean=clean)


register_hooks(DynamicField, to_python="dynamic", to_mongo="dynamic", validate="dynamic")


_template: dict[str, Any] = {}


def _undeclared_field(name: str) -> Any:
    """Return ``DynamicField(db_field=name, null=True)`` of that name, which is known to be one that fields may have."""
    cls = _import_class("DynamicField")
    if cls is not DynamicField:
        field = cls(db_field=name, null=True)
        field.name = name
        return field
    if not _template:
        _template.update(vars(DynamicField(null=True)))
    field = DynamicField.__new__(DynamicField)
    attributes = field.__dict__
    attributes.update(_template)
    attributes["db_field"] = attributes["name"] = name
    # The counter stays: such a field takes no place among declared ones, and counting empties the cache of every field.
    attributes["creation_counter"] = BaseField.creation_counter
    return field


bind("dynamic_field", _undeclared_field)
