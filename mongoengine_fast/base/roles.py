"""What a value is to the mapper, asked without importing the classes concerned.

Document classes carry role flags. They are read from `__class__`: weak proxies
answer with the class of their document, and objects that make up attributes
(lazy references, files, mocks) are not disturbed.
"""

from __future__ import annotations

from typing import Any


def is_base_document(value: Any) -> bool:
    """Tell whether `value` is a document of any sort, embedded ones included."""
    return getattr(value.__class__, "_is_base_document", False)


def is_document(value: Any) -> bool:
    """Tell whether `value` is a document with a collection of its own."""
    return getattr(value.__class__, "_is_document", False)


def is_embedded_document(value: Any) -> bool:
    """Tell whether `value` is an embedded document."""
    return getattr(value.__class__, "_is_embedded_document", False)
