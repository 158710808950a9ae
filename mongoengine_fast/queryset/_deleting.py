"""Deletion, with what it means for documents that refer to the deleted ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mongoengine_fast import lanes, signals
from mongoengine_fast.context_managers import set_write_concern
from mongoengine_fast.errors import OperationError
from mongoengine_fast.queryset._cursor import CursorAccess
from mongoengine_fast.queryset._rules import CASCADE, DENY, NULLIFY, PULL


class Deleting(CursorAccess):
    """Deletion of the documents of a query."""

    def delete(
        self,
        write_concern: Mapping[str, Any] | None = None,
        _from_doc_delete: bool = False,
        cascade_refs: set[Any] | None = None,
    ) -> int | None:
        """Delete the documents of the query.

        Args:
            write_concern: options such as ``{"w": 2}``.
            _from_doc_delete: whether a document's own `delete` calls this, which has seen
                to the signals.
            cascade_refs: primary keys that are being deleted already.

        Returns:
            The number of documents deleted; None if the write is not acknowledged.

        Raises:
            OperationError: a document is referred to under the rule `DENY`.
        """
        queryset = self.clone()
        document = queryset._document
        write_concern = write_concern or {}
        if not _from_doc_delete and queryset._deletes_singly():
            deleted = 0
            for doc in queryset:
                doc.delete(**write_concern)
                deleted += 1
            return deleted

        rules = [
            (referrer, field, rule)
            for (referrer, field), rule in (document._meta.get("delete_rules") or {}).items()
            if not referrer._meta.get("abstract")
        ]
        # Nothing may have been changed when a rule forbids the deletion.
        for referrer, field, rule in rules:
            if rule == DENY:
                self._refuse_if_referred(referrer, field)
        for referrer, field, rule in rules:
            references = {field + "__in": self}
            if rule == CASCADE:
                cascade_refs = set() if cascade_refs is None else cascade_refs
                queryset._cascade(referrer, references, cascade_refs, write_concern)
            elif rule == NULLIFY:
                referrer.objects(**references).update(write_concern=write_concern, **{f"unset__{field}": 1})
            elif rule == PULL:
                referrer.objects(**references).update(write_concern=write_concern, **{f"pull_all__{field}": self})

        with set_write_concern(queryset._collection, write_concern) as collection:
            query = queryset._with_where(queryset._query)
            result = lanes.delete_many(collection, query, **queryset._command_options())
        return result.deleted_count if result.acknowledged else None

    def _deletes_singly(self) -> bool:
        """Tell whether documents have to be deleted one by one.

        The server's deletion knows neither skip nor limit, and no receivers of signals.
        """
        if self._skip or self._limit:
            return True
        return signals.signals_available and bool(
            signals.pre_delete.has_receivers_for(self._document)
            or signals.post_delete.has_receivers_for(self._document)
        )

    def _refuse_if_referred(self, referrer: Any, field: str) -> None:
        if referrer.objects(**{field + "__in": self}).limit(1).count() > 0:
            raise OperationError(f"Could not delete document ({referrer.__name__}.{field} refers to it)")

    def _cascade(
        self,
        referrer: Any,
        references: dict[str, Any],
        cascade_refs: set[Any],
        write_concern: Mapping[str, Any],
    ) -> None:
        """Delete the documents that refer to those of this queryset."""
        # Documents of the same collection may refer to each other in a circle.
        if self._document._collection == referrer._collection:
            cascade_refs.update(doc.id for doc in self)
        referring = referrer.objects(**references, pk__nin=cascade_refs)
        if referring.count() > 0:
            referring.delete(write_concern=write_concern, cascade_refs=cascade_refs)
