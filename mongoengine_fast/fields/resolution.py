"""Finding the class and the document that a reference means."""

from __future__ import annotations

from typing import Any

from bson import DBRef

from mongoengine_fast import lanes
from mongoengine_fast.base.common import get_document
from mongoengine_fast.base.plan import DocumentLoader
from mongoengine_fast.errors import DoesNotExist

# As a document type: the class that declares the field.
RECURSIVE_REFERENCE_CONSTANT = "self"


def resolved_document_type(field: Any) -> Any:
    """Return a reference field's document class; a name is looked up at first use.

    Raises:
        NotRegistered: no class of that name has been defined.
    """
    document_type = field.document_type_obj
    if isinstance(document_type, str):
        if document_type == RECURSIVE_REFERENCE_CONSTANT:
            document_type = field.owner_document
        else:
            document_type = get_document(document_type)
        field.document_type_obj = document_type
    return document_type


def find_referenced(ref_cls: Any, dbref: DBRef) -> Any:
    """Read the document a `DBRef` points to.

    Args:
        ref_cls: class of the document; its database is searched.
        dbref: the reference; it names the collection.

    Returns:
        The document, or None when there is none.

    Raises:
        TypeError: `dbref` is not a `DBRef`.
        ValueError: `dbref` names another database.
    """
    db = ref_cls._get_db()
    if not isinstance(dbref, DBRef):
        raise TypeError(f"cannot dereference a {type(dbref)}")
    if dbref.database is not None and dbref.database != db.name:
        raise ValueError(
            f"trying to dereference a DBRef that points to another database ({dbref.database!r} not {db.name!r})"
        )
    return lanes.find_one(db[dbref.collection], {"_id": dbref.id}, loader=DocumentLoader(ref_cls))


def load_referenced(ref_cls: Any, dbref: DBRef) -> Any:
    """Read the document a `DBRef` points to, as `find_referenced`, which must exist.

    Raises:
        DoesNotExist: there is no such document.
    """
    document = find_referenced(ref_cls, dbref)
    if document is None:
        raise DoesNotExist(f"Trying to dereference unknown document {dbref}")
    return document
