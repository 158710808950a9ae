"""Outcomes as text, so that two packages can be compared and a failure can be read.

Text shows what `==` hides: 1 and True, 0.0 and -0.0, the class of a value, which parts of a document have which error.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bson import ObjectId, decode, encode
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.errors import BSONError

from compat_tests.differential.harness import OURS, STOCK

__all__ = ("described", "outcome", "stored_form")

_LIMIT = 300
_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
# Types whose text is the same everywhere.
_COMMON = frozenset((str, int, float))
_GENERATED = re.compile(r"\b(?!0000|ffff)[0-9a-f]{24}\b")
_NO_INSTANCE = re.compile(
    r"super\(type, obj\): obj must be an instance or subtype of type"
    r"|super\(type, obj\): obj \(instance of \w+\) is not an instance or subtype of type \(\w+\)\."
    r"|descriptor '\w+' for .* objects doesn't apply to an? .* object"
    r"|BaseDocument\.\w+\(\) missing 1 required positional argument: 'self'"
    r"|unbound method DocumentCore\.\w+\(\) needs an argument"
)


def plain(text: str) -> str:
    """*text* without what differs from run to run: addresses, generated ids, the package's name."""
    if len(text) > 10 * _LIMIT:
        return f"{text[:_LIMIT]}... {len(text)} {hash(text)}"
    if " at 0x" in text:
        text = re.sub(r" at 0x[0-9a-f]+", "", text)
    text = text.replace(OURS, STOCK).replace("differential_1", "differential_0")
    # A descriptor in C words it differently that a method of a document is called on its class.
    if "argument" in text or "descriptor" in text or "super(" in text:
        text = _NO_INSTANCE.sub("<no document>", text)
    # Ids that the tables choose begin with zeros.
    return _GENERATED.sub("<id>", text) if len(text) >= 24 else text


def described(value: Any) -> str:
    """*value* and the types of all its parts as text."""
    name = type(value).__name__
    if type(value) in _COMMON:
        return f"{name} {value!r}" if type(value) is not str else f"{name} {plain(repr(value))}"
    if isinstance(value, BaseException):
        return _described_error(value)
    if hasattr(value, "_fields") and hasattr(value, "to_mongo") and not isinstance(value, type):
        # When a list becomes a tracked one is not part of the interface.
        parts = ", ".join(f"{key}={described(_untracked(item))}" for key, item in sorted(value._data.items()))
        return f"{name}<{parts}>"
    if isinstance(value, Mapping):
        return f"{name}{{{', '.join(f'{described(key)}: {described(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"{name}[{', '.join(map(described, value))}]"
    if isinstance(value, (set, frozenset)):
        return f"{name}({', '.join(sorted(map(described, value)))})"
    if isinstance(value, Iterator):
        return f"{name}({', '.join(map(described, value))})"
    if isinstance(value, ObjectId) or value is None or type(value) is bool:
        return plain(str(value))
    return f"{name} {plain(repr(value))}"


def _untracked(value: Any) -> Any:
    plain_type = {"BaseList": list, "EmbeddedDocumentList": list, "BaseDict": dict}.get(type(value).__name__)
    return plain_type(value) if plain_type else value


def _described_error(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "RecursionError"
    text = f"{type(error).__name__}({plain(str(error))})"
    if hasattr(error, "to_dict") and hasattr(error, "field_name"):
        text += f" of {error.field_name}: {_tree(error.errors)} {described(error.to_dict())}"
    return text


def _tree(errors: Any) -> str:
    if isinstance(errors, Mapping):
        return f"{{{', '.join(f'{part!r}: {_tree(error)}' for part, error in errors.items())}}}"
    return described(errors)


def outcome(*steps: Callable[[], Any]) -> str:
    """What each of *steps* returns or raises; the first exception ends it, as it would a program."""
    lines = []
    for step in steps:
        try:
            lines.append(described(step()))
        except Exception as error:
            lines.append(f"raises {described(error)}")
            break
    return " | ".join(lines)


def stored_form(data: Any) -> str:
    """What the BSON of a document that a package made holds, or why there is none."""
    try:
        return described(decode(encode(data, codec_options=_OPTIONS), _OPTIONS))
    except (BSONError, TypeError, ValueError, OverflowError, RecursionError) as error:
        return f"{type(error).__name__}({plain(str(error))})"
