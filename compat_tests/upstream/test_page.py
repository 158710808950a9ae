"""The page says what the stored result says."""

from compat_tests.upstream import divergences
from compat_tests.upstream.page import page


def result(**changes):
    outcomes = {"tests/test_a.py::A::test_one": "passed", "tests/test_a.py::A::test_two": "skipped",
                "tests/b/test_b.py::B::test_three": "failed"}  # fmt: skip
    ours = {**outcomes, "tests/b/test_b.py::B::test_three": "passed"}
    return {
        "upstream": {"version": "0.29.3", "commit": "30f6d56c" * 5},
        "stock": {"package": "mongoengine", "counts": {"passed": 1, "skipped": 1, "failed": 1}, "outcomes": outcomes},
        "ours": {"package": "mongoengine_fast", "counts": {"passed": 2, "skipped": 1}, "outcomes": ours},
        "lanes": {"native": 999, "pymongo": 1},
        "reasons": {"an unusual hint": 1},
        "differing": {"tests/b/test_b.py::B::test_three": ["failed", "passed"]},
        "declared": ["tests/b/test_b.py::B::test_three"],
        "problems": {},
        "random_orders": [],
        **changes,
    }


def declared(tmp_path):
    file = tmp_path / "divergences.toml"
    test = "tests/b/test_b.py::B::test_three"
    file.write_text(f'flaky = []\n[[divergence]]\nkind = "env"\nreason = "the machine"\ntests = ["{test}"]\n')
    return divergences.load(file)


def test_totals_files_lanes_and_differences(tmp_path):
    text = page(result(), declared(tmp_path))
    assert "| mongoengine | 1 | 1 | 0 | 1 | 0 | 0 | 3 |" in text
    assert "| mongoengine_fast | 2 | 0 | 0 | 1 | 0 | 0 | 3 |" in text
    assert "| `tests/test_a.py` | 1 | 1 | 0 | 0 | 1 | 1 |" in text
    assert "| `tests/b/test_b.py` | 0 | 1 | 1 | 0 | 0 | 0 |" in text
    assert "| native | 999 | 99.9% |" in text
    assert "| an unusual hint | 1 |" in text
    assert "| `tests/b/test_b.py::B::test_three` | env | the machine | failed | passed |" in text
    assert "Not in order" not in text


def test_what_is_not_in_order_is_named(tmp_path):
    text = page(result(problems={"tests/test_a.py::A::test_one": "fails here only"}), declared(tmp_path))
    assert "* `tests/test_a.py::A::test_one`: fails here only" in text


def test_without_differences_and_reasons(tmp_path):
    text = page(result(declared=[], differing={}, reasons={}), declared(tmp_path))
    assert text.endswith("## Declared differences\n\nNone.\n")
    assert "why not native" not in text


def test_random_orders_have_a_row_each(tmp_path):
    order = {"stock": {"passed": 7}, "ours": {"passed": 6}, "differing": {}, "declared": []}
    runs = [
        {**order, "seed": 12, "problems": {}, "order_dependent": ["tests/test_a.py::A::test_one"]},
        {**order, "seed": 13, "problems": {"tests/b/test_b.py::B::test_three": "lost"}, "order_dependent": []},
    ]
    text = page(result(random_orders=runs), declared(tmp_path))
    assert "| 12 | 7 | 6 | 0 | `tests/test_a.py::A::test_one` |" in text
    assert "| 13 | 7 | 6 | 1 | none |" in text
    assert "* seed 13, `tests/b/test_b.py::B::test_three`: lost" in text
