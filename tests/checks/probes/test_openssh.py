"""A real OpenSSH server, as most of them are: several kinds of keys, and two things wanted."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, create_server

import pytest

from landbridge.checks.diallers import DirectDialler
from landbridge.checks.evidence import Effect, Evidence, Target
from landbridge.checks.observations import SftpPath, SshHostKey
from landbridge.checks.plan import observe
from landbridge.checks.plans import PLANS
from landbridge.checks.probe import HARMLESS, Logon, Scene
from landbridge.checks.report import report
from landbridge.checks.terms import SshTerms
from landbridge.lab.scenarios.ssh_stage import line
from landbridge.lab.servers.ssh import host_key
from landbridge.model.secret import Secret
from landbridge.net.clock import system_clock

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(SSHD is None, reason="needs sshd"),
    pytest.mark.skipif(os.geteuid() == 0 and not Path("/run/sshd").is_dir(), reason="needs /run/sshd"),
]
STORED, OTHER, OURS = host_key("ssh-ed25519"), host_key("ssh-rsa"), host_key("ssh-ed25519")


@contextmanager
def openssh(folder: Path, *settings: str) -> Iterator[int]:
    """Its port."""
    assert SSHD is not None
    for name, key in (("stored", STORED), ("other", OTHER)):
        key.write_private_key(folder / name)
        (folder / name).chmod(0o600)
    (folder / "authorized").write_bytes(OURS.export_public_key())
    with create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'other'}",
        f"HostKey {folder / 'stored'}",
        f"AuthorizedKeysFile {folder / 'authorized'}",
        "PidFile none",
        "StrictModes no",
        "UsePAM no",
        "Subsystem sftp internal-sftp",
        *settings,
    ]
    (folder / "conf").write_text("\n".join(lines) + "\n")
    server = subprocess.Popen([SSHD, "-D", "-f", folder / "conf", "-E", folder / "log"])
    try:
        _listening(server, port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _listening(server: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it takes connections."""
    while server.poll() is None:
        try:
            create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            continue
        return
    pytest.skip("sshd does not run here")


async def seen(port: int, directory: Path) -> Evidence:
    target = Target(protocol="sftp", host="localhost", port=port, path=str(directory), user=getpass.getuser())
    scene = Scene(
        target=target,
        dialler=DirectDialler(),
        clock=system_clock,
        logon=Logon(user=target.user),
        ssh=SshTerms(
            known_hosts=line(STORED, f"[localhost]:{port}"),
            source="a list",
            private_key=Secret(OURS.export_private_key().decode()),
            write=True,
        ),
        allowed=HARMLESS | {Effect.INTRUSIVE},
    )
    return await observe(scene, PLANS["sftp"].probes)


async def test_of_several_keys_the_stored_one_is_used(tmp_path: Path) -> None:
    with openssh(tmp_path) as port:
        evidence = await seen(port, tmp_path)
    assert {key.kind for key in evidence.all(SshHostKey)} == {"ssh-ed25519", "ssh-rsa"}
    assert report(evidence).healthy
    assert [one.act for one in evidence.all(SftpPath)][-3:] == ["create", "rename", "remove"]


async def test_two_things_wanted(tmp_path: Path) -> None:
    with openssh(tmp_path, "AuthenticationMethods publickey,password") as port:
        evidence = await seen(port, tmp_path)
    assert [one.cause for one in report(evidence).findings] == ["auth-dual"]


async def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with openssh(tmp_path) as port:
        evidence = await seen(port, tmp_path / "nowhere" / "at-all")
    (finding,) = report(evidence).findings
    assert finding.cause == "directory"
    assert finding.evidence[0] == f"{tmp_path / 'nowhere'} is not there"
