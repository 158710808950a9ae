"""report.html: one page that needs nothing else, neither scripts nor fonts nor the network."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

from benchmarks.libraries import OURS, RAW, STOCK
from benchmarks.reporting import charts
from benchmarks.reporting.build import missed
from benchmarks.reporting.markdown import headlines
from benchmarks.reporting.rows import BYTES, amount_text, ratio_text

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { font-weight: 600; line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid #ddd; text-align: right; }
th:first-child, td:first-child { text-align: left; }
td.good { color: #17692f; font-weight: 600; } td.poor { color: #a3211b; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dt { color: #666; } dd { margin: 0; }
svg { max-width: 100%; height: auto; }
"""
_HEAD = ("", "MongoEngine", "pymongo", "mongoengine_fast", "against MongoEngine", "target", "against pymongo",
         "processor time, ours", "rounds")  # fmt: skip


def page(report: Mapping[str, Any]) -> str:
    """The report as one HTML page."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in report["facts"].items())
    below = missed(report)
    items = "".join(f"<li>{escape(line)}</li>" for line in below)
    body = [
        "<h1>mongoengine_fast: benchmark</h1>", f"<dl>{facts}</dl>",
        "<p>Medians of rounds in which the libraries take turns, on the same server. Every case was first run once on "
        "each library, and its results and stored documents compared.</p>",
        charts.ratios("Headline cases", headlines(report)) if headlines(report) else "",
        f"<h2>Below target</h2><ul>{items}</ul>" if below else "<p>Every target is reached.</p>",
        *_curves(report["rows"]), *_groups(report["rows"]), _checks(report["checks"]),
    ]  # fmt: skip
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>mongoengine_fast: benchmark</title><style>{_STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _curves(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    parts = []
    growth = [row for row in rows if row["curve"] == "growth"]
    if len(growth) > 1:
        parts += ["<h2>Growth</h2>", charts.curve("Time per document read", growth, 1e6, "microseconds", "documents")]
    for name, title in (("threads_get", "get() by an index"), ("threads_find", "find 1,000, read one field of each")):
        points = [row for row in rows if row["curve"] == name]
        if len(points) > 1:
            parts += [f"<h2>Threads: {escape(title)}</h2>", charts.throughput(title, points)]
    memory = [row for row in rows if row["unit"] == BYTES]
    if memory:
        parts += ["<h2>Memory</h2>", charts.sizes("Memory of a document", memory)]
    return parts


def _groups(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    parts = []
    for group, found in groupby(rows, key=lambda row: row["group"]):
        members = list(found)
        notes = "".join(f"<li>{escape(row['title'])}: {escape(row['note'])}</li>" for row in members if row["note"])
        parts += [f"<h2>{escape(group)}</h2>", charts.ratios(group, members), _table(members)]
        parts += [f"<ul>{notes}</ul>"] if notes else []
    return parts


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in _HEAD)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(_line, rows))}</tbody></table>"


def _line(row: Mapping[str, Any]) -> str:
    amounts = "".join(f"<td>{amount_text(row['medians'].get(name), row['unit'])}</td>" for name in (STOCK, RAW, OURS))
    target = f"{row['target']:g}x" if row["target"] else ""
    cpu = amount_text(row["cpu"].get(OURS), row["unit"])
    return (
        f"<tr><td>{escape(row['title'])}</td>{amounts}{_verdict(row['ratio'], row['target'])}<td>{target}</td>"
        f"{_verdict(row['raw_ratio'], row['raw_target'])}<td>{cpu}</td><td>{row['rounds']}</td></tr>"
    )


def _verdict(ratio: float | None, target: float | None) -> str:
    kind = "" if ratio is None or target is None else ' class="good"' if ratio >= target else ' class="poor"'
    return f"<td{kind}>{ratio_text(ratio)}</td>"


def _checks(checks: Sequence[Mapping[str, Any]]) -> str:
    if not checks:
        return ""
    lines = "".join(
        f'<tr><td>{escape(one["title"])}</td><td class="{"good" if one["met"] else "poor"}">{one["value"]:.2f} '
        f"{one['unit']}</td><td>{'at most' if one['most'] else 'at least'} {one['limit']:g} {one['unit']}</td></tr>"
        for one in checks
    )
    return f"<h2>Limits</h2><table><tbody>{lines}</tbody></table>"
