"""Finding the fields that a path such as ``author.address.city`` passes through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mongoengine_fast.base.fields import ComplexBaseField
from mongoengine_fast.common import _import_class
from mongoengine_fast.errors import LookUpError

__all__ = ("FieldLookup",)


def _is_dynamic(owner: Any, field: Any) -> bool:
    """Whether anything may be below *field* because it, or the documents it holds, have no fixed schema."""
    if not owner._dynamic:
        return False
    if getattr(field, "_is_dynamic_field", False):
        return True
    return bool(getattr(getattr(field, "document_type", None), "_dynamic", None))


def _is_followable_reference(field: Any) -> bool:
    return getattr(field, "_is_reference_field", False) or getattr(field, "_is_generic_reference_field", False)


class FieldLookup:
    """Translation between attribute paths and fields, for document classes."""

    __slots__ = ()

    @classmethod
    def _lookup_root_field(cls, name: str) -> Any:
        """Return the field *name* (or ``pk``) of this class, of a subclass, or a dynamic one.

        Raises ``LookUpError`` when there is none.
        """
        if name == "pk":
            name = cls._meta["id_field"]
        if name in cls._fields:
            return cls._fields[name]
        if cls._dynamic:
            return _import_class("DynamicField")(db_field=name)
        if cls._meta.get("allow_inheritance") or cls._meta.get("abstract", False):
            for subclass in cls.__subclasses__():
                try:
                    field = subclass._lookup_field([name])[0]
                except LookUpError:
                    continue
                if field is not None:
                    return field
        raise LookUpError(f'Cannot resolve field "{name}"')

    @classmethod
    def _lookup_sub_field(cls, parent: Any, name: str, parts: Sequence[str]) -> Any:
        """Return the field *name* below the field *parent*; something false when a container has no such member.

        Raises ``LookUpError`` when *parent* is a reference or cannot have members.
        """
        if _is_followable_reference(parent):
            raise LookUpError(f"Cannot perform join in mongoDB: {'__'.join(parts)}")
        if hasattr(getattr(parent, "field", None), "lookup_member"):
            return parent.field.lookup_member(name)
        if _is_dynamic(cls, parent):
            return _import_class("DynamicField")(db_field=name)
        if hasattr(parent, "lookup_member"):
            return parent.lookup_member(name)
        raise LookUpError(f"Cannot resolve subfield or operator {name} on the field {parent.name}")

    @classmethod
    def _lookup_field(cls, parts: str | Sequence[str]) -> list[Any]:
        """Return the field for each step of a path.

        :param parts: one attribute name, or the names from this document downwards; ``"pk"`` stands for the primary
            key

        A step that is no field comes back as its own text: the index into a list, a key of a dict or anything else
        unknown below a container. Raises ``LookUpError`` for other unknown names, and for a path that leads through
        a reference.
        """
        if not isinstance(parts, (list, tuple)):
            parts = [parts]

        found: list[Any] = []
        field = None
        for name in parts:
            if name.isdigit() and getattr(field, "_is_list_field", False):
                found.append(name)
                continue
            if field is None:
                field = cls._lookup_root_field(name)
            else:
                below = cls._lookup_sub_field(field, name, parts)
                if not below:
                    if not isinstance(field, ComplexBaseField):
                        raise LookUpError(f'Cannot resolve field "{name}"')
                    found.append(name)
                    continue
                field = below
            found.append(field)
        return found

    @classmethod
    def _translate_field_name(cls, field: str, sep: str = ".") -> str:
        """Turn a path of attribute names into the dotted path of database names.

        Raises ``LookUpError`` for unknown names and ``AttributeError`` for a step that is no field.
        """
        return ".".join([step.db_field for step in cls._lookup_field(field.split(sep))])
