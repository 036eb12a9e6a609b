"""Peers that forward a port through a tunnel that the far side dials: chisel, frp and rathole, each encrypted.

Each has two programs, `server` (near the clients) and `client` (near the backend), and moves bytes without a look.
"""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import workshop
from bench.client import WrongAnswer, ask
from bench.nouns import Subject
from bench.processes import NotStarted, running

_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Commands:
    """How to start a peer, its two programs by name."""

    server: tuple[str, list[str]]
    client: tuple[str, list[str]]


@dataclass(frozen=True, slots=True)
class Ports:
    """Free ports: where the tunnel is dialled, where clients come in; and that of the backend."""

    tunnel: int
    entrance: int
    backend: int


@dataclass(frozen=True, slots=True)
class Forwarder:
    """`prepare` builds the programs, writes what they need into a folder, and says how to start them."""

    title: str
    prepare: Callable[[Path, Ports], Commands]


def _chisel(folder: Path, ports: Ports) -> Commands:
    """SSH's encryption inside WebSocket, with a key of its own that the client checks."""
    program = workshop.go_program(workshop.CHISEL, ".", "chisel")
    key = folder / "key"
    _said([program, "server", "--keygen", str(key)])
    server = [program, "server", "--host", "127.0.0.1", "--port", str(ports.tunnel), "--reverse", "--keyfile", str(key)]
    remote = f"R:127.0.0.1:{ports.entrance}:127.0.0.1:{ports.backend}"
    client = [program, "client", f"http://127.0.0.1:{ports.tunnel}", remote]
    return Commands(("chisel server", server), ("chisel client", client))


def _frp(folder: Path, ports: Ports) -> Commands:
    """TLS, which both sides insist on; streams share a connection (its default)."""
    server = workshop.go_program(workshop.FRP, "./cmd/frps", "frps")
    client = workshop.go_program(workshop.FRP, "./cmd/frpc", "frpc")
    (folder / "frps.toml").write_text(
        f'bindAddr = "127.0.0.1"\nbindPort = {ports.tunnel}\nauth.token = "bench"\ntransport.tls.force = true\n'
        'log.level = "warn"\n'
    )
    (folder / "frpc.toml").write_text(frpc_configuration(ports))
    return Commands(
        ("frps", [server, "-c", str(folder / "frps.toml")]), ("frpc", [client, "-c", str(folder / "frpc.toml")])
    )


def frpc_configuration(ports: Ports) -> str:
    """An frpc that opens one port at its server."""
    return (
        f'serverAddr = "127.0.0.1"\nserverPort = {ports.tunnel}\nauth.token = "bench"\ntransport.tls.enable = true\n'
        f'log.level = "warn"\n[[proxies]]\nname = "bench-{ports.entrance}"\ntype = "tcp"\nlocalIP = "127.0.0.1"\n'
        f"localPort = {ports.backend}\nremotePort = {ports.entrance}\n"
    )


def _rathole(folder: Path, ports: Ports) -> Commands:
    """The Noise protocol, with a key of the server that the client checks."""
    program = workshop.crate_program(workshop.RATHOLE, "server,client,noise")
    lines = _said([program, "--genkey"]).split()
    private, public = lines[2], lines[5]
    (folder / "server.toml").write_text(
        f'[server]\nbind_addr = "127.0.0.1:{ports.tunnel}"\n'
        f'[server.transport]\ntype = "noise"\n[server.transport.noise]\nlocal_private_key = "{private}"\n'
        f'[server.services.bench]\ntoken = "bench"\nbind_addr = "127.0.0.1:{ports.entrance}"\n'
    )
    (folder / "client.toml").write_text(
        f'[client]\nremote_addr = "127.0.0.1:{ports.tunnel}"\n'
        f'[client.transport]\ntype = "noise"\n[client.transport.noise]\nremote_public_key = "{public}"\n'
        f'[client.services.bench]\ntoken = "bench"\nlocal_addr = "127.0.0.1:{ports.backend}"\n'
    )
    return Commands(
        ("rathole server", [program, "--server", str(folder / "server.toml")]),
        ("rathole client", [program, "--client", str(folder / "client.toml")]),
    )


FORWARDERS = {
    "chisel": Forwarder("chisel", _chisel),
    "frp": Forwarder("frp", _frp),
    "rathole": Forwarder("rathole", _rathole),
}


@contextmanager
def forwarder(folder: Path, backend: Subject, peer: Forwarder) -> Iterator[Subject]:
    """The peer's two programs while the block runs. Raises `NotStarted` with what is missing or what they wrote."""
    folder.mkdir()
    ports = Ports(free_port(), free_port(), backend.port)
    commands = peer.prepare(folder, ports)
    with ExitStack() as started:
        programs = {}
        for name, command in (commands.server, commands.client):
            log = folder / f"{name.replace(' ', '-')}.log"
            process = started.enter_context(running(command, log))
            programs[name] = process.pid
            if name == commands.server[0]:
                wait_for_port(ports.tunnel, process, name, log)
        hold = partial(_frpcs, folder, ports, commands.client[1][0]) if peer is FORWARDERS["frp"] else None
        subject = Subject(peer.title, ports.entrance, backend.host_header, programs=programs, hold_tunnels=hold)
        _wait_until_it_answers(subject, folder)
        yield subject


@contextmanager
def _frpcs(folder: Path, ports: Ports, program: str, count: int) -> Iterator[None]:
    """So many more clients of one frps, each with its tunnel and a port, while the block runs."""
    with ExitStack() as started:
        for number in range(count):
            mine = Ports(ports.tunnel, free_port(), ports.backend)
            config, log = folder / f"idle-{number}.toml", folder / f"idle-{number}.log"
            config.write_text(frpc_configuration(mine))
            process = started.enter_context(running([program, "-c", str(config)], log))
            wait_for_port(mine.entrance, process, "frpc", log)
        yield


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    """Return when somebody listens. Raises `NotStarted`."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NotStarted(f"{name}: {log.read_text(errors='replace')[-500:]}")


def _wait_until_it_answers(subject: Subject, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            ask(subject, "GET", "/small", timeout=2.0)
        except (WrongAnswer, OSError) as reason:
            if time.monotonic() > deadline:
                said = "\n".join(log.read_text(errors="replace")[-400:] for log in folder.glob("*.log"))
                raise NotStarted(f"{subject.name}: {reason}\n{said}") from reason
            time.sleep(0.1)
        else:
            return


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise NotStarted(f"{command[0]}: {done.stderr[-400:]}")
    return done.stdout
