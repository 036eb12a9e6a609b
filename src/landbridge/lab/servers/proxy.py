"""HTTP proxies: one that connects, one that wants a password, one that opens TLS and closes it again."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

from landbridge.lab.servers.blocking import PATIENCE, Serve


def connecting(port: int) -> Serve:
    """Connects to that port of loopback, whatever it is asked for: names behind it need not exist elsewhere."""

    def serve(connection: socket.socket) -> None:
        _asked(connection)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as behind:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pass, args=(behind, connection), daemon=True)
            back.start()
            _pass(connection, behind)
            back.join()

    return serve


def refusing(status: str) -> Serve:
    """Answers every request with that status."""

    def serve(connection: socket.socket) -> None:
        _asked(connection)
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())

    return serve


def inspecting(context: ssl.SSLContext) -> Serve:
    """Shakes hands itself, with a certificate of its own."""

    def serve(connection: socket.socket) -> None:
        _asked(connection)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1000)

    return serve


def _asked(connection: socket.socket) -> None:
    """Read the request."""
    received = b""
    while b"\r\n\r\n" not in received:
        data = connection.recv(4096)
        if not data:
            raise ConnectionAbortedError
        received += data


def _pass(source: socket.socket, sink: socket.socket) -> None:
    """Pass on until the end, and then the end."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
