"""Which MongoDB server the default connection talks to, and constants to compare its version with."""

from __future__ import annotations

from mongoengine_fast.connection import get_connection

MONGODB_34 = (3, 4)
MONGODB_36 = (3, 6)
MONGODB_42 = (4, 2)
MONGODB_44 = (4, 4)
MONGODB_50 = (5, 0)
MONGODB_60 = (6, 0)
MONGODB_70 = (7, 0)
MONGODB_80 = (8, 0)


def get_mongodb_version() -> tuple[int, int]:
    """Ask the server behind the default alias for its version and return ``(major, minor)``.

    Raises ``ConnectionFailure`` when there is no default connection. Costs one round trip.
    """
    major, minor, *_ = get_connection().server_info()["versionArray"]
    return (major, minor)
