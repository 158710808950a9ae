"""Every scenario on both packages."""

import pytest

from compat_tests.differential import scenarios_documents, scenarios_errors, scenarios_queries
from compat_tests.differential.harness import Scenario, Side, differences

MODULES = (scenarios_documents, scenarios_queries, scenarios_errors)
SCENARIOS = [scenario for module in MODULES for scenario in module.SCENARIOS]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_both_packages_do_the_same(scenario: Scenario, sides: list[Side]) -> None:
    stock, ours = (side.run(scenario) for side in sides)
    found = differences(stock, ours)
    if found:
        pytest.fail("\n".join(found), pytrace=False)
