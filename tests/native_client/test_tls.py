"""Encrypted connections: certificates are checked unless a program says otherwise, on all lanes alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pymongo
import pytest

from mongoengine_fast import lanes
from mongoengine_fast.testing import Standalone
from tests.native_client.encryption import presented
from tests.native_client.three_sides import NATIVE, RAW, STOCK, on_three_sides


def port_of(server: Any) -> int:
    """The port of a server."""
    return int(server.uri.rpartition(":")[2].partition("/")[0])


def use(client: Any) -> dict[str, Any]:
    """Write and read; return why the native lane was left."""
    lanes.reset()
    things = client.lanes_tls.things
    lanes.insert_one(things, {"a": 1})
    assert lanes.find_one(things)["a"] == 1
    lanes.release(client)
    return lanes.report()["reasons"]


def test_a_certificate_of_a_known_authority(encrypted: Standalone, certificates: Path) -> None:
    authority = str(certificates / "ca.crt")
    with pymongo.MongoClient("127.0.0.1", encrypted.port, tls=True, tlsCAFile=authority) as client:
        assert use(client) == {}
    own = str(certificates / "server.pem")
    with pymongo.MongoClient(
        "localhost", encrypted.port, tls=True, tlsCAFile=authority, tlsCertificateKeyFile=own
    ) as client:
        assert use(client) == {}
    with pymongo.MongoClient("localhost", encrypted.port, tls=True, tlsInsecure=True) as client:
        assert use(client) == {}


def test_what_only_pymongo_accepts(encrypted: Standalone, certificates: Path) -> None:
    with pymongo.MongoClient(
        "127.0.0.1", encrypted.port, tls=True, tlsAllowInvalidHostnames=True, tlsCAFile=str(certificates / "ca.crt")
    ) as client:
        assert use(client) == {"the TLS option tlsallowinvalidhostnames": 2}


def test_a_certificate_that_signs_itself(certificates: Path) -> None:
    """OpenSSL takes an authority's own certificate for a server's; the native driver does not, and pymongo goes on."""
    with Standalone(
        arguments=["--tlsMode", "allowTLS", "--tlsCertificateKeyFile", str(certificates / "self.pem")]
    ) as server:
        client: Any = pymongo.MongoClient(server.uri, tls=True, tlsCAFile=str(certificates / "self.crt"))
        with client:
            assert use(client) == {"TLS the native driver does not accept": 2}


@pytest.mark.parametrize(
    ("shown", "authority", "reason"),
    [
        ("server", None, "certificate verify failed"),
        ("self", "ca", "certificate verify failed"),
        ("expired", "ca", "certificate has expired"),
        ("elsewhere", "ca", "IP address mismatch"),
    ],
    ids=["of nobody known", "of itself", "that has expired", "of another host"],
)
def test_a_certificate_that_is_refused(
    mongodb: Any, certificates: Path, shown: str, authority: str | None, reason: str
) -> None:
    """Nothing is read or written, and the errors are the same; with the checks switched off it is used."""
    options: dict[str, Any] = {"tls": True, "serverSelectionTimeoutMS": 400}
    if authority:
        options["tlsCAFile"] = str(certificates / f"{authority}.crt")

    def program(Thing: Any) -> Any:
        Thing(name="a").save()
        return Thing.objects(name="a").delete()

    with presented(certificates / f"{shown}.pem", port_of(mongodb)) as port:
        uri = f"mongodb://127.0.0.1:{port}"
        seen = on_three_sides(program, uri, **options)
        assert [one.error for one in seen.values()] == [("ServerSelectionTimeoutError",) * 2 + (None,)] * 3
        assert all(reason in one.text for one in seen.values())
        trusting = on_three_sides(program, uri, tls=True, tlsAllowInvalidCertificates=True)
        assert [one.value for one in trusting.values()] == [1, 1, 1]


@pytest.mark.parametrize("encrypted_side", ["server", "client"])
def test_only_one_side_is_encrypted(mongodb: Any, certificates: Path, encrypted_side: str) -> None:
    options: dict[str, Any] = {"serverSelectionTimeoutMS": 400}
    if encrypted_side == "client":
        options |= {"tls": True, "tlsCAFile": str(certificates / "ca.crt")}
    with presented(certificates / "server.pem", port_of(mongodb)) as port:
        uri = f"mongodb://127.0.0.1:{port if encrypted_side == 'server' else port_of(mongodb)}"
        seen = on_three_sides(lambda Thing: Thing.objects.first(), uri, **options)
    assert seen[STOCK].error is not None
    assert seen[NATIVE].error == seen[STOCK].error == seen[RAW].error
