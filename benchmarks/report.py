"""Turns pytest-benchmark's JSON into the report: report.json and report.md, and the table in README.md."""

import json
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.libraries import OURS, RAW, STOCK

FOLDER = Path(__file__).with_name("report")
README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- benchmark table: begin -->", "<!-- benchmark table: end -->"


def build(raw: dict[str, Any], facts: dict[str, str]) -> dict[str, Any]:
    """The report from pytest-benchmark's `raw` output; `facts` say where it was measured."""
    rows = [_row(entry) for entry in raw["benchmarks"]]
    return {"facts": {**facts, "machine": _machine(raw)}, "rows": rows}


def _row(entry: dict[str, Any]) -> dict[str, Any]:
    extra = entry["extra_info"]
    medians = {name: median(samples) for name, samples in extra.get("seconds", extra.get("bytes")).items()}
    ours = medians.get(OURS)
    row = {
        "name": entry["params"].get("how", entry["name"].partition("[")[2].rstrip("]")),
        "kind": extra["kind"],
        "title": extra["title"],
        "medians": medians,
        "target": extra["target"],
        "raw_target": extra["raw_target"],
        "ratio": None,
        "raw_ratio": None,
    }
    if ours:
        row["ratio"] = medians[STOCK] / ours if STOCK in medians else None
        row["raw_ratio"] = medians[RAW] / ours if RAW in medians else None
    return row


def _machine(raw: dict[str, Any]) -> str:
    info = raw["machine_info"]
    cpu = info.get("cpu", {}).get("brand_raw", info.get("machine", ""))
    return f"{cpu}, {info.get('system', '')}, Python {info.get('python_version', '')}"


def table(report: dict[str, Any]) -> str:
    """The report as a Markdown table."""
    lines = [
        "| | MongoEngine | pymongo, dicts | mongoengine_fast | against MongoEngine | target | against pymongo |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in report["rows"]:
        cells = [row["title"]]
        cells += [_amount(row["medians"].get(name), row["kind"]) for name in (STOCK, RAW, OURS)]
        cells += [_ratio(row["ratio"]), f"{row['target']:g}x" if row["target"] else "", _ratio(row["raw_ratio"])]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def missed(report: dict[str, Any]) -> list[str]:
    """The rows that do not reach their target."""
    return [
        f"{row['title']}: {ratio:.2f}x of {rival}, target {target:g}x"
        for row in report["rows"]
        for rival, ratio, target in (
            ("MongoEngine", row["ratio"], row["target"]),
            ("pymongo", row["raw_ratio"], row["raw_target"]),
        )
        if ratio is not None and target is not None and ratio < target
    ]


def _amount(value: float | None, kind: str) -> str:
    if value is None:
        return ""
    if kind == "memory":
        return f"{value:,.0f} B"
    if value >= 0.01:
        return f"{value * 1e3:,.1f} ms"
    return f"{value * 1e6:,.1f} us" if value < 1e-4 else f"{value * 1e6:,.0f} us"


def _ratio(value: float | None) -> str:
    if value is None:
        return ""
    return f"**{value:.1f}x**" if value < 10 else f"**{value:.0f}x**"


def write(report: dict[str, Any], folder: Path = FOLDER) -> None:
    """Write report.json and report.md."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    facts = "\n".join(f"* {name}: {value}" for name, value in report["facts"].items())
    text = f"# Benchmark\n\nMedians; documents of about 250 bytes of BSON.\n\n{facts}\n\n{table(report)}\n"
    (folder / "report.md").write_text(text)


def put_into_readme(report: dict[str, Any], readme: Path = README) -> None:
    """Replace the table between the markers of README.md."""
    text = readme.read_text()
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{readme} has no markers {BEGIN} ... {END}")
    facts = report["facts"]
    caption = f"Medians, measured with MongoDB {facts['mongodb']} and pymongo {facts['pymongo']} on {facts['machine']}."
    readme.write_text(f"{before}{BEGIN}\n{table(report)}\n\n{caption}\n{END}{after}")
