"""Documents that live inside other documents."""

from __future__ import annotations

from typing import Any

from mongoengine_fast.base.document import BaseDocument
from mongoengine_fast.base.metaclasses import DocumentMetaclass
from mongoengine_fast.base.plan import register_dynamic_hooks

__all__ = ("DynamicEmbeddedDocument", "EmbeddedDocument")


class EmbeddedDocument(BaseDocument, metaclass=DocumentMetaclass):
    """A document without a collection: a value of `EmbeddedDocumentField` and its relatives.

    Subclasses declare fields as class attributes. With ``meta = {"allow_inheritance": True}`` they can be derived
    from in turn; the class of each stored value is then kept in its ``_cls``. Two of them are equal when they are of
    the same class and hold the same data; they have no hash unless a subclass defines one.
    """

    __module__ = "mongoengine_fast.document"

    __slots__ = ()

    my_metaclass = DocumentMetaclass

    _is_embedded_document = True

    # Nothing identifies an embedded document for good.
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, self.__class__):
            return self._data == other._data
        return False

    def __ne__(self, other: object) -> bool:
        return not self.__eq__(other)

    def __getstate__(self) -> dict[str, Any]:
        # A pickled part does not carry the document it is part of.
        state = super().__getstate__()
        state["_instance"] = None
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._instance = state["_instance"]


class DynamicEmbeddedDocument(EmbeddedDocument, metaclass=DocumentMetaclass):
    """An embedded document that takes attributes it has no fields for, see `DynamicDocument`."""

    __module__ = "mongoengine_fast.document"

    my_metaclass = DocumentMetaclass

    _dynamic = True

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, self._set_dynamic(name, value))

    def __delattr__(self, *args: Any, **kwargs: Any) -> None:
        """Put a field back to its default, anything else to ``None``, which removes it at the next save."""
        name = args[0]
        default = None
        if name in self._fields:
            default = self._fields[name].default
            if callable(default):
                default = default()
        setattr(self, name, default)


register_dynamic_hooks(DynamicEmbeddedDocument)
