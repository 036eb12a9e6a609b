from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.faults import FaultError
from landbridge.model.secret import Secret
from landbridge.store.vault import KEY_FILE, Vault, load_or_create_vault

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


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    first = load_or_create_vault(data)
    assert load_or_create_vault(data).open(first.seal("text")) == "text"
    assert (data / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert data.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in data.iterdir()] == [KEY_FILE]


def test_the_representation_does_not_show_the_key(tmp_path: Path) -> None:
    vault = load_or_create_vault(tmp_path)
    assert (tmp_path / KEY_FILE).read_text().strip() not in repr(vault)


def test_starts_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: load_or_create_vault(tmp_path), range(16)))
    assert len({vault.fingerprint for vault in vaults}) == 1


@pytest.mark.parametrize("text", [b"", b"short", base64.b64encode(bytes(31)), b"\xff" * 44])
def test_a_malformed_key_has_a_name(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / KEY_FILE
    file.touch(0o600)
    file.write_bytes(text)
    with pytest.raises(FaultError) as caught:
        load_or_create_vault(tmp_path)
    assert caught.value.fault.code == "store.key-malformed"
    assert str(file) in caught.value.fault.sentence


def test_a_key_that_others_can_read_has_a_name(tmp_path: Path) -> None:
    load_or_create_vault(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(FaultError) as caught:
        load_or_create_vault(tmp_path)
    assert caught.value.fault.code == "store.key-exposed"


def test_a_data_folder_that_is_a_file_has_a_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(FaultError) as caught:
        load_or_create_vault(tmp_path / "data")
    assert caught.value.fault.code == "store.data-unusable"
