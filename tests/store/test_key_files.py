from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from landbridge.faults import FaultError
from landbridge.store.key_files import KEY_FILE, load_or_create_vault, load_vault, next_vault, prepare_next, take_over


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


def test_a_folder_without_a_key_has_a_name(tmp_path: Path) -> None:
    with pytest.raises(FaultError) as caught:
        load_vault(tmp_path)
    assert caught.value.fault.code == "store.key-missing"


def test_the_next_key_takes_over_and_the_old_one_stays(tmp_path: Path) -> None:
    old = load_or_create_vault(tmp_path)
    assert next_vault(tmp_path) is None
    following = prepare_next(tmp_path)
    assert prepare_next(tmp_path).fingerprint == following.fingerprint != old.fingerprint
    kept = take_over(tmp_path)
    assert load_vault(tmp_path).fingerprint == following.fingerprint
    assert next_vault(tmp_path) is None
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.replace(tmp_path / KEY_FILE)
    assert load_vault(tmp_path).fingerprint == old.fingerprint
