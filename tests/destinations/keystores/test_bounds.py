"""Files that ask for hours of work are refused at once."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.destinations.keystores.bounds import DEPTH_LIMIT, check_derivations, members
from landbridge.destinations.keystores.jks import _der as der
from landbridge.destinations.keystores.material import Unusable
from landbridge.destinations.keystores.reading import key_material
from landbridge.faults import FaultError
from tests.destinations.keystores.files import PASSWORD, a_p12


def integer(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


SALT = der(0x04, b"12345678")
GREEDY = integer(2**31)


@pytest.mark.parametrize(
    "greedy",
    [
        der(0x30, SALT + GREEDY),
        der(0x30, der(0x30, b"") + der(0x30, SALT + GREEDY)),
        der(0x04, der(0x30, SALT + GREEDY)),
        der(0x30, SALT + integer(2**20) + integer(8) + integer(1)),
        der(0x30, SALT + integer(2) + integer(8) + integer(10**6)),
        b"\x30\x80" + SALT + GREEDY + b"\x00\x00",
        b"\x24\x80\x04\x02ab\x04\x02cd\x00\x00" + GREEDY,
        b"\x24\x80" + der(0x04, der(0x30, SALT + GREEDY)[:9]) + der(0x04, der(0x30, SALT + GREEDY)[9:]) + b"\x00\x00",
        b"\x30\x80\x1f\x81\x01\x00" + SALT + GREEDY + b"\x00\x00",
    ],
)
def test_costly_derivations(greedy: bytes) -> None:
    with pytest.raises(Unusable):
        check_derivations(der(0x30, greedy))


def test_usual_ones_pass() -> None:
    check_derivations(der(0x30, SALT + integer(600_000) + integer(32)))
    check_derivations(der(0x30, SALT + integer(16384) + integer(8) + integer(1)))
    check_derivations(a_p12())


def test_a_greedy_pkcs12_is_refused_in_no_time() -> None:
    mac = der(0x30, der(0x30, b"") + SALT + GREEDY)
    content = der(0x30, b"\x02\x01\x03" + der(0x30, b"") + mac)
    begun = time.perf_counter()
    with pytest.raises(FaultError) as caught:
        key_material("c.p12", content, PASSWORD)
    assert "iterations" in caught.value.fault.sentence
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("nested", [b"\x30\x80" * 5000, b"\x24\x80" * 5000, b"\x30\x82\xff\xff" * 200])
def test_deep_ones_neither_crash_nor_pass(nested: bytes) -> None:
    with pytest.raises(Unusable):
        check_derivations(nested)


def test_depth_is_bounded() -> None:
    value = b""
    for _ in range(DEPTH_LIMIT + 3):
        value = der(0x30, value)
    with pytest.raises(Unusable, match="nested"):
        check_derivations(value)


@given(st.binary(max_size=300))
def test_garbage(content: bytes) -> None:
    members(content)
    try:
        check_derivations(content)
    except Unusable:
        return
