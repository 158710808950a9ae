"""Writing one document: save and its two ways, cascading saves, delete.

`Saving.save` keeps the order of events that programs hook into: pre_save, validation, pre_save_post_validation, the
write, cascades, the primary key, post_save. It builds a `bson.SON` of the document only when somebody is to see one:
a class that overrides a step, a sharded collection, or the replacement of a stored document.
"""

from __future__ import annotations

import re
from typing import Any

import pymongo.errors
from bson.dbref import DBRef

from mongoengine_fast import lanes, signals
from mongoengine_fast.context_managers import set_write_concern
from mongoengine_fast.errors import (
    InvalidDocumentError,
    NotUniqueError,
    OperationError,
    SaveConditionError,
)
from mongoengine_fast.queryset import transform

__all__ = ("Saving", "note_library_steps")

_DUPLICATE_KEY = "^E1100[01] duplicate key"
_ID_ONLY = {"_id": 1}


def _send(signal: Any, document: Any, **details: Any) -> None:
    """Send *signal* about *document*, at no cost where nobody listens."""
    if getattr(signal, "receivers", True):
        signal.send(document.__class__, document=document, **details)


def _with_write_concern(collection: Any, write_concern: dict[str, Any] | None) -> Any:
    """Return *collection*, with the options of *write_concern* over its own if there are any."""
    if not write_concern:
        return collection
    with set_write_concern(collection, write_concern) as configured:
        return configured


def _update_of(updates: dict[str, Any], removals: dict[str, int]) -> dict[str, Any]:
    """Return the update document of what to set and what to unset."""
    update: dict[str, Any] = {}
    if updates:
        update["$set"] = updates
    if removals:
        update["$unset"] = removals
    return update


def _translated(error: pymongo.errors.OperationFailure) -> OperationError:
    """Return our exception for what the server said to a save."""
    if isinstance(error, pymongo.errors.DuplicateKeyError) or re.match(_DUPLICATE_KEY, str(error)):
        return NotUniqueError(f"Tried to save duplicate unique keys ({error})")
    return OperationError(f"Could not save document ({error})")


