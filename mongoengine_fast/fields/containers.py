"""Fields that hold lists and dictionaries."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from mongoengine_fast.base.document import BaseDocument
from mongoengine_fast.base.fields import BaseField, ComplexBaseField
from mongoengine_fast.base.hooks import register_hooks
from mongoengine_fast.fields.embedded import EmbeddedDocumentField
from mongoengine_fast.fields.text import StringField
from mongoengine_fast.queryset.base import BaseQuerySet
from mongoengine_fast.queryset.transform import STRING_OPERATORS

# With these operators every item of a list is compared or stored by itself.
_ITEMWISE_OPERATORS = ("set", "unset", "gt", "gte", "lt", "lte", "ne", None)


class ListField(ComplexBaseField):
    """A list; a required one must not be empty.

    Args:
        field: field of the items, or None for items of any kind.
        max_length: greatest number of items. Pushing on the server is not checked.
        **kwargs: as for `BaseField`; the default is an empty list.
    """

    _native_get = "list"
    _is_list_field = True

    def __init__(
        self,
        field: BaseField | None = None,
        *,
        max_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.max_length = max_length
        kwargs.setdefault("default", list)
        super().__init__(field=field, **kwargs)

    def _check_length(self, value: Any) -> None:
        if self.max_length is not None and len(value) > self.max_length:
            self.error("List is too long")

    def validate(self, value: Any) -> None:
        """Check the type, the length and the items."""
        if not isinstance(value, (list, tuple, BaseQuerySet)):
            self.error("Only lists and tuples may be used in a list field")
        self._check_length(value)
        super().validate(value)

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a list, or a value that is compared with the items of lists."""
        if op == "set":
            self._check_length(value)
        field = self.field
        if not field:
            return super().prepare_query_value(op, value)
        itemwise = (
            hasattr(value, "__iter__") and not isinstance(value, (str, BaseDocument)) and op in _ITEMWISE_OPERATORS
        )
        if itemwise:
            return [field.prepare_query_value(op, item) for item in value]
        return field.prepare_query_value(op, value)


class EmbeddedDocumentListField(ListField):
    """A list of embedded documents, with the methods of `EmbeddedDocumentList`.

    Args:
        document_type: class of the items, its name, or "self".
        **kwargs: as for `ListField`.
    """

    _is_embedded_list_field = True

    def __init__(self, document_type: Any, **kwargs: Any) -> None:
        super().__init__(field=EmbeddedDocumentField(document_type), **kwargs)


class SortedListField(ListField):
    """A list that is stored sorted.

    Changing it writes the whole list, over what other processes have written.

    Args:
        field: field of the items.
        ordering: key of the items to sort by, where they are dicts or documents.
        reverse: whether the order is descending.
        **kwargs: as for `ListField`.
    """

    _is_sorted_list_field = True

    def __init__(self, field: BaseField | None, **kwargs: Any) -> None:
        self._ordering = kwargs.pop("ordering", None)
        self._order_reverse = kwargs.pop("reverse", False)
        super().__init__(field, **kwargs)

    def to_mongo(self, value: Any, use_db_field: bool = True, fields: Any = None) -> Any:
        """Return the stored items, sorted."""
        value = super().to_mongo(value, use_db_field, fields)
        key = None if self._ordering is None else itemgetter(self._ordering)
        return sorted(value, key=key, reverse=self._order_reverse)


def key_not_string(d: dict[Any, Any]) -> bool:
    """Tell whether a key of a dict, or of the dicts in it, is not a string."""
    return any(not isinstance(key, str) or (isinstance(item, dict) and key_not_string(item)) for key, item in d.items())


def key_starts_with_dollar(d: dict[str, Any]) -> bool:
    """Tell whether a key of a dict, or of the dicts in it, begins with "$"."""
    return any(
        key.startswith("$") or (isinstance(item, dict) and key_starts_with_dollar(item)) for key, item in d.items()
    )


class DictField(ComplexBaseField):
    """A dict with string keys; a required one must not be empty.

    Args:
        field: field of the values, or None for values of any kind.
        **kwargs: as for `BaseField`; the default is an empty dict.
    """

    _is_dict_field = True

    def __init__(self, field: BaseField | None = None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, field=field, **kwargs)
        self.set_auto_dereferencing(False)

    def validate(self, value: Any) -> None:
        """Check the type, the keys and the values."""
        if not isinstance(value, dict):
            self.error("Only dictionaries may be used in a DictField")
        if key_not_string(value):
            self.error("Invalid dictionary key - documents must have only string keys")
        # Servers before 5.0 refuse such keys themselves, later ones read them as
        # operators in many places.
        if key_starts_with_dollar(value):
            self.error('Invalid dictionary key name - keys may not startswith "$" characters')
        super().validate(value)

    def lookup_member(self, member_name: str) -> Any:
        """Return a field for any name: every key may exist."""
        return DictField(db_field=member_name)

    def prepare_query_value(self, op: str | None, value: Any) -> Any:
        """Convert a dict, or a value that is compared with values of dicts."""
        if op in STRING_OPERATORS and isinstance(value, str):
            return StringField().prepare_query_value(op, value)
        if not hasattr(self.field, "field"):
            return super().prepare_query_value(op, value)
        # The values are containers themselves.
        prepare = self.field.prepare_query_value
        if op in ("set", "unset") and isinstance(value, dict):
            return {key: prepare(op, item) for key, item in value.items()}
        return prepare(op, value)


class MapField(DictField):
    """A dict whose values all have the same declared field.

    Args:
        field: field of the values.
        **kwargs: as for `DictField`.

    Raises:
        ValidationError: `field` is not a field.
    """

    def __init__(self, field: BaseField | None = None, *args: Any, **kwargs: Any) -> None:
        if not isinstance(field, BaseField):
            self.error("Argument to MapField constructor must be a valid field")
        super().__init__(field, *args, **kwargs)


register_hooks(ListField, validate="list")
register_hooks(SortedListField, to_mongo="sorted")
register_hooks(DictField, validate="dict")
