"""What the description of commands tells apart, and what it takes for the same."""

from typing import Any

import pytest
from bson import Int64, ObjectId
from bson.code import Code

from compat_tests.differential.commands import described
from compat_tests.differential.harness import Renumber


def line(op: str, command: dict[str, Any], **entry: Any) -> str:
    """The description of one entry of the profiler; "" where there is none."""
    found = described(
        [{"op": op, "ns": "differential_0.thing", "client": "here", "command": command, **entry}], Renumber()
    )
    return found[0] if found else ""


FIND = {"find": "thing", "filter": {"a": 1}, "sort": {"a": 1, "b": -1}, "limit": 2, "lsid": {"id": 1}}


@pytest.mark.parametrize(
    "change",
    [
        {"filter": {"a": 2}}, {"filter": {"a": Int64(1)}}, {"filter": {"a": 1.0}}, {"sort": {"b": -1, "a": 1}},
        {"limit": Int64(2)},
        {"batchSize": 5}, {"comment": "why"}, {"collation": {"locale": "en"}}, {"readConcern": {"level": "local"}},
    ],
)  # fmt: skip
def test_every_option_type_and_inner_order_counts(change: dict[str, Any]) -> None:
    assert line("query", {**FIND, **change}) != line("query", FIND)


def test_sessions_databases_and_the_order_of_options_do_not_count() -> None:
    other = {**dict(reversed(FIND.items())), "lsid": {"id": 2}, "$db": "differential_1", "txnNumber": Int64(7)}
    assert line("query", other) == line("query", FIND)


def test_generated_ids_count_by_their_order() -> None:
    one, two = ObjectId(), ObjectId()
    assert line("query", {"filter": {"_id": one}}) == line("query", {"filter": {"_id": two}})
    assert line("query", {"filter": {"_id": [one, two]}}) != line("query", {"filter": {"_id": [one, one]}})


def test_inserts_count_their_documents_wherever_they_were_sent() -> None:
    inline = line("insert", {"insert": "thing", "ordered": True, "documents": [{"a": 1}]}, ninserted=1)
    assert inline == line("insert", {"insert": "thing", "ordered": True}, ninserted=1)
    assert inline != line("insert", {"insert": "thing", "ordered": True}, ninserted=2)
    assert inline != line("insert", {"insert": "thing", "ordered": False}, ninserted=1)


def test_the_beginning_of_a_command_that_was_cut_off_is_read() -> None:
    cut = {"$truncated": '{ insert: "thing", ordered: false, documents: [ { _id: ...'}
    assert line("insert", cut, ninserted=9) == line("insert", {"insert": "thing", "ordered": False}, ninserted=9)


def test_only_a_replacement_may_ask_for_the_id_alone() -> None:
    replace = {"findAndModify": "thing", "query": {"_id": 1}, "update": {"_id": 1, "a": 2}}
    modify = {**replace, "update": {"$set": {"a": 2}}}
    assert line("command", {**replace, "fields": {"_id": 1}}) == line("command", replace)
    assert line("command", {**replace, "fields": {"a": 1}}) != line("command", replace)
    assert line("command", {**modify, "fields": {"_id": 1}}) != line("command", modify)


def test_a_batch_size_counts_where_no_limit_stands() -> None:
    more = {"getMore": Int64(5), "collection": "thing", "batchSize": 3}
    fewer = {**more, "getMore": Int64(6), "batchSize": 2}
    assert line("getmore", more, originatingCommand={"find": "thing"}) != line("getmore", fewer)
    limited = {"originatingCommand": {"find": "thing", "limit": 5}}
    assert line("getmore", more, **limited) == line("getmore", fewer, **limited)


def test_a_programs_own_functions_count() -> None:
    one, two = ({"mapReduce": "thing", "map": Code(f"function() {{ emit(this.{name}, 1); }}")} for name in "ab")
    assert line("command", one) != line("command", two)


def test_commands_of_the_watcher_and_of_the_server_are_left_out() -> None:
    assert line("command", {"profile": 0}) == ""
    assert described([{"op": "remove", "ns": "differential_0.thing", "command": {"q": {}}}], Renumber()) == []
    assert (
        described([{"op": "query", "ns": "differential_0.system.profile", "client": "here", "command": {}}], Renumber())
        == []
    )
