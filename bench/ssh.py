"""The peer: `ssh -R` through an sshd of our own on loopback, run by whoever runs the benchmark.

As with landbridge, the far side (ssh) dials out, and clients come in at the near side (sshd).
"""

from __future__ import annotations

import getpass
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.nouns import Subject
from bench.processes import NotStarted, running
from bench.tools import SshTools


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to run ssh. With a `session` beside the forwarding, sshd sets TCP_NODELAY; with `ssh -N` it does not."""

    title: str
    session: bool = False
    cipher: str = ""


PEERS = {
    "ssh": Peer("ssh -R"),
    "ssh-nodelay": Peer("ssh -R nodelay", session=True),
    "ssh-aes": Peer("ssh -R nodelay aes", session=True, cipher="aes128-gcm@openssh.com"),
}

_PATIENCE = 10.0
_ALLOCATED = re.compile(rb"Allocated port (\d+) for remote forward")
_SEPARATION = Path("/run/sshd")


@contextmanager
def remote_forward(tools: SshTools, folder: Path, backend: Subject, peer: Peer) -> Iterator[Subject]:
    """`ssh -R` to the backend while the block runs. Raises `NotStarted` with what sshd or ssh said."""
    folder.mkdir()
    port = _free_port()
    config = _configure(tools, folder, port)
    server_log, client_log = folder / "sshd.log", folder / "ssh.log"
    with running([tools.sshd, "-D", "-e", "-f", str(config)], server_log) as server:
        _wait_for_port(port, server, server_log)
        with running(_client_command(tools, folder, port, backend.port, peer), client_log) as client:
            entrance = _wait_for_forward(client, client_log, server_log)
            yield Subject(
                name=peer.title,
                port=entrance,
                host_header=backend.host_header,
                programs={"sshd": server.pid, "ssh": client.pid},
            )


def _configure(tools: SshTools, folder: Path, port: int) -> Path:
    """Keys and configuration in a temporary folder; nothing of the user's own is read or changed."""
    if os.geteuid() == 0:
        _SEPARATION.mkdir(mode=0o755, exist_ok=True)  # Debian's unit file makes it; sshd as root insists on it
    for name in ("host", "user"):
        subprocess.run([tools.keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "known").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    config = folder / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'user.pub'}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nAllowTcpForwarding remote\n"
    )
    return config


def _client_command(tools: SshTools, folder: Path, port: int, backend_port: int, peer: Peer) -> list[str]:
    options = {
        "IdentityFile": str(folder / "user"),
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": str(folder / "known"),
        "StrictHostKeyChecking": "yes",
        "ExitOnForwardFailure": "yes",
        "BatchMode": "yes",
        **({"Ciphers": peer.cipher} if peer.cipher else {}),
    }
    command = [tools.ssh, "-F", "none", "-T", *([] if peer.session else ["-N"]), "-p", str(port)]
    for name, value in options.items():
        command += ["-o", f"{name}={value}"]
    command += ["-R", f"127.0.0.1:0:127.0.0.1:{backend_port}", f"{getpass.getuser()}@127.0.0.1"]
    return [*command, "exec sleep 86400"] if peer.session else command


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for_port(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NotStarted(f"sshd: {log.read_text(errors='replace')[-500:]}")


def _wait_for_forward(client: subprocess.Popen[bytes], log: Path, server_log: Path) -> int:
    """The port that sshd chose, which ssh writes to stderr."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and client.poll() is None:
        if found := _ALLOCATED.search(log.read_bytes()):
            return int(found[1])
        time.sleep(0.05)
    said = log.read_text(errors="replace")[-500:] + server_log.read_text(errors="replace")[-500:]
    raise NotStarted(f"ssh: {said}")
