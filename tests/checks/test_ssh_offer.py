"""The beginning of SSH, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.ssh_offer import identification, offered, packet_length


def kexinit(*lists: str) -> bytes:
    """A first packet with these lists."""
    payload = b"\x14" + bytes(16)
    for one in lists:
        payload += len(one).to_bytes(4, "big") + one.encode()
    return (len(payload) + 1).to_bytes(4, "big") + b"\x00" + payload


def test_an_identification_may_come_after_other_lines() -> None:
    assert identification(b"Welcome\r\nSSH-2.0-x\r\nrest") == ("SSH-2.0-x", b"rest")
    assert identification(b"SSH-2.0-x\nrest") == ("SSH-2.0-x", b"rest")


@pytest.mark.parametrize("data", [b"", b"SSH", b"SSH-2.0-x", b"220 ftp\r\n", b"a word about SSH-2.0-x\r\n"])
def test_without_an_identification_there_is_none(data: bytes) -> None:
    assert identification(data) is None


def test_lists_are_read() -> None:
    packet = kexinit("curve25519-sha256,ext-info-s", "ssh-ed25519", "up", "aes256-ctr", "up", "hmac-sha2-256")
    assert packet_length(packet) == len(packet)
    found = offered(packet)
    assert found.kex == ("curve25519-sha256",)
    assert (found.host_key, found.cipher, found.mac) == (("ssh-ed25519",), ("aes256-ctr",), ("hmac-sha2-256",))


@given(st.binary(max_size=200))
def test_anything_else_is_refused_by_one_error(data: bytes) -> None:
    identification(data)
    packet_length(data)
    with pytest.raises(ValueError, match=r"no KEXINIT|no end"):
        offered(data)


@given(st.binary(max_size=60))
def test_lists_that_end_before_their_end_are_refused(rest: bytes) -> None:
    start = b"\x00\x00\x01\x00\x00\x14" + bytes(16) + b"\xff\xff\xff\xff"
    with pytest.raises(ValueError, match="no end"):
        offered(start + rest)
