"""The building blocks below documents and fields.

Importing it loads its modules lowest first; each imports what it needs from a submodule, never from this package.
"""

from mongoengine_fast.base.common import *
from mongoengine_fast.base.common import _DocumentRegistry
from mongoengine_fast.base.datastructures import *
from mongoengine_fast.base.document import *
from mongoengine_fast.base.fields import *
from mongoengine_fast.base.metaclasses import *

__all__ = (
    "UPDATE_OPERATORS",
    "BaseDict",
    "BaseDocument",
    "BaseField",
    "BaseList",
    "ComplexBaseField",
    "DocumentMetaclass",
    "EmbeddedDocumentList",
    "GeoJsonBaseField",
    "LazyReference",
    "ObjectIdField",
    "TopLevelDocumentMetaclass",
    "_document_registry",
    "get_document",
)
