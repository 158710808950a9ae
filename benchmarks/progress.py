"""The progress line: case k of n, its name, and the ratio as soon as it is known."""

import time
from typing import Any

from benchmarks.reporting.rows import figures, ratio_text


class Progress:
    """A pytest plugin that prints a line for every case, in the place of pytest's dots."""

    def __init__(self, config: Any) -> None:
        self.config = config
        self.total = 0
        self.done = 0
        self.started = time.monotonic()

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    def pytest_collection_finish(self, session: Any) -> None:
        """Learn how many cases there are."""
        self.total = len(session.items)

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Nothing for a case that passed: its line says more."""
        return ("passed", "", "") if report.passed and report.when == "call" else None

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Print the line of a case that was measured."""
        if report.when != "call":
            return
        self.done += 1
        name = report.nodeid.partition("[")[2].rstrip("]") or report.nodeid.rpartition("::")[2].removeprefix("test_")
        row = dict(report.user_properties).get("row")
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            text = line(name, row) if report.passed else f"{name:<26} FAILED"
            terminal.write_line(f"[{self.done:>3}/{self.total}] {self.elapsed():>5.0f} s  {text}")


def line(name: str, row: dict[str, Any] | None) -> str:
    """What is known of a case after it was measured."""
    if row is None:
        return f"{name:<26} done"
    known = figures(row)
    parts = [f"{name:<26}"]
    if known["ratio"] is not None:
        target = f" (target {row['target']:g}x)" if row["target"] else ""
        parts.append(f"{ratio_text(known['ratio']):>6} of MongoEngine{target}")
    if known["raw_ratio"] is not None:
        parts.append(f"{ratio_text(known['raw_ratio'])} of pymongo")
    return "  ".join(parts)
