"""The state folder: whole or not at all, readable by its owner alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.connector.state.files import ConnectorState, load_state, save_state
from landbridge.faults import FaultError

STATE = ConnectorState("id", "subaccount", "plant", ("a:1", "b:2"), "KEY\n", "-----BEGIN CERTIFICATE-----\n", "CA")


def code(folder: Path) -> str:
    with pytest.raises(FaultError) as caught:
        load_state(folder)
    return caught.value.fault.code


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "state"
    save_state(folder, STATE)
    save_state(folder, STATE)
    assert load_state(folder) == STATE
    assert {file.name for file in folder.iterdir()} == {"identity.pem", "ca.pem", "connector.json"}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in folder.iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_state_does_not_show_its_key() -> None:
    assert "KEY" not in repr(STATE)


def test_nothing_there(tmp_path: Path) -> None:
    assert code(tmp_path) == "connector.not-enrolled"
    assert code(tmp_path / "nowhere") == "connector.not-enrolled"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"connector": 1, "gateways": null}', "[" * 100_000])
def test_a_mark_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    save_state(tmp_path, STATE)
    (tmp_path / "connector.json").write_text(text)
    assert code(tmp_path) == "connector.state-unreadable"


@pytest.mark.parametrize("name", ["identity.pem", "ca.pem"])
def test_a_missing_file(tmp_path: Path, name: str) -> None:
    save_state(tmp_path, STATE)
    (tmp_path / name).unlink()
    assert code(tmp_path) == "connector.state-unreadable"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(FaultError, match=r"connector\.state-unreadable"):
        save_state(tmp_path / "state", STATE)
