"""Settings of pymongo clients as those of native ones."""

from __future__ import annotations

import ssl
from typing import Any

import pymongo
import pytest
from pymongo.driver_info import DriverInfo
from pymongo.server_api import ServerApi

from mongoengine_fast.lanes import options


def client(*args: Any, **kwargs: Any) -> Any:
    return pymongo.MongoClient(*args, connect=False, **kwargs)


def test_defaults() -> None:
    settings = options.settings(client("mongodb://localhost:27018"))
    assert settings["hosts"] == [("localhost", 27018)]
    assert settings["login"] is None
    assert settings["tls"] is None
    assert settings["connect_timeout"] == 20.0
    assert settings["server_selection_timeout"] == 30.0
    assert settings["heartbeat"] == 10.0
    assert settings["local_threshold"] == 0.015
    assert settings["max_pool_size"] == 100
    assert settings["retry_reads"] is settings["retry_writes"] is True


def test_everything_that_matches() -> None:
    made = client(
        "mongodb://user:pass%20word@one:27018,two/?replicaSet=rs&authSource=users&appName=app&compressors=zlib"
        "&zlibCompressionLevel=3&retryWrites=false&retryReads=false&maxPoolSize=7&minPoolSize=2&maxIdleTimeMS=9000"
        "&connectTimeoutMS=1500&serverSelectionTimeoutMS=2500&heartbeatFrequencyMS=5000&localThresholdMS=20"
        "&maxConnecting=3&authMechanism=SCRAM-SHA-256",
        driver=DriverInfo("Wrapped", "1.2", "here"),
        server_api=ServerApi("1", strict=True),
    )
    settings = options.settings(made)
    assert sorted(settings["hosts"]) == [("one", 27018), ("two", 27017)]
    assert settings["replica_set"] == "rs"
    assert settings["direct"] is False
    assert settings["login"] == {
        "username": "user",
        "password": "pass word",
        "source": "users",
        "mechanism": "SCRAM-SHA-256",
    }
    assert settings["app_name"] == "app"
    assert settings["compressors"] == [("zlib", 3)]
    assert settings["max_pool_size"] == 7
    assert settings["min_pool_size"] == 2
    assert settings["max_idle_time"] == 9
    assert settings["connect_timeout"] == 1.5
    assert settings["server_selection_timeout"] == 2.5
    assert settings["heartbeat"] == 5
    assert settings["local_threshold"] == 0.02
    assert settings["max_connecting"] == 3
    assert settings["retry_reads"] is settings["retry_writes"] is False
    assert settings["server_api"] == (True, None)
    assert settings["driver_name"] == "Wrapped"


def test_unix_socket() -> None:
    assert options.settings(client("mongodb://%2Ftmp%2Fmongodb-27017.sock"))["hosts"] == [
        ("/tmp/mongodb-27017.sock", None)
    ]


def test_tls(tmp_path: Any) -> None:
    paths = ssl.get_default_verify_paths()
    made = client("mongodb://localhost/?tls=true&tlsAllowInvalidCertificates=true")
    assert options.settings(made)["tls"]["allow_invalid_certificates"] is True
    if paths.cafile:
        assert options.settings(client("mongodb://localhost/?tls=true"))["tls"]["ca_file"] == paths.cafile
        made = client("mongodb://localhost/", tls=True, tlsCAFile=paths.cafile)
        assert options.settings(made)["tls"] == {
            "ca_file": paths.cafile,
            "cert_key_file": None,
            "allow_invalid_certificates": False,
        }


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("socketTimeoutMS=500", "socketTimeoutMS"),
        ("waitQueueTimeoutMS=500", "waitQueueTimeoutMS"),
        ("tls=true&tlsAllowInvalidHostnames=true", "the TLS option tlsallowinvalidhostnames"),
    ],
)
def test_without_a_match(query: str, reason: str) -> None:
    made = client(f"mongodb://localhost/?{query}")
    assert options.native_client(made) == (None, reason)


def test_server_selector() -> None:
    made = client("mongodb://localhost/", server_selector=lambda servers: servers)
    assert options.native_client(made) == (None, "a server selector")


def test_one_native_client_for_a_client() -> None:
    made = client("mongodb://localhost")
    native, reason = options.native_client(made)
    assert reason == ""
    assert options.native_client(made)[0] is native
    options.release(made)
    assert options.native_client(made) == (None, "released")
