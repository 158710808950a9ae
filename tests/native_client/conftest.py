"""Certificates and a server that takes encrypted connections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mongoengine_fast.testing import Standalone
from tests.native_client.encryption import make_certificates


@pytest.fixture(scope="package")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with certificates: see `make_certificates`."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="package")
def encrypted(certificates: Path) -> Iterator[Standalone]:
    """A server that takes encrypted connections, and others."""
    arguments = ["--tlsMode", "allowTLS", "--tlsCertificateKeyFile", str(certificates / "server.pem")]
    arguments += ["--tlsCAFile", str(certificates / "ca.crt"), "--tlsAllowConnectionsWithoutCertificates"]
    with Standalone(arguments=arguments) as server:
        yield server
