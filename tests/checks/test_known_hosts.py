"""Lists of known hosts, as OpenSSH reads and writes them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.checks.known_hosts import about, fingerprint, looked_up, read

KEY = asyncssh.generate_private_key("ssh-ed25519")
PUBLIC = KEY.export_public_key().decode().strip()


def is_for(names: str, name: str) -> bool:
    lines, unreadable = read(f"{names} {PUBLIC}\n")
    assert unreadable == ()
    return lines[0].is_for(name)


@pytest.mark.parametrize(
    ("names", "name", "expected"),
    [
        ("files.example.test", "files.example.test", True),
        ("FILES.example.test", "files.EXAMPLE.test", True),
        ("files.example.test", "files.example.test.evil", False),
        ("other,files.example.test,192.0.2.7", "192.0.2.7", True),
        ("*.example.test", "files.example.test", True),
        ("*.example.test,!files.example.test", "files.example.test", False),
        ("file?.example.test", "files.example.test", True),
        ("[files.example.test]:2222", "[files.example.test]:2222", True),
        ("[files.example.test]:2222", "files.example.test", False),
        ("files.example.test", "[files.example.test]:2222", False),
        ("[*.example.test]:2222", "[files.example.test]:2222", True),
        ("[f]iles.example.test", "files.example.test", False),
        ("|1|AAAA", "files.example.test", False),
        ("|1|!!!!|!!!!", "files.example.test", False),
    ],
)
def test_names_are_matched(names: str, name: str, expected: bool) -> None:
    assert is_for(names, name) is expected


@pytest.mark.parametrize(("port", "name"), [(22, "files"), (2222, "[files]:2222")])
def test_the_port_is_part_of_the_name_unless_it_is_the_usual_one(port: int, name: str) -> None:
    assert looked_up("files", port) == name


def test_lines_that_are_none_are_counted() -> None:
    text = (
        f"# a remark\n\nfiles\nfiles ssh-ed25519 nonsense\nfiles ssh-rsa {PUBLIC.split()[1]}\n@revoked files {PUBLIC}\n"
    )
    lines, unreadable = read(text)
    assert unreadable == (3, 4, 5)
    assert [(one.number, one.marker) for one in lines] == [(6, "revoked")]


def test_the_fingerprint_is_the_one_that_people_compare() -> None:
    assert fingerprint(KEY.public_data) == KEY.get_fingerprint()


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
@pytest.mark.parametrize("name", ["files.example.test", "[files.example.test]:2222"])
def test_names_that_openssh_has_hashed_are_found(name: str, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"{name} {PUBLIC}\nother.example.test {PUBLIC}\n")
    subprocess.run(["ssh-keygen", "-H", "-f", file], check=True, capture_output=True)
    lines, _ = read(file.read_text())
    assert [line.names.startswith("|1|") for line in lines] == [True, True]
    assert [line.is_for(name) for line in lines] == [True, False]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    lines, unreadable = read(text)
    for line in lines:
        line.is_for("files.example.test")
    assert len(lines) + len(unreadable) <= len(text.splitlines())


def test_what_is_not_about_a_host_is_left_out_and_the_numbers_stay() -> None:
    names = ("other.example.test", "# a remark", "FILES.example.test", "[files.example.test]:2222", "*.example.org")
    text = "\n".join(name if name.startswith("#") else f"{name} {PUBLIC}" for name in names)
    kept, unreadable = read(about(text, "files.example.test", 22))
    assert [line.number for line in kept] == [3, 4]
    assert unreadable == ()
    assert read(about(text, "a.example.org", 22))[0][0].number == 5
