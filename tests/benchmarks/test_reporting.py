"""The report, made from made-up measurements."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks.reporting import files, markdown
from benchmarks.reporting.build import missed
from benchmarks.reporting.page import page
from benchmarks.reporting.rows import amount_text, check, ratio_text, row


def _row(report: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in report["rows"] if one["name"] == name]
    return found


def test_ratios_are_those_of_the_medians(report: dict[str, Any]) -> None:
    first = _row(report, "first")
    assert first["medians"] == {"mongoengine": 600e-6, "pymongo": 300e-6, "mongoengine_fast": 200e-6}
    assert (first["ratio"], first["raw_ratio"], first["cpu_ratio"]) == pytest.approx((3.0, 1.5, 5.0))
    assert first["rounds"] == 3


def test_there_is_no_ratio_to_a_library_that_did_not_take_part(report: dict[str, Any]) -> None:
    assert _row(report, "delta")["raw_ratio"] is None


def test_the_report_says_where_and_when_it_was_measured(report: dict[str, Any]) -> None:
    assert report["facts"]["machine"] == "Abacus 9, 2 processors, Linux"
    assert report["facts"]["date"] == "2026-11-22 21:31 UTC"
    assert report["facts"]["commit"] == "0123456789ab with changes"
    text = markdown.document(report)
    for fact in report["facts"].values():
        assert fact in text
        assert fact in page(report)


def test_what_misses_its_target_is_listed(report: dict[str, Any]) -> None:
    assert missed(report) == [
        "_delta() <of> one: 10.00x of MongoEngine, target 20x",
        "4 threads: 1.20 x, at least 1.5 x",
    ]


@pytest.mark.parametrize(
    ("value", "most", "met"), [(2, True, True), (2.1, True, False), (2, False, True), (1, False, False)]
)
def test_a_check_is_met_up_to_and_including_its_limit(value: float, most: bool, met: bool) -> None:
    assert check("name", "title", value, 2, most=most)["met"] is met


def test_a_row_takes_only_what_the_report_knows() -> None:
    with pytest.raises(AssertionError):
        row("name", "group", "title", {"pymongo": [1.0]}, targets=3.0)


def test_markdown_has_a_line_for_every_row_and_its_notes(report: dict[str, Any]) -> None:
    text = markdown.document(report)
    for one in report["rows"]:
        assert f"\n| {one['title']} | " in text
    assert "* _delta() <of> one: three changes" in text
    assert (
        "| first() by an index | 600 us | 300 us | 200 us | **3.00x** | 2.5x | **1.50x** | 500 us / 200 us / 100 us |"
        in text
    )


def test_the_page_is_well_formed_and_needs_nothing_else(report: dict[str, Any]) -> None:
    text = page(report)
    assert "&lt;of&gt;" in text
    assert "<script" not in text
    assert "http://www.w3.org/2000/svg" in text
    assert text.count("http") == text.count("http://www.w3.org/2000/svg")
    charts = [part.partition("</svg>")[0] for part in text.split("<svg")[1:]]
    for chart in charts:
        ElementTree.fromstring(f"<svg{chart}</svg>")
    groups = len({one["group"] for one in report["rows"]})
    # Headlines, growth, one curve of threads, memory, and one chart for every group.
    assert len(charts) == 4 + groups


def test_a_report_without_curves_has_a_page_too(report: dict[str, Any]) -> None:
    report["rows"] = report["rows"][1:2]
    assert "10x" in page(report)


def test_files_are_written_and_read_again(report: dict[str, Any], tmp_path: Path) -> None:
    files.write(report, tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["report.html", "report.json", "report.md"]
    assert files.read(tmp_path / "new") == json.loads(json.dumps(report))


def test_the_readme_gets_the_headline_cases_between_its_markers(report: dict[str, Any], tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{markdown.BEGIN}\nold\n{markdown.END}\nafter\n")
    markdown.put_into_readme(report, readme)
    text = readme.read_text()
    assert text.startswith(f"before\n{markdown.BEGIN}\n| | MongoEngine |")
    assert text.endswith(f"\n{markdown.END}\nafter\n")
    assert "old" not in text
    assert "first() by an index" in text
    assert "_delta()" not in text
    markdown.put_into_readme(report, readme)
    assert readme.read_text() == text


def test_a_readme_without_markers_is_left_alone(report: dict[str, Any], tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("no markers")
    with pytest.raises(ValueError, match="no markers"):
        markdown.put_into_readme(report, readme)
    assert readme.read_text() == "no markers"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "s", ""), (2e-6, "s", "2.0 us"), (250e-6, "s", "250 us"), (9e-3, "s", "9,000 us"),
        (0.5, "s", "500.0 ms"),
        (1234.4, "B", "1,234 B"), (64e6, "B", "64.0 MB"),
    ],
)  # fmt: skip
def test_amounts_are_readable(value: float | None, unit: str, text: str) -> None:
    assert amount_text(value, unit) == text


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0.961, "0.96x"), (9.9, "9.90x"), (45.2, "45x")])
def test_ratios_are_readable(value: float | None, text: str) -> None:
    assert ratio_text(value) == text
