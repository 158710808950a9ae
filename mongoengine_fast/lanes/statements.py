"""The statements of bulk writes, encoded beforehand where that can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bson import decode
from pymongo import operations

from mongoengine_fast.lanes import native_writes, plain, wire
from mongoengine_fast.lanes.choice import Unusual, native_part

__all__ = [
    "Insert",
    "PreparedChanges",
    "Statement",
    "Update",
    "change_encoder",
    "encode_rows",
    "prepare_changes",
    "update_encoder",
]


class Statement:
    """One write of a bulk write."""

    __slots__ = ("arguments", "kind", "options")

    def __init__(self, kind: str, *arguments: Any, **options: Any) -> None:
        #: "insert_one", "update_one", "update_many", "replace_one", "delete_one" or "delete_many".
        self.kind = kind
        #: Those of the operation of that name.
        self.arguments = arguments
        #: ``upsert``, ``array_filters``, ``collation``, ``hint``.
        self.options = plain.given(**options)

    @property
    def command(self) -> str:
        """The command that carries it."""
        return _COMMANDS[self.kind]

    @property
    def is_about_many(self) -> bool:
        """Whether it changes more than one document: then it is never sent twice."""
        return self.kind in ("update_many", "delete_many")

    def body(self) -> Any:
        """Return the document to insert, else the statement in the server's form."""
        if self.kind == "insert_one":
            return wire.insertable(self.arguments[0])
        options = dict(self.options)
        filter = wire.mapping(self.arguments[0])
        if self.command == "delete":
            sent = {"q": filter, "limit": 0 if self.is_about_many else 1}
        else:
            change = self.arguments[1]
            wire.updating(self.kind, change)
            upsert = options.pop("upsert", False)
            if not isinstance(upsert, bool):
                raise Unusual("an unusual flag")
            sent = {"q": filter, "u": plain.as_mapping(change), "multi": self.is_about_many, "upsert": upsert}
        return {**sent, **(native_writes.statement_options(options) or {})}

    def request(self) -> Any:
        """Return pymongo's object for it."""
        arguments = [plain.as_mapping(argument) for argument in self.arguments]
        return _REQUESTS[self.kind](*arguments, **self.options)


def change_encoder(collection: Any) -> Callable[[Any], Any]:
    """Return what finds the changes of a stored document of *collection*.

    It returns None where nothing has changed; the `Changes`; a tuple of the changes, and of the paths of empty values
    among them, where some of these may have to be removed; or False, where it cannot tell.
    """
    native = native_part(collection)
    if native is None:
        return lambda document: False

    def encode(document: Any) -> Any:
        found = native.encode_changes(document)
        return Changes(found) if type(found) is bytes else found

    return encode


def prepare_changes(collection: Any, documents: list[Any]) -> tuple[PreparedChanges, list[int], list[int]] | None:
    """Encode what changed in stored documents of *collection*, all at once.

    Returns the statements, for each of them the position of its document, and the positions of unchanged documents.
    None where one of them is new, or `change_encoder` could not tell.
    """
    native = native_part(collection)
    found = None if native is None else native.prepare_changes(documents)
    if found is None:
        return None
    prepared, positions, unchanged = found
    return PreparedChanges(prepared, len(positions)), positions, unchanged


def encode_rows(collection: Any, document_class: type, rows: list[Any]) -> list[Any]:
    """Check and encode dicts of field values, with defaults, as documents of *document_class* would be.

    Returns what `insert_many` takes for each, or None where a document has to be made; nothing where all have to be.
    """
    native = native_part(collection)
    return [] if native is None else native.encode_rows(document_class, rows)


def update_encoder(collection: Any) -> Callable[[str, dict[str, Any], dict[str, Any], bool], Statement]:
    """Return what makes the statement of an update of *collection*, given its kind, selector, change and upsert.

    It is encoded at once, so that the dicts of thousands of statements are not kept.
    """
    native = native_part(collection)
    if native is None:
        return Update

    def encode(kind: str, selector: dict[str, Any], change: dict[str, Any], upsert: bool) -> Statement:
        many = kind == "update_many"
        try:
            encoded = native.statement_bytes({"q": selector, "u": change, "multi": many, "upsert": upsert})
        except Unusual:
            return Update(kind, selector, change, upsert)
        return ChangesOfMany(encoded) if many else Changes(encoded)

    return encode


class Changes(Statement):
    """An update, encoded."""

    __slots__ = ("encoded",)

    kind = "update_one"
    command = "update"
    is_about_many = False

    def __init__(self, encoded: bytes) -> None:
        self.encoded = encoded

    @property
    def options(self) -> dict[str, Any]:  # type: ignore[override]  # as below
        """Those of the operation."""
        return {"upsert": decode(self.encoded)["upsert"]}

    @property
    def arguments(self) -> tuple[Any, ...]:  # type: ignore[override]  # made when asked for
        """The selector and the change."""
        statement = decode(self.encoded)
        return statement["q"], statement["u"]

    def body(self) -> Any:
        """Return the bytes of the statement."""
        return self.encoded


class ChangesOfMany(Changes):
    """An update of all documents that its selector finds, encoded."""

    __slots__ = ()

    kind = "update_many"
    is_about_many = True


class PreparedChanges(Sequence[Statement]):
    """Updates of one document each, encoded together. Each for itself they are `Changes`, made when asked for."""

    __slots__ = ("_count", "prepared")

    def __init__(self, prepared: Any, count: int) -> None:
        self.prepared = prepared
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self._count))]
        return Changes(self.prepared.statement(range(self._count)[index]))


class Insert(Statement):
    """A document to insert."""

    __slots__ = ("document",)

    kind = "insert_one"
    command = "insert"
    is_about_many = False
    options: dict[str, Any] = {}  # there are none

    def __init__(self, document: Any) -> None:
        self.document = document

    @property
    def arguments(self) -> tuple[Any, ...]:  # type: ignore[override]  # made when asked for
        """The document."""
        return (self.document,)

    def body(self) -> Any:
        """Return the document."""
        return self.document


class Update(Statement):
    """An update that is known to be well-formed, in the server's own words."""

    __slots__ = ()

    command = "update"

    def __init__(self, kind: str, selector: dict[str, Any], change: dict[str, Any], upsert: bool) -> None:
        self.kind = kind
        self.arguments = (selector, change)
        self.options = {"upsert": upsert}

    def body(self) -> dict[str, Any]:
        """Return the statement in the server's form."""
        selector, change = self.arguments
        return {"q": selector, "u": change, "multi": self.kind == "update_many", **self.options}


_COMMANDS = {
    "insert_one": "insert",
    "update_one": "update",
    "update_many": "update",
    "replace_one": "update",
    "delete_one": "delete",
    "delete_many": "delete",
}
_REQUESTS: dict[str, Any] = {
    "insert_one": operations.InsertOne,
    "update_one": operations.UpdateOne,
    "update_many": operations.UpdateMany,
    "replace_one": operations.ReplaceOne,
    "delete_one": operations.DeleteOne,
    "delete_many": operations.DeleteMany,
}
