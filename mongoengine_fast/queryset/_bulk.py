"""Bulk writes: many documents, or many changes, in as few commands as the server allows.

None of it is in MongoEngine; nothing here changes what is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pymongo.errors import BulkWriteError as PymongoBulkWriteError
from pymongo.errors import OperationFailure
from pymongo.results import BulkWriteResult

from mongoengine_fast import lanes
from mongoengine_fast.context_managers import set_write_concern
from mongoengine_fast.errors import BulkWriteError, OperationError
from mongoengine_fast.lanes.native_writes import empty_result
from mongoengine_fast.queryset._rows import each_valid
from mongoengine_fast.queryset._writing import Writing, compile_update, insert_error, name_class


class BulkSaveResult(NamedTuple):
    """What `bulk_save` did, in numbers of documents."""

    inserted: int
    updated: int
    unchanged: int


class BulkWriting(Writing):
    """Bulk saves and bulk writes."""

    def bulk_save(
        self,
        docs: Iterable[Any],
        validate: bool = True,
        clean: bool = True,
        ordered: bool = False,
        write_concern: Mapping[str, Any] | None = None,
        signal_kwargs: Mapping[str, Any] | None = None,
    ) -> BulkSaveResult:
        """Save documents together: insert the new ones, send what changed in the others.

        For each document it does what `Document.save` does, signals and hooks included; a `save` that the class
        overrides is not called, and referenced documents are not saved. All documents are validated before
        anything is sent.

        Args:
            docs: documents of this class; one given twice is saved once.
            validate, clean: as for `Document.save`.
            ordered: write one after the other and stop at the first error; otherwise an error
                does not keep the others from being written, and fewest commands are sent.
            write_concern: options such as ``{"w": 2}``.
            signal_kwargs: further arguments for the receivers of signals.

        Returns:
            How many documents were inserted, updated and found unchanged.

        Raises:
            OperationError: a document is of another class, or the server refuses everything.
            ValidationError: documents are not valid; its `errors` are by position. Nothing was sent.
            BulkWriteError: some were refused, or the write concern was not met; its `errors` are by
                position. Those that were acknowledged count as saved, the others keep their changes
                and can be saved again, as after a lost connection.
        """
        unique = list({id(doc): doc for doc in docs}.values())
        for position, doc in enumerate(unique):
            if not isinstance(doc, self._document):
                raise OperationError(
                    f"bulk_save takes documents of {self._document.__name__}: item {position} is a {type(doc).__name__}"
                )
        save = _BulkSave(unique, dict(signal_kwargs or {}))
        save.begin(validate, clean)
        with set_write_concern(self._collection, write_concern or {}) as collection:
            return save.send(collection, ordered)

    def bulk_write(
        self,
        operations: Sequence[Any],
        ordered: bool = True,
        write_concern: Mapping[str, Any] | None = None,
        comment: Any = None,
    ) -> BulkWriteResult:
        """Send inserts, updates, replacements and deletes together (see `mongoengine_fast.bulk`).

        Their queries are narrowed by this queryset's. As with `QuerySet.update`, no document is loaded or validated;
        no signals are sent.

        Args:
            operations: what to do.
            ordered: one after the other, stopping at the first error; otherwise all of them, in any order.
            write_concern: options such as ``{"w": 2}``.
            comment: appears in the server's log and profiler.

        Returns:
            pymongo's result: counts, and the keys of upserted documents by position.

        Raises:
            OperationError: an operation is not one of `mongoengine_fast.bulk`, deletes documents that delete rules
                protect (use `delete`), or the server refuses everything. Nothing was sent in the first two cases.
            BulkWriteError: some operations failed; its `errors` are by position.
        """
        encode = lanes.update_encoder(self._collection)
        statements = [self._statement(position, operation, encode) for position, operation in enumerate(operations)]
        if not statements or self._none or self._empty:
            return BulkWriteResult(empty_result(), True)
        options = {} if comment is None else {"comment": comment}
        with set_write_concern(self._collection, write_concern or {}) as collection:
            try:
                return lanes.bulk_write(collection, statements, ordered, **options)
            except OperationFailure as error:
                raise _bulk_error(error)

    def _statement(self, position: int, operation: Any, encode: Callable[..., lanes.Statement]) -> lanes.Statement:
        """Compile one of the operations of `bulk_write`."""
        kind = getattr(operation, "kind", None)
        if kind == "insert_one":
            return lanes.Statement(kind, self._storable([operation.document], validate=True)[0])
        if kind == "replace_one":
            document = operation.document
            if not isinstance(document, self._document) or document.pk is None:
                raise OperationError(f"operation {position}: ReplaceOne needs a {self._document.__name__} with a key")
            return lanes.Statement(kind, self.filter(pk=document.pk)._query, document, upsert=operation.upsert)
        if kind in ("update_one", "update_many"):
            return self._update_statement(position, operation, encode)
        if kind in ("delete_one", "delete_many"):
            if self._document._meta.get("delete_rules"):
                raise OperationError(
                    f"operation {position}: delete rules protect {self._document.__name__}; use delete() instead"
                )
            return lanes.Statement(kind, self._narrowed(operation.query))
        raise OperationError(f"operation {position} is a {type(operation).__name__}, not one of mongoengine_fast.bulk")

    def _update_statement(
        self, position: int, operation: Any, encode: Callable[..., lanes.Statement]
    ) -> lanes.Statement:
        if not operation.update:
            raise OperationError(f"operation {position}: No update parameters, would remove data")
        query = self._narrowed(operation.query)
        change = compile_update(self._document, operation.update)
        if operation.upsert and "_cls" in query:
            name_class(change, self._document)
        plain = "__raw__" not in operation.update and operation.array_filters is None
        if plain and isinstance(operation.upsert, bool):
            return encode(operation.kind, query, change, operation.upsert)
        return lanes.Statement(
            operation.kind, query, change, upsert=operation.upsert, array_filters=operation.array_filters
        )

    def _narrowed(self, query: Any) -> dict[str, Any]:
        if isinstance(query, Mapping):
            return self._filter_with(None, dict(query))
        return self._filter_with(query, {})


class _BulkSave:
    """Documents on their way through one bulk save."""

    def __init__(self, docs: list[Any], signal_kwargs: dict[str, Any]) -> None:
        self._docs = docs
        self._signal_kwargs = signal_kwargs
        #: Whether each will be a new one; known when there are statements.
        self._created: list[bool] = []
        #: What was found by the steps before the write; None where there were none.
        self._begun: list[bool | None] = []
        #: Whether all of them were stored before, and nothing but their changes matters.
        self._together = False
        #: Classes for which signals and steps of `Document.save` are left out, since nothing would come of them.
        self._plain = {cls for cls in {type(doc) for doc in docs} if cls._saves_plainly()}

    def begin(self, validate: bool, clean: bool) -> None:
        """Run the steps before the write; raise one error for all documents that are not valid."""

        def begin(doc: Any) -> bool | None:
            if type(doc) not in self._plain:
                return bool(doc._begin_save(validate, clean, False, self._signal_kwargs))
            if validate:
                doc.validate(clean=clean)
            return None

        self._begun = list(each_valid(dict(enumerate(self._docs)), begin).values())

    def send(self, collection: Any, ordered: bool) -> BulkSaveResult:
        """Write, and finish the save of what the server acknowledged."""
        statements, positions, unchanged = self._changes(collection) or self._statements(collection)
        done: dict[int, Any] = {}
        unsure: dict[int, Any] = {}
        try:
            result = lanes.bulk_write(collection, statements, ordered, done=done, unsure=unsure) if statements else None
        except OperationFailure as error:
            raise _bulk_error(error, positions)
        finally:
            for number, key in unsure.items():
                self._docs[positions[number]]._keep_key(key)
            self._end({**dict.fromkeys(unchanged), **{positions[number]: key for number, key in done.items()}})
        inserted = result.inserted_count + result.upserted_count if result is not None else 0
        return BulkSaveResult(inserted, len(statements) - inserted, len(unchanged))

    def _changes(self, collection: Any) -> tuple[Sequence[lanes.Statement], list[int], list[int]] | None:
        """Return what `_statements` does, where all documents were stored before and their changes are all there is."""
        if any(begun is not None for begun in self._begun):
            return None
        found = lanes.prepare_changes(collection, self._docs)
        self._together = found is not None
        return found

    def _statements(self, collection: Any) -> tuple[Sequence[lanes.Statement], list[int], list[int]]:
        """Return the writes that are needed, the positions of their documents, and those of unchanged documents."""
        self._created = [
            (doc._is_fresh() or (not doc._is_plainly_stored() and doc._will_create(False))) if begun is None else begun
            for doc, begun in zip(self._docs, self._begun, strict=True)
        ]
        statements, positions, unchanged = [], [], []
        encode = lanes.change_encoder(collection)
        for position, doc in enumerate(self._docs):
            statement = self._statement(position, doc, encode)
            if statement is None:
                unchanged.append(position)
            else:
                statements.append(statement)
                positions.append(position)
        return statements, positions, unchanged

    def _is_plain_update(self, position: int, doc: Any) -> bool:
        return not self._created[position] and type(doc) in self._plain and doc._is_plainly_stored()

    def _takes_plainly(self, position: int, doc: Any, key: Any) -> bool:
        """Have a document that was inserted take its key, if it needs no more than that."""
        return bool(self._created[position] and type(doc) in self._plain and doc._take_inserted(key))

    def _statement(self, position: int, doc: Any, encode: Callable[[Any], Any]) -> Any:
        """Return the write that stores a document; None when nothing has changed."""
        if self._created[position] and type(doc) in self._plain and doc._is_fresh():
            return lanes.Insert(doc)
        found = False if self._created[position] or type(doc) not in self._plain else encode(doc)
        if found is False:
            return doc._save_statement(self._created[position])
        return doc._undecided_statement(*found) if isinstance(found, tuple) else found

    def _end(self, saved: dict[int, Any]) -> None:
        """Finish the saves at these positions; the values are the keys that inserted documents were given."""
        failure: Exception | None = None
        for position in sorted(saved):
            doc = self._docs[position]
            if self._together or self._is_plain_update(position, doc):
                doc._clear_changed_fields()
                continue
            try:
                # Not `pk`, which may be a reference that is followed.
                key = saved[position]
                if key is not None and self._takes_plainly(position, doc, key):
                    continue
                if key is None:
                    key = doc._data.get(doc._meta["id_field"])
                doc._end_save(key, self._created[position], self._signal_kwargs)
            except Exception as error:  # of a receiver of signals: the others are saved all the same
                failure = failure or error
        if failure is not None:
            raise failure


def _bulk_error(error: OperationFailure, positions: Sequence[int] | None = None) -> OperationError:
    """Return the exception for a bulk write that failed, its errors by position in what the program gave."""
    if not isinstance(error, PymongoBulkWriteError):
        return insert_error(error)
    errors = {}
    for entry in error.details.get("writeErrors", ()):
        position = entry["index"] if positions is None else positions[entry["index"]]
        errors[position] = {name: value for name, value in entry.items() if name != "op"}
    return BulkWriteError(f"Bulk write error: ({error.details})", details=error.details, errors=errors)
