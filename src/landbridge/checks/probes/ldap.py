"""Conversations with directories: TLS, the root entry, and a bind when it is asked for."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from typing import Any

from landbridge.checks import ldap_messages as ldap
from landbridge.checks.ber import SEQUENCE, Element, NotBer, size
from landbridge.checks.conversation import Protection
from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.ldap_messages import Message
from landbridge.checks.observations import (
    DirectorySeen,
    LogonTried,
    Observation,
    SecretKept,
    StartTlsAnswered,
    TalkEnded,
    TlsHandshake,
)
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.lines import Broken, Channel, PlainLink
from landbridge.checks.probes.tls import shaken
from landbridge.checks.probes.tls_link import TlsLink, any_server, sni, trusted_server

MOST_BYTES = 1_000_000
"""Of one message."""
_ASKED = ("namingContexts", "vendorName", "vendorVersion", "supportedLDAPVersion", "supportedSASLMechanisms")
_MOST_VALUES = 50
_MOST_ENTRIES = 10


class Talk:
    """A conversation with a directory, and what was seen in it so far."""

    def __init__(self, scene: Scene, connection: Any, context: ssl.SSLContext, server: str) -> None:
        self._scene = scene
        self._connection = connection
        self._context = context
        self._server = server
        self._channel: Channel = PlainLink(connection)
        self._deadline = asyncio.get_running_loop().time() + scene.seconds
        self._buffer = b""
        self._number = 0
        self.stage = "features"
        self.secured = False
        self.seen: list[Observation] = []

    async def begin(self) -> bool:
        """To where a bind would follow; False when it does not come so far. Raises `Broken`."""
        match self._scene.target.conversation.protection:
            case Protection.TLS:
                return await self._secure()
            case Protection.STARTTLS | Protection.OPTIONAL as wish:
                return await self._upgrade(wish is Protection.OPTIONAL)
            case _:
                return True

    async def _upgrade(self, optional: bool) -> bool:
        self.stage = "starttls"
        said = await self.ask(ldap.start_tls())
        agreed = said.kind == ldap.EXTENDED_ANSWER and said.code == ldap.SUCCESS
        self.seen.append(StartTlsAnswered(agreed=agreed, text=shown(f"result {said.code} {said.said}")))
        return await self._secure() if agreed else optional

    async def _secure(self) -> bool:
        if self._buffer:
            raise Broken("unsafe")
        link = TlsLink(self._connection, self._context, self._server)
        self._channel, self.secured = link, True
        fact = await shaken(self._scene, link)
        self.seen.append(fact)
        return fact.good

    async def root(self) -> DirectorySeen:
        """What the directory says of itself. Raises `Broken`."""
        self.stage = "content"
        entry: dict[str, tuple[str, ...]] = {}
        said = await self.ask(ldap.root_entry(_ASKED))
        for _ in range(_MOST_ENTRIES):
            if said.kind != ldap.SEARCH_ENTRY:
                break
            entry |= _read(said)
            said = await self.answer()
        return DirectorySeen(
            contexts=entry.get("namingcontexts", ()),
            vendor=" ".join((*entry.get("vendorname", ()), *entry.get("vendorversion", ()))),
            versions=entry.get("supportedldapversion", ()),
            mechanisms=entry.get("supportedsaslmechanisms", ()),
        )

    async def ask(self, operation: bytes) -> Message:
        """Send it, and the first answer to it. Raises `Broken`."""
        self._number += 1
        await self.say(operation)
        return await self.answer()

    async def say(self, operation: bytes) -> None:
        """Send it. Raises `Broken`."""
        try:
            async with asyncio.timeout_at(self._deadline):
                await self._channel.send(ldap.packed(self._number, operation))
        except TimeoutError:
            raise Broken("silent") from None
        except OSError:
            raise Broken("reset") from None

    async def answer(self) -> Message:
        """The next message of the server. Raises `Broken`."""
        try:
            said = ldap.message(await self._element())
            if said.kind in (ldap.BIND_ANSWER, ldap.SEARCH_DONE, ldap.EXTENDED_ANSWER):
                _ = said.code  # an answer without one is none
        except NotBer:
            raise Broken("garbled") from None
        if said.number == 0:  # the server's notice that it disconnects (RFC 4511 §4.4.1)
            raise Broken("closed")
        return said

    async def _element(self) -> Element:
        while (header := size(self._buffer)) is None or len(self._buffer) < sum(header):
            if self._buffer and self._buffer[0] != SEQUENCE:
                raise Broken("garbled")
            if len(self._buffer) > MOST_BYTES or (header is not None and sum(header) > MOST_BYTES):
                raise Broken("garbled")
            self._buffer += await self._more()
        head, length = header
        whole, self._buffer = self._buffer[: head + length], self._buffer[head + length :]
        return Element(whole[0], whole[head:])

    async def _more(self) -> bytes:
        try:
            async with asyncio.timeout_at(self._deadline):
                data = await self._channel.receive()
        except TimeoutError:
            raise Broken("silent") from None
        except OSError:
            raise Broken("reset") from None
        if not data:
            raise Broken("closed")
        return data

    async def leave(self) -> None:
        """Say good-bye; a server does not answer that."""
        self._number += 1
        with contextlib.suppress(Broken):
            await self.say(ldap.unbind())

    def ended(self, broken: Broken) -> TalkEnded:
        """The end of it, as a fact."""
        return TalkEnded(stage=self.stage, problem=broken.problem, secured=self.secured)


def _read(entry: Message) -> dict[str, tuple[str, ...]]:
    try:
        return {name: tuple(map(shown, values[:_MOST_VALUES])) for name, values in ldap.attributes(entry)}
    except NotBer:
        raise Broken("garbled") from None


def shown(text: str) -> str:
    """A server's text, short and printable."""
    return "".join(one if one.isprintable() else "?" for one in text.strip()[:300])


