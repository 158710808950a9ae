"""Declared differences: what the file may say, and that it has to hold."""

from pathlib import Path

import pytest

from compat_tests.api_surface import report
from compat_tests.api_surface.compare import Comparison, Difference
from compat_tests.api_surface.declared import Declared, judge, load

HERE = Difference("mongoengine:here", "value", "1", "2")
THERE = Difference("mongoengine:there", "missing")


def test_the_file_of_the_project_can_be_read() -> None:
    assert load().differences


def test_reasons_by_name(tmp_path: Path) -> None:
    file = tmp_path / "differences.toml"
    file.write_text(
        '[[inserted]]\nclasses = ["a.Core"]\nreason = "native"\n'
        '[[difference]]\nwhat = ["x value", "y missing"]\nreason = "so"\n'
    )
    assert load(file) == Declared({"x value": "so", "y missing": "so"}, {"a.Core": "native"})


@pytest.mark.parametrize(
    "content",
    [
        '[[difference]]\nwhat = ["x value"]\nreason = " "',
        '[[difference]]\nwhat = ["x value", "x value"]\nreason = "a"',
        '[[difference]]\nwhat = ["x value"]\nreason = "a"\n[[difference]]\nwhat = ["x value"]\nreason = "b"',
        '[[diference]]\nwhat = ["x value"]\nreason = "a"',
    ],
    ids=["no reason", "twice", "two reasons", "misspelt"],
)
def test_what_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "differences.toml"
    file.write_text(content)
    with pytest.raises(ValueError, match=r"differences\.toml"):
        load(file)


def test_declared_differences_are_in_order() -> None:
    verdict = judge([HERE, THERE], {"a.Core"}, Declared({HERE.key: "so", THERE.key: "so"}, {"a.Core": "native"}))
    assert verdict.in_order
    assert verdict.declared == {"so": [HERE, THERE]}


def test_an_undeclared_difference_is_not_in_order() -> None:
    verdict = judge([HERE, THERE], set(), Declared({HERE.key: "so"}))
    assert not verdict.in_order
    assert verdict.undeclared == [THERE]


def test_another_aspect_is_another_difference() -> None:
    verdict = judge([HERE], set(), Declared({"mongoengine:here kind": "so"}))
    assert (verdict.undeclared, verdict.stale) == ([HERE], ["mongoengine:here kind"])


def test_what_is_no_difference_any_more_may_not_stay_declared() -> None:
    verdict = judge([HERE], set(), Declared({HERE.key: "so", THERE.key: "so"}, {"a.Core": "native"}))
    assert not verdict.in_order
    assert verdict.stale == [THERE.key, "a.Core"]


def test_the_report_says_all_of_it() -> None:
    comparison = Comparison([HERE, THERE], {"names": 1234})
    text = report.text(comparison, judge([HERE, THERE], set(), Declared({HERE.key: "so", "gone value": "so"})))
    for part in (
        "1,234  names",
        "Differences: 2, declared: 1",
        "so\n    - mongoengine:here value",
        "mongoengine:there missing",
    ):
        assert part in text
    assert "gone value" in text
    assert text.endswith("not in order")
