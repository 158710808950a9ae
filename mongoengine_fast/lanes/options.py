"""The settings of a live pymongo client as those of a native client, or the reason why there is no exact match."""

from __future__ import annotations

import os
import ssl
from typing import Any

from pymongo.server_selectors import any_server_selector

from mongoengine_fast import _native
from mongoengine_fast.lanes import faults

_KEY = "_mongoengine_fast_native"
_TLS_PATIENCE = 3.0  # seconds
_MECHANISMS = {"DEFAULT": None, "SCRAM-SHA-1": "SCRAM-SHA-1", "SCRAM-SHA-256": "SCRAM-SHA-256"}
_MECHANISMS.update({"MONGODB-X509": "MONGODB-X509", "PLAIN": "PLAIN"})


class _NoMatch(Exception):
    """An option that the native driver has no exact match for."""


def native_collection(collection: Any) -> tuple[Any, str]:
    """Return the native side of a pymongo *collection* and "", or None and the reason."""
    client, reason = native_client(collection.database.client)
    if client is None:
        return None, reason
    preference = collection.read_preference.document
    if "hedge" in preference:
        return None, "hedged reads"
    concern = collection.read_concern
    write_concern = collection.write_concern
    options = collection.codec_options
    native = client.collection(
        collection.database.name,
        collection.name,
        options,
        options._replace(unicode_decode_error_handler="replace", document_class=dict),
        None if preference == {"mode": "primary"} else preference,
        concern.document if concern.level else None,
        None if write_concern.is_server_default else write_concern.document,
    )
    return native, ""


def native_client(client: Any) -> tuple[Any, str]:
    """Return the native client that belongs to a pymongo *client* and "", or None and the reason."""
    known: tuple[Any, str] | None = client.__dict__.get(_KEY)
    if known is None:
        try:
            known = (_connected(client), "")
        except _NoMatch as reason:
            known = (None, str(reason))
        client.__dict__[_KEY] = known
    return known


def _connected(client: Any) -> Any:
    """Make the native client; one with TLS has to prove itself, because the two TLS libraries differ.

    What OpenSSL accepts and the native library does not (a certificate that signs itself, old ciphers) shows only
    when connecting, and would look like an unreachable server.
    """
    wanted = settings(client)
    native = _native.Client(wanted, faults.maker(client))
    if wanted["tls"] is not None:
        patience = min(_TLS_PATIENCE, wanted["server_selection_timeout"])
        if not native.probe(patience) and faults.pymongo_knows_a_server(client):
            native.close()
            raise _NoMatch("TLS the native driver does not accept")
    return native


def release(client: Any) -> None:
    """Close the native client of a pymongo *client*, if it has one. Later operations go through pymongo."""
    known = getattr(client, "__dict__", {}).get(_KEY)
    if known is None:
        return
    client.__dict__[_KEY] = (None, "released")
    if known[0] is not None:
        known[0].close()


def settings(client: Any) -> dict[str, Any]:
    """Return the settings for ``_native.Client`` that equal those of *client*, durations in seconds.

    :raises _NoMatch: with the reason, when there are none
    """
    options = client.options
    pool = options.pool_options
    topology = client._topology_settings
    _refuse_unmatched(options, pool, topology)
    return {
        **_hosts(topology, options),
        "replica_set": options.replica_set_name,
        "load_balanced": bool(options.load_balanced),
        "login": _login(pool._credentials),
        "tls": _tls(options, pool),
        "app_name": pool.appname,
        **_driver_info(pool.driver),
        "compressors": _compressors(pool._compression_settings),
        "connect_timeout": pool.connect_timeout,
        "server_selection_timeout": float(options.server_selection_timeout),
        "heartbeat": float(options.heartbeat_frequency),
        "local_threshold": options.local_threshold_ms / 1000,
        "max_idle_time": pool.max_idle_time_seconds,
        "max_pool_size": _pool_size(pool.max_pool_size),
        "min_pool_size": pool.min_pool_size,
        "max_connecting": pool.max_connecting,
        "retry_reads": bool(options.retry_reads),
        "retry_writes": bool(options.retry_writes),
        "monitoring": getattr(options, "server_monitoring_mode", None),
        "server_api": _server_api(pool.server_api),
    }


