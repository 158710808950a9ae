"""Tests that run twice, on MongoEngine and on mongoengine_fast, and must do the same on both.

A test of this kind is a function whose first argument is the package. What it asserts has to hold on both sides; what
it returns is compared, values and types alike. `alike` needs no server. `alike_with_mongodb` runs on an empty database
a side and compares the stored bytes, the indexes and the commands too.
"""

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bson import decode, encode

from compat_tests.differential.harness import (
    OURS,
    STOCK,
    Renumber,
    Side,
    Trace,
    differences,
    fresh_classes,
    normal,
    open_sides,
)

__all__ = (
    "alike",
    "alike_but_for_commands",
    "alike_with_mongodb",
    "both_sides",
    "connected",
    "fresh_classes",
    "load",
    "raised",
)


def alike(function: Callable[..., Any]) -> Callable[..., None]:
    """Make a test of *function* that runs it on both packages, without a server, and compares."""

    def run(arguments: dict[str, Any]) -> None:
        _compare(*(_in_memory(name, lambda me: function(me, **arguments)) for name in (STOCK, OURS)))

    return _as_test(function, lambda **arguments: run(arguments), add=None)


def alike_with_mongodb(function: Callable[..., Any]) -> Callable[..., None]:
    """Make a test of *function* that runs it on both packages, each with an empty database, and compares."""

    def run(sides: list[Side], arguments: dict[str, Any]) -> None:
        with _quiet():
            _compare(*(side.run(lambda me: function(me, **arguments)) for side in sides))

    return _as_test(function, lambda both_sides, **arguments: run(both_sides, arguments), add="both_sides")


def alike_but_for_commands(function: Callable[..., Any]) -> Callable[..., None]:
    """As `alike_with_mongodb`, for what may ask the server another number of times; say why where it is used."""

    def run(sides: list[Side], arguments: dict[str, Any]) -> None:
        with _quiet():
            traces = [side.run(lambda me: function(me, **arguments)) for side in sides]
        for trace in traces:
            trace.commands = {}
        _compare(*traces)

    return _as_test(function, lambda both_sides, **arguments: run(both_sides, arguments), add="both_sides")


def _as_test(function: Callable[..., Any], test: Callable[..., None], add: str | None) -> Callable[..., None]:
    """Give *test* the name and, but for the package, the arguments of *function*; *add* names one more fixture."""
    _, *parameters = inspect.signature(function).parameters.values()
    if add:
        parameters.insert(0, inspect.Parameter(add, inspect.Parameter.POSITIONAL_OR_KEYWORD))
    test.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    test.__name__, test.__module__ = function.__name__, function.__module__
    test.__qualname__, test.__doc__ = function.__qualname__, function.__doc__
    test.pytestmark = list(getattr(function, "pytestmark", []))  # type: ignore[attr-defined]
    return test


def _in_memory(name: str, function: Callable[[Any], Any]) -> Trace:
    trace, ids = Trace(), Renumber()
    with fresh_classes(name), _quiet():
        try:
            trace.result = normal(function(importlib.import_module(name)), ids)
        except Exception as error:
            if type(error) is AssertionError:
                raise AssertionError(f"on {name}: {error}") from error
            trace.error = (type(error).__name__, ids.in_text(str(error)))
    return trace


def _compare(stock: Trace, ours: Trace) -> None:
    found = differences(stock, ours)
    if found:
        pytest.fail("\n".join(found), pytrace=False)
    if stock.error:
        pytest.fail(f"on both sides: {': '.join(stock.error)}", pytrace=False)


def raised(function: Callable[[], Any]) -> Any:
    """The exception that *function* raises, else what it returns."""
    try:
        return function()
    except Exception as error:
        return error


def load(cls: Any, stored: dict[str, Any] | bytes) -> Any:
    """The document that a query of *cls* makes of *stored*: lazily on our side, MongoEngine's way on the other."""
    row = stored if isinstance(stored, bytes) else encode(stored)
    native = importlib.import_module(f"{OURS}._native")
    if not issubclass(cls, native.DocumentCore):
        return cls._from_son(decode(row))
    (document,) = native.load_documents(native.DocumentLoader(cls), row)
    return document


@contextmanager
def _quiet() -> Iterator[None]:
    """Let warnings pass: tests of warnings catch them themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def both_sides(mongodb_uri: str) -> Iterator[list[Side]]:
    """MongoEngine and mongoengine_fast on one server."""
    sides = open_sides(mongodb_uri)
    yield sides
    for side in sides:
        side.close()


@pytest.fixture(autouse=True)
def fresh_registry() -> Iterator[None]:
    """Let every test define its document classes anew."""
    with fresh_classes(STOCK), fresh_classes(OURS):
        yield


@pytest.fixture
def connected(mongodb_uri: str, mongodb_database: Any) -> Iterator[Any]:
    """mongoengine_fast connected to an empty database, which is the fixture's value (as pymongo sees it)."""
    me = importlib.import_module(OURS)
    me.connect(mongodb_database.name, host=mongodb_uri, uuidRepresentation="standard")
    yield mongodb_database
    me.disconnect_all()
