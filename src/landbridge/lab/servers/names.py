"""A name server that gives one address for every name."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address

from landbridge.lab.servers.blocking import Serve


def answering(address: str) -> Serve:
    """Answers each question for an IPv4 address with this one, and has no other addresses (RFC 1035 §4)."""

    def serve(connection: socket.socket) -> None:
        while True:
            length = int.from_bytes(connection.recv(2, socket.MSG_WAITALL), "big")
            asked = connection.recv(length, socket.MSG_WAITALL)
            if not asked:
                return
            body = asked[12:]
            records = b""
            if body[-4:-2] == b"\0\1":
                records = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + IPv4Address(address).packed
            head = asked[:2] + b"\x81\x80\0\1" + (b"\0\1" if records else b"\0\0") + bytes(4)
            said = head + body + records
            connection.sendall(len(said).to_bytes(2, "big") + said)

    return serve
