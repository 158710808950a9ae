"""Connection aliases: what was asked for, the clients opened for it, and the databases they lead to.

The module's dictionaries are part of the interface: programs and test suites replace them
(``mongoengine.connection._connections = {}``), so every function reads them anew when it is called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

from pymongo import MongoClient, ReadPreference, uri_parser
from pymongo.common import _UUID_REPRESENTATIONS
from pymongo.driver_info import DriverInfo

try:
    from pymongo.database_shared import _check_name
except ImportError:  # pymongo before 4.9
    from pymongo.database import _check_name

# MongoEngine has these here since 0.29.3.
from mongoengine_fast._sessions import _clear_session, _get_session, _local_sessions, _set_session  # noqa: F401
from mongoengine_fast._version import __version__
from mongoengine_fast.base.common import _get_documents_by_db
from mongoengine_fast.pymongo_support import PYMONGO_VERSION  # noqa: F401  programs look for it here

__all__ = [
    "DEFAULT_CONNECTION_NAME",
    "DEFAULT_DATABASE_NAME",
    "ConnectionFailure",
    "connect",
    "disconnect",
    "disconnect_all",
    "get_connection",
    "get_db",
    "register_connection",
]

DEFAULT_CONNECTION_NAME = "default"
DEFAULT_DATABASE_NAME = "test"
DEFAULT_HOST = "localhost"
DEFAULT_PORT = 27017

_connection_settings: dict[str, dict[str, Any]] = {}
_connections: dict[str, Any] = {}
_dbs: dict[str, Any] = {}

# Called with each client that `disconnect` has closed; the data lanes sit above this module and free what they
# keep for a client from here.
_on_client_closed: list[Callable[[Any], None]] = []

READ_PREFERENCE = ReadPreference.PRIMARY

_URI_READ_PREFERENCES = (
    ReadPreference.NEAREST,
    ReadPreference.PRIMARY,
    ReadPreference.PRIMARY_PREFERRED,
    ReadPreference.SECONDARY,
    ReadPreference.SECONDARY_PREFERRED,
)

# An option of a connection string -> the setting it overrides, where the value is taken as it is.
_URI_PLAIN_OPTIONS = {
    "replicaset": "replicaSet",
    "authsource": "authentication_source",
    "authmechanism": "authentication_mechanism",
    "authmechanismproperties": "authmechanismproperties",
}

# Our names of settings -> pymongo's keyword arguments.
_CLIENT_ARGUMENT_NAMES = {
    "authentication_source": "authSource",
    "authentication_mechanism": "authMechanism",
}


class ConnectionFailure(Exception):
    """No connection of that alias is known, or the one that is asked for cannot be made."""


def _check_db_name(name: object) -> None:
    """Raise ``TypeError`` or pymongo's ``InvalidName`` unless *name* can name a database."""
    if not isinstance(name, str):
        raise TypeError(f"name must be an instance of {str}")
    if name != "$external":
        _check_name(name)


def _uri_read_preference(options: Mapping[str, Any]) -> Any:
    """Build the read preference that a connection string's lower-cased *options* ask for."""
    mode = options["readpreference"]
    if isinstance(mode, str):
        mode = mode.lower()
    for preference in _URI_READ_PREFERENCES:
        if mode in (preference.name.lower(), preference.mode):
            break
    else:
        raise ConnectionFailure(f"Unknown read preference {mode!r}")
    if "readpreferencetags" in options:
        return preference.__class__(tag_sets=options["readpreferencetags"])
    return preference.__class__()


def _apply_uri(settings: dict[str, Any], uri: str) -> None:
    """Let what *uri* says win over *settings*; what it leaves open stays as it is."""
    parsed = uri_parser.parse_uri(uri)
    if parsed.get("database"):
        settings["name"] = parsed["database"]
    for key in ("read_preference", "username", "password"):
        if parsed.get(key):
            settings[key] = parsed[key]

    options = {key.lower(): value for key, value in parsed["options"].items()}
    for option, setting in _URI_PLAIN_OPTIONS.items():
        if option in options:
            settings[setting] = options[option]
    if "readpreference" in options:
        settings["read_preference"] = _uri_read_preference(options)
    if "uuidrepresentation" in options:
        names = {number: name for name, number in _UUID_REPRESENTATIONS.items()}
        settings["uuidrepresentation"] = names[options["uuidrepresentation"]]


