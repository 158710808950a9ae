"""Containers that tell their document when they change, and lazy references."""

from __future__ import annotations

import datetime
import uuid
import weakref
from collections.abc import Callable, Iterable
from typing import Any

from bson import DBRef, ObjectId
from bson.decimal128 import Decimal128
from bson.int64 import Int64

from mongoengine_fast._native import SlotDefault
from mongoengine_fast.base.roles import is_base_document, is_embedded_document
from mongoengine_fast.base.strict_dict import StrictDict
from mongoengine_fast.common import _import_class  # noqa: F401  programs look for it here
from mongoengine_fast.errors import DoesNotExist, MultipleObjectsReturned

__all__ = (
    "BaseDict",
    "BaseList",
    "EmbeddedDocumentList",
    "LazyReference",
    "StrictDict",
)

# Values of exactly these types need no preparation when they are read.
_LEAF_TYPES = frozenset(
    {
        str,
        int,
        float,
        bool,
        bytes,
        type(None),
        ObjectId,
        datetime.datetime,
        Int64,
        DBRef,
        Decimal128,
        uuid.UUID,
    }
)


def mark_as_changed_wrapper(parent_method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a mutating method so that the whole container is marked as changed after it."""

    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = parent_method(self, *args, **kwargs)
        self._mark_as_changed()
        return result

    return wrapper


def mark_key_as_changed_wrapper(parent_method: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method that sets or deletes a key so that the key is marked as changed.

    Setting a key to an equal value is not a change.
    """

    def wrapper(self: Any, key: Any, *args: Any, **kwargs: Any) -> Any:
        if not args or key not in self or self[key] != args[0]:
            self._mark_as_changed(key)
        return parent_method(self, key, *args, **kwargs)

    return wrapper


def _weak(instance: Any) -> Any:
    """Return a weak proxy of a document, or None for anything else."""
    if instance is None or not is_base_document(instance):
        return None
    if isinstance(instance, weakref.ProxyTypes):
        return instance
    return weakref.proxy(instance)


def _tracked(container: Any, key: Any, value: Any) -> tuple[Any, bool]:
    """Tie a value that is being read to the document of its container.

    Returns:
        The value, and whether it is a new object that takes the old one's place.
    """
    if isinstance(value, dict):
        kind: type = BaseDict
    elif isinstance(value, list):
        kind = BaseList
    else:
        if is_embedded_document(value) and value._instance is None:
            value._instance = container._instance
        return value, False
    if isinstance(value, kind):
        return value, False
    value = kind(value, None, f"{container._name}.{key}")
    value._instance = container._instance
    return value, True


# What ties a container to its document, with its default. It lives in slots: an instance `__dict__` is made only for
# what a program adds.
_TIES = {"_instance": None, "_name": None, "_dereferenced": False}
_LAYOUT = (*_TIES, "__dict__", "__weakref__")


def _default_ties(cls: Any) -> Any:
    """Let the slots of a container class read as their defaults while they are empty."""
    for name, default in _TIES.items():
        setattr(cls, name, SlotDefault(cls.__dict__[name], default))
    return cls


@_default_ties
class BaseDict(dict):
    """A dict that reports its changes to the document it belongs to.

    Args:
        dict_items: what `dict` accepts.
        instance: the document, or None. Only a weak reference is kept.
        name: path of the dict in the document, in database field names.
    """

    __slots__ = _LAYOUT

    _dereferenced: Any
    _instance: Any
    _name: Any

    def __init__(self, dict_items: Any, instance: Any, name: str | None) -> None:
        owner = _weak(instance)
        if owner is not None:
            self._instance = owner
        self._name = name
        super().__init__(dict_items)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of a key, or `default`, prepared as by ``self[key]``."""
        try:
            return self.__getitem__(key)
        except KeyError:
            return default

    def __getitem__(self, key: Any) -> Any:
        value = super().__getitem__(key)
        if type(value) in _LEAF_TYPES:
            return value
        value, replaced = _tracked(self, key, value)
        if replaced:
            super().__setitem__(key, value)
        return value

    # Copies and pickles carry the items only: the tie to a document is not
    # theirs, and unpickling calls `__setstate__` with the object itself.
    def __getstate__(self) -> Any:
        self._dereferenced = False
        return self

    def __setstate__(self, state: Any) -> Any:
        return state

    __setitem__ = mark_key_as_changed_wrapper(dict.__setitem__)
    __delattr__ = mark_key_as_changed_wrapper(dict.__delattr__)
    __delitem__ = mark_key_as_changed_wrapper(dict.__delitem__)
    pop = mark_as_changed_wrapper(dict.pop)
    clear = mark_as_changed_wrapper(dict.clear)
    update = mark_as_changed_wrapper(dict.update)
    popitem = mark_as_changed_wrapper(dict.popitem)
    setdefault = mark_as_changed_wrapper(dict.setdefault)

    def _mark_as_changed(self, key: Any = None) -> None:
        mark = getattr(self._instance, "_mark_as_changed", None)
        if mark is not None:
            mark(f"{self._name}.{key}" if key else self._name)


@_default_ties
class BaseList(list):
    """A list that reports its changes to the document it belongs to.

    Args:
        list_items: what `list` accepts.
        instance: the document, or None. Only a weak reference is kept.
        name: path of the list in the document, in database field names.
    """

    __slots__ = _LAYOUT

    _dereferenced: Any
    _instance: Any
    _name: Any

    def __init__(self, list_items: Iterable[Any], instance: Any, name: str | None) -> None:
        owner = _weak(instance)
        if owner is not None:
            self._instance = owner
        self._name = name
        super().__init__(list_items)

    def __getitem__(self, key: Any) -> Any:
        # Paths of changes are counted from the start: MongoDB has no negative index.
        if isinstance(key, int) and key < 0:
            key += len(self)
        value = super().__getitem__(key)
        if type(value) in _LEAF_TYPES or isinstance(key, slice):
            return value
        value, replaced = _tracked(self, key, value)
        if replaced:
            super().__setitem__(key, value)
        return value

    # As in BaseDict.
    def __getstate__(self) -> Any:
        self._dereferenced = False
        return self

    def __setstate__(self, state: Any) -> Any:
        return state

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        # Which elements a slice replaces is not worked out: the whole list changed.
        self._mark_as_changed(None if isinstance(key, slice) else key)

    append = mark_as_changed_wrapper(list.append)
    extend = mark_as_changed_wrapper(list.extend)
    insert = mark_as_changed_wrapper(list.insert)
    pop = mark_as_changed_wrapper(list.pop)
    remove = mark_as_changed_wrapper(list.remove)
    reverse = mark_as_changed_wrapper(list.reverse)
    sort = mark_as_changed_wrapper(list.sort)
    __delitem__ = mark_as_changed_wrapper(list.__delitem__)
    __iadd__ = mark_as_changed_wrapper(list.__iadd__)
    __imul__ = mark_as_changed_wrapper(list.__imul__)

    def clear(self) -> None:
        """Remove all items, which is a change like any other."""
        super().clear()
        self._mark_as_changed()

    def _mark_as_changed(self, key: int | None = None) -> None:
        mark = getattr(self._instance, "_mark_as_changed", None)
        if mark is not None:
            mark(self._name if key is None else f"{self._name}.{key % len(self)}")


class EmbeddedDocumentList(BaseList):
    """A list of embedded documents that can be searched like a small query set.

    Nothing here talks to the database except `save`; other changes are
    written when the document is saved.
    """

    @classmethod
    def __match_all(cls, embedded_doc: Any, kwargs: dict[str, Any]) -> bool:
        for key, expected in kwargs.items():
            actual = getattr(embedded_doc, key)
            if actual != expected and str(actual) != expected:
                return False
        return True

    @classmethod
    def __only_matches(cls, embedded_docs: Any, kwargs: dict[str, Any]) -> Any:
        if not kwargs:
            return embedded_docs
        return [item for item in embedded_docs if cls.__match_all(item, kwargs)]

    def filter(self, **kwargs: Any) -> EmbeddedDocumentList:
        """Return the documents whose fields have all the given values.

        A field also matches when its `str()` is the value. Operators
        (``name__gt``) are not supported.

        Raises:
            AttributeError: a name is not a field of the embedded document.
        """
        matches = self.__only_matches(self, kwargs)
        return EmbeddedDocumentList(matches, self._instance, self._name)

    def exclude(self, **kwargs: Any) -> EmbeddedDocumentList:
        """Return the documents that `filter` with the same arguments leaves out.

        Raises:
            AttributeError: a name is not a field of the embedded document.
        """
        matches = self.__only_matches(self, kwargs)
        rest = [item for item in self if item not in matches]
        return EmbeddedDocumentList(rest, self._instance, self._name)

    def count(self) -> int:
        """Return the number of documents in the list."""
        return len(self)

    def get(self, **kwargs: Any) -> Any:
        """Return the one document whose fields have all the given values.

        Raises:
            DoesNotExist: no document matches.
            MultipleObjectsReturned: more than one matches.
            AttributeError: a name is not a field of the embedded document.
        """
        matches = self.__only_matches(self, kwargs)
        found = len(matches)
        if found == 0:
            raise DoesNotExist(f"{self._name} matching query does not exist.")
        if found > 1:
            raise MultipleObjectsReturned(f"{found} items returned, instead of 1")
        return matches[0]

    def first(self) -> Any:
        """Return the first document, or None when the list is empty."""
        return self[0] if len(self) > 0 else None

    def create(self, **values: Any) -> Any:
        """Build an embedded document from field values, append it and return it."""
        name = self._name
        document_type = self._instance._fields[name].field.document_type
        self._instance[name].append(document_type(**values))
        return self._instance[name][-1]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the document the list belongs to; arguments are those of its `save`."""
        self._instance.save(*args, **kwargs)

    def delete(self) -> int:
        """Remove this list's documents from the list of the owning document.

        On the result of `filter` or `exclude` this removes just those.

        Returns:
            How many documents were removed.
        """
        doomed = list(self)
        for item in doomed:
            self._instance[self._name].remove(item)
        return len(doomed)

    def update(self, **update: Any) -> int:
        """Set fields on every document of the list.

        Args:
            update: new values by field name; operators (``inc__``) are not supported.

        Returns:
            How many documents were changed.
        """
        if not update:
            return 0
        targets = list(self)
        for item in targets:
            for field_name, value in update.items():
                setattr(item, field_name, value)
        return len(targets)


class LazyReference(DBRef):
    """A reference that is only followed on request.

    Args:
        document_type: class of the referenced document.
        pk: its primary key.
        cached_doc: the document, when it is already at hand.
        passthrough: whether reading an unknown attribute or an item fetches
            the document and reads it there.
    """

    __slots__ = ("_cached_doc", "document_type", "passthrough")

    def __init__(
        self,
        document_type: Any,
        pk: Any,
        cached_doc: Any = None,
        passthrough: bool = False,
    ) -> None:
        self.document_type = document_type
        self._cached_doc = cached_doc
        self.passthrough = passthrough
        super().__init__(document_type._get_collection_name(), pk)

    @property
    def pk(self) -> Any:
        """Primary key of the referenced document."""
        return self.id

    def fetch(self, force: bool = False) -> Any:
        """Return the document, read from the database the first time.

        Args:
            force: read it again even if it has been fetched before.

        Raises:
            DoesNotExist: there is no such document.
        """
        if force or not self._cached_doc:
            self._cached_doc = self.document_type.objects.get(pk=self.pk)
            if not self._cached_doc:
                raise DoesNotExist(f"Trying to dereference unknown document {self}")
        return self._cached_doc

    def __getitem__(self, name: str) -> Any:
        if not self.passthrough:
            raise KeyError()
        return self.fetch()[name]

    def __getattr__(self, name: str) -> Any:
        # Not `self.passthrough`: while a copy is being built the slot is unset,
        # which would come back here.
        if not object.__getattribute__(self, "passthrough"):
            raise AttributeError()
        document = self.fetch()
        try:
            return document[name]
        except KeyError:
            raise AttributeError() from None

    def __repr__(self) -> str:
        return f"<LazyReference({self.document_type}, {self.pk!r})>"
