"""PARITY.md: what a reader wants to know of a comparison, made of the stored result and of nothing else."""

from collections import Counter, defaultdict
from typing import Any

from compat_tests.upstream.divergences import Declared

OUTCOMES = ("passed", "failed", "crashed", "skipped", "xfailed", "xpassed")


def page(result: dict[str, Any], declared: Declared) -> str:
    """Return the Markdown text for a stored result."""
    upstream = result["upstream"]
    parts = [
        f"# MongoEngine {upstream['version']}'s own test suite on both packages",
        f"Written by `make parity` from a run of upstream's tests at commit `{upstream['commit'][:12]}`; "
        "every test by name stands in `parity.json`, which the run writes beside this page.",
        _totals(result),
        "## Test files\n\n" + _files(result),
        "## Lanes\n\n" + _lanes(result),
        "## Declared differences\n\n" + _declared(result, declared),
    ]
    if result["random_orders"]:
        parts.append("## In random order\n\n" + _random_orders(result))
    if result["problems"]:
        problems = "\n".join(f"* `{test}`: {problem}" for test, problem in sorted(result["problems"].items()))
        parts.insert(3, "## Not in order\n\n" + problems)
    return "\n\n".join(parts) + "\n"


def _totals(result: dict[str, Any]) -> str:
    rows = []
    for side in (result["stock"], result["ours"]):
        counts = side["counts"]
        rows.append([side["package"], *(counts.get(outcome, 0) for outcome in OUTCOMES), sum(counts.values())])
    return _table(["", *OUTCOMES, "total"], rows)


def _files(result: dict[str, Any]) -> str:
    """A row a test file: passed, failed or crashed, and skipped tests of each package."""
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: {"stock": Counter(), "ours": Counter()})
    for side in ("stock", "ours"):
        for test, outcome in result[side]["outcomes"].items():
            counts[test.partition("::")[0]][side][_short(outcome)] += 1
    names = ("passed", "not passed", "skipped")
    rows = [
        [f"`{file}`", *(sides[side][name] for name in names for side in ("stock", "ours"))]
        for file, sides in sorted(counts.items())
    ]
    return _table(["", *(f"{name}, {side}" for name in names for side in ("stock", "ours"))], rows)


def _short(outcome: str) -> str:
    return {"failed": "not passed", "crashed": "not passed", "xpassed": "not passed", "xfailed": "skipped"}.get(
        outcome, outcome
    )


def _lanes(result: dict[str, Any]) -> str:
    total = sum(result["lanes"].values()) or 1
    rows = [[lane, count, f"{count / total:.1%}"] for lane, count in sorted(result["lanes"].items())]
    reasons = [[reason, count] for reason, count in Counter(result["reasons"]).most_common()]
    parts = ["Data operations of mongoengine_fast while the suite ran.", _table(["lane", "operations", "share"], rows)]
    if reasons:
        parts.append(_table(["why not native", "operations"], reasons))
    return "\n\n".join(parts)


def _declared(result: dict[str, Any], declared: Declared) -> str:
    reasons = declared.by_test()
    rows = []
    for test in result["declared"]:
        known = reasons[test]
        left, right = result["differing"].get(test, (result["stock"]["outcomes"].get(test),) * 2)
        rows.append([f"`{test}`", known.kind, known.reason, left, right])
    return _table(["test", "kind", "reason", "MongoEngine", "mongoengine_fast"], rows) if rows else "None."


def _random_orders(result: dict[str, Any]) -> str:
    """A row a run: what passed on each package, what was in order, and what depends on the order upstream."""
    rows = [
        [
            run["seed"],
            run["stock"].get("passed", 0),
            run["ours"].get("passed", 0),
            len(run["problems"]),
            ", ".join(f"`{test}`" for test in run["order_dependent"]) or "none",
        ]
        for run in result["random_orders"]
    ]
    named = [
        f"* seed {run['seed']}, `{test}`: {problem}"
        for run in result["random_orders"]
        for test, problem in sorted(run["problems"].items())
    ]
    head = ["seed", "passed, stock", "passed, ours", "not in order", "not passed on stock in this order, not compared"]
    text = "Files and tests shuffled (pytest-randomly), alike for both packages.\n\n" + _table(head, rows)
    return "\n\n".join([text, *(["\n".join(named)] if named else [])])


def _table(head: list[str], rows: list[list[Any]]) -> str:
    rule = ["---", *("--:" if rows and isinstance(rows[0][place], int) else "---" for place in range(1, len(head)))]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, rule, *rows])
