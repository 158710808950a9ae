"""The charts of report.html, drawn by pygal as SVG without scripts."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pygal
from pygal.style import Style

from benchmarks.libraries import NAMES, OURS, RAW, STOCK
from benchmarks.reporting.rows import ratio_text

# pygal's import hook for maps is of a kind that Python warns of, and nothing here draws maps.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

COLOURS = {STOCK: "#8c8c8c", RAW: "#4477aa", OURS: "#cc6633"}
_STYLE: dict[str, Any] = {
    "background": "transparent", "plot_background": "transparent", "foreground": "#444", "foreground_strong": "#222",
    "foreground_subtle": "#888", "font_family": "system-ui, sans-serif", "label_font_size": 12,
    "major_label_font_size": 12, "value_font_size": 12, "legend_font_size": 13, "title_font_size": 16,
    "guide_stroke_dasharray": "2,3", "major_guide_stroke_dasharray": "2,3", "opacity": ".9", "opacity_hover": "1",
}  # fmt: skip
_COMMON: dict[str, Any] = {"js": [], "disable_xml_declaration": True, "explicit_size": False, "width": 1000}
_BARS = (
    ("against MongoEngine", COLOURS[OURS], "ratio"),
    ("target", "#e8c9b5", "target"),
    ("against pymongo", COLOURS[RAW], "raw_ratio"),
)
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)
# Comments with addresses, and a script for the tooltips of pygal's own.
_SUPERFLUOUS = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)


def ratios(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Horizontal bars of the ratios of a group: against MongoEngine and its target, and against pymongo."""
    bars = [(name, colour, [row[key] for row in rows]) for name, colour, key in _BARS]
    bars = [bar for bar in bars if any(value is not None for value in bar[2])]
    low, high = _range([values for _, _, values in bars])
    style = Style(**_STYLE, colors=tuple(colour for _, colour, _ in bars))
    chart = pygal.HorizontalBar(
        **_COMMON, style=style, title=title, height=130 + 20 * len(bars) * len(rows), logarithmic=True,
        range=(low, high), zero=low, y_labels=[tick for tick in _TICKS if low <= tick <= high],
        x_title="times as fast or as small (logarithmic)", print_values=True, value_formatter=ratio_text,
        legend_at_bottom=True, spacing=8, truncate_label=-1, margin_right=40,
    )  # fmt: skip
    # pygal draws horizontal bars from below.
    chart.x_labels = [row["title"] for row in reversed(rows)]
    for name, _, values in bars:
        chart.add(name, list(reversed(values)))
    return _svg(chart)


def _range(bars: Iterable[Sequence[float | None]]) -> tuple[float, float]:
    values = [value for bar in bars for value in bar if value]
    return 0.8 * min(0.5, *values), 1.2 * max(10.0, *values)


def curve(
    title: str, points: Sequence[Mapping[str, Any]], scale: float, y_title: str, x_title: str, logarithmic: bool = True
) -> str:
    """A line for each library through the points of a curve; amounts are multiplied by `scale`."""
    ordered = sorted(points, key=lambda row: row["x"])
    present = [name for name in NAMES if any(name in row["medians"] for row in ordered)]
    chart = pygal.Line(
        **_COMMON, style=Style(**_STYLE, colors=tuple(COLOURS[name] for name in present)), title=title, height=420,
        logarithmic=logarithmic, include_x_axis=not logarithmic, x_title=x_title,
        y_title=y_title, legend_at_bottom=True, dots_size=4, print_values=True,
        value_formatter=_number, margin_right=70,
    )  # fmt: skip
    chart.x_labels = [f"{row['x']:,}" for row in ordered]
    for name in present:
        chart.add(name, [_scaled(row, name, scale) for row in ordered])
    return _svg(chart)


def throughput(title: str, points: Sequence[Mapping[str, Any]]) -> str:
    """Operations a second by number of threads."""
    turned = [{**row, "medians": {name: 1 / value for name, value in row["medians"].items()}} for row in points]
    return curve(title, turned, 1.0, "operations a second", "threads", logarithmic=False)


def sizes(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Bars of bytes, a group of bars for each row."""
    present = [name for name in NAMES if any(name in row["medians"] for row in rows)]
    chart = pygal.Bar(
        **_COMMON, style=Style(**_STYLE, colors=tuple(COLOURS[name] for name in present)), title=title, height=420,
        legend_at_bottom=True, print_values=True, value_formatter=lambda value: f"{value:,.0f}", y_title="bytes",
        truncate_label=-1,
    )  # fmt: skip
    chart.x_labels = [row["title"] for row in rows]
    for name in present:
        chart.add(name, [row["medians"].get(name) for row in rows])
    return _svg(chart)


def _svg(chart: Any) -> str:
    return _SUPERFLUOUS.sub("", str(chart.render(is_unicode=True)))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _scaled(row: Mapping[str, Any], name: str, scale: float) -> float | None:
    value = row["medians"].get(name)
    return None if value is None else value * scale
