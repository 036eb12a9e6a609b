"""Handshakes with a TLS server, without judging its certificate.

The chain is read as it was presented, and so are the request for our certificate and every alert: the library shows
its callers none of them. In TLS 1.3 a refusal of our certificate comes after the handshake, with the first read; so the
probe reads for a second before it hangs up, and never writes (traps 2).
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.handshake import Heard, pem
from landbridge.checks.observations import Observation, TlsHandshake
from landbridge.checks.probe import Logon, Probe, Scene
from landbridge.checks.probes.address import reachable

AFTERWARDS = 1.0
"""Seconds of listening after the handshake."""
_FIRST = 200
_READ = 65_536
_RECORDS = range(20, 25)


async def handshake(scene: Scene, address: str, server_name: str) -> TlsHandshake:
    """One handshake with the target at that address. Raises `DialFailed` when TCP already fails."""
    connection = await scene.dialler.open(address, scene.target.port, scene.seconds)
    link = _Link(connection, _context(scene.logon), server_name)
    try:
        problem = await _shaken(link, scene.seconds)
        ended = "" if problem else await _afterwards(link)
    finally:
        connection.close()
    return link.seen(scene, server_name, problem, ended)


async def _shaken(link: _Link, seconds: float) -> str:
    """Shake hands; empty when it is complete, else what stood in the way."""
    try:
        async with asyncio.timeout(seconds):
            return await link.shake()
    except TimeoutError:
        return "timeout"
    except ConnectionError:
        return "alert" if link.heard.alert >= 0 else "reset"


async def _afterwards(link: _Link) -> str:
    """How the connection is a second later, where the server may still refuse our certificate."""
    if not link.heard.asked:
        return "open"
    try:
        async with asyncio.timeout(AFTERWARDS):
            return await link.listen()
    except TimeoutError:
        return "open"
    except ConnectionError:
        return "alert" if link.heard.alert > 0 else "reset"


@dataclass(slots=True)
class _Link:
    """A TLS machine on a socket. The machine writes into memory, so nothing that it says or hears is lost."""

    connection: Any
    context: ssl.SSLContext
    server_name: str
    heard: Heard = field(default_factory=Heard)
    first: bytes = b""
    incoming: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    outgoing: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    machine: ssl.SSLObject = field(init=False)

    def __post_init__(self) -> None:
        def hear(connection: Any, direction: str, version: int, content: int, message: int, data: bytes) -> None:
            if direction == "read":
                self.heard.hear(int(version), int(content), data)

        # The library offers no other way to see the presented chain, the CertificateRequest and alerts.
        self.context._msg_callback = hear  # type: ignore[attr-defined]
        name = self.server_name or None
        self.machine = self.context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)

    async def shake(self) -> str:
        """To the end of the handshake; empty, or why it has none. Raises `ConnectionError`."""
        while True:
            try:
                self.machine.do_handshake()
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._receive():
                    return "alert" if self.heard.alert >= 0 else "closed"
            except ssl.SSLError:
                await self._flush()
                return self._broken()
            else:
                await self._flush()
                return ""

    async def listen(self) -> str:
        """Wait for whatever comes after the handshake. Raises `ConnectionError`."""
        while True:
            try:
                data = self.machine.read(_READ)
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._receive():
                    return "closed"
            except ssl.SSLZeroReturnError:
                return "closed"
            except ssl.SSLError:
                return "alert" if self.heard.alert > 0 else "closed"
            else:
                return "data" if data else "closed"

    def _broken(self) -> str:
        if self.heard.alert >= 0:
            return "alert"
        return "protocol" if self.first and self.first[0] in _RECORDS else "not-tls"

    async def _receive(self) -> bool:
        data = await asyncio.get_running_loop().sock_recv(self.connection, _READ)
        if len(self.first) < _FIRST:
            self.first += data[: _FIRST - len(self.first)]
        self.incoming.write(data)
        return bool(data)

    async def _flush(self) -> None:
        if self.outgoing.pending:
            await asyncio.get_running_loop().sock_sendall(self.connection, self.outgoing.read())

    def seen(self, scene: Scene, server_name: str, problem: str, ended: str) -> TlsHandshake:
        cipher = self.machine.cipher()
        not_tls = self.first.decode("latin-1") if problem == "not-tls" else ""
        return TlsHandshake(
            host=scene.target.host,
            port=scene.target.port,
            server_name=server_name,
            problem=problem,
            version=self.machine.version() or "",
            cipher=cipher[0] if cipher else "",
            alpn=self.machine.selected_alpn_protocol() or "",
            chain=tuple(pem(der) for der in self.heard.chain),
            certificate_asked=self.heard.asked,
            authorities=tuple(self.heard.authorities),
            certificate_sent=bool(scene.logon.certificate),
            alert=self.heard.alert if problem == "alert" or ended == "alert" else -1,
            ended=ended,
            first_bytes=not_tls,
        )


def _context(logon: Logon) -> ssl.SSLContext:
    """Takes any server, weak ones too: what is weak is for rules to say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.set_alpn_protocols(["h2", "http/1.1"])
    if logon.certificate:
        _present(context, logon)
    return context


def _present(context: ssl.SSLContext, logon: Logon) -> None:
    """Load the client certificate; the library takes it from a file only."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "client.pem")
        file.touch(mode=0o600)
        file.write_text(f"{logon.certificate}\n{logon.key.reveal()}")
        try:
            context.load_cert_chain(file)
        except ssl.SSLError as error:
            raise ValueError("the client certificate and its key do not fit together") from error


async def _with_name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), _sni(scene.target.host))]


async def _without_name(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return [await handshake(scene, reachable(evidence), "")]


def _sni(host: str) -> str:
    """A name can be sent, an address cannot (RFC 6066 §3)."""
    return "" if ":" in host or host.replace(".", "").isdigit() else host.rstrip(".")


def _has_name(scene: Scene, evidence: Evidence) -> str:
    return "" if _sni(scene.target.host) else "the target is an address: no name was sent at all"


TLS = Probe("tls", Layer.TLS_SERVER, Effect.HANDSHAKE, _with_name, after=("tcp",))
TLS_WITHOUT_NAME = Probe(
    "tls-without-name", Layer.TLS_SERVER, Effect.HANDSHAKE, _without_name, after=("tcp",), ready=_has_name
)
