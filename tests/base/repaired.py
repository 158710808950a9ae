"""Tests of what MongoEngine 0.29.3 does not do right: what it does, and what ours does instead, stand side by side."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from compat_tests.differential.harness import Side

__all__ = ("Outcome", "outcomes")


@dataclass
class Outcome:
    """What a scenario returned on one package, or class and text of what it raised, and how many commands it sent."""

    result: Any
    error: tuple[str, str] | None
    commands: Counter[str]


def outcomes(sides: list[Side], scenario: Callable[[Any], Any]) -> tuple[Outcome, Outcome]:
    """Run *scenario* with each package, on an empty database each: MongoEngine's outcome, then ours."""
    stock, ours = (_outcome(side, scenario) for side in sides)
    return stock, ours


def _outcome(side: Side, scenario: Callable[[Any], Any]) -> Outcome:
    results: list[Any] = []
    trace = side.run(lambda package: results.append(scenario(package)))
    return Outcome(results[0] if results else None, trace.error, Counter(line.split()[0] for line in trace.commands))
