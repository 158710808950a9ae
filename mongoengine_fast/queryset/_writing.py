"""Methods that insert and change documents."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from pymongo.errors import BulkWriteError as PymongoBulkWriteError
from pymongo.errors import DuplicateKeyError, OperationFailure

from mongoengine_fast import lanes, signals
from mongoengine_fast._native import EncodedRow
from mongoengine_fast.base.plan import DocumentLoader
from mongoengine_fast.base.roles import is_document
from mongoengine_fast.context_managers import set_read_write_concern, set_write_concern
from mongoengine_fast.errors import BulkWriteError, NotUniqueError, OperationError
from mongoengine_fast.queryset import transform
from mongoengine_fast.queryset._cursor import CursorAccess
from mongoengine_fast.queryset._rows import checked_rows, trusted_rows
from mongoengine_fast.strict import require_trusted

# What stands for itself among documents to insert, and is not told its key.
_ROWS = (dict, EncodedRow)
_DUPLICATE_KEY = "^E1100[01] duplicate key"


def _update_error(err: OperationFailure) -> OperationError:
    """Return the exception a failed update is reported with."""
    if isinstance(err, DuplicateKeyError):
        return NotUniqueError(f"Update failed ({err})")
    return OperationError(f"Update failed ({err})")


def insert_error(err: OperationFailure) -> OperationError:
    """Return the exception a failed insert is reported with."""
    if isinstance(err, DuplicateKeyError):
        return NotUniqueError(f"Could not save document ({err})")
    if isinstance(err, PymongoBulkWriteError):
        # One document breaking a unique index is one of several possible failures here.
        return BulkWriteError(f"Bulk write error: ({err.details})")
    if re.match(_DUPLICATE_KEY, str(err)):
        return NotUniqueError(f"Tried to save duplicate unique keys ({err})")
    return OperationError(f"Could not save document ({err})")


class Writing(CursorAccess):
    """Inserts and updates."""

    get: Callable[..., Any]
    in_bulk: Callable[[Any], dict[Any, Any]]
    _key_name: Callable[[], str]

    def create(self, **kwargs: Any) -> Any:
        """Make a document of field values, save it and return it."""
        return self._document(**kwargs).save(force_insert=True)

    def insert(
        self,
        doc_or_docs: Any,
        load_bulk: bool = True,
        write_concern: Mapping[str, Any] | None = None,
        signal_kwargs: Mapping[str, Any] | None = None,
        validate: bool = True,
        ordered: bool = True,
    ) -> Any:
        """Insert new documents in one go.

        Args:
            doc_or_docs: one document, or several; among several, dicts whose keys are names of
                fields or their names in the database stand for documents.
            load_bulk: read the documents again and return them; without it only their
                primary keys are returned, and one round trip is saved.
            write_concern: options such as ``{"w": 2}``.
            signal_kwargs: passed on to receivers of `pre_bulk_insert` and `post_bulk_insert`.
            validate: make documents of dicts, with their defaults, and validate them; ``False``
                stores dicts as they are. Instances are stored as they are in any case.
            ordered: stop at the first document that is refused; ``False`` tries all.

        Returns:
            Documents or primary keys: a list, or a single one for a single document.

        Raises:
            OperationError: a document is of another class or has been saved before, or the
                server refuses.
            FieldDoesNotExist: a dict has a key that is no field.
            ValidationError: dicts are not valid; its `errors` are by position. Nothing was sent.
            NotUniqueError: the single document breaks a unique index.
            BulkWriteError: some of several documents were refused.
        """
        # One dict alone is refused, as MongoEngine does: its keys are no documents.
        return_one = is_document(doc_or_docs)
        docs = [doc_or_docs] if return_one else doc_or_docs
        docs = self._storable(docs, validate)
        signal_kwargs = signal_kwargs or {}
        signals.pre_bulk_insert.send(self._document, documents=docs, **signal_kwargs)
        ids = self._send_insert(docs, return_one, write_concern or {}, ordered)
        key_name = self._key_name()
        for doc, key in zip(docs, ids, strict=False):
            if type(doc) not in _ROWS and not isinstance(doc, Mapping):
                setattr(doc, key_name, key)

        if load_bulk:
            stored = self.in_bulk(ids)
            results = [stored.get(key) for key in ids]
            sent = results
        else:
            results, sent = ids, docs
        signals.post_bulk_insert.send(self._document, documents=sent, loaded=load_bulk, **signal_kwargs)
        return results[0] if return_one else results

    def _storable(self, docs: Any, validate: bool) -> Any:
        """Return what can be inserted: *docs* itself, or with what its dicts stand for in their place."""
        document, key_name = self._document, self._key_name()
        rows: dict[int, Any] = {}
        # Documents are mostly of one class, which then is looked at once.
        known = None
        for position, doc in enumerate(docs):
            if doc.__class__ is not known:
                if isinstance(doc, Mapping):
                    rows[position] = doc
                    continue
                if not isinstance(doc, document):
                    raise OperationError(f"Some documents inserted aren't instances of {document}")
                known = doc.__class__
            # The key is read first: that may raise, of a key that nobody has validated yet.
            if getattr(doc, key_name) and not doc._created:
                raise OperationError("Some documents have ObjectIds, use doc.update() instead")
        if not rows:
            return docs
        made = checked_rows(self, rows) if validate else trusted_rows(document, rows)
        return [made.get(position, doc) for position, doc in enumerate(docs)]

    def _send_insert(self, docs: Any, return_one: bool, write_concern: Mapping[str, Any], ordered: bool) -> list[Any]:
        """Insert documents and return their primary keys."""
        with set_write_concern(self._collection, write_concern) as collection:
            try:
                if return_one:
                    return [lanes.insert_one(collection, docs[0]).inserted_id]
                return lanes.insert_many(collection, list(docs), ordered).inserted_ids
            except OperationFailure as err:
                if lanes.is_raised_by_hook(err):
                    raise
                raise insert_error(err)

    def update(
        self,
        upsert: bool = False,
        multi: bool = True,
        write_concern: Mapping[str, Any] | None = None,
        read_concern: Mapping[str, Any] | None = None,
        full_result: bool = False,
        array_filters: list[Mapping[str, Any]] | None = None,
        **update: Any,
    ) -> Any:
        """Change the documents of the query in the database.

        Args:
            upsert: insert a document if the query finds none.
            multi: change all of them, not only the first.
            write_concern, read_concern: options such as ``{"w": 2}``, ``{"level": "local"}``.
            full_result: return pymongo's `UpdateResult`.
            array_filters: which items of arrays an update of arrays is about.
            update: new values by `operator__path__to__field`; `__raw__` holds an update,
                or a list of aggregation stages, in MongoDB's form.

        Returns:
            The number of documents changed or found unchanged; None if the write is not
            acknowledged.

        Raises:
            OperationError: there is nothing to change, or the server refuses.
            NotUniqueError: the change breaks a unique index.
        """
        if not update and not upsert:
            raise OperationError("No update parameters, would remove data")
        if self._none or self._empty:
            return 0

        queryset = self.clone()
        query = queryset._with_where(queryset._query)
        change = compile_update(queryset._document, update)
        if upsert and "_cls" in query:
            name_class(change, queryset._document)
        send = lanes.update_many if multi else lanes.update_one
        try:
            with set_read_write_concern(queryset._collection, write_concern or {}, read_concern) as collection:
                options = queryset._command_options()
                result = send(collection, query, change, upsert=upsert, array_filters=array_filters, **options)
        except OperationFailure as err:
            raise _update_error(err)
        if full_result:
            return result
        return result.raw_result["n"] if result.raw_result else None

    def upsert_one(
        self,
        write_concern: Mapping[str, Any] | None = None,
        read_concern: Mapping[str, Any] | None = None,
        **update: Any,
    ) -> Any:
        """Change the first document of the query, or insert one, and return it.

        Args:
            write_concern, read_concern: options such as ``{"w": 2}``, ``{"level": "local"}``.
            update: new values by `operator__path__to__field`.
        """
        result = self.update(
            multi=False,
            upsert=True,
            write_concern=write_concern,
            read_concern=read_concern,
            full_result=True,
            **update,
        )
        if result.raw_result["updatedExisting"]:
            return self.get()
        return self._document.objects.with_id(result.upserted_id)

    def update_one(
        self,
        upsert: bool = False,
        write_concern: Mapping[str, Any] | None = None,
        full_result: bool = False,
        array_filters: list[Mapping[str, Any]] | None = None,
        **update: Any,
    ) -> Any:
        """Change the first document of the query in the database.

        Args:
            upsert: insert a document if the query finds none.
            write_concern: options such as ``{"w": 2}``.
            full_result: return pymongo's `UpdateResult`.
            array_filters: which items of arrays an update of arrays is about.
            update: new values by `operator__path__to__field`.

        Returns:
            The number of documents changed or found unchanged.
        """
        return self.update(
            upsert=upsert,
            multi=False,
            write_concern=write_concern,
            full_result=full_result,
            array_filters=array_filters,
            **update,
        )

    def modify(
        self,
        upsert: bool = False,
        full_response: bool = False,
        remove: bool = False,
        new: bool = False,
        array_filters: list[Mapping[str, Any]] | None = None,
        **update: Any,
    ) -> Any:
        """Change the first document of the query and return it, in one atomic step.

        Args:
            upsert: insert a document if the query finds none.
            full_response: no longer supported by pymongo.
            remove: delete the document instead of changing it.
            new: return the document as it is afterwards, not as it was before.
            array_filters: which items of arrays an update of arrays is about.
            update: new values by `operator__path__to__field`.

        Returns:
            The document; None where there was none to return.

        Raises:
            OperationError: arguments contradict each other, there is nothing to do, or the
                server refuses.
            NotUniqueError: the change breaks a unique index.
        """
        if remove and new:
            raise OperationError("Conflicting parameters: remove and new")
        if not update and not upsert and not remove:
            raise OperationError("No update parameters, must either update or remove")
        if self._none or self._empty:
            return None

        queryset = self.clone()
        query = queryset._with_where(queryset._query)
        options = {**self._cursor_args, **self._command_options(), "sort": queryset._ordering}
        if not remove:
            change = compile_update(queryset._document, update)
            options.update(upsert=upsert, return_after=new, array_filters=array_filters)
        if full_response:
            msg = "With PyMongo 3+, it is not possible anymore to get the full response."
            warnings.warn(msg, DeprecationWarning, stacklevel=1)
        else:
            options["loader"] = DocumentLoader(self._document, True)
        try:
            if remove:
                result = lanes.find_one_and_delete(queryset._collection, query, **options)
            else:
                result = lanes.find_one_and_update(queryset._collection, query, change, **options)
        except OperationFailure as err:
            raise _update_error(err)
        if full_response and result["value"] is not None:
            result["value"] = self._document._from_son(result["value"])
        return result


def name_class(change: Any, document: Any) -> None:
    """Have a compiled change, which may insert a document, say what that is."""
    class_name = {"_cls": document._class_name}
    if isinstance(change, list):
        change.append({"$set": class_name})
    else:
        change.setdefault("$set", {}).update(class_name)


def compile_update(document: Any, update: dict[str, Any]) -> Any:
    """Translate keyword changes; a list under `__raw__` is an aggregation pipeline."""
    raw = update.get("__raw__")
    if raw is not None:
        require_trusted(document, "__raw__", raw)
    if isinstance(raw, list):
        return [transform.update(document, __raw__=stage) for stage in raw]
    return transform.update(document, **update)