class Saving:
    """Save, update and delete of a single document."""

    __slots__ = ()

    def save(
        self,
        force_insert: bool = False,
        validate: bool = True,
        clean: bool = True,
        write_concern: dict[str, Any] | None = None,
        cascade: bool | None = None,
        cascade_kwargs: dict[str, Any] | None = None,
        _refs: list[str] | None = None,
        save_condition: dict[str, Any] | None = None,
        signal_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Store the document and return it: insert it if it is new, else send what changed.

        :param force_insert: insert, and fail rather than replace a stored document with the same primary key
        :param validate: check all fields first
        :param clean: call `clean` before the fields are checked; nothing without *validate*
        :param write_concern: options such as ``{"w": 2}`` over those of the collection
        :param cascade: save referenced documents as well; when ``None``, ``meta["cascade"]`` decides
        :param cascade_kwargs: arguments for those saves over the ones given here; implies *cascade*
        :param _refs: references saved already, kept by cascading saves
        :param save_condition: query arguments the stored document must match for its update
        :param signal_kwargs: further arguments for the receivers of signals

        Raises `ValidationError` when a field's value is wrong, `NotUniqueError` for a value that a unique index
        refuses, `SaveConditionError` when *save_condition* does not hold, and `OperationError` for any other refusal
        of the server.
        """
        created = self._begin_save(validate, clean, force_insert, signal_kwargs or {})
        # A receiver may have changed the document, so nothing is encoded before this point.
        doc = None if self._saves_directly() else self.to_mongo()
        self._prepare_collection()
        try:
            object_id, created = self._write(doc, created, force_insert, save_condition, write_concern)
            if cascade is None:
                cascade = self._meta.get("cascade", False) or cascade_kwargs is not None
            if cascade:
                passed_on = {"force_insert": force_insert, "validate": validate, "cascade": cascade}
                passed_on["write_concern"] = {} if write_concern is None else write_concern
                self.cascade_save(**{**passed_on, **(cascade_kwargs or {}), "_refs": _refs})
        except pymongo.errors.OperationFailure as error:
            if lanes.is_raised_by_hook(error):
                raise
            raise _translated(error) from error

        self._end_save(object_id, created, signal_kwargs or {})
        return self

    def _begin_save(self, validate: bool, clean: bool, force_insert: bool, signal_kwargs: dict[str, Any]) -> bool:
        """Do what comes before a document is written; return whether it will be a new one."""
        if self._meta.get("abstract"):
            raise InvalidDocumentError("Cannot save an abstract document.")
        _send(signals.pre_save, self, **signal_kwargs)
        if validate:
            self.validate(clean=clean)
        created = self._will_create(force_insert)
        _send(signals.pre_save_post_validation, self, created=created, **signal_kwargs)
        return created

    def _end_save(self, object_id: Any, created: bool, signal_kwargs: dict[str, Any]) -> None:
        """Do what comes after a document was written."""
        self._take_key(object_id, created)
        _send(signals.post_save, self, created=created, **signal_kwargs)
        self._clear_changed_fields()
        self._created = False

    def _save_statement(self, created: bool) -> lanes.Statement | None:
        """Return the write that stores this document as part of a bulk write; None when nothing has changed."""
        key, has_key = self._stored_key()
        if created and not has_key:
            return lanes.Statement("insert_one", self)
        selector = {"_id": key}
        if self._meta.get("shard_key"):
            selector = self._integrate_shard_key(self.to_mongo(), selector)
        if created:
            return lanes.Statement("replace_one", selector, self, upsert=True)
        update = self._get_update_doc()
        return lanes.Update("update_one", selector, update, True) if update else None

    def _undecided_statement(self, changes: dict[str, Any], empty: list[str]) -> lanes.Statement:
        """Return the write of *changes*, of which the *empty* ones may have to be removed."""
        update = _update_of(*self._split_changes(changes, empty))
        return lanes.Update("update_one", {"_id": self._stored_key()[0]}, update, True)

    @classmethod
    def _saves_plainly(cls) -> bool:
        """Whether no code of the program's own takes part in saving, but for validation."""
        meta = cls._meta
        if meta.get("abstract") or meta.get("shard_key") or cls._fields[meta["id_field"]].db_field != "_id":
            return False
        if any(getattr(signal, "receivers", True) for signal in _SAVE_SIGNALS):
            return False
        return all(getattr(cls, name) is step for name, step in _library_steps.items())

    def _stored_key(self) -> tuple[Any, bool]:
        """Return the primary key as it is stored, and whether there is one to store.

        Some fields store no value of a type they do not know, and then there is no key.
        """
        id_field = self._meta["id_field"]
        key, field = self._data.get(id_field), self._fields[id_field]
        if key is None:
            return None, False
        key = field.to_mongo(key)
        return key, bool(key is not None or field.null)

    def _take_key(self, object_id: Any, created: bool) -> None:
        """Set the primary key to what was stored, unless it is part of a shard key and as such immutable."""
        id_field = self._meta["id_field"]
        if created or id_field not in self._meta.get("shard_key", ()):
            self[id_field] = self._fields[id_field].to_python(object_id)

    def _prepare_collection(self) -> None:
        """See to the indexes where they are due; their failure is not one of saving, and raised as it is."""
        if self._collection is None:
            self._get_collection()
        elif self._meta.get("auto_create_index_on_save", False):
            self.ensure_indexes()

    def _will_create(self, force_insert: bool) -> bool:
        """Whether this save makes a new document rather than updating a stored one."""
        id_field = self._meta["id_field"]
        field = self._fields[id_field]
        if field.db_field == "_id" and not _overrides(self, "to_mongo"):
            if self._data.get(id_field) is not None:
                return bool(self._created or force_insert or not self._stored_key()[1])
            # A key that generates itself does so now, before receivers look at the document.
            if not getattr(field, "_auto_gen", False) and self._data.get("id") is None:
                return True
        return bool("_id" not in self.to_mongo(fields=[id_field]) or self._created or force_insert)

    def _saves_directly(self) -> bool:
        """Whether the document itself can be handed to the wire, as no one asks for its `bson.SON` on the way."""
        if self._collection is None or "shard_key" in self._meta:
            # The first save of a class encodes before it touches the database, so that a document which cannot be
            # encoded leaves no collection and no index behind.
            return False
        id_field = self._meta["id_field"]
        if self._fields[id_field].db_field != "_id":
            return False
        if self._data.get(id_field) is None and self._data.get("id") is not None:
            return False
        return not (
            _overrides(self, "to_mongo") or _overrides(self, "_save_create") or _overrides(self, "_save_update")
        )

    def _write(
        self,
        doc: Any,
        created: bool,
        force_insert: bool,
        save_condition: dict[str, Any] | None,
        write_concern: dict[str, Any] | None,
    ) -> tuple[Any, bool]:
        """Create or update; return the primary key as stored, and whether a document was created.

        *doc* is the encoded document for classes that have a say in how it is written, else ``None``.
        """
        if doc is not None:
            concern = {} if write_concern is None else write_concern
            if created:
                return self._save_create(doc=doc, force_insert=force_insert, write_concern=concern), True
            return self._save_update(doc, save_condition, concern)

        key, has_key = self._stored_key()
        if not created:
            return self._update_stored({"_id": key}, save_condition, write_concern)
        collection = _with_write_concern(self._get_collection(), write_concern)
        if (
            has_key
            and not force_insert
            and lanes.find_one_and_replace(collection, {"_id": key}, self, projection=_ID_ONLY)
        ):
            return key, True
        return self._insert(collection, self), True

    def _insert(self, collection: Any, doc: Any) -> Any:
        """Insert this document, as *doc*, and return its ``_id``."""
        try:
            return lanes.insert_one(collection, doc).inserted_id
        except BaseException as error:
            self._keep_key(lanes.sent_key(error))
            raise

    def _keep_key(self, key: Any) -> None:
        """Take the key under which this document may have been stored: saved again, it is not to be there twice."""
        id_field = self._meta["id_field"]
        if key is not None and self._data.get(id_field) is None:
            self[id_field] = self._fields[id_field].to_python(key)
            # A key that is assigned says that the document exists; of this one nobody knows.
            self._created = True

    def _save_create(self, doc: Any, force_insert: bool, write_concern: dict[str, Any]) -> Any:
        """Store *doc* as a new document and return its ``_id``. A step of `save` that subclasses may replace."""
        collection = _with_write_concern(self._get_collection(), write_concern)
        # A document with a key of its own may exist already, and saving it is not meant to fail then.
        if not force_insert and "_id" in doc:
            selector = self._integrate_shard_key(doc, {"_id": doc["_id"]})
            if lanes.find_one_and_replace(collection, selector, doc, projection=_ID_ONLY):
                return doc["_id"]
        return self._insert(collection, doc)

    def _get_update_doc(self) -> dict[str, Any]:
        """Return the ``$set`` and ``$unset`` that bring the stored document up to this one; empty if none are due."""
        return _update_of(*self._delta())

    def _integrate_shard_key(self, doc: Any, select_dict: dict[str, Any]) -> dict[str, Any]:
        """Add the values of the shard key in *doc* to *select_dict* and return it."""
        for path in self._meta.get("shard_key", ()):
            names = [step.db_field for step in self._lookup_field(path.split("."))]
            value = doc
            for name in names:
                value = value[name]
            select_dict[".".join(names)] = value
        return select_dict

    def _save_update(
        self, doc: Any, save_condition: dict[str, Any] | None, write_concern: dict[str, Any]
    ) -> tuple[Any, bool]:
        """Send the changes of a stored document. A step of `save` that subclasses may replace.

        Returns its ``_id``, and whether it had vanished so that a new one was created of the changes.
        """
        selector = self._integrate_shard_key(doc, {"_id": doc["_id"]})
        return self._update_stored(selector, save_condition, write_concern)

    def _update_stored(
        self, selector: dict[str, Any], save_condition: dict[str, Any] | None, write_concern: dict[str, Any] | None
    ) -> tuple[Any, bool]:
        """Update the document that *selector* and *save_condition* find; see `_save_update` for the result."""
        object_id = selector["_id"]
        if save_condition is not None:
            selector = {**transform.query(self.__class__, **save_condition), **selector}
        try:
            update = self._get_update_doc()
        except pymongo.errors.OperationFailure as error:
            lanes.mark_as_raised_by_hook(error)
            raise
        if not update:
            return object_id, False

        upsert = save_condition is None
        collection = _with_write_concern(self._get_collection(), write_concern)
        reply = lanes.update_one(collection, selector, update, upsert=upsert).raw_result
        if not upsert and reply["n"] == 0:
            raise SaveConditionError("Race condition preventing document update detected")
        # Without acknowledgement there is no reply.
        return object_id, reply is not None and reply.get("updatedExisting") is False

    def cascade_save(self, **kwargs: Any) -> None:
        """Save the changed documents this one references, and what they reference.

        :param kwargs: arguments of `save`; ``_refs`` lists what was saved already and ends loops
        """
        saved = kwargs.get("_refs") or []
        for name, field in self._fields.items():
            if not (
                getattr(field, "_is_reference_field", False) or getattr(field, "_is_generic_reference_field", False)
            ):
                continue
            target = self._data.get(name)
            if not target or isinstance(target, DBRef) or not getattr(target, "_changed_fields", True):
                continue
            mark = f"{target.__class__.__name__},{target._data!s}"
            if mark not in saved:
                saved.append(mark)
                kwargs["_refs"] = saved
                target.save(**kwargs)
                target._changed_fields = []

    def update(self, **kwargs: Any) -> int | None:
        """Update the stored document without changing this object; takes what `QuerySet.update_one` takes.

        Raises `OperationError` for a document that was never saved, unless ``upsert=True`` creates it.
        """
        if self.pk is None:
            if not kwargs.get("upsert", False):
                raise OperationError("attempt to update a document not yet saved")
            query = self.to_mongo()
            if "_cls" in query:
                del query["_cls"]
            return self._qs.filter(**query).update_one(**kwargs)
        return self._qs.filter(**self._object_key).update_one(**kwargs)

    def delete(self, signal_kwargs: dict[str, Any] | None = None, **write_concern: Any) -> None:
        """Delete the stored document and the files in its file fields, obeying the delete rules of references to it.

        :param signal_kwargs: further arguments for the receivers of signals
        :param write_concern: options such as ``w=2`` over those of the collection

        Deleting what is not stored is no error. Raises `OperationError` when a rule or the server refuses.
        """
        signal_kwargs = signal_kwargs or {}
        _send(signals.pre_delete, self, **signal_kwargs)
        for name, field in self._fields.items():
            if getattr(field, "_is_file_field", False):
                getattr(self, name).delete()
        try:
            self._qs.filter(**self._object_key).delete(write_concern=write_concern, _from_doc_delete=True)
        except pymongo.errors.OperationFailure as error:
            reasons = ", ".join(map(str, error.args))
            raise OperationError(f"Could not delete document ({reasons})") from error
        _send(signals.post_delete, self, **signal_kwargs)


_SAVE_SIGNALS = (signals.pre_save, signals.pre_save_post_validation, signals.post_save)
_SAVE_STEPS = (
    "__getattribute__ __setattr__ __setitem__ _begin_save _clear_changed_fields _delta _end_save _get_changed_fields "
    "_get_update_doc _save_create _save_statement _save_update _split_changes _stored_key _take_key _will_create pk "
    "to_mongo"
)
#: The steps of saving as they are in the library, by name.
_library_steps: dict[str, Any] = {}


def note_library_steps(document: type) -> None:
    """Note what `Document` itself has for the steps of saving."""
    _library_steps.update({name: getattr(document, name) for name in _SAVE_STEPS.split()})


def _overrides(document: Any, step: str) -> bool:
    """Whether the class of *document*, or the object itself, has its own version of a step of `Saving`."""
    own = _library_steps[step]
    if getattr(type(document), step) is not own:
        return True
    # Not by a look into `__dict__`, which would come into being by it for every document that is saved.
    bound = getattr(document, step)
    return getattr(bound, "__self__", None) is not document or getattr(bound, "__func__", own) is not own
