"""The one place where an operation gets its lane.

Each choice is counted with its reason; ``mongoengine_fast.lanes()`` shows the counts.
"""

from __future__ import annotations

import contextlib
import socket
import sys
from typing import Any, cast

from bson.raw_bson import RawBSONDocument
from bson.son import SON

from mongoengine_fast import _native
from mongoengine_fast._sessions import open_sessions, session_option
from mongoengine_fast.lanes import counters, options
from mongoengine_fast.lanes.counters import NATIVE, PYMONGO, PYTHON, forced_lanes
from mongoengine_fast.lanes.driver import Collection, MongoClient, bound_session, csot_timeout, is_closed
from mongoengine_fast.lanes.routes import Route

_KEY = "_mongoengine_fast_route"
_ROUTES = "_mongoengine_fast_routes"
_MOST_NAMESPACES = 4096
_MOST_VARIANTS = 32
_FOREIGN = "not a pymongo collection"
_count = counters.count


#: An operation the native lane leaves to pymongo, so that the outcome is pymongo's own. Its text is the reason.
Unusual = _native.Declined


def choose(collection: Any, operation: str, session: Any = None) -> Route:
    """Return the route for one operation on *collection* and count it."""
    try:
        route = collection.__dict__[_KEY]
    except (KeyError, AttributeError):
        route = _make_route(collection)
    if route.lane is NATIVE:
        reason = _momentary_reason(route, session)
        if reason:
            _count(operation, PYMONGO, reason)
            return route.fallback
    _count(operation, route.lane, route.reason)
    return route


def native_part(collection: Any) -> Any:
    """Return the native collection that an operation on *collection* would use now, or None; nothing is counted."""
    try:
        route = collection.__dict__[_KEY]
    except (KeyError, AttributeError):
        route = _make_route(collection)
    return None if route.lane is not NATIVE or _momentary_reason(route, None) else route.native


def is_raised_by_hook(error: BaseException) -> bool:
    """Whether an error of pymongo's comes from a field's own conversion, before anything was sent."""
    return getattr(error, "_raised_by_hook", False) is True


def mark_as_raised_by_hook(error: BaseException) -> None:
    """Note that an error of pymongo's comes from a field's own conversion."""
    error._raised_by_hook = True  # type: ignore[attr-defined]


def is_foreign(collection: Any) -> bool:
    """Whether *collection* is of a class of somebody else, such as mongomock's."""
    return collection.__class__ is not Collection


def count_foreign(operation: str) -> None:
    """Count an operation that the caller carries out with the methods of a foreign collection."""
    _count(operation, PYTHON, _FOREIGN)


def decline(route: Route, operation: str, unusual: Exception) -> Route:
    """Move an operation already counted as native to the pymongo lane."""
    counters.move(operation, str(unusual))
    return route.fallback


def in_session(session: Any) -> dict[str, Any]:
    """Return the session that pymongo is to be given, as its argument: *session*, else a transaction's."""
    return session_option() if session is None else {"session": session}


def _momentary_reason(route: Route, session: Any) -> str:
    """Say why this very operation cannot be native, or return ""."""
    if session is not None or open_sessions() or bound_session() is not None:
        return "a pymongo session is active"
    if csot_timeout() is not None:
        return "pymongo.timeout() is active"
    if socket.socket is not route.socket_class:
        return "sockets were replaced"
    if is_closed(route.client):
        options.release(route.client)
        return "the client is closed"
    if forced_lanes[-1] is not None:
        return "forced"
    return ""


def _make_route(collection: Any) -> Route:
    """Decide what holds for the life of *collection* and keep the answer on it."""
    if is_foreign(collection) or not isinstance(collection.database.client, MongoClient):
        route = Route(PYTHON, _FOREIGN)
    else:
        route = _known_route(collection)
    with contextlib.suppress(AttributeError, TypeError):
        collection.__dict__[_KEY] = route
    return route


def _known_route(collection: Any) -> Route:
    """Return the route of an equal collection of the same client, or make one.

    Programs make collection objects all the time (``with_options`` for a write concern, ``db[name]``).
    """
    routes = collection.database.client.__dict__.setdefault(_ROUTES, {})
    options = (collection.codec_options, collection.read_preference, collection.read_concern, collection.write_concern)
    equal = routes.setdefault((collection.database.name, collection.name), [])
    for known, route in equal:
        if known[0] is options[0] and known[1:] == options[1:]:
            return cast(Route, route)
    route = _pymongo_route(collection)
    if len(routes) > _MOST_NAMESPACES or len(equal) > _MOST_VARIANTS:
        routes.clear()
    else:
        equal.append((options, route))
    return route


def _pymongo_route(collection: Any) -> Route:
    client = collection.database.client
    reason, raw_rows = _codec_reason(collection.codec_options)
    if client.options.auto_encryption_opts is not None:
        reason, raw_rows = "client-side encryption", False
    plain = Route(PYMONGO, reason, raw_rows=raw_rows)
    if not reason:
        reason = _lasting_reason(collection, client)
    native = None
    if not reason:
        native, reason = options.native_collection(collection)
    if native is None:
        plain.reason = reason
        return plain
    route = Route(NATIVE, "", raw_rows=True)
    route.client = client
    route.native = native
    route.fallback = plain
    route.socket_class = socket.socket
    return route


def _codec_reason(codec_options: Any) -> tuple[str, bool]:
    """Return why *codec_options* keep off the native lane, and whether rows may still come as bytes."""
    if codec_options.type_registry._decoder_map or codec_options.type_registry._encoder_map:
        return "a type registry", False
    if codec_options.type_registry._fallback_encoder is not None:
        return "a type registry", False
    if codec_options.document_class not in (dict, SON):
        return "a document class of its own", codec_options.document_class is RawBSONDocument
    return "", True


def _lasting_reason(collection: Any, client: Any) -> str:
    if not collection.write_concern.acknowledged:
        return "unacknowledged writes"
    if _sockets_are_green():
        return "gevent or eventlet has replaced sockets"
    listeners = client.options.pool_options._event_listeners
    if listeners is not None and (listeners.enabled_for_commands or listeners.enabled_for_cmap):
        return "command or pool listeners"
    if client.options.timeout is not None:
        return "timeoutMS"
    return ""


def _sockets_are_green() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    if monkey is not None and monkey.is_module_patched("socket"):
        return True
    patcher = sys.modules.get("eventlet.patcher")
    return patcher is not None and bool(patcher.is_monkey_patched("socket"))
