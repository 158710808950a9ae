"""The registry of document classes."""

import mongoengine_fast as me
from mongoengine_fast.base import _DocumentRegistry, get_document
from mongoengine_fast.base.common import _document_registry


def test_the_registry_of_documents_has_its_newer_name():
    class Registered(me.Document):
        pass

    assert _DocumentRegistry.get("Registered") is get_document("Registered") is Registered
    _DocumentRegistry.unregister("Registered")
    assert "Registered" not in _document_registry
    _DocumentRegistry.register(Registered)
    assert get_document("Registered") is Registered
