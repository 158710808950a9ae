"""All the fields of MongoEngine.

To a program this package is one module, as it is in MongoEngine: every name is
found here, and assigning one (`mongoengine.fields.dateutil = None`) is seen by
all its parts.
"""

from __future__ import annotations

import datetime
import decimal
import inspect
import itertools
import re
import socket
import sys
import time
import types
import uuid
from inspect import isclass
from io import BytesIO
from operator import itemgetter
from typing import Any

import pymongo
from bson import SON, Binary, DBRef, ObjectId
from bson.decimal128 import Decimal128, create_decimal128_context
from bson.int64 import Int64
from pymongo import ReturnDocument

from mongoengine_fast.base.assembly import present_as
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.datastructures import LazyReference
from mongoengine_fast.base.document import BaseDocument
from mongoengine_fast.base.fields import (
    BaseField,
    ComplexBaseField,
    GeoJsonBaseField,
    ObjectIdField,
)
from mongoengine_fast.base.fields import __all__ as _names_of_base_fields
from mongoengine_fast.base.utils import LazyRegexCompiler
from mongoengine_fast.common import _import_class, provide_classes
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_db
from mongoengine_fast.document import Document, EmbeddedDocument
from mongoengine_fast.errors import DoesNotExist, InvalidQueryError, ValidationError
from mongoengine_fast.fields import extras
from mongoengine_fast.fields.binary import BinaryField, UUIDField
from mongoengine_fast.fields.cached_references import CachedReferenceField
from mongoengine_fast.fields.containers import (
    DictField,
    EmbeddedDocumentListField,
    ListField,
    MapField,
    SortedListField,
    key_not_string,
    key_starts_with_dollar,
)
from mongoengine_fast.fields.dynamic import DynamicField
from mongoengine_fast.fields.embedded import (
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
)
from mongoengine_fast.fields.enums import EnumField
from mongoengine_fast.fields.extras import LAZY
from mongoengine_fast.fields.files import FileField, GridFSError, GridFSProxy
from mongoengine_fast.fields.geo import (
    GeoPointField,
    LineStringField,
    MultiLineStringField,
    MultiPointField,
    MultiPolygonField,
    PointField,
    PolygonField,
)
from mongoengine_fast.fields.images import (
    ImageField,
    ImageGridFsProxy,
    ImproperlyConfigured,
)
from mongoengine_fast.fields.lazy_references import (
    GenericLazyReferenceField,
    LazyReferenceField,
)
from mongoengine_fast.fields.numeric import (
    BooleanField,
    Decimal128Field,
    DecimalField,
    FloatField,
    IntField,
    LongField,
)
from mongoengine_fast.fields.references import GenericReferenceField, ReferenceField
from mongoengine_fast.fields.resolution import RECURSIVE_REFERENCE_CONSTANT
from mongoengine_fast.fields.sequence import SequenceField
from mongoengine_fast.fields.temporal import (
    ComplexDateTimeField,
    DateField,
    DateTimeField,
)
from mongoengine_fast.fields.text import EmailField, StringField, URLField
from mongoengine_fast.queryset import DO_NOTHING
from mongoengine_fast.queryset.base import BaseQuerySet
from mongoengine_fast.queryset.transform import STRING_OPERATORS

__all__ = (
    "BinaryField",
    "BooleanField",
    "CachedReferenceField",
    "ComplexDateTimeField",
    "DateField",
    "DateTimeField",
    "Decimal128Field",
    "DecimalField",
    "DictField",
    "DynamicField",
    "EmailField",
    "EmbeddedDocumentField",
    "EmbeddedDocumentListField",
    "EnumField",
    "FileField",
    "FloatField",
    "GenericEmbeddedDocumentField",
    "GenericLazyReferenceField",
    "GenericReferenceField",
    "GeoJsonBaseField",
    "GeoPointField",
    "GridFSError",
    "GridFSProxy",
    "ImageField",
    "ImageGridFsProxy",
    "ImproperlyConfigured",
    "IntField",
    "LazyReferenceField",
    "LineStringField",
    "ListField",
    "LongField",
    "MapField",
    "MultiLineStringField",
    "MultiPointField",
    "MultiPolygonField",
    "ObjectIdField",
    "PointField",
    "PolygonField",
    "ReferenceField",
    "SequenceField",
    "SortedListField",
    "StringField",
    "URLField",
    "UUIDField",
)


#: Names out of LAZY that a program has taken away.
_DELETED: set[str] = set()


class _FieldsModule(types.ModuleType):
    """A package whose global names are those of its modules, also when assigned."""

    def __setattr__(self, name: str, value: Any) -> None:
        for part in _PARTS:
            if name in part.__dict__ and not name.startswith("__"):
                setattr(part, name, value)
        if name in LAZY:
            _DELETED.discard(name)
            setattr(extras, name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name not in LAZY or name in _DELETED:
            return super().__delattr__(name)
        _DELETED.add(name)
        vars(extras).pop(name, None)
        vars(self).pop(name, None)
        return None

    def __getattr__(self, name: str) -> Any:
        """Find what is imported when somebody asks for it."""
        if name not in LAZY or name in _DELETED:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = self.__dict__[name] = getattr(extras, name)
        return value

    def __dir__(self) -> list[str]:
        """Name them too."""
        return sorted({*super().__dir__(), *LAZY} - _DELETED)


def _parts() -> list[types.ModuleType]:
    prefix = f"{__name__}."
    return [module for name, module in sys.modules.items() if name.startswith(prefix)]


def _present_as_one_module() -> None:
    """Let classes and their functions say that this package is where they were defined, not one of its parts."""
    present_as(__name__, key_not_string, key_starts_with_dollar)
    for cls in (globals()[name] for name in __all__):
        if cls.__module__.startswith(f"{__name__}."):
            functions = (getattr(value, "__func__", value) for value in vars(cls).values())
            # Messages about wrong arguments name the module of the function.
            present_as(__name__, cls, *(value for value in functions if isinstance(value, types.FunctionType)))


_present_as_one_module()
_PARTS = _parts()
sys.modules[__name__].__class__ = _FieldsModule

provide_classes(__name__, (*__all__, *_names_of_base_fields), fields=True)
