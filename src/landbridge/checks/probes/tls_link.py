"""TLS on a connected socket, by a machine that writes into memory, so nothing that it says or hears is lost.

The chain is read as it was presented, and so are the request for our certificate and every alert: the library shows
its callers none of them. Those who begin in plain text (STARTTLS) hand over their socket and go on speaking here.
"""

from __future__ import annotations

import asyncio
import ssl
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landbridge.checks.handshake import Heard, pem
from landbridge.checks.observations import TlsHandshake
from landbridge.checks.probe import Logon, Scene, Trust

AFTERWARDS = 1.0
"""Seconds of listening after the handshake."""
_LEGACY_SERVERS = ssl.Options(0x4)
"""Servers that do not know RFC 5746 are shaken hands with too (SSL_OP_LEGACY_SERVER_CONNECT)."""
_FIRST = 200
_READ = 65_536
_RECORDS = range(20, 25)


@dataclass(slots=True)
class TlsLink:
    """A TLS machine on a connected, non-blocking socket.

    server_name  sent as SNI, when it is a name; what the certificate is judged by, when the context judges
    """

    connection: Any
    context: ssl.SSLContext
    server_name: str
    heard: Heard = field(default_factory=Heard)
    first: bytes = b""
    waiting: bytes = b""
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

    async def shake(self, seconds: float) -> str:
        """Shake hands; empty when it is complete, else what stood in the way (`TlsHandshake.problem`)."""
        try:
            async with asyncio.timeout(seconds):
                return await self._shake()
        except TimeoutError:
            return "timeout"
        except ConnectionError:
            return "alert" if self.heard.alert >= 0 else "reset"

    async def afterwards(self) -> str:
        """How the connection is a second later, where the server may still refuse our certificate."""
        if not self.heard.asked:
            return "open"
        try:
            async with asyncio.timeout(AFTERWARDS):
                return await self._listen()
        except TimeoutError:
            return "open"
        except ConnectionError:
            return "alert" if self.heard.alert > 0 else "reset"

    async def send(self, data: bytes) -> None:
        """Say something, after the handshake. Raises `OSError`."""
        self.machine.write(data)
        await self._flush()

    async def receive(self) -> bytes:
        """What the server says next; empty at its end. Raises `OSError`, of which `ssl.SSLError` is one."""
        if self.waiting:
            data, self.waiting = self.waiting, b""
            return data
        while True:
            try:
                return self.machine.read(_READ)
            except ssl.SSLWantReadError:
                await self._flush()
                if not await self._receive():
                    return b""
            except ssl.SSLZeroReturnError:
                return b""

    async def _shake(self) -> str:
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

    async def _listen(self) -> str:
        """Wait for whatever comes after the handshake. Raises `ConnectionError`."""
        try:
            self.waiting = await self.receive()
            return "data" if self.waiting else "closed"
        except ssl.SSLError:
            return "alert" if self.heard.alert > 0 else "closed"

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

    def seen(self, scene: Scene, problem: str, ended: str) -> TlsHandshake:
        """The handshake as a fact."""
        cipher = self.machine.cipher()
        not_tls = self.first.decode("latin-1") if problem == "not-tls" else ""
        return TlsHandshake(
            host=scene.target.host,
            port=scene.target.port,
            server_name=self.server_name,
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


def any_server(logon: Logon, protocols: Sequence[str] = ()) -> ssl.SSLContext:
    """Takes any server, weak ones too: what is weak is for rules to say. `protocols` are offered in ALPN."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _LEGACY_SERVERS
    context.set_ciphers("ALL:@SECLEVEL=0")
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if logon.certificate:
        _present(context, logon)
    return context


def trusted_server(logon: Logon, trust: Trust) -> ssl.SSLContext:
    """Takes only a server that `trust` vouches for, as traffic does: for those who have a secret to say."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if trust.certificates:
        context.load_verify_locations(cadata="\n".join(trust.certificates))
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


def sni(host: str) -> str:
    """A name can be sent, an address cannot (RFC 6066 §3)."""
    return "" if ":" in host or host.replace(".", "").isdigit() else host.rstrip(".")
