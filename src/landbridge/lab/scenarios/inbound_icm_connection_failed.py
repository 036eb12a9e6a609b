"""inbound.icm-connection-failed: connections that do not come about (failure-catalogue, row 3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from socket import create_server, socket

from landbridge.lab.pki import leaf, root
from landbridge.lab.possible import with_ipv6
from landbridge.lab.scenario import HEALTHY, Scenario, Stage, Staged
from landbridge.lab.scenarios.tls_stage import TlsTarget, stage
from landbridge.lab.servers.blocking import Serve, listening, server_context, tls
from landbridge.lab.servers.full import full_queue
from landbridge.lab.servers.names import answering
from landbridge.lab.servers.proxy import connecting, refusing

FAILURE = "inbound.icm-connection-failed"
_ENDPOINT = ("--as", "endpoint")


@contextmanager
def _closed() -> Iterator[int]:
    """A port on which nothing listens."""
    with create_server(("127.0.0.1", 0)) as found:
        port = int(found.getsockname()[1])
    yield port


@asynccontextmanager
async def _unknown_name(folder: Path) -> AsyncIterator[Staged]:
    yield Staged(("probe", "tls", "tenant.example.invalid", *_ENDPOINT), "The name does not exist.")


@asynccontextmanager
async def _known_elsewhere(folder: Path) -> AsyncIterator[Staged]:
    with listening(answering("127.0.0.1")) as resolver:
        options = ("--resolver", f"localhost:{resolver}", *_ENDPOINT)
        yield Staged(("probe", "tls", "tenant.example.invalid", *options), "Another name server knows the name.")


@asynccontextmanager
async def _differs_elsewhere(folder: Path) -> AsyncIterator[Staged]:
    with listening(answering("127.0.0.2")) as resolver, create_server(("127.0.0.2", 0)) as right:
        port = right.getsockname()[1]
        options = ("--resolver", f"localhost:{resolver}", *_ENDPOINT)
        yield Staged(("probe", "tls", f"localhost:{port}", *options), "Another name server has the right address.")


@asynccontextmanager
async def _refused(folder: Path) -> AsyncIterator[Staged]:
    with _closed() as port:
        yield Staged(("probe", "tls", f"localhost:{port}", *_ENDPOINT), "Nothing listens on the port.")


@asynccontextmanager
async def _filtered(folder: Path) -> AsyncIterator[Staged]:
    with full_queue() as port:
        command = ("probe", "tls", f"127.0.0.1:{port}", "--timeout", "0.4", *_ENDPOINT)
        yield Staged(command, "The port swallows what comes.")


@asynccontextmanager
async def _dead_ipv6(folder: Path) -> AsyncIterator[Staged]:
    top = root("Lab Root")
    trusted = folder / "trusted.pem"
    trusted.write_text(top.pem)
    with listening(tls(server_context(leaf(top), folder))) as port, full_queue("::1", port):
        addresses = ("--address", "::1", "--address", "127.0.0.1")
        options = ("--trust", str(trusted), "--timeout", "0.6", *addresses, *_ENDPOINT)
        yield Staged(("probe", "tls", f"localhost:{port}", *options), "The IPv6 address swallows what comes.")


@asynccontextmanager
async def _two_addresses(folder: Path) -> AsyncIterator[Staged]:
    top = root("Lab Root")
    trusted = folder / "trusted.pem"
    trusted.write_text(top.pem)
    with listening(tls(server_context(leaf(top), folder))) as port:
        options = ("--trust", str(trusted), "--address", "127.0.0.1", *_ENDPOINT)
        yield Staged(("probe", "tls", f"localhost:{port}", *options), "Its address is given.")


def _only_through_proxy(host: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        top = root("Lab Root")
        trusted = folder / "trusted.pem"
        trusted.write_text(top.pem)
        context = server_context(leaf(top, ["localhost", "tenant.example.invalid"]), folder)
        with listening(tls(context)) as server, listening(connecting(server)) as proxy, _closed() as closed:
            options = ("--trust", str(trusted), "--proxy", f"http://localhost:{proxy}", *_ENDPOINT)
            yield Staged(("probe", "tls", f"{host}:{closed}", *options), "Only the proxy leads there.")

    return staged


def _with_proxy(serve: Serve | None, story: str) -> Stage:
    """A server that can be reached, and a proxy; None: there is none at its address."""

    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        top = root("Lab Root")
        with listening(serve) if serve is not None else _closed() as proxy:
            target = TlsTarget(leaf(top), top.pem, options=("--proxy", f"http://localhost:{proxy}", *_ENDPOINT))
            async with stage(story, lambda: target)(folder) as inner:
                yield inner

    return staged


def _other_tenant() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, options=("--tenant-host", "tenant.eu10.example.test", *_ENDPOINT))


def _right_tenant() -> TlsTarget:
    top = root("Lab Root")
    return TlsTarget(leaf(top), top.pem, options=("--tenant-host", "LOCALHOST", *_ENDPOINT))


def _breaking(serve: Serve, story: str) -> Stage:
    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        with listening(serve) as port:
            yield Staged(("probe", "tls", f"localhost:{port}", "--timeout", "2", *_ENDPOINT), story)

    return staged


def _hang_up(connection: socket) -> None:
    connection.recv(4096)


def _half_a_hello(connection: socket) -> None:
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03")


@asynccontextmanager
async def _healthy_proxy(folder: Path) -> AsyncIterator[Staged]:
    top = root("Lab Root")
    context = server_context(leaf(top), folder)
    trusted = folder / "trusted.pem"
    trusted.write_text(top.pem)
    with listening(tls(context)) as port, listening(connecting(port)) as proxy:
        options = ("--trust", str(trusted), "--proxy", f"http://localhost:{proxy}")
        yield Staged(("probe", "tls", f"localhost:{port}", *options), "Both ways lead to the same server.")


_407 = refusing("407 Proxy Authentication Required")

SCENARIOS = (
    Scenario(FAILURE, "dns", _unknown_name),
    Scenario(FAILURE, "dns", _known_elsewhere, "elsewhere"),
    Scenario(FAILURE, "dns", _differs_elsewhere, "differs"),
    Scenario(FAILURE, "refused", _refused),
    Scenario(FAILURE, "filtered", _filtered),
    Scenario(FAILURE, "v6-only-path", _dead_ipv6, missing=with_ipv6),
    Scenario(HEALTHY, "endpoint", _two_addresses, "address"),
    Scenario(FAILURE, "proxy-needed", _only_through_proxy("localhost"), "port"),
    Scenario(FAILURE, "proxy-needed", _only_through_proxy("tenant.example.invalid"), "name"),
    Scenario(FAILURE, "proxy-wrong", _with_proxy(_407, "The proxy wants a password."), "password"),
    Scenario(FAILURE, "proxy-wrong", _with_proxy(None, "There is no proxy."), "none"),
    Scenario(FAILURE, "wrong-region-host", stage("Another tenant's host is called.", _other_tenant)),
    Scenario(FAILURE, "broken-later", _breaking(_hang_up, "It hangs up in the handshake."), "closed"),
    Scenario(FAILURE, "broken-later", _breaking(_half_a_hello, "It stops in mid-handshake."), "half"),
    Scenario(HEALTHY, "proxy", _healthy_proxy),
    Scenario(HEALTHY, "endpoint", stage("It is the tenant's host.", _right_tenant), "tenant"),
)
