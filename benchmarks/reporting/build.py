"""Makes the report of what pytest-benchmark wrote down."""

from collections.abc import Mapping
from typing import Any

from benchmarks.reporting.rows import figures

OMITTED = ("samples", "cpu")


def build(raw: Mapping[str, Any], facts: Mapping[str, str]) -> dict[str, Any]:
    """The report from pytest-benchmark's output `raw`; `facts` say what was measured where."""
    extras = [entry["extra_info"] for entry in raw["benchmarks"]]
    rows = [_finished(extra["row"]) for extra in extras if "row" in extra]
    checks = [one for extra in extras for one in extra.get("checks", ())]
    return {"facts": {**facts, **_machine(raw)}, "rows": rows, "checks": checks}


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name not in OMITTED}
    kept["lowest"] = {name: min(values) for name, values in row["samples"].items()}
    kept["highest"] = {name: max(values) for name, values in row["samples"].items()}
    return {**kept, **figures(row)}


def _machine(raw: Mapping[str, Any]) -> dict[str, str]:
    info = raw["machine_info"]
    cpu = info.get("cpu", {})
    name = cpu.get("brand_raw") or info.get("machine", "")
    commit = raw.get("commit_info", {})
    changed = " with changes" if commit.get("dirty") else ""
    return {
        "machine": f"{name}, {cpu.get('count', '?')} processors, {info.get('system', '')}",
        "python": info.get("python_version", ""),
        "date": raw.get("datetime", "")[:16].replace("T", " ") + " UTC",
        "commit": f"{commit.get('id', 'unknown')[:12]}{changed}",
    }


def missed(report: Mapping[str, Any]) -> list[str]:
    """What does not reach its target, in words."""
    lines = [
        f"{row['title']}: {ratio:.2f}x of {rival}, target {target:g}x"
        for row in report["rows"]
        for rival, ratio, target in (
            ("MongoEngine", row["ratio"], row["target"]),
            ("pymongo", row["raw_ratio"], row["raw_target"]),
        )
        if ratio is not None and target is not None and ratio < target
    ]
    for one in report["checks"]:
        if not one["met"]:
            bound = "at most" if one["most"] else "at least"
            lines.append(f"{one['title']}: {one['value']:.2f} {one['unit']}, {bound} {one['limit']:g} {one['unit']}")
    return lines
