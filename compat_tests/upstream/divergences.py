"""The declared differences, and the comparison of two sides against them."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).resolve().parents[1] / "divergences.toml"
KINDS = ("env", "bug", "by-design")
GOOD = ("passed", "xfailed")
BAD = ("failed", "crashed", "xpassed")


@dataclass(frozen=True)
class Divergence:
    """One declared reason for a difference, and the tests that it explains."""

    kind: str
    reason: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Declared:
    """Everything in the divergence file."""

    divergences: tuple[Divergence, ...] = ()
    flaky: frozenset[str] = frozenset()

    def by_test(self) -> dict[str, Divergence]:
        """The declaration of each test that has one."""
        return {test: divergence for divergence in self.divergences for test in divergence.tests}


@dataclass
class Comparison:
    """What two sides differ in.  `problems` is empty when every difference is declared and every declaration holds."""

    differing: dict[str, tuple[str, str]] = field(default_factory=dict)
    declared: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    order_dependent: list[str] = field(default_factory=list)


def load(path: Path = FILE) -> Declared:
    """Read the divergence file.  Raises ValueError for an unknown kind, an empty reason or a test listed twice."""
    content = tomllib.loads(path.read_text())
    divergences = []
    seen: set[str] = set()
    for entry in content.get("divergence", []):
        divergence = Divergence(entry["kind"], entry["reason"].strip(), tuple(entry["tests"]))
        if divergence.kind not in KINDS or not divergence.reason:
            raise ValueError(f"{path}: kind must be one of {KINDS} and the reason not empty: {entry}")
        twice = seen.intersection(divergence.tests)
        if twice:
            raise ValueError(f"{path}: listed twice: {sorted(twice)}")
        seen.update(divergence.tests)
        divergences.append(divergence)
    return Declared(tuple(divergences), frozenset(content.get("flaky", [])))


def compare(
    stock: dict[str, str], ours: dict[str, str], declared: Declared, *, partial: bool = False, reordered: bool = False
) -> Comparison:
    """Compare the outcomes of two sides.

    `partial`: only a part of the suite ran, so declared tests may be absent.  `reordered`: the tests ran in another
    order than their authors ran them in; one that fails on MongoEngine then depends on the order, and is not compared.
    """
    comparison = Comparison()
    declarations = declared.by_test()
    for test in sorted(stock.keys() | ours.keys()):
        left, right = stock.get(test, "absent"), ours.get(test, "absent")
        divergence = declarations.get(test)
        if reordered and left in BAD:
            comparison.order_dependent.append(test)
            continue
        if left != right:
            comparison.differing[test] = (left, right)
        if divergence is not None:
            comparison.declared.append(test)
            problem = _broken_declaration(divergence, left, right)
        else:
            problem = _undeclared(left, right)
        if problem:
            comparison.problems[test] = problem
    if not partial:
        for test in sorted(declarations.keys() - stock.keys() - ours.keys()):
            comparison.problems[test] = "declared in the divergence file, but there is no such test"
    return comparison


def _undeclared(left: str, right: str) -> str:
    if left != right:
        return f"undeclared difference: {left} on MongoEngine, {right} on mongoengine_fast"
    if left not in (*GOOD, "skipped"):
        return f"{left} on both sides: declare it as env"
    return ""


def _broken_declaration(divergence: Divergence, left: str, right: str) -> str:
    if divergence.kind == "env":
        return _undeclared(left, right) if left in GOOD else ""
    if right in GOOD:
        return f"unexpected pass: declared as {divergence.kind}"
    return ""
