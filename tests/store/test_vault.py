from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.faults import FaultError
from landbridge.model.secret import Secret
from landbridge.store.vault import Vault

KEY = bytes(range(32))


@given(st.text(), st.text())
def test_opens_what_it_sealed(text: str, context: str) -> None:
    assert Vault(KEY).open(Vault(KEY).seal(Secret(text), context), context) == text


def test_the_same_text_is_sealed_differently_each_time() -> None:
    vault = Vault(KEY)
    assert vault.seal("text") != vault.seal("text")


@pytest.mark.parametrize("position", [0, 1, 13, -1])
def test_an_altered_value_does_not_open(position: int) -> None:
    sealed = bytearray(Vault(KEY).seal("text"))
    sealed[position] ^= 1
    with pytest.raises(FaultError) as caught:
        Vault(KEY).open(bytes(sealed))
    assert caught.value.fault.code == "store.unreadable"


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12)])
def test_a_cut_value_does_not_open(sealed: bytes) -> None:
    with pytest.raises(FaultError) as caught:
        Vault(KEY).open(sealed)
    assert caught.value.fault.code == "store.unreadable"


def test_a_value_of_another_place_or_key_does_not_open() -> None:
    sealed = Vault(KEY).seal("text", "client/a")
    for vault, context in ((Vault(KEY), "client/b"), (Vault(bytes(32)), "client/a")):
        with pytest.raises(FaultError) as caught:
            vault.open(sealed, context)
        assert caught.value.fault.code == "store.unreadable"


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(16))
