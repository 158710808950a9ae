"""Running a suite: outcomes, interpreters that die or hang, and reruns.  On small suites written here."""

from pathlib import Path

from compat_tests.upstream.side import Side


def run(tmp_path: Path, text: str, *, timeout: int = 60, flaky: tuple[str, ...] = (), seed: int | None = None) -> Side:
    """Run a suite of one file."""
    (tmp_path / "tests").mkdir(exist_ok=True)
    (tmp_path / "tests" / "__init__.py").touch()
    (tmp_path / "tests" / "test_it.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    side = Side("mongoengine", tmp_path, timeout, set(flaky), seed)
    side.run([])
    return side


def outcomes(side: Side) -> dict[str, str]:
    return {test.rpartition("::")[2]: outcome for test, outcome in side.result.outcomes.items()}


def test_every_kind_of_outcome(tmp_path) -> None:
    side = run(
        tmp_path,
        """
import pytest, unittest
def test_pass(): pass
def test_fail(): assert 1 == 2
def test_skip(): pytest.skip("x")
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail
def test_xpass(): pass
@pytest.fixture
def bad_start(): raise ValueError
@pytest.fixture
def bad_end():
    yield
    raise ValueError
def test_setup(bad_start): pass
def test_teardown(bad_end): pass
class Case(unittest.TestCase):
    def test_unit(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
""",
    )
    assert outcomes(side) == {
        "test_pass": "passed", "test_fail": "failed", "test_skip": "skipped", "test_xfail": "xfailed",
        "test_xpass": "xpassed", "test_setup": "failed", "test_teardown": "failed", "test_unit": "passed",
        "test_expected": "xfailed",
    }  # fmt: skip
    assert "assert 1 == 2" in side.result.texts["tests/test_it.py::test_fail"]
    assert side.result.version


def test_a_dead_interpreter_loses_one_test(tmp_path) -> None:
    side = run(tmp_path, "import os\ndef test_a(): pass\ndef test_b(): os._exit(3)\ndef test_c(): pass\n")
    assert outcomes(side) == {"test_a": "passed", "test_b": "crashed", "test_c": "passed"}
    assert "code 3" in side.result.texts["tests/test_it.py::test_b"]


def test_a_hanging_test_fails_and_the_rest_goes_on(tmp_path) -> None:
    text = "import time\ndef test_a(): time.sleep(60)\ndef test_b(): pass\n"
    assert outcomes(run(tmp_path, text, timeout=1)) == {"test_a": "failed", "test_b": "passed"}


def test_a_file_that_cannot_be_imported_is_one_failure(tmp_path) -> None:
    assert outcomes(run(tmp_path, "import nothing_of_that_name\n")) == {"tests/test_it.py": "failed"}


def test_a_file_that_kills_the_interpreter_at_import_is_one_crash(tmp_path) -> None:
    assert outcomes(run(tmp_path, "import os\nos._exit(1)\n")) == {"tests/test_it.py": "crashed"}


def test_a_flaky_test_gets_one_rerun(tmp_path) -> None:
    text = f"""
from pathlib import Path
def once(name):
    mark = Path({str(tmp_path)!r}, name)
    first = not mark.exists()
    mark.touch()
    return first
def test_flaky(): assert not once("flaky")
def test_other(): assert not once("other")
"""
    side = run(tmp_path, text, flaky=("tests/test_it.py::test_flaky",))
    assert outcomes(side) == {"test_flaky": "passed", "test_other": "failed"}
    assert side.result.reruns == ["tests/test_it.py::test_flaky"]


def test_a_seed_gives_an_order_that_can_be_had_again(tmp_path) -> None:
    text = "".join(f"def test_{number}(): pass\n" for number in range(30))
    orders = [list(outcomes(run(tmp_path, text, seed=seed))) for seed in (None, 5, 5, 6)]
    assert orders[0] == [f"test_{number}" for number in range(30)]
    assert orders[1] == orders[2] != orders[3] != orders[0]
    assert sorted(orders[1]) == sorted(orders[0])
