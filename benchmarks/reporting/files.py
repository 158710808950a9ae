"""Writes and reads the report's files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.reporting import markdown

FOLDER = Path(__file__).resolve().parents[1] / "report"


def write(report: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Write report.json, report.md and report.html."""
    from benchmarks.reporting.page import page  # the plotting library is only needed here

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    (folder / "report.md").write_text(markdown.document(report))
    (folder / "report.html").write_text(page(report))


def read(folder: Path = FOLDER) -> dict[str, Any]:
    """The report that was written last."""
    return dict(json.loads((folder / "report.json").read_text()))
