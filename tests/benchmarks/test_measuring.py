"""How many rounds are taken, and that differences between libraries are found before anything is timed."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import equality, threads
from benchmarks.case import Case
from benchmarks.progress import line
from benchmarks.rounds import MINIMUM, Profile, time_round
from tests.benchmarks import made_up


def _library(name: str, value: int = 0) -> Any:
    return SimpleNamespace(name=name, database={}, value=value)


def _answer(library: Any, prepared: Any) -> int:
    return library.value


@pytest.mark.parametrize(
    ("seconds", "factor", "wanted", "one", "rounds"),
    [(1.0, 1.0, 15, 0.01, 15), (1.0, 1.0, 15, 0.1, 10), (1.0, 1.0, 15, 3.0, MINIMUM), (1.0, 3.0, 15, 0.1, 30)],
)
def test_rounds_stop_at_a_number_or_when_the_time_is_used_up(
    seconds: float, factor: float, wanted: int, one: float, rounds: int
) -> None:
    assert Profile(seconds, factor).rounds(wanted, one) == rounds


@pytest.mark.parametrize(
    ("elapsed", "left", "seconds"), [(0.0, 10, 1.0), (60.0, 80, 0.5), (120.0, 10, 0.0), (0.0, 0, 1.0)]
)
def test_a_run_that_is_late_leaves_less_time_for_a_case(elapsed: float, left: int, seconds: float) -> None:
    late = Profile(1.0, 2.0, within=100.0).at(elapsed, left)
    assert late == Profile(seconds, 2.0, within=100.0)
    assert late.rounds(15, 0.5) >= MINIMUM


def test_a_run_without_a_limit_is_never_late() -> None:
    assert Profile(45.0).at(1e6, 1) == Profile(45.0)


def test_a_round_does_the_work_as_often_as_it_loops_with_what_was_prepared_once() -> None:
    done: list[Any] = []
    prepared: list[str] = []

    def prepare(library: Any) -> str:
        prepared.append(library.name)
        return "prepared"

    case = Case("name", "title", lambda library, given: done.append(given), prepare=prepare, loops=7)
    wall, cpu = time_round(case, _library("mongoengine"))
    assert done == ["prepared"] * 7
    assert prepared == ["mongoengine"]
    assert wall > 0
    assert cpu >= 0


def test_different_results_are_an_error() -> None:
    case = Case("name", "title", _answer, result=lambda library, result: result)
    with pytest.raises(AssertionError, match="different results"):
        equality.check(case, [_library("mongoengine", 1), _library("mongoengine_fast", 2)])


def test_different_stored_documents_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equality, "digest", lambda collection: collection)
    first, second = _library("mongoengine"), _library("mongoengine_fast")
    first.database, second.database = {"orders": "a"}, {"orders": "b"}
    case = Case("name", "title", _answer, stored=("orders",))
    with pytest.raises(AssertionError, match="different documents"):
        equality.check(case, [first, second])


def test_what_was_compared_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equality, "digest", lambda collection: "3 documents, abc")
    libraries = [_library("mongoengine"), _library("mongoengine_fast")]
    for library in libraries:
        library.database = {"orders": None}
    case = Case("name", "title", _answer, result=lambda library, result: result, stored=("orders",))
    found = equality.check(case, libraries)
    assert found["libraries"] == ["mongoengine", "mongoengine_fast"]
    assert found["stored"] == {"orders": "3 documents, abc"}
    assert len(found["result"]) == 16


@pytest.mark.parametrize("count", threads.COUNTS)
def test_threads_share_all_of_the_work(count: int) -> None:
    seen: set[int] = set()

    def work(library: Any, number: int) -> int:
        seen.add(threading.get_ident())
        return number

    _, _, total = threads.shared(work, None, 10, count)
    assert total == sum(range(10))
    assert 1 <= len(seen) <= count


def test_an_error_in_a_thread_is_an_error() -> None:
    def work(library: Any, number: int) -> int:
        raise KeyError(number)

    with pytest.raises(KeyError):
        threads.shared(work, None, 4, 2)


def test_the_progress_line_has_the_ratio_as_soon_as_it_is_known() -> None:
    first = made_up.rows()[0]
    assert " ".join(line("first", first).split()) == "first 3.00x of MongoEngine (target 2.5x) 1.50x of pymongo"
    assert line("first", None).split() == ["first", "done"]
