"""Signals sent around the life of a document; they need the `blinker` package.

Without blinker sending is a no-op and connecting a receiver raises
`RuntimeError`.
"""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = (
    "post_delete",
    "post_init",
    "post_save",
    "pre_delete",
    "pre_init",
    "pre_save",
    "pre_save_post_validation",
)

try:
    from blinker import Namespace
except ImportError:
    signals_available = False

    class _FakeSignal:
        """Stands in for a blinker signal: nobody can listen, sending does nothing."""

        receivers: Any = ()

        def __init__(self, name: str, doc: str | None = None) -> None:
            self.name = name
            self.__doc__ = doc

        def send(self, *args: Any, **kwargs: Any) -> None:
            """Ignore the signal."""

        def _unavailable(self, *args: Any, **kwargs: Any) -> NoReturn:
            raise RuntimeError("signalling support is unavailable because the blinker library is not installed.")

        connect = _unavailable
        disconnect = _unavailable
        has_receivers_for = _unavailable
        receivers_for = _unavailable
        temporarily_connected_to = _unavailable

    class Namespace:
        """Stands in for `blinker.Namespace`."""

        def signal(self, name: str, doc: str | None = None) -> _FakeSignal:
            """Return a signal that nobody can connect to."""
            return _FakeSignal(name, doc)

else:
    signals_available = True


# Reserved for the signals below; applications keep their own in another namespace.
_signals = Namespace()

pre_init = _signals.signal("pre_init")
post_init = _signals.signal("post_init")
pre_save = _signals.signal("pre_save")
pre_save_post_validation = _signals.signal("pre_save_post_validation")
post_save = _signals.signal("post_save")
pre_delete = _signals.signal("pre_delete")
post_delete = _signals.signal("post_delete")
pre_bulk_insert = _signals.signal("pre_bulk_insert")
post_bulk_insert = _signals.signal("post_bulk_insert")
