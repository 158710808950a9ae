"""The document classes programs derive from, and the errors of saving and deleting them.

Beyond ``__all__`` the module has every name that MongoEngine's has, because programs import those from here too.
"""

import re

import pymongo
from bson.dbref import DBRef
from pymongo.read_preferences import ReadPreference

from mongoengine_fast import signals
from mongoengine_fast.base.assembly import present_as
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.datastructures import BaseDict, BaseList, EmbeddedDocumentList
from mongoengine_fast.base.document import BaseDocument
from mongoengine_fast.base.metaclasses import DocumentMetaclass, TopLevelDocumentMetaclass
from mongoengine_fast.common import _import_class, provide_classes
from mongoengine_fast.connection import DEFAULT_CONNECTION_NAME, get_db
from mongoengine_fast.context_managers import set_write_concern, switch_collection, switch_db
from mongoengine_fast.document._collections import InvalidCollectionError
from mongoengine_fast.document._indexing import includes_cls
from mongoengine_fast.document.embedded import DynamicEmbeddedDocument, EmbeddedDocument
from mongoengine_fast.document.mapreduce import MapReduceDocument
from mongoengine_fast.document.top_level import Document, DynamicDocument
from mongoengine_fast.errors import (
    InvalidDocumentError,
    InvalidQueryError,
    NotUniqueError,
    OperationError,
    SaveConditionError,
)
from mongoengine_fast.pymongo_support import list_collection_names
from mongoengine_fast.queryset import QuerySet, transform

__all__ = (
    "Document",
    "DynamicDocument",
    "DynamicEmbeddedDocument",
    "EmbeddedDocument",
    "InvalidCollectionError",
    "MapReduceDocument",
    "NotUniqueError",
    "OperationError",
)

present_as(__name__, includes_cls)
provide_classes(__name__, ("Document", "DynamicEmbeddedDocument", "EmbeddedDocument", "MapReduceDocument"))
