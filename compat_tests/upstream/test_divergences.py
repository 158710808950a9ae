"""The divergence file and the comparison."""

import pytest

from compat_tests.upstream.divergences import Declared, Divergence, compare, load


def declared(kind: str, *tests: str) -> Declared:
    return Declared((Divergence(kind, "because", tests),))


def test_the_projects_file_is_valid() -> None:
    load()


@pytest.mark.parametrize(
    "text",
    [
        '[[divergence]]\nkind = "whim"\nreason = "x"\ntests = []',
        '[[divergence]]\nkind = "bug"\nreason = " "\ntests = []',
        '[[divergence]]\nkind = "bug"\nreason = "x"\ntests = ["a", "b"]\n'
        '[[divergence]]\nkind = "env"\nreason = "y"\ntests = ["b"]',
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(tmp_path, text) -> None:
    file = tmp_path / "divergences.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"divergences\.toml"):
        load(file)


@pytest.mark.parametrize("outcome", ["passed", "skipped", "xfailed"])
def test_equal_outcomes_are_in_order(outcome) -> None:
    comparison = compare({"a": outcome}, {"a": outcome}, Declared())
    assert not comparison.problems
    assert not comparison.differing


@pytest.mark.parametrize(
    ("stock", "ours"),
    [("passed", "failed"), ("passed", "crashed"), ("passed", "skipped"), ("failed", "passed"), ("failed", "failed")],
)
def test_undeclared_failures_and_differences_are_problems(stock, ours) -> None:
    assert "a" in compare({"a": stock}, {"a": ours}, Declared()).problems


def test_a_test_that_ours_does_not_have_is_a_problem() -> None:
    assert "absent" in compare({"a": "passed"}, {}, Declared()).problems["a"]


@pytest.mark.parametrize("kind", ["bug", "by-design"])
def test_a_declared_failure_is_in_order_and_its_pass_is_not(kind) -> None:
    assert not compare({"a": "passed"}, {"a": "failed"}, declared(kind, "a")).problems
    assert "unexpected pass" in compare({"a": "passed"}, {"a": "passed"}, declared(kind, "a")).problems["a"]


def test_env_excuses_ours_only_where_stock_fails() -> None:
    env = declared("env", "a")
    assert not compare({"a": "failed"}, {"a": "failed"}, env).problems
    assert not compare({"a": "failed"}, {"a": "passed"}, env).problems
    assert not compare({"a": "passed"}, {"a": "passed"}, env).problems
    assert compare({"a": "passed"}, {"a": "failed"}, env).problems


def test_a_declared_test_must_exist_unless_only_a_part_ran() -> None:
    env = declared("env", "gone")
    assert "no such test" in compare({}, {}, env).problems["gone"]
    assert not compare({}, {}, env, partial=True).problems


def test_in_another_order_only_what_stock_passes_is_compared() -> None:
    stock = {"a": "failed", "b": "passed", "c": "passed"}
    comparison = compare(stock, {"a": "passed", "b": "failed", "c": "passed"}, Declared(), reordered=True)
    assert comparison.order_dependent == ["a"]
    assert list(comparison.problems) == ["b"]
