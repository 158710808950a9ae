"""Failures of the native lane as the exceptions pymongo raises for the same cause."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    InvalidOperation,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    ProtocolError,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.server_selectors import writable_server_selector

from mongoengine_fast import _native
from mongoengine_fast.lanes.driver import check_command_response, helpers, is_closed

_REPLY_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(unicode_decode_error_handler="replace")
# The native driver's words, those of Rust's standard library, for what ends a connection.
_CLOSED = {"unexpected end of file", "early eof", "failed to fill whole buffer"}
_OS_ERROR = r"^(.*) \(os error (\d+)\)$"
_TAKES_POOL_OPTIONS = "pool_opts" in check_command_response.__code__.co_varnames


def maker(client: Any) -> Callable[[str, str, list[str], bytes | None], BaseException]:
    """Return what makes the exceptions of the native client that belongs to the pymongo *client*."""
    reference = weakref.ref(client)

    def make(kind: str, message: str, labels: list[str], reply: bytes | None) -> BaseException:
        error = _make(reference(), kind, message, reply)
        if isinstance(error, PyMongoError):
            for label in labels:
                error._add_error_label(label)
        return error

    return make


def _make(client: Any, kind: str, message: str, reply: bytes | None) -> BaseException:
    if kind in ("server", "server_of_cursor") and reply is not None:
        # In the error of a cursor pymongo notes the configured timeouts.
        return server_error(bson.decode(reply, _REPLY_OPTIONS), client if kind == "server_of_cursor" else None)
    if kind == "network":
        return AutoReconnect(_network_message(client, message))
    if kind == "network_timeout":
        return NetworkTimeout(_network_message(client, "timed out"))
    if kind in ("server_selection", "server_selection_later") and client is not None and is_closed(client):
        # The native client was shut down in the middle of a cursor; its words for that are others.
        kind = "closed"
    if kind == "server_selection" and pymongo_knows_a_server(client):
        return _native.Declined("the native driver finds no server, pymongo does")
    if kind in ("server_selection", "server_selection_later"):
        return ServerSelectionTimeoutError(_selection_message(client, message))
    if kind == "authentication":
        return OperationFailure(message, 18)
    if kind == "closed":
        return InvalidOperation("Cannot use MongoClient after close")
    if kind == "configuration":
        return ConfigurationError(message)
    return ProtocolError(message)


def pymongo_knows_a_server(client: Any) -> bool:
    """Say whether the monitors of the pymongo *client* see a server that takes writes."""
    topology = getattr(client, "_topology", None)
    return topology is not None and bool(topology.description.has_writable_server())


def server_error(reply: dict[str, Any], client: Any = None) -> BaseException:
    """Return the exception pymongo raises for a command's *reply* with ``ok: 0``."""
    options: dict[str, Any] = {}
    if _TAKES_POOL_OPTIONS and client is not None:
        options["pool_opts"] = client.options.pool_options
    try:
        check_command_response(reply, None, **options)
    except PyMongoError as error:
        return error.with_traceback(None)
    return ProtocolError(f"the server's reply is no error: {reply}")


def with_plain_details(error: OperationFailure | NotPrimaryError, client: Any) -> BaseException:
    """Return pymongo's *error* about a cursor, with dicts where the server's reply was left undecoded."""
    if not _holds_raw(error.details):
        return error
    made = server_error(_decoded(error.details), client)
    if isinstance(made, PyMongoError):
        for label in error._error_labels:
            made._add_error_label(label)
    return made


def _holds_raw(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, RawBSONDocument) or any(map(_holds_raw, parts))


def _decoded(value: Any) -> Any:
    if isinstance(value, RawBSONDocument):
        return bson.decode(value.raw, _REPLY_OPTIONS)
    if isinstance(value, dict):
        return {key: _decoded(part) for key, part in value.items()}
    return [_decoded(part) for part in value] if isinstance(value, list) else value


def _network_message(client: Any, message: str) -> str:
    """Return pymongo's words for a failure of the network that the native driver words as *message*."""
    reason = message.removeprefix("I/O error: ")
    if reason in _CLOSED:
        reason = "connection closed"
    reason = re.sub(_OS_ERROR, r"[Errno \2] \1", reason)
    return f"{_address(client)}{reason}{_timeouts(client)}"


def _address(client: Any) -> str:
    """Return "host:port: " of the server, where there is but one: the native driver does not say which one failed."""
    topology = getattr(client, "_topology", None)
    servers = [] if topology is None else list(topology.description.server_descriptions())
    if len(servers) != 1:
        return ""
    host, port = servers[0]
    return f"{host}: " if port is None else f"{host}:{port}: "


def _timeouts(client: Any) -> str:
    """Return pymongo's note on the configured timeouts, which it appends to network errors."""
    details = getattr(helpers, "_get_timeout_details", None)
    if details is None or client is None:
        return ""
    return str(helpers.format_timeout_details(details(client.options.pool_options)))


def _selection_message(client: Any, message: str) -> str:
    """Return pymongo's words for "no suitable server", which describe what its own monitors found."""
    topology = getattr(client, "_topology", None)
    if topology is None:
        return message
    try:
        reason = topology._error_message(writable_server_selector)
        timeout = client.options.server_selection_timeout
        return f"{reason}, Timeout: {timeout}s, Topology Description: {topology.description!r}"
    except (AttributeError, TypeError):
        return message
