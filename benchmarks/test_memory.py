"""The memory cases: a fresh process for every library."""

from typing import Any

import pytest

from benchmarks import memory
from benchmarks.cases import fill

TARGETS = {"untouched": 5, "read": 2}
TITLES = {
    "untouched": "memory of one of 50,000 loaded documents, untouched",
    "read": "memory of one of 50,000 loaded documents, every field read",
}


@pytest.mark.parametrize("how", memory.HOW)
def test_memory(how: str, libraries: list[Any], server_uri: str, benchmark: Any) -> None:
    """Bytes a loaded document holds; equal check sums."""
    answers = {}
    for library in libraries:
        fill(library, memory.COUNT)
        answers[library.name] = memory.measure(library.name, server_uri, how)
    assert len({(answer["count"], answer["check"]) for answer in answers.values()}) == 1, answers
    benchmark.pedantic(lambda: None, rounds=1)
    sizes = {name: [answer["bytes_per_document"]] for name, answer in answers.items()}
    benchmark.extra_info.update(kind="memory", title=TITLES[how], target=TARGETS[how], raw_target=None, bytes=sizes)
