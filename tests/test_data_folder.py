"""The data folder: one process at a time, files that say what is wrong with them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from landbridge.data_folder import (
    FolderLock,
    Running,
    load_or_create_admin_token,
    read_admin_token,
    read_ca,
    read_running,
    remove_running,
    replace_file,
    write_ca,
    write_running,
)
from landbridge.faults import FaultError


def here(pid: int = os.getpid()) -> Running:
    return Running(pid, "laptop", "http://a", "https://b", "http://c", "authentication.localhost", {"http": 1})


def code_of(error: pytest.ExceptionInfo[FaultError]) -> str:
    return error.value.fault.code


def test_the_lock_is_for_one_at_a_time_and_can_be_taken_again(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path / "new" / "data")
    with pytest.raises(FaultError) as caught:
        FolderLock(tmp_path / "new" / "data")
    assert code_of(caught) == "platform.data-in-use"
    lock.release()
    FolderLock(tmp_path / "new" / "data").release()


def test_a_process_that_died_holds_no_lock(tmp_path: Path) -> None:
    script = "import os, sys, pathlib; from landbridge.data_folder import FolderLock; "
    script += "FolderLock(pathlib.Path(sys.argv[1])); os._exit(1)"
    source = str(Path(__file__).parents[1] / "src")
    died = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], env={**os.environ, "PYTHONPATH": source}, check=False
    )
    assert died.returncode == 1
    FolderLock(tmp_path).release()


def test_the_admin_token_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    token = load_or_create_admin_token(tmp_path)
    assert len(token.reveal()) >= 40
    assert load_or_create_admin_token(tmp_path) == token == read_admin_token(tmp_path)
    assert stat.S_IMODE((tmp_path / "admin.token").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_an_admin_token_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "admin.token").write_bytes(content)
    with pytest.raises(FaultError) as caught:
        load_or_create_admin_token(tmp_path)
    assert code_of(caught) == "platform.file-unreadable"


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_text("")
    for write in (
        lambda: FolderLock(file),
        lambda: load_or_create_admin_token(file),
        lambda: replace_file(file / "x", "text"),
    ):
        with pytest.raises(FaultError) as caught:
            write()
        assert code_of(caught) == "platform.file-unwritable"


def test_where_it_runs_is_written_read_and_removed(tmp_path: Path) -> None:
    assert read_running(tmp_path) is None
    write_running(tmp_path, here())
    assert read_running(tmp_path) == here()
    remove_running(tmp_path)
    remove_running(tmp_path)
    assert read_running(tmp_path) is None


def test_a_dead_process_does_not_run(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    write_running(tmp_path, here(process.pid))
    assert read_running(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_damaged_runtime_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "runtime.json").write_text(text)
    with pytest.raises(FaultError) as caught:
        read_running(tmp_path)
    assert code_of(caught) == "platform.file-unreadable"


def test_the_ca_is_there_after_the_first_start(tmp_path: Path) -> None:
    assert read_ca(tmp_path) is None
    write_ca(tmp_path, "PEM")
    assert read_ca(tmp_path) == "PEM"
