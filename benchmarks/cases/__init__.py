"""All cases, group by group."""

from benchmarks.case import MAJORITY, STANDALONE, Case
from benchmarks.cases import (
    building,
    bulk,
    changing,
    driver,
    inserting,
    majority,
    odm,
    reading,
    references,
    state,
)

GROUPS = (state, building, inserting, reading, references, changing, bulk, majority, odm, driver)
CASES: tuple[Case, ...] = tuple(case for group in GROUPS for case in group.CASES)

__all__ = ("CASES", "MAJORITY", "STANDALONE", "Case")
