"""The report as Markdown: report.md, and the table of headline cases in README.md."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from benchmarks.libraries import OURS, RAW, STOCK
from benchmarks.reporting.build import missed
from benchmarks.reporting.rows import amount_text, ratio_text

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- benchmark table: begin -->", "<!-- benchmark table: end -->"
COLUMNS = ("MongoEngine", "pymongo, dicts", "mongoengine_fast", "against MongoEngine", "target", "against pymongo")


def table(rows: Iterable[Mapping[str, Any]], processor: bool = False) -> str:
    """Rows as a Markdown table; `processor` adds the client's processor time."""
    columns = (*COLUMNS, "processor time") if processor else COLUMNS
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'--:|' * len(columns)}"]
    for row in rows:
        cells = [row["title"]]
        cells += [amount_text(row["medians"].get(name), row["unit"]) for name in (STOCK, RAW, OURS)]
        cells += [_bold(row["ratio"]), f"{row['target']:g}x" if row["target"] else "", _bold(row["raw_ratio"])]
        if processor:
            cells.append(_processor(row))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _processor(row: Mapping[str, Any]) -> str:
    if not row["cpu"]:
        return ""
    times = (row["cpu"].get(name) for name in (STOCK, RAW, OURS))
    return " / ".join(amount_text(time, row["unit"]) or "-" for time in times)


def _bold(ratio: float | None) -> str:
    return f"**{ratio_text(ratio)}**" if ratio is not None else ""


def document(report: Mapping[str, Any]) -> str:
    """The whole of report.md."""
    facts = "\n".join(f"* {name}: {value}" for name, value in report["facts"].items())
    parts = [
        "# Benchmark",
        "Medians of rounds in which the libraries take turns. Results and stored documents were compared before "
        "anything was timed. Processor time is the client's, in the order MongoEngine / pymongo / mongoengine_fast.",
        facts,
    ]
    for group, rows in groupby(report["rows"], key=lambda row: row["group"]):
        members = list(rows)
        notes = "\n".join(f"* {row['title']}: {row['note']}" for row in members if row["note"])
        parts += [f"## {group}", table(members, processor=True), *([notes] if notes else [])]
    if report["checks"]:
        parts += ["## Limits", "\n".join(check_line(one) for one in report["checks"])]
    below = missed(report)
    parts += ["## Below target", "\n".join(f"* {line}" for line in below) if below else "Nothing."]
    return "\n\n".join(parts) + "\n"


def check_line(one: Mapping[str, Any]) -> str:
    """A check as an item of a list."""
    bound = "at most" if one["most"] else "at least"
    verdict = "met" if one["met"] else "**missed**"
    return f"* {one['title']}: {one['value']:.2f} {one['unit']} ({bound} {one['limit']:g} {one['unit']}): {verdict}"


def headlines(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of the README's table."""
    return [row for row in report["rows"] if row["headline"]]


def put_into_readme(report: Mapping[str, Any], readme: Path = README) -> None:
    """Replace the table between the markers of README.md."""
    text = readme.read_text()
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{readme} has no markers {BEGIN} ... {END}")
    facts = report["facts"]
    caption = (
        f"Medians of a {facts['profile']} run, measured with MongoDB {facts['mongodb']} and pymongo "
        f"{facts['pymongo']} on {facts['machine']}, Python {facts['python']}, {facts['date']}."
    )
    readme.write_text(f"{before}{BEGIN}\n{table(headlines(report))}\n\n{caption}\n{END}{after}")
