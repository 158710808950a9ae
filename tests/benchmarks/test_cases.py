"""What the suite has to measure, and against which targets."""

import pytest

from benchmarks import datasets
from benchmarks.cases import CASES, MAJORITY
from benchmarks.libraries import OURS, RAW, STOCK

BY_NAME = {case.name: case for case in CASES}
TARGETS = {
    "construct": 12, "validate": 15, "to_mongo": 8, "changed_fields": 10, "delta": 20, "getattr": 1, "setattr": 5,
    "insert_load_bulk_false": 7, "insert_load_bulk_true": 9, "insert_dicts": 9,
    "find_1000": 35, "find_10000": 45, "find_every_field": 20, "find_embedded_lists": 20,
    "only": 15, "scalar": 15, "polymorphic": 15, "first": 3, "get": 3,
    "save_new": 2.3, "save_change": 2, "save_nested_change": 2, "bulk_save_changed": 25,
    "count": 1.8, "distinct": 1.5, "aggregate": 2, "post_author": 2.5, "select_related": 8, "queryset_to_json": 20,
    "update_many": 0.97, "delete_many": 0.97, "majority_save_new": 0.97, "majority_save_change": 0.97,
    "majority_update": 0.97, "majority_delete": 0.97,
}  # fmt: skip
AGAINST_PYMONGO = {
    "as_pymongo": 1.4, "insert_load_bulk_false": 1.3, "insert_dicts": 1.3, "find_1000": 1.3, "find_10000": 1.3,
    "find_every_field": 1.3, "find_embedded_lists": 1.3, "driver_find_many": 1.3, "driver_insert_small": 1.3,
}  # fmt: skip
SERVERS_TIME = {"update_many", "delete_many", "majority_save_new", "majority_update", "distinct", "odm_find_text"}


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name


def test_there_are_at_least_sixty_cases_with_names_of_their_own() -> None:
    assert len(CASES) >= 60
    assert len(BY_NAME) == len(CASES)
    assert len({case.title for case in CASES}) == len(CASES)


@pytest.mark.parametrize("name", TARGETS)
def test_every_promised_ratio_is_a_case_with_that_target(name: str) -> None:
    assert BY_NAME[name].target == TARGETS[name]


@pytest.mark.parametrize("name", AGAINST_PYMONGO)
def test_ratios_against_pymongo_are_targets(name: str) -> None:
    assert BY_NAME[name].pymongo_target == AGAINST_PYMONGO[name]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_case_may_be_slower_than_pymongo(case: object) -> None:
    if case.raw is None:
        assert case.pymongo_target is None
    else:
        assert case.pymongo_target >= 0.97


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_is_run_by_mongoengine_and_compared_in_something(case: object) -> None:
    assert case.work(_Named(STOCK)) is not None
    assert case.work(_Named(OURS)) is not None
    assert case.group
    default = type(case)("name", "title", None)
    assert case.stored or case.result is not default.result


def test_ours_takes_a_call_of_its_own_where_there_is_one() -> None:
    case = BY_NAME["bulk_save_changed"]
    assert case.work(_Named(OURS)) is case.ours
    assert case.work(_Named(STOCK)) is case.model
    assert case.work(_Named(RAW)) is case.raw


def test_data_sets_that_cases_need_exist() -> None:
    assert {name for case in CASES for name in case.needs} <= datasets.DATA_SETS.keys()


def test_no_case_writes_to_what_others_only_read() -> None:
    read = {datasets.DATA_SETS[name].collection for case in CASES for name in case.needs}
    written = {name for case in CASES for name in case.stored}
    assert not read & written - {"posts", "authors"}


def test_the_guard_leaves_the_servers_time_alone() -> None:
    assert {name for name in SERVERS_TIME if BY_NAME[name].guard} == set()


def test_majority_writes_run_on_a_replica_set() -> None:
    assert {case.name for case in CASES if case.deployment == MAJORITY} == {
        "majority_save_new", "majority_save_change", "majority_update", "majority_delete",
    }  # fmt: skip


def test_first_floor_operations_state_their_workload() -> None:
    floor = {case.name for case in CASES if case.note.startswith("First-floor operation: ")}
    assert floor == {"insert_load_bulk_false", "find_10000", "update_many", "bulk_save_changed", "indexed_find"}


def test_the_readme_gets_a_table_that_can_be_read() -> None:
    assert 20 <= sum(case.headline for case in CASES) <= 28
