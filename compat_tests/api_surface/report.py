"""The outcome as a page of text for people."""

from compat_tests.api_surface.compare import Comparison
from compat_tests.api_surface.declared import Verdict


def text(comparison: Comparison, verdict: Verdict) -> str:
    """Say what was compared, what differs for which reason, and whether that is in order."""
    lines = ["MongoEngine's interface, compared by introspection:", ""]
    lines += [f"  {number:5,}  {what}" for what, number in comparison.compared.items()]
    lines += ["", f"Differences: {len(comparison.differences)}, declared: {_declared_count(verdict)}"]
    for reason, differences in verdict.declared.items():
        lines += ["", f"  {reason}", *(f"    - {difference.key}" for difference in differences)]
    if verdict.undeclared:
        lines += ["", "NOT DECLARED:", *(f"  {difference}" for difference in verdict.undeclared)]
    if verdict.stale:
        lines += ["", "DECLARED, BUT NO LONGER A DIFFERENCE:", *(f"  {name}" for name in verdict.stale)]
    lines += ["", "API SURFACE: every difference is declared" if verdict.in_order else "API SURFACE: not in order"]
    return "\n".join(lines)


def _declared_count(verdict: Verdict) -> int:
    return sum(map(len, verdict.declared.values()))