async def _dialog(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """TLS, and the root entry."""
    connection = await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds)
    talk = Talk(scene, connection, any_server(scene.logon), sni(scene.target.host))
    try:
        if await talk.begin():
            talk.seen.append(await talk.root())
            await talk.leave()
        else:
            talk.seen.append(talk.ended(Broken("left")))
    except Broken as broken:
        talk.seen.append(talk.ended(broken))
    finally:
        connection.close()
    return talk.seen


async def _logon(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """One simple bind, to a server that the trust at hand vouches for."""
    connection = await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds)
    talk = Talk(scene, connection, trusted_server(scene.logon, scene.trust), scene.target.host)
    try:
        if not await talk.begin():
            shook = any(isinstance(fact, TlsHandshake) for fact in talk.seen)
            reason = "the server's certificate is not trusted here" if shook else "the way does not lead so far"
            return [SecretKept(reason=reason)]
        if not talk.secured and scene.target.conversation.protection is not Protection.OFF:
            return [SecretKept(reason="the connection is not protected; with --protection off it would be tried")]
        talk.stage = "logon"
        seen = [await _bound(talk, scene)]
        await talk.leave()
    except Broken as broken:
        return [talk.ended(broken)]
    finally:
        connection.close()
    return seen


async def _bound(talk: Talk, scene: Scene) -> LogonTried:
    password = scene.logon.password.reveal()
    said = await talk.ask(ldap.bind(scene.logon.user, password))
    text = shown(f"result {said.code} {said.said}").replace(password or "\0", "***")
    accepted = said.code == ldap.SUCCESS
    return LogonTried(wanted=("simple",), mechanism="simple", accepted=accepted, code=said.code, text=text)


def _asked_for(scene: Scene, evidence: Evidence) -> str:
    if ended := evidence.first(TalkEnded):
        return f"the first conversation ended: {ended.line}"
    if not scene.logon.user:
        return "no user was given"
    # A bind with a name and without a password counts as anonymous (RFC 4513 §5.1.2), and would prove nothing.
    return "" if scene.logon.password.reveal() else "no password was given"


DIALOG = Probe("dialog", Layer.PROTOCOL, Effect.SAFE, _dialog, after=("tcp",))
LOGON = Probe("logon", Layer.AUTHENTICATION, Effect.INTRUSIVE, _logon, after=("dialog",), ready=_asked_for)
