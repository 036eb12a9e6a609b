"""Setting up an HTTP server, plain or in TLS, and the probe that looks at it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.lab.pki import leaf, root
from landbridge.lab.scenario import Stage, Staged
from landbridge.lab.servers.blocking import Serve, listening, server_context, tls
from landbridge.lab.servers.web import Respond, web

SECRET = "open sesame"
USER = "shop"
PAIR = f"{USER}:{SECRET}".encode()


@dataclass(frozen=True, slots=True)
class HttpTarget:
    """A server and how it is looked at.

    serve     what each connection gets; `respond` makes it from answers
    protocol  the probe: http, oauth, odata, soap
    options   of the command; `SECRET-FILE` stands for a file with `secret`
    secure    TLS: "", "server", or "mutual" (the server insists on a certificate of ours, and we have it)
    """

    respond: Respond | None = None
    serve: Serve | None = None
    protocol: str = "http"
    path: str = "/orders"
    options: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    secret: str = SECRET
    secure: str = ""


LOGON = ("--login", USER, "--secret-file", "SECRET-FILE")


def http_stage(story: str, made: Callable[[], HttpTarget]) -> Stage:
    """Bring about what `made` describes."""

    def staged(folder: Path) -> AbstractAsyncContextManager[Staged]:
        return _staged(folder, story, made())

    return staged


@asynccontextmanager
async def _staged(folder: Path, story: str, target: HttpTarget) -> AsyncIterator[Staged]:
    serve = target.serve or web(_needed(target.respond))
    secret = folder / "secret"
    secret.write_text(target.secret)
    options = [str(secret) if option == "SECRET-FILE" else option for option in target.options]
    context = _context(folder, target, options)
    with listening(tls(context, serve) if context is not None else serve) as port:
        scheme = "https" if target.secure else "http"
        url = f"{scheme}://{target.host}:{port}{target.path}"
        yield Staged(("probe", target.protocol, url, *options), story)


def _needed(respond: Respond | None) -> Respond:
    if respond is None:
        raise ValueError("a server has to do something")
    return respond


def _context(folder: Path, target: HttpTarget, options: list[str]) -> ssl.SSLContext | None:
    """TLS of the server; what the one who looks needs for it becomes options."""
    if not target.secure:
        return None
    top, clients = root("Lab Root"), root("Lab Client CA")
    trusted = folder / "trusted.pem"
    trusted.write_text(top.pem)
    options += ["--trust", str(trusted)]
    if target.secure == "mutual":
        client = leaf(clients, [USER], usage=ExtendedKeyUsageOID.CLIENT_AUTH)
        certificate, key = folder / "client.pem", folder / "client.key"
        certificate.write_text(client.chain_pem)
        key.write_text(client.key_pem)
        options += ["--certificate", str(certificate), "--key", str(key)]
    return server_context(leaf(top), folder, clients=clients.pem if target.secure == "mutual" else "")
