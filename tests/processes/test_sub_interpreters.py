"""Sub-interpreters, which the core cannot serve, are told so."""

import importlib.util

import pytest

from tests.processes.running import Programs


def test_importing_in_a_sub_interpreter_is_refused(programs: Programs) -> None:
    if not any(importlib.util.find_spec(name) for name in ("_interpreters", "_xxsubinterpreters")):
        pytest.skip("this Python has no module about interpreters")
    *refused, last = programs.run("interpreters.py").splitlines()
    assert last == "done True"
    assert len(refused) == 3
    assert all(line.startswith("ImportError: mongoengine_fast works in the main interpreter") for line in refused)
