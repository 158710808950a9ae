"""The regression guard, on made-up measurements."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import guard
from benchmarks.instructions import counting
from tests.benchmarks import made_up

RECORDED = {"first": 4.5, "delta": 10.0, "gone": 7.0}


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A record of its own for the test."""
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"ratios": RECORDED, "instructions": {}}))
    monkeypatch.setattr(guard, "RECORD", path)
    monkeypatch.setattr(guard, "load", lambda: json.loads(path.read_text()))
    return path


@pytest.fixture
def second_run(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], list[dict[str, Any]]]:
    """Lets the second measurement of `first` give a ratio; returns what was asked to be measured."""

    def arrange(ratio: float) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def measure(**options: Any) -> tuple[int, dict[str, Any]]:
            asked.append(options)
            return 0, {"rows": [{"name": "first", "guard": True, "ratio": ratio}]}

        monkeypatch.setattr(guard.run, "measure", measure)
        return asked

    return arrange


def _check(report: dict[str, Any]) -> int:
    return guard.check(report, ["--data=x"], instructions=False)


def test_ratios_leave_out_what_is_the_servers_time(report: dict[str, Any]) -> None:
    assert "first" in guard.ratios(report)
    assert "update_many" not in guard.ratios(report)


def test_a_quarter_below_the_record_is_no_fall() -> None:
    assert guard.fallen({"first": 3.0}, {"first": 4.0}) == []
    assert guard.fallen({"first": 2.99}, {"first": 4.0}) == ["first"]


def test_what_fell_once_does_not_fail(
    record: Path, report: dict[str, Any], second_run: Callable[[float], list[dict[str, Any]]]
) -> None:
    asked = second_run(4.4)
    assert _check(report) == 0
    assert asked == [{"quick": True, "rest": ["--data=x"], "only": ["first"], "rounds_factor": guard.AGAIN}]


def test_what_fell_twice_fails(
    record: Path,
    report: dict[str, Any],
    second_run: Callable[[float], list[dict[str, Any]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    second_run(3.1)
    assert _check(report) == 1
    assert "FAILED: first: 3.00x, then 3.10x of MongoEngine, recorded 4.50x" in capsys.readouterr().out


def test_nothing_is_measured_again_when_nothing_fell(
    record: Path, report: dict[str, Any], second_run: Callable[[float], list[dict[str, Any]]]
) -> None:
    record.write_text(json.dumps({"ratios": {"first": 3.0}, "instructions": {}}))
    asked = second_run(0.1)
    assert _check(report) == 0
    assert asked == []


def test_a_second_run_that_breaks_fails(record: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.run, "measure", lambda **options: (1, None))
    assert _check(report) == 1


def test_a_case_without_a_record_is_named_and_does_not_fail(
    record: Path, report: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    record.write_text(json.dumps({"ratios": {}, "instructions": {}}))
    assert _check(report) == 0
    assert "NOTE: first has no record yet" in capsys.readouterr().out


def test_the_lowest_ratio_of_several_runs_is_recorded() -> None:
    assert guard.lowest([{"a": 3.4567, "b": 2.0}, {"a": 3.1234}, {"a": 9.0, "b": 1.99999}]) == {"a": 3.12, "b": 2.0}


def test_an_update_keeps_the_records_of_what_was_not_run(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.run, "measure", lambda **options: (0, made_up.report()))
    assert guard.update(2, [], instructions=False) == 0
    recorded = json.loads(record.read_text())["ratios"]
    assert recorded["first"] == 3.0
    assert recorded["gone"] == 7.0
    assert "update_many" not in recorded


def test_a_failing_run_records_nothing(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = record.read_text()
    monkeypatch.setattr(guard.run, "measure", lambda **options: (1, None))
    assert guard.update(2, [], instructions=False) == 1
    assert record.read_text() == before


def test_counts_may_rise_by_a_few_percent() -> None:
    recorded = {"load": {"instructions": 20_000.0, "allocations": 2.0}}
    assert guard.risen({"load": {"instructions": 20_900.0, "allocations": 2.4}}, recorded) == []
    assert guard.risen({"load": {"instructions": 21_100.0, "allocations": 3.0}}, recorded) == [
        "load: 21,100 instructions per operation, recorded 20,000",
        "load: 3 allocations per operation, recorded 2",
    ]


@pytest.mark.parametrize(("count", "code"), [(100.0, 0), (110.0, 1)])
def test_counts_are_compared_with_the_record_of_this_python(
    count: float, code: int, record: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {counting.key(): {"load": {"instructions": 100.0}}}
    record.write_text(json.dumps({"ratios": {}, "instructions": counts}))
    monkeypatch.setattr(counting, "available", lambda: True)
    monkeypatch.setattr(counting, "count", lambda: {"load": {"instructions": count, "allocations": 1.0}})
    assert guard.check(report, []) == code


def test_another_python_has_no_record_and_does_not_fail(
    record: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record.write_text(json.dumps({"ratios": {}, "instructions": {"python 2.7, vax": {"load": {"instructions": 1.0}}}}))
    monkeypatch.setattr(counting, "available", lambda: True)
    monkeypatch.setattr(counting, "count", lambda: {"load": {"instructions": 9.0, "allocations": 1.0}})
    assert guard.check(report, []) == 0
    assert "NOTE: no counts are recorded for" in capsys.readouterr().out


def test_without_valgrind_that_is_said_loudly(
    record: Path, report: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record.write_text(json.dumps({"ratios": {}, "instructions": {}}))
    monkeypatch.setattr(counting, "available", lambda: False)
    assert guard.check(report, []) == 0
    assert "WERE NOT COUNTED" in capsys.readouterr().out


def test_the_committed_record_has_cases_that_exist() -> None:
    from benchmarks.cases import CASES

    elsewhere = ("threads_", "growth_", "memory_", "import")
    known = {case.name for case in CASES if case.guard}
    recorded = {name for name in guard.load()["ratios"] if not name.startswith(elsewhere)}
    assert recorded <= known
    assert len(recorded) > 60
