"""What a collection's operations go through: a route per pymongo ``Collection``, kept on the collection itself."""

from __future__ import annotations

from typing import Any


class Route:
    """The lane of one collection and what that lane needs."""

    __slots__ = ("client", "fallback", "lane", "native", "raw_rows", "reason", "socket_class")

    def __init__(self, lane: str, reason: str, *, raw_rows: bool = False) -> None:
        #: "native", "pymongo" or "python".
        self.lane = lane
        #: Why it is not the native lane; "" when it is.
        self.reason = reason
        #: Rows may be asked for as BSON bytes (a pymongo collection without decoding hooks of its own).
        self.raw_rows = raw_rows
        #: The pymongo client, on the native lane.
        self.client: Any = None
        #: The ``_native`` collection, on the native lane.
        self.native: Any = None
        #: The route of operations that cannot be native although the collection could be.
        self.fallback: Route = self
        #: The class of sockets when the route was made: gevent and eventlet replace it.
        self.socket_class: Any = None
