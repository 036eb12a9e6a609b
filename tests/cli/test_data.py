"""`landbridge data rotate-key`, as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

from landbridge.store import load_or_create_vault
from tests.cli.command import landbridge
from tests.cli.test_commands import FREE, Program
from tests.cloud_side import landscape_in


def test_the_key_is_rotated_while_nothing_runs(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    up = ["up", "--data", data, "--landscape", str(landscape_in(tmp_path)), *FREE, "--json"]
    with Program(tmp_path / "first.log", *up) as program:
        program.said()
        refused = landbridge("data", "rotate-key", "--data", data, "--json")
        assert json.loads(refused.stderr)["error"]["code"] == "platform.data-in-use"
        before = landbridge("binding", "--data", data, "--subaccount", "acme").stdout
    old = load_or_create_vault(tmp_path / "data").fingerprint
    done = landbridge("data", "rotate-key", "--data", data, "--data-keys", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["old"] == old
    assert said["new"] == load_or_create_vault(tmp_path / "data").fingerprint
    assert said["values"] > 0
    assert Path(said["kept"]).is_file()
    with Program(tmp_path / "second.log", *up) as program:
        program.said()
        after = landbridge("binding", "--data", data, "--subaccount", "acme").stdout
    assert json.loads(after)["destination"][0]["credentials"]["clientsecret"] in before


def test_people_are_told_where_the_old_key_is(tmp_path: Path) -> None:
    old = load_or_create_vault(tmp_path).fingerprint
    done = landbridge("data", "rotate-key", "--data", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert f"master.key.old-{old}" in done.stderr


def test_a_folder_that_is_no_installation_has_a_name_and_stays_as_it_is(tmp_path: Path) -> None:
    done = landbridge("data", "rotate-key", "--data", str(tmp_path / "nowhere"), "--json")
    assert json.loads(done.stderr)["error"]["code"] == "store.key-missing"
    assert not (tmp_path / "nowhere").exists()
