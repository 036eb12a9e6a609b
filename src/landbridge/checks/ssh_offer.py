"""Reads how an SSH server begins: its identification and its first packet (RFC 4253 §4.2, §6, §7.1). Pure."""

from __future__ import annotations

from landbridge.checks.observations.ssh import Algorithms

IDENTIFICATION = b"SSH-2.0-landbridge\r\n"
MOST_BEFORE = 8192
"""Bytes of other lines that a server may send before its identification."""
MOST_PACKET = 35_000
_KEXINIT = 20
_COOKIE = 16
_SIGNS = ("ext-info-", "kex-strict-")
"""Names among the key exchanges that are none, but say what a side knows (RFC 8308 §2.1)."""


def identification(data: bytes) -> tuple[str, bytes] | None:
    """The server's identification and what follows it; None while it is not there."""
    start = 0 if data.startswith(b"SSH-") else data.find(b"\nSSH-") + 1
    if not data.startswith(b"SSH-") and start == 0:
        return None
    line, end, rest = data[start:].partition(b"\n")
    return (line.rstrip(b"\r").decode("latin-1"), rest) if end else None


def packet_length(data: bytes) -> int:
    """Bytes of the whole packet that begins here, with its length field; 0 while that is not there."""
    return int.from_bytes(data[:4], "big") + 4 if len(data) >= 4 else 0


def offered(packet: bytes) -> Algorithms:
    """The lists in a KEXINIT packet. Raises `ValueError` when it is none."""
    if len(packet) < 6 or packet[5] != _KEXINIT:
        raise ValueError("this is no KEXINIT packet")
    rest = packet[6 + _COOKIE :]
    lists: list[tuple[str, ...]] = []
    for _ in range(6):
        length = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + length:
            raise ValueError("a list has no end")
        text, rest = rest[4 : 4 + length].decode("latin-1"), rest[4 + length :]
        lists.append(tuple(name for name in text.split(",") if name and not name.startswith(_SIGNS)))
    # Both directions are offered apart, and are the same in practice: the way to us stands for both.
    return Algorithms(kex=lists[0], host_key=lists[1], cipher=lists[3], mac=lists[5])
