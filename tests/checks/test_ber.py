"""Elements of BER, and the messages of LDAP in them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks import ldap_messages as ldap
from landbridge.checks.ber import OCTETS, SEQUENCE, Element, NotBer, element, integer, size, text


def one(data: bytes) -> Element:
    header = size(data)
    assert header is not None
    assert sum(header) == len(data)
    return Element(data[0], data[header[0] :])


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_elements_come_back(contents: list[bytes]) -> None:
    whole = one(element(SEQUENCE, *(element(OCTETS, content) for content in contents)))
    assert [part.content for part in whole.parts()] == contents


@given(st.integers(min_value=0, max_value=2**40))
def test_numbers_come_back(value: int) -> None:
    assert one(integer(value)).number == value


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_read_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(NotBer):
        header = size(data)
        if header is not None and len(data) >= sum(header):
            message = ldap.message(Element(data[0], data[header[0] : sum(header)]))
            _ = message.code, message.said, list(ldap.attributes(message))


def test_a_length_tells_how_much_is_needed() -> None:
    assert size(b"\x30") is None
    assert size(b"\x30\x82\x01") is None
    assert size(b"\x30\x82\x01\x00") == (4, 256)
    with pytest.raises(NotBer):
        size(b"\x30\x80")


def test_a_bind_as_the_standard_writes_it() -> None:
    assert ldap.packed(1, ldap.bind("u", "p")) == bytes.fromhex("300e020101600902010304017580" + "0170")


def test_an_entry_is_read() -> None:
    listed = element(SEQUENCE, text("A"), element(0x31, text("x"), text("y")))
    packed = ldap.packed(2, element(ldap.SEARCH_ENTRY, text(""), element(SEQUENCE, listed)))
    entry = ldap.message(one(packed))
    assert (entry.number, entry.kind) == (2, ldap.SEARCH_ENTRY)
    assert dict(ldap.attributes(entry)) == {"a": ("x", "y")}
