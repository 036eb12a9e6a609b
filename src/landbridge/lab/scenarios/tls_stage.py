"""Setting up a TLS server, the authorities that are trusted, and the probe that looks at it."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket

from landbridge.lab.pki import Pair
from landbridge.lab.scenario import Stage, Staged
from landbridge.lab.servers.blocking import Serve, listening, server_context, tls


@dataclass(frozen=True, slots=True)
class TlsTarget:
    """What a server presents, and what the one who looks trusts.

    chain    what is presented (PEM), when it is not the certificate with all that leads up from it
    trusted  authorities (PEM) of the one who looks
    clients  authorities (PEM) of the client certificates that the server insists on
    client   certificate that the one who looks has
    host     name by which it is called
    other_trust, seen  PEM files for the options of these names
    options  of the probe, besides
    adjust   changes the server's TLS
    serve    what it does after the handshake
    """

    server: Pair
    trusted: str
    chain: str = ""
    clients: str = ""
    client: Pair | None = None
    host: str = "localhost"
    other_trust: str = ""
    seen: str = ""
    options: tuple[str, ...] = ()
    adjust: Callable[[ssl.SSLContext], None] = field(default=lambda context: None)
    serve: Serve | None = None


def by_name(pair: Pair) -> Callable[[ssl.SSLContext], None]:
    """Show `pair` to those who send a name (SNI), and what was there already to all others."""

    def adjust(context: ssl.SSLContext) -> None:
        with tempfile.TemporaryDirectory() as folder:
            named = server_context(pair, Path(folder))

        def choose(connection: ssl.SSLObject, name: str | None, usual: ssl.SSLContext) -> None:
            if name is not None:
                connection.context = named

        context.sni_callback = choose

    return adjust


def stage(story: str, made: Callable[[], TlsTarget]) -> Stage:
    """Bring about what `made` describes."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder, story, made())

    return staged


@asynccontextmanager
async def _staged(folder: Path, story: str, target: TlsTarget) -> AsyncIterator[Staged]:
    context = server_context(target.server, folder, target.chain, target.clients)
    target.adjust(context)
    with listening(tls(context, target.serve)) as port:
        yield Staged(("probe", "tls", f"{target.host}:{port}", *_options(folder, target)), story)


def _options(folder: Path, target: TlsTarget) -> list[str]:
    trusted = folder / "trusted.pem"
    trusted.write_text(target.trusted)
    options = ["--trust", str(trusted), *target.options]
    for name, content in (("other-trust", target.other_trust), ("seen", target.seen)):
        if content:
            file = folder / f"{name}.pem"
            file.write_text(content)
            options += [f"--{name}", str(file)]
    if target.client is not None:
        certificate, key = folder / "client.pem", folder / "client.key"
        certificate.write_text(target.client.chain_pem)
        key.write_text(target.client.key_pem)
        options += ["--certificate", str(certificate), "--key", str(key)]
    return options


def speaking(greeting: bytes, story: str) -> Stage:
    """A port that says something in plain text and speaks no TLS."""

    @asynccontextmanager
    async def staged(folder: Path) -> AsyncIterator[Staged]:
        def serve(connection: socket) -> None:
            connection.sendall(greeting)
            connection.recv(1000)

        with listening(serve) as port:
            yield Staged(("probe", "tls", f"localhost:{port}"), story)

    return staged
