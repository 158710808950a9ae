"""Queries written in JavaScript: `$where`, map/reduce and server-side functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bson import SON
from bson.code import Code

from mongoengine_fast._sessions import session_option
from mongoengine_fast.common import _import_class
from mongoengine_fast.connection import get_db
from mongoengine_fast.errors import OperationError
from mongoengine_fast.queryset._cursor import CursorAccess
from mongoengine_fast.strict import require_trusted

_ITEM = r"\[\s*~([A-z_][A-z_0-9.]+?)\s*\]"
_PATH = r"\{\{\s*~([A-z_][A-z_0-9.]+?)\s*\}\}"

_COUNT_ITEMS_MAP = """
function() {
    var value = this;
    '{{~FIELD}}'.split('.').forEach(function(name) {
        if (value !== undefined) { value = value[name]; }
    });
    if (Array.isArray(value)) {
        value.forEach(function(item) { emit(item, 1); });
    } else {
        emit(value === undefined ? null : value, 1);
    }
}
"""
_COUNT_ITEMS_REDUCE = """
function(key, counts) {
    return counts.reduce(function(sum, count) { return sum + count; }, 0);
}
"""
_COUNT_ITEMS_EXEC = """
function(path) {
    var names = path.split('.');
    var total = 0.0;
    var frequencies = {};
    var items = {};
    function count(item) {
        items[item] = item;
        frequencies[item] = (frequencies[item] || 0.0) + 1.0;
        total += 1.0;
    }
    db[collection].find(query).forEach(function(value) {
        names.forEach(function(name) {
            if (value) { value = value[name]; }
        });
        if (Array.isArray(value)) { value.forEach(count); } else { count(value); }
    });
    return [total, frequencies, items];
}
"""


def _whole(key: Any) -> Any:
    """Return a JavaScript number without a fraction as an integer."""
    return int(key) if isinstance(key, float) and int(key) == key else key


def _shares(frequencies: dict[Any, Any], total: float) -> dict[Any, float]:
    return {key: float(count) / total for key, count in frequencies.items()}


class JavaScript(CursorAccess):
    """Functions the server runs."""

    def where(self, where_clause: str) -> Any:
        """Return a queryset of the documents a JavaScript expression is true for.

        The server evaluates it for each document, which is slow.

        Args:
            where_clause: the expression, where ``this[~field]`` stands for a field of the
                model.

        Raises:
            InvalidQueryError: queries are strict (`mongoengine_fast.strict`), and the expression is not `trusted`.
        """
        require_trusted(self._document, "where()", where_clause)
        queryset = self.clone()
        queryset._where_clause = queryset._sub_js_fields(where_clause)
        return queryset

    def _sub_js_fields(self, code: str) -> str:
        """Replace ``[~field]`` and ``{{~path.to.field}}`` by database names.

        Raises:
            LookUpError: the model has no such field.
        """

        def fields(match: re.Match[str]) -> list[Any]:
            return self._document._lookup_field(match.group(1).split("."))

        code = re.sub(_ITEM, lambda match: f'["{fields(match)[-1].db_field}"]', code)
        return re.sub(_PATH, lambda match: ".".join(step.db_field for step in fields(match)), code)

    def _sub_js_code(self, code: Any) -> Code:
        """Return code with its field names replaced and its scope kept."""
        scope = code.scope if isinstance(code, Code) else None
        return Code(self._sub_js_fields(str(code)), scope or None)

    def map_reduce(
        self,
        map_f: Code | str,
        reduce_f: Code | str,
        output: str | Mapping[str, Any],
        finalize_f: Code | str | None = None,
        limit: int | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> Iterator[Any]:
        """Run a map/reduce over the documents of the query.

        Args:
            map_f, reduce_f, finalize_f: JavaScript functions, where ``[~field]`` stands for
                a field of the model.
            output: the name of a collection, "inline", or a dict with one of the keys
                `replace`, `merge`, `reduce`, and with `db_alias`, `sharded`, `nonAtomic`.
            limit: how many documents to read.
            scope: variables of the functions.

        Yields:
            One `MapReduceDocument` per key.

        Raises:
            OperationError: `output` does not say what to do with the collection.
        """
        queryset = self.clone()
        document = queryset._document
        command: dict[str, Any] = {
            "mapReduce": document._get_collection_name(),
            "map": queryset._sub_js_code(map_f),
            "reduce": queryset._sub_js_code(reduce_f),
            "query": queryset._query,
        }
        if finalize_f:
            command["finalize"] = queryset._sub_js_code(finalize_f)
        if scope:
            command["scope"] = scope
        if limit:
            command["limit"] = limit
        # Inline results have no order.
        inline = output == "inline" and not queryset._ordering
        if inline:
            command["out"] = {"inline": 1}
        elif isinstance(output, str):
            command["out"] = output
        elif isinstance(output, dict):
            command["out"] = _output_options(output)

        db = document._get_db()
        result = db.command(command, **session_option())
        rows = result["results"] if inline else _output_rows(db, result["result"])
        if queryset._ordering:
            rows = rows.sort(queryset._ordering)
        result_class = _import_class("MapReduceDocument")
        for row in rows:
            yield result_class(document, queryset._collection, row["_id"], row["value"])

    def exec_js(self, code: str, *fields: str, **options: Any) -> Any:
        """Run a JavaScript function on the server (before MongoDB 4.2).

        Args:
            code: the function, where ``[~field]`` stands for a field of the model; it sees
                `collection` (a name), `query` and `options`.
            fields: field paths, passed to it as database names.
            options: what it sees as `options`.
        """
        queryset = self.clone()
        document = queryset._document
        code = queryset._sub_js_fields(code)
        args = [document._translate_field_name(field) for field in fields]
        query = queryset._query
        if queryset._where_clause:
            query["$where"] = queryset._where_clause
        scope = {
            "collection": document._get_collection_name(),
            "options": options or {},
            "query": query,
        }
        reply = document._get_db().command("eval", Code(code, scope=scope), args=args, **session_option())
        return reply.get("retval")

    def item_frequencies(self, field: str, normalize: bool = False, map_reduce: bool = True) -> dict[Any, Any]:
        """Return how often each value of a field occurs.

        Args:
            field: its path; the items of lists count one by one. References are not
                followed.
            normalize: return shares that add up to 1.0 instead of counts.
            map_reduce: count by map/reduce, not by `exec_js`.
        """
        if map_reduce:
            return self._item_frequencies_map_reduce(field, normalize=normalize)
        return self._item_frequencies_exec_js(field, normalize=normalize)

    def _item_frequencies_map_reduce(self, field: str, normalize: bool = False) -> dict[Any, Any]:
        map_f = _COUNT_ITEMS_MAP.replace("FIELD", field)
        rows = self.map_reduce(map_f, _COUNT_ITEMS_REDUCE, "inline")
        frequencies = {_whole(row.key): int(row.value) for row in rows}
        return _shares(frequencies, sum(frequencies.values())) if normalize else frequencies

    def _item_frequencies_exec_js(self, field: str, normalize: bool = False) -> dict[Any, Any]:
        total, counts, items = self.exec_js(_COUNT_ITEMS_EXEC, field)
        frequencies = {_whole(items.get(key)): int(count) for key, count in counts.items()}
        return _shares(frequencies, total) if normalize else frequencies


def _output_options(output: Mapping[str, Any]) -> SON[str, Any]:
    """Return the output of a map/reduce in the order the server insists on."""
    options: SON[str, Any] = SON()
    action = next((name for name in ("replace", "merge", "reduce") if output.get(name)), None)
    if action is None:
        raise OperationError("actionData not specified for output")
    options[action] = output[action]
    db_alias = output.get("db_alias")
    db = get_db(db_alias).name if db_alias else output.get("db")
    for name, value in (
        ("db", db),
        ("sharded", output.get("sharded")),
        ("nonAtomic", output.get("nonAtomic")),
    ):
        if value:
            options[name] = value
    return options


def _output_rows(db: Any, target: Any) -> Any:
    """Return a cursor over the collection a map/reduce wrote to."""
    if isinstance(target, str):
        return db[target].find()
    return db.client[target["db"]][target["collection"]].find()
