"""The declared differences, and the verdict on a comparison against them."""

import sys
from dataclasses import dataclass, field
from pathlib import Path

from compat_tests.api_surface.compare import Difference

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("differences.toml")


@dataclass(frozen=True)
class Declared:
    """What the file says: by difference, and by class that is looked through, the reason."""

    differences: dict[str, str] = field(default_factory=dict)
    inserted: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What is to be said of the differences.  In order when nothing is undeclared and nothing stale."""

    undeclared: list[Difference]
    declared: dict[str, list[Difference]]
    stale: list[str]

    @property
    def in_order(self) -> bool:
        """Every difference is declared, and every declaration still holds."""
        return not self.undeclared and not self.stale


def load(path: Path = FILE) -> Declared:
    """Read the file.  Raises ValueError for a reason that is empty and for what is declared twice."""
    declared = Declared()
    content = tomllib.loads(path.read_text())
    for table, names, known in (
        ("difference", "what", declared.differences),
        ("inserted", "classes", declared.inserted),
    ):
        for entry in content.pop(table, []):
            reason = entry["reason"].strip()
            if not reason:
                raise ValueError(f"{path}: without a reason: {entry}")
            for name in entry[names]:
                if name in known:
                    raise ValueError(f"{path}: declared twice: {name}")
                known[name] = reason
    if content:
        raise ValueError(f"{path}: not understood: {sorted(content)}")
    return declared


def judge(differences: list[Difference], inserted: set[str], declared: Declared) -> Verdict:
    """Sort the differences found.  `inserted` are the classes that were really looked through."""
    by_reason: dict[str, list[Difference]] = {}
    undeclared = []
    for difference in differences:
        reason = declared.differences.get(difference.key)
        if reason is None:
            undeclared.append(difference)
        else:
            by_reason.setdefault(reason, []).append(difference)
    found = {difference.key for difference in differences}
    stale = sorted(declared.differences.keys() - found) + sorted(declared.inserted.keys() - inserted)
    return Verdict(undeclared, by_reason, stale)
