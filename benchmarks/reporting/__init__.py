"""From what was measured to report.json, report.md, report.html and the README's table."""
