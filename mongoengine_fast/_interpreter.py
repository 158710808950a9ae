"""Importing this module in a sub-interpreter raises ImportError."""

from typing import Any


def _interpreters() -> Any:
    """Return Python's module about interpreters, or None where there is none."""
    try:
        import _interpreters  # type: ignore[import-not-found]  # Python 3.13 and newer
    except ImportError:
        try:
            import _xxsubinterpreters as _interpreters
        except ImportError:
            return None
    return _interpreters


def refuse_sub_interpreters() -> None:
    """Raise ImportError in any but the main interpreter.

    The native core keeps Python's classes for the whole process, and its waits call back into the main interpreter:
    in another one that is a crash sooner or later.
    """
    interpreters = _interpreters()
    if interpreters is not None and interpreters.get_current() != interpreters.get_main():
        raise ImportError(
            "mongoengine_fast works in the main interpreter of a process only, and this is a sub-interpreter "
            "(under mod_wsgi, `WSGIApplicationGroup %{GLOBAL}` runs an application in the main one)"
        )


refuse_sub_interpreters()