def _default_uuid_representation(settings: Mapping[str, Any], kwargs: dict[str, Any]) -> None:
    """Fall back to pymongo 3's UUID representation, with a warning, when nobody chose one."""
    given = {key.lower() for key in kwargs}
    if "uuidrepresentation" in given or "uuidrepresentation" in settings:
        return
    warnings.warn(
        "No uuidRepresentation is specified! Falling back to "
        "'pythonLegacy' which is the default for pymongo 3.x. "
        "For compatibility with other MongoDB drivers this should be "
        "specified as 'standard' or '{java,csharp}Legacy' to work with "
        "older drivers in those languages. This will be changed to "
        "'unspecified' in a future release.",
        DeprecationWarning,
        # As upstream: in a library, so that it is silent unless asked for.
        stacklevel=1,
    )
    kwargs["uuidRepresentation"] = "pythonLegacy"


def _get_connection_settings(
    db: str | None = None,
    name: str | None = None,
    host: str | list[str] | None = None,
    port: int | None = None,
    read_preference: Any = READ_PREFERENCE,
    username: str | None = None,
    password: str | None = None,
    authentication_source: str | None = None,
    authentication_mechanism: str | None = None,
    authmechanismproperties: Any = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """Bring the arguments of `register_connection` and what connection strings say into one dictionary."""
    settings: dict[str, Any] = {
        "name": name or db or DEFAULT_DATABASE_NAME,
        "host": host or DEFAULT_HOST,
        "port": port or DEFAULT_PORT,
        "read_preference": read_preference,
        "username": username,
        "password": password,
        "authentication_source": authentication_source,
        "authentication_mechanism": authentication_mechanism,
        "authmechanismproperties": authmechanismproperties,
    }
    _check_db_name(settings["name"])

    hosts = settings["host"]
    hosts = [hosts] if isinstance(hosts, str) else hosts
    resolved = []
    for entity in hosts:
        if entity.startswith("mongomock://") or kwargs.get("is_mock"):
            raise Exception(
                "Use of mongomock:// URI or 'is_mock' were removed in favor of "
                "'mongo_client_class=mongomock.MongoClient'. Check the CHANGELOG for more info"
            )
        if "://" in entity:
            _apply_uri(settings, entity)
        resolved.append(entity)
    settings["host"] = resolved

    # Options that pymongo no longer knows but old programs still pass.
    kwargs.pop("slaves", None)
    kwargs.pop("is_slave", None)

    _default_uuid_representation(settings, kwargs)
    settings.update(kwargs)
    return settings


def register_connection(
    alias: str,
    db: str | None = None,
    name: str | None = None,
    host: str | list[str] | None = None,
    port: int | None = None,
    read_preference: Any = READ_PREFERENCE,
    username: str | None = None,
    password: str | None = None,
    authentication_source: str | None = None,
    authentication_mechanism: str | None = None,
    authmechanismproperties: Any = None,
    **kwargs: Any,
) -> None:
    """Remember under *alias* how to connect, without connecting yet.

    :param alias: the name the rest of the program uses for this connection
    :param db: database name; *name* wins when both are given, ``"test"`` when neither is
    :param name: database name
    :param host: host name, connection string, or a list of either
    :param port: port number, 27017 when not given
    :param read_preference: a pymongo read preference for everything read through this alias
    :param username: name to authenticate with
    :param password: password to authenticate with
    :param authentication_source: database that holds the credentials
    :param authentication_mechanism: name of the mechanism; the server's preferred one when not given
    :param authmechanismproperties: properties of the mechanism, as pymongo takes them
    :param kwargs: anything else `pymongo.MongoClient` understands, and ``mongo_client_class`` to use another
        client class with the same interface (mongomock for instance)

    What a connection string says wins over the other arguments. Raises ``TypeError`` or
    ``pymongo.errors.InvalidName`` for an impossible database name.
    """
    _connection_settings[alias] = _get_connection_settings(
        db=db,
        name=name,
        host=host,
        port=port,
        read_preference=read_preference,
        username=username,
        password=password,
        authentication_source=authentication_source,
        authentication_mechanism=authentication_mechanism,
        authmechanismproperties=authmechanismproperties,
        **kwargs,
    )


def _close_client(client: Any) -> None:
    client.close()
    for release in _on_client_closed:
        release(client)


def disconnect(alias: str = DEFAULT_CONNECTION_NAME) -> None:
    """Forget *alias*: close its client unless another alias shares it, and detach its document classes.

    An alias that is not known is no error.
    """
    client = _connections.pop(alias, None)
    # Identity, not equality: two clients of one cluster are equal even when their options differ.
    if client and all(client is not other for other in _connections.values()):
        _close_client(client)

    if alias in _dbs:
        for document_class in _get_documents_by_db(alias, DEFAULT_CONNECTION_NAME):
            if document_class._is_document:
                document_class._disconnect()
        del _dbs[alias]

    _connection_settings.pop(alias, None)


def disconnect_all() -> None:
    """`disconnect` every alias that has an open client."""
    for alias in list(_connections):
        disconnect(alias)


def _client_arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Turn an alias's settings into keyword arguments for the client class."""
    return {
        _CLIENT_ARGUMENT_NAMES.get(key, key): value
        for key, value in settings.items()
        if key != "name" and value is not None
    }


def get_connection(alias: str = DEFAULT_CONNECTION_NAME, reconnect: bool = False) -> Any:
    """Return the client of *alias*, opening it when this is its first use.

    Aliases that differ only in their database share one client. With *reconnect* the alias is disconnected first.
    Raises ``ConnectionFailure`` when the alias is not registered or the client refuses its arguments.
    """
    if reconnect:
        disconnect(alias)
    if alias in _connections:
        return _connections[alias]

    if alias not in _connection_settings:
        if alias == DEFAULT_CONNECTION_NAME:
            raise ConnectionFailure("You have not defined a default connection")
        raise ConnectionFailure(f'Connection with alias "{alias}" has not been defined')

    settings = _connection_settings[alias].copy()
    arguments = _client_arguments(settings)
    # The name servers and their logs know MongoEngine programs by.
    arguments.setdefault("driver", DriverInfo("MongoEngine", __version__))
    client_class = arguments.pop("mongo_client_class") if "mongo_client_class" in arguments else MongoClient

    client = _find_existing_connection(settings)
    if not client:
        client = _create_connection(alias=alias, mongo_client_class=client_class, **arguments)
    _connections[alias] = client
    return client


def _create_connection(alias: str, mongo_client_class: Callable[..., Any], **connection_settings: Any) -> Any:
    """Make a client, turning whatever goes wrong into ``ConnectionFailure``."""
    try:
        return mongo_client_class(**connection_settings)
    except Exception as error:
        raise ConnectionFailure(f"Cannot connect to database {alias} :\n{error}") from error


def _find_existing_connection(connection_settings: Mapping[str, Any]) -> Any:
    """Return an open client whose settings equal these but for the database name, or ``None``."""

    # Credentials take part in the comparison: two users must not share a client.
    def without_database(settings: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in settings.items() if key != "name"}

    wanted = without_database(connection_settings)
    for alias, settings in _connection_settings.items():
        if wanted == without_database(settings) and _connections.get(alias):
            return _connections[alias]
    return None


def get_db(alias: str = DEFAULT_CONNECTION_NAME, reconnect: bool = False) -> Any:
    """Return the database of *alias*, connecting when needed; errors are those of `get_connection`."""
    if reconnect:
        disconnect(alias)
    if alias not in _dbs:
        client = get_connection(alias)
        _dbs[alias] = client[_connection_settings[alias]["name"]]
    return _dbs[alias]


def connect(db: str | None = None, alias: str = DEFAULT_CONNECTION_NAME, **kwargs: Any) -> Any:
    """Register *alias* and open its client, which is returned.

    Takes the arguments of `register_connection`. Calling it again with the same arguments returns the same client;
    with other arguments for an alias in use it raises ``ConnectionFailure``: `disconnect` first.
    """
    if alias not in _connections:
        register_connection(alias, db, **kwargs)
    elif _get_connection_settings(db, **kwargs) != _connection_settings[alias]:
        raise ConnectionFailure(
            f"A different connection with alias `{alias}` was already registered. Use disconnect() first"
        )
    return get_connection(alias)


# The names of long ago, still in use.
_get_connection = get_connection
_get_db = get_db
