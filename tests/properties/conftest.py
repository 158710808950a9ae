"""Hypothesis profiles: `ci` (the default) and `nightly`, chosen by HYPOTHESIS_PROFILE or --hypothesis-profile."""

import os

from hypothesis import HealthCheck, Phase, settings

from tests.base.both_sides import both_sides, connected, fresh_registry  # noqa: F401

# Explaining a failure takes longer than finding it.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]
_COMMON = {
    "deadline": None,
    "phases": _PHASES,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}

settings.register_profile("ci", max_examples=200, derandomize=True, **_COMMON)
settings.register_profile("nightly", max_examples=5000, **_COMMON)
if settings.get_current_profile_name() not in ("ci", "nightly"):
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
