"""The floor of a case: the commands of its pymongo version, sent again over a plain socket."""

from collections.abc import Iterator
from typing import Any

import pytest
from bson import decode

from benchmarks.case import Case
from benchmarks.floor import RecordedLibrary, Wire, message, replay


@pytest.fixture
def recorded(mongodb_uri: str) -> Iterator[RecordedLibrary]:
    library = RecordedLibrary(mongodb_uri, "floor_tests")
    library.database["rows"].insert_many([{"_id": number} for number in range(250)])
    yield library
    library.client.drop_database("floor_tests")
    library.listened.close()
    library.close()


def case(raw: Any, **more: Any) -> Case:
    return Case("made_up", "made up", None, raw=raw, **more)


def test_a_cursor_is_read_to_its_end_again_and_again(recorded: RecordedLibrary, mongodb_uri: str) -> None:
    commands = recorded.commands_of(case(lambda library, _: list(library.database["rows"].find({}, batch_size=100))))
    assert [next(iter(command)) for command in commands] == ["find", "getMore", "getMore"]
    replies: list[Any] = []

    class Noting(Wire):
        def send(self, message: bytes) -> memoryview:
            reply = super().send(message)
            replies.append(decode(bytes(reply)))
            return reply

    with Noting(mongodb_uri) as wire:
        again = replay(wire, commands)
        for _ in range(2):
            again()
    batches = [reply["cursor"].get("firstBatch", reply["cursor"].get("nextBatch")) for reply in replies]
    assert [len(batch) for batch in batches] == [100, 100, 50] * 2
    assert replies[0]["cursor"]["id"] != replies[3]["cursor"]["id"]


def test_writes_are_repeated_after_the_cases_own_preparation(recorded: RecordedLibrary, mongodb_uri: str) -> None:
    def prepare(library: Any) -> int:
        library.database["rows"].delete_many({})
        return 7

    made = case(lambda library, key: library.database["rows"].insert_one({"_id": key}), prepare=prepare)
    commands = recorded.commands_of(made)
    prepare(recorded)
    with Wire(mongodb_uri) as wire:
        replay(wire, commands)()
    assert list(recorded.database["rows"].find()) == [{"_id": 7}]


def test_what_is_sent_is_the_commands_own_bytes() -> None:
    sent = message({"ping": 1, "$db": "admin"})
    assert int.from_bytes(sent[:4], "little") == len(sent)
    assert decode(sent[21:]) == {"ping": 1, "$db": "admin"}
