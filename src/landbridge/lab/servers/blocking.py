"""Blocking servers in threads: they send the alerts that asynchronous ones lose (traps 1 and 2)."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from landbridge.lab.pki import Pair

Serve = Callable[[socket.socket], None]
PATIENCE = 5.0


@contextlib.contextmanager
def listening(serve: Serve) -> Iterator[int]:
    """Port of a server that gives each connection to `serve`, in a thread of its own, and closes it afterwards."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.2)
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(PATIENCE)
            serve(connection)

    def accept() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threads.append(threading.Thread(target=one, args=(connection,), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts, where the system does that
        listener.close()
        accepting.join()


def tls(context: ssl.SSLContext, serve: Serve | None = None) -> Serve:
    """Shake hands first; then `serve`, or read until the client goes."""

    def shake(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            (serve or read_on)(secured)

    return shake


def file(content: bytes) -> Serve:
    """Answer each request with that content, over HTTP."""

    def serve(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/pkix-cert\r\n\r\n" + content)

    return serve


def garbage_certificate() -> bytes:
    """A server's first messages in TLS 1.2, with bytes that are no certificate (RFC 5246 §7.4)."""
    hello = b"\x03\x03" + bytes(32) + b"\0" + b"\xc0\x2f" + b"\0" + b"\0\5\xff\1\0\1\0"
    nothing = b"this is no certificate"
    entry = len(nothing).to_bytes(3, "big") + nothing
    messages = _message(2, hello) + _message(11, len(entry).to_bytes(3, "big") + entry)
    return b"\x16\x03\x03" + len(messages).to_bytes(2, "big") + messages


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def read_on(connection: socket.socket) -> None:
    """Read until the client goes."""
    while connection.recv(65_536):
        pass


def server_context(pair: Pair, folder: Path, chain: str = "", clients: str = "") -> ssl.SSLContext:
    """TLS for a server.

    chain    what it presents (PEM); empty: the certificate and what leads up from it
    clients  authorities (PEM) of the client certificates that it insists on; empty: it asks for none
    """
    handle, file = tempfile.mkstemp(suffix=".pem", dir=folder)
    with os.fdopen(handle, "w") as written:
        written.write((chain or pair.chain_pem) + pair.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")  # so that weak keys can be shown too
    context.load_cert_chain(file)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients)
    return context
