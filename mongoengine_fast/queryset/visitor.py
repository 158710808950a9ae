"""Query trees: conditions combined with `&` and `|`, and their translation."""

from __future__ import annotations

import copy
import datetime
import warnings
from collections.abc import Iterable
from typing import Any

from bson import ObjectId

from mongoengine_fast.errors import InvalidQueryError
from mongoengine_fast.queryset import transform

__all__ = ("Q", "QNode")

# Values of these classes cannot be changed, a copy would be the same.
_IMMUTABLE = frozenset((str, int, float, bool, bytes, type(None), ObjectId, datetime.datetime, datetime.date))


def warn_empty_is_deprecated() -> None:
    """Warn of a use of a node's `empty` property; as upstream, the property is blamed and not its caller."""
    msg = "'empty' property is deprecated in favour of using 'not bool(filter)'"
    warnings.warn(msg, DeprecationWarning, stacklevel=2)


class QNodeVisitor:
    """Something that walks a query tree; what it returns takes the place of the node."""

    def visit_combination(self, combination: QCombination) -> Any:
        """Handle an inner node, whose children have been visited already."""
        return combination

    def visit_query(self, query: Q) -> Any:
        """Handle a leaf."""
        return query


class DuplicateQueryConditionsError(InvalidQueryError):
    """Two leaves have the same key, so one set of keywords cannot hold both."""


class SimplificationVisitor(QNodeVisitor):
    """Merges the leaves of a conjunction into one leaf where their keys allow it."""

    def visit_combination(self, combination: QCombination) -> Any:
        """Return one `Q` in place of an all-leaf conjunction, else the node itself."""
        if combination.operation != combination.AND:
            return combination
        if not all(isinstance(node, Q) for node in combination.children):
            return combination
        try:
            return Q(**self._query_conjunction([node.query for node in combination.children]))
        except DuplicateQueryConditionsError:
            return combination

    def _query_conjunction(self, queries: Iterable[dict[str, Any]]) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for query in queries:
            if not merged.keys().isdisjoint(query):
                raise DuplicateQueryConditionsError()
            for key, value in query.items():
                merged[key] = _independent(value)
        return merged


def _independent(value: Any) -> Any:
    """Copy a value, so that translating the merged leaf leaves the original one alone."""
    if value.__class__ in _IMMUTABLE:
        return value
    return copy.deepcopy(value)


class QueryCompilerVisitor(QNodeVisitor):
    """Translates a tree into a MongoDB filter for one document class."""

    def __init__(self, document: Any) -> None:
        self.document = document

    def visit_combination(self, combination: QCombination) -> Any:
        """Return `$and` or `$or` over the translated children."""
        operator = "$or" if combination.operation == combination.OR else "$and"
        return {operator: combination.children}

    def visit_query(self, query: Q) -> Any:
        """Return the filter of one leaf."""
        return transform.query(self.document, **query.query)


class QNode:
    """A node of a query tree."""

    AND = 0
    OR = 1

    def to_query(self, document: Any) -> dict[str, Any]:
        """Return the MongoDB filter of the tree for a document class.

        Raises:
            InvalidQueryError: a condition does not fit the class.
        """
        simplified = self.accept(SimplificationVisitor())
        return simplified.accept(QueryCompilerVisitor(document))

    def accept(self, visitor: QNodeVisitor) -> Any:
        """Have a visitor walk the tree below this node and return its result."""
        raise NotImplementedError

    def _combine(self, other: Any, operation: int) -> Any:
        if not bool(other):
            return self
        if not bool(self):
            return other
        return QCombination(operation, [self, other])

    @property
    def empty(self) -> bool:
        """Deprecated: whether the node holds no condition; use ``not node``."""
        warn_empty_is_deprecated()
        return False

    def __copy__(self) -> Any:
        # Clones of a queryset copy their conditions; the default protocol is ten times slower.
        twin = self.__class__.__new__(self.__class__)
        twin.__dict__.update(self.__dict__)
        return twin

    def __or__(self, other: Any) -> Any:
        return self._combine(other, self.OR)

    def __and__(self, other: Any) -> Any:
        return self._combine(other, self.AND)


class QCombination(QNode):
    """Several nodes joined by the same operation.

    Args:
        operation: `QNode.AND` or `QNode.OR`.
        children: the nodes; combinations by the same operation are taken apart.
    """

    def __init__(self, operation: int, children: Iterable[Any]) -> None:
        self.operation = operation
        self.children: list[Any] = []
        for node in children:
            if isinstance(node, QCombination) and node.operation == operation:
                self.children += node.children
            else:
                self.children.append(node)

    def __repr__(self) -> str:
        sign = " & " if self.operation is self.AND else " | "
        return f"({sign.join(repr(node) for node in self.children)})"

    def __bool__(self) -> bool:
        return bool(self.children)

    def accept(self, visitor: QNodeVisitor) -> Any:
        """Visit the children, replacing each by its result, then the node itself."""
        for index, node in enumerate(self.children):
            # A tree that has been translated before holds filters where nodes were.
            if isinstance(node, QNode):
                self.children[index] = node.accept(visitor)
        return visitor.visit_combination(self)

    @property
    def empty(self) -> bool:
        """Deprecated: whether the node holds no condition; use ``not node``."""
        warn_empty_is_deprecated()
        return not bool(self.children)

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return (
            self.__class__ == other.__class__ and self.operation == other.operation and self.children == other.children
        )


class Q(QNode):
    """Conditions that must all hold, given as keywords; combine with ``&`` and ``|``.

    Args:
        query: conditions by `path__to__field__operator`.
    """

    def __init__(self, **query: Any) -> None:
        self.query = query

    def to_query(self, document: Any) -> dict[str, Any]:
        """Return the MongoDB filter of the conditions for a document class.

        Raises:
            InvalidQueryError: a condition does not fit the class.
        """
        return transform.query(document, **self.query)

    def __repr__(self) -> str:
        return f"Q(**{self.query!r})"

    def __bool__(self) -> bool:
        return bool(self.query)

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return self.__class__ == other.__class__ and self.query == other.query

    def accept(self, visitor: QNodeVisitor) -> Any:
        """Visit this leaf."""
        return visitor.visit_query(self)

    @property
    def empty(self) -> bool:
        """Deprecated: whether the node holds no condition; use ``not node``."""
        warn_empty_is_deprecated()
        return not bool(self.query)
