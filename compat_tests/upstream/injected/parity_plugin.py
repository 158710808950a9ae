"""The pytest plug-in that goes along with upstream's suite (``-p parity_plugin``).

It installs the alias before anything is collected, reports every test the moment it starts and ends (so that a dead or
hanging interpreter loses one test and not a file), leaves out what has run before, and reports the lanes at the end.
It uses nothing of the project, because the side under test may be stock MongoEngine.
"""

import importlib
import json
import os
import pkgutil
import sys

_PACKAGE = os.environ["PARITY_PACKAGE"]
_EVENTS = open(os.environ["PARITY_EVENTS"], "a", buffering=1)  # noqa: SIM115  open for the life of the process


def _report(**event):
    _EVENTS.write(json.dumps(event) + "\n")


def pytest_configure(config):
    if _PACKAGE == "mongoengine_fast":
        _install_alias()
    import mongoengine

    _report(event="session", package=_PACKAGE, file=mongoengine.__file__, version=mongoengine.__version__)


def _install_alias():
    import mongoengine_fast

    mongoengine_fast.install_as_mongoengine()
    import mongoengine

    assert mongoengine is mongoengine_fast, "the alias does not lead to mongoengine_fast"
    for module in pkgutil.walk_packages(mongoengine_fast.__path__, "mongoengine_fast."):
        parts = module.name.split(".")[1:]
        if any(part.startswith("_") for part in parts) or parts[0] == "testing":
            continue
        ours = importlib.import_module(module.name)
        alias = importlib.import_module(".".join(["mongoengine", *parts]))
        assert alias is ours, f"mongoengine.{'.'.join(parts)} is not mongoengine_fast.{'.'.join(parts)}"


def pytest_collection_modifyitems(config, items):
    with open(os.environ["PARITY_DONE"]) as file:
        done = set(json.load(file))
    items[:] = [item for item in items if item.nodeid not in done]


def pytest_collectreport(report):
    if report.failed:
        _report(event="collect-error", id=report.nodeid, text=report.longreprtext[-4000:])


def pytest_runtest_logstart(nodeid, location):
    _report(event="start", id=nodeid)


def pytest_runtest_logreport(report):
    outcome = _outcome(report)
    if outcome is not None:
        text = report.longreprtext[-4000:] if report.failed else ""
        _report(event="result", id=report.nodeid, outcome=outcome, text=text)


def _outcome(report):
    if hasattr(report, "wasxfail"):
        if report.when != "call" and not report.skipped:
            return None
        return "xfailed" if report.skipped else "xpassed"
    if report.failed:
        return "failed"
    if report.skipped:
        return "skipped"
    return "passed" if report.when == "call" else None


def pytest_runtest_logfinish(nodeid, location):
    _report(event="finish", id=nodeid)


def pytest_unconfigure(config):
    lanes = getattr(sys.modules.get("mongoengine_fast"), "lanes", None) if _PACKAGE == "mongoengine_fast" else None
    if lanes is not None:
        _report(event="lanes", report=json.loads(json.dumps(lanes.report(), default=str)))
    _report(event="end")
