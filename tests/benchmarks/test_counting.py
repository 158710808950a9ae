"""What is read out of callgrind's files."""

import pytest

from benchmarks.instructions import counting

TEXT = """\
version: 1
events: Ir

fn=(1) main
16 400
cfn=(2) malloc
calls=3 0
16 120
cfn=(3) free
calls=9 0
16 90
fn=(4) helper
20 5
cfn=(2)
calls=2 0
20 80
cfn=(5) realloc
calls=1 0
20 30

totals: 725
"""


def test_instructions_and_calls_of_allocating_functions_are_counted() -> None:
    assert counting.parse(TEXT) == {"instructions": 725, "allocations": 6}


def test_a_file_without_totals_is_an_error() -> None:
    with pytest.raises(ValueError, match="no totals"):
        counting.parse("events: Ir\n")


def test_an_operation_is_the_difference_between_two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(loops: tuple[str, ...]) -> dict[str, int]:
        return {"instructions": 10**9 + (250 * counting.LOOPS if loops else 0), "allocations": 500}

    monkeypatch.setattr(counting, "_run", run)
    assert counting.count() == {name: {"instructions": 250.0, "allocations": 0.0} for name in counting.NAMES}


def test_the_paths_that_are_counted_all_work() -> None:
    from benchmarks.instructions import paths

    for path in paths.make().values():
        path()
    assert tuple(paths.make()) == paths.NAMES
