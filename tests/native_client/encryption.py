"""Certificates, good and bad, and a server in whose place another certificate is shown."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_CONFIGURATION = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = localhost
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,digitalSignature
[self]
basicConstraints = critical,CA:TRUE
subjectAltName = DNS:localhost,IP:127.0.0.1
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:localhost,IP:127.0.0.1
[elsewhere]
basicConstraints = CA:FALSE
subjectAltName = DNS:elsewhere.example
"""


def _openssl(*arguments: Any) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make_certificates(folder: Path) -> Path:
    """Fill *folder*: an authority (`ca.crt`), and with keys (`.pem`) what it has signed, good or not, and `self`."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl program")
    (folder / "openssl.cnf").write_text(_CONFIGURATION)
    config = ("-config", folder / "openssl.cnf")
    new = ("req", "-newkey", "rsa:2048", "-nodes", *config)
    for name, subject in (("ca", "/CN=authority"), ("self", "/CN=localhost")):
        _openssl(*new, "-x509", "-days", 2, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt",
                 "-subj", subject, "-extensions", name)  # fmt: skip
    for name, section, days in (("server", "server", 2), ("expired", "server", 0), ("elsewhere", "elsewhere", 2)):
        _openssl(*new, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        _openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.crt", "-CAkey", folder / "ca.key",
                 "-CAcreateserial", "-days", days, "-out", folder / f"{name}.crt", "-extfile", folder / "openssl.cnf",
                 "-extensions", section)  # fmt: skip
    # The one that expires at once is good for the rest of the second.
    time.sleep(1.1)
    for name in ("self", "server", "expired", "elsewhere"):
        text = (folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text()
        (folder / f"{name}.pem").write_text(text)
    return folder


@contextmanager
def presented(certificate: Path, server: int) -> Iterator[int]:
    """A port on which *certificate* is shown, and behind it the unencrypted server at port *server*.

    mongod itself does not start with a certificate that has expired.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, context, server), daemon=True).start()
        yield listener.getsockname()[1]
        # Closing alone would not end the wait for the next connection.
        listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, context: ssl.SSLContext, server: int) -> None:
    while True:
        try:
            client = listener.accept()[0]
        except OSError:
            return
        threading.Thread(target=_serve, args=(client, context, server), daemon=True).start()


def _serve(client: socket.socket, context: ssl.SSLContext, server: int) -> None:
    # Whoever refuses the certificate goes away in the middle.
    with (
        contextlib.suppress(OSError),
        context.wrap_socket(client, server_side=True) as one,
        socket.create_connection(("127.0.0.1", server)) as other,
    ):
        back = threading.Thread(target=_copy, args=(other, one), daemon=True)
        back.start()
        _copy(one, other)
        other.shutdown(socket.SHUT_RDWR)
        back.join(5)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
