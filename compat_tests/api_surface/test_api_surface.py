"""The interfaces of the two packages, compared in a fresh process."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def report() -> tuple[int, str]:
    """The exit code of the comparison, and what it prints."""
    command = [sys.executable, "-W", "ignore", "-m", "compat_tests.api_surface"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=200)
    return done.returncode, done.stdout + done.stderr


def test_every_difference_is_declared(report: tuple[int, str]) -> None:
    code, text = report
    assert code == 0, text


@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("modules", 25),
        ("names", 500),
        ("classes", 100),
        ("class members", 700),
        ("signatures", 570),
        ("attributes of sample objects", 700),
        ("occasions for warnings", 15),
    ],
)
def test_nothing_escapes_the_comparison(report: tuple[int, str], what: str, least: int) -> None:
    found = re.search(rf"([\d,]+)  {what}$", report[1], re.MULTILINE)
    assert found, report[1]
    assert int(found[1].replace(",", "")) >= least