def _refuse_unmatched(options: Any, pool: Any, topology: Any) -> None:
    if pool.socket_timeout is not None:
        raise _NoMatch("socketTimeoutMS")
    if pool.wait_queue_timeout is not None:
        raise _NoMatch("waitQueueTimeoutMS")
    if options.server_selector is not any_server_selector:
        raise _NoMatch("a server selector")
    if getattr(topology, "_srv_host_validator", None) is not None:
        raise _NoMatch("an SRV host validator")


def _hosts(topology: Any, options: Any) -> dict[str, Any]:
    if topology.fqdn:
        given: dict[str, Any] = {"srv_host": topology.fqdn, "direct": False}
        service = getattr(topology, "_srv_service_name", None)
        if service and service != "mongodb":
            given["srv_service_name"] = service
        most = getattr(topology, "_srv_max_hosts", 0)
        if most:
            given["srv_max_hosts"] = most
        return given
    return {"hosts": [_host(*seed) for seed in topology.seeds], "direct": bool(topology.direct)}


def _host(host: str, port: int | None) -> tuple[str, int | None]:
    """Return a host as the native client wants it: no port means a Unix socket's path."""
    if host.endswith(".sock"):
        return host, None
    return host, port or 27017


def _pool_size(size: Any) -> int | None:
    if not size or size == float("inf"):
        return None
    return int(size)


def _login(credentials: Any) -> dict[str, Any] | None:
    if credentials is None:
        return None
    if credentials.mechanism not in _MECHANISMS:
        raise _NoMatch(f"authentication by {credentials.mechanism}")
    return {
        "username": credentials.username,
        "password": credentials.password,
        "source": credentials.source,
        "mechanism": _MECHANISMS[credentials.mechanism],
    }


def _tls(options: Any, pool: Any) -> dict[str, Any] | None:
    context = pool._ssl_context
    if context is None:
        return None
    given = {str(name).lower(): value for name, value in options._options.items()}
    for name in ("tlscrlfile", "tlscertificatekeyfilepassword"):
        if given.get(name):
            raise _NoMatch(f"the TLS option {name}")
    any_certificate = context.verify_mode == ssl.CERT_NONE
    if pool.tls_allow_invalid_hostnames and not any_certificate:
        raise _NoMatch("the TLS option tlsallowinvalidhostnames")
    authority = given.get("tlscafile")
    if authority is None and not any_certificate:
        authority = _system_authorities()
    return {
        "ca_file": authority,
        "cert_key_file": given.get("tlscertificatekeyfile"),
        "allow_invalid_certificates": any_certificate,
    }


def _system_authorities() -> str:
    """Return the file of the certificates this system trusts, which is what pymongo trusts by default."""
    path = ssl.get_default_verify_paths().cafile
    if path is None or not os.path.exists(path):
        raise _NoMatch("system certificates that are not in one file")
    return path


def _driver_info(driver: Any) -> dict[str, Any]:
    if driver is None:
        return {}
    return {
        "driver_name": driver.name or None,
        "driver_version": driver.version or None,
        "driver_platform": driver.platform or None,
    }


def _compressors(compression: Any) -> list[tuple[str, int | None]]:
    if compression is None:
        return []
    level = compression.zlib_compression_level
    return [(name, level if name == "zlib" and level >= 0 else None) for name in compression.compressors]


def _server_api(api: Any) -> tuple[bool | None, bool | None] | None:
    if api is None:
        return None
    if api.version != "1":
        raise _NoMatch(f"server API version {api.version}")
    return api.strict, api.deprecation_errors
