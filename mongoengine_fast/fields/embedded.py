"""Fields that hold one embedded document."""

from __future__ import annotations

from typing import Any

from bson import SON

from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.fields import BaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.document import EmbeddedDocument
from mongoengine_fast.errors import InvalidQueryError
from mongoengine_fast.fields.resolution import RECURSIVE_REFERENCE_CONSTANT

_INVALID_CLASS = "Invalid embedded document class provided to an EmbeddedDocumentField"


def _member_of(document_type: Any, member_name: str) -> Any:
    """Return the field of that name in a class or a direct subclass of it, or None."""
    for cls in (document_type, *document_type.__subclasses__()):
        field = cls._fields.get(member_name)
        if field:
            return field
    return None


class EmbeddedDocumentField(BaseField):
    """An embedded document of a known class, or of a subclass of it.

    Args:
        document_type: the class, its name, or "self" for the class that
            declares the field.
    """

    _is_embedded_field = True

    def __init__(self, document_type: Any, **kwargs: Any) -> None:
        if not (isinstance(document_type, str) or issubclass(document_type, EmbeddedDocument)):
            self.error(_INVALID_CLASS)
        self.document_type_obj = document_type
        super().__init__(**kwargs)

    @property
    def document_type(self) -> Any:
        """The embedded document class; a name is looked up at first use."""
        given = self.document_type_obj
        if not isinstance(given, str):
            return given
        if given == RECURSIVE_REFERENCE_CONSTANT:
            resolved = self.owner_document
        else:
            resolved = get_document(given)
        if not issubclass(resolved, EmbeddedDocument):
            self.error(_INVALID_CLASS)
        self.document_type_obj = resolved
        return resolved

    def to_python(self, value: Any) -> Any:
        """Build the embedded document from its stored form."""
        document_type = self.document_type
        if isinstance(value, document_type):
            return value
        return document_type._from_son(value, _auto_dereference=self._auto_dereference)

    def to_mongo(self, value: Any, use_db_field: bool = True, fields: Any = None) -> Any:
        """Return the stored form of a document; other values are left alone."""
        document_type = self.document_type
        if not isinstance(value, document_type):
            return value
        return document_type.to_mongo(value, use_db_field, fields)

    def validate(self, value: Any, clean: bool = True) -> None:
        """Check the class of the document, then the document itself.

        Args:
            clean: whether its `clean()` is called first.
        """
        if not isinstance(value, self.document_type):
            self.error("Invalid embedded document instance provided to an EmbeddedDocumentField")
        value.validate(clean=clean)

    def lookup_member(self, member_name: str) -> Any:
        """Return the field of that name in the embedded document, or None."""
        return _member_of(self.document_type, member_name)

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a document, its stored form, or a dict of operators.

        Raises:
            InvalidQueryError: the value is none of these.
        """
        if value is not None and not isinstance(value, self.document_type):
            if isinstance(value, dict) and all(key.startswith("$") for key in value):
                return value
            try:
                value = self.document_type._from_son(value)
            except ValueError:
                raise InvalidQueryError(
                    f"Querying the embedded document '{self.document_type._class_name}' "
                    "failed, due to an invalid query value"
                ) from None
        super().prepare_query_value(op, value)
        return self.to_mongo(value)


class GenericEmbeddedDocumentField(BaseField):
    """An embedded document of any class; `choices` limits the classes."""

    _is_generic_embedded_field = True

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a document of a query or an update."""
        return super().prepare_query_value(op, self.to_mongo(value))

    def to_python(self, value: Any) -> Any:
        """Build the embedded document from its stored form, which names the class."""
        if not isinstance(value, dict):
            return value
        return get_document(value["_cls"])._from_son(value)

    def validate(self, value: Any, clean: bool = True) -> Any:
        """Check that the value is an embedded document, then the document itself.

        Args:
            clean: whether its `clean()` is called first.
        """
        # The stored form is acceptable where it names one of the choices.
        if isinstance(value, SON) and any(value["_cls"] == choice._class_name for choice in self.choices or ()):
            return True
        if not isinstance(value, EmbeddedDocument):
            self.error("Invalid embedded document instance provided to an GenericEmbeddedDocumentField")
        value.validate(clean=clean)
        return None

    def lookup_member(self, member_name: str) -> Any:
        """Return the field of that name in the first choice that has one, or None."""
        for choice in self.choices or ():
            field = _member_of(choice, member_name)
            if field:
                return field
        return None

    def to_mongo(self, document: Any, use_db_field: bool = True, fields: Any = None) -> Any:
        """Return the stored form of a document, its class named; None stays None."""
        if document is None:
            return None
        data = document.to_mongo(use_db_field, fields)
        if "_cls" not in data:
            data["_cls"] = document._class_name
        return data


register_hooks(EmbeddedDocumentField, to_python="embedded", to_mongo="embedded", validate="embedded")
register_hooks(
    GenericEmbeddedDocumentField,
    to_python="generic_embedded",
    to_mongo="generic_embedded",
    validate="generic_embedded",
)
