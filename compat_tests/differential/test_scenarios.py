"""Every scenario on both packages."""

from importlib import import_module
from pathlib import Path

import pytest

from compat_tests.differential.harness import Scenario, Side, differences

# A file of scenarios that is there is run: none can be forgotten in a list.
THEMES = sorted(path.stem.removeprefix("scenarios_") for path in Path(__file__).parent.glob("scenarios_*.py"))
SCENARIOS = [
    pytest.param(scenario, id=f"{theme}-{scenario.__name__}")
    for theme in THEMES
    for scenario in import_module(f"compat_tests.differential.scenarios_{theme}").SCENARIOS
]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_both_packages_do_the_same(scenario: Scenario, sides: list[Side]) -> None:
    stock, ours = (side.run(scenario) for side in sides)
    found = differences(stock, ours)
    if found:
        pytest.fail("\n".join(found), pytrace=False)
    # A scenario that breaks on both sides shows nothing: what it expects to be raised, it catches.
    if stock.error:
        pytest.fail(f"on both sides: {': '.join(stock.error)}", pytrace=False)
