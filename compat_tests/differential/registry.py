"""Collects the scenarios of a module in the order in which they are written."""

from collections.abc import Callable

from compat_tests.differential.harness import Scenario


def collector(scenarios: list[Scenario]) -> Callable[[Scenario], Scenario]:
    """A decorator that adds a function to `scenarios`."""

    def add(scenario: Scenario) -> Scenario:
        scenarios.append(scenario)
        return scenario

    return add
