"""Update operators and the registry of document classes."""

from __future__ import annotations

from typing import Any

from mongoengine_fast.errors import NotRegistered

__all__ = ("UPDATE_OPERATORS", "_document_registry", "get_document")


UPDATE_OPERATORS = {
    "add_to_set",
    "dec",
    "inc",
    "max",
    "min",
    "mul",
    "pop",
    "pull",
    "pull_all",
    "push",
    "push_all",
    "rename",
    "set",
    "set_on_insert",
    "unset",
}

_NOT_REGISTERED = (
    "`%s` has not been registered in the document registry.\n"
    "            Importing the document class automatically registers it, has it\n"
    "            been imported?"
)

# Class name (dotted below its base classes: "Animal.Dog") -> document class.
_document_registry: dict[str, Any] = {}


def get_document(name: str) -> Any:
    """Return the document class registered under a name.

    Args:
        name: the full class name ("Animal.Dog"), or its last part as long as
            only one registered class ends in it.

    Raises:
        NotRegistered: no class of that name has been defined.
    """
    document = _document_registry.get(name)
    if document is not None:
        return document

    last = name.split(".")[-1]
    suffix = f".{last}"
    candidates = [key for key in _document_registry if key == last or key.endswith(suffix)]
    if len(candidates) == 1:
        return _document_registry[candidates[0]]
    raise NotRegistered(_NOT_REGISTERED % name)


class _DocumentRegistry:
    """Access to the registry by the name that MongoEngine gives it since 0.29.3."""

    get = staticmethod(get_document)

    @staticmethod
    def register(document: Any) -> None:
        """Register a document class under its full name, in place of any other of that name."""
        _document_registry[document._class_name] = document

    @staticmethod
    def unregister(name: str) -> None:
        """Forget the class registered under a full name; `KeyError` when there is none."""
        _document_registry.pop(name)


def _get_documents_by_db(connection_alias: str, default_connection_alias: str) -> list[Any]:
    """Return the registered document classes that live in one connection's database."""
    return [
        document
        for document in _document_registry.values()
        if document._meta.get("db_alias", default_connection_alias) == connection_alias
    ]
