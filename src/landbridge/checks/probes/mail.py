"""Conversations with mail servers: greeting, abilities, the change to TLS; and, only when asked for, a logon.

The first conversation takes any certificate, because judging it is for rules. A secret is said in a second one, to a
server that the trust at hand vouches for.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from functools import partial
from typing import Any

from landbridge.checks.conversation import Protection
from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.observations import (
    Greeted,
    LogonTried,
    Observation,
    Offered,
    SecretKept,
    SpeaksTls,
    StartTlsAnswered,
    TalkEnded,
    TlsHandshake,
)
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes import sasl
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.lines import Broken, Lines, PlainLink
from landbridge.checks.probes.speech import Speech
from landbridge.checks.probes.tls import shaken
from landbridge.checks.probes.tls_link import TlsLink, any_server, sni, trusted_server

PATIENCE = 5.0
"""Seconds for a greeting, at most (failure-catalogue, row 15)."""

_STARTTLS = (Protection.STARTTLS, Protection.OPTIONAL)


class Talk:
    """A conversation on a connection, and what was seen in it so far."""

    def __init__(self, scene: Scene, speech: Speech, connection: Any, context: ssl.SSLContext, server: str) -> None:
        self._scene = scene
        self._speech = speech
        self._connection = connection
        self._context = context
        self._server = server
        self.lines = Lines(PlainLink(connection), scene.seconds, _me(connection), (scene.logon.password,))
        self.features: tuple[str, ...] = ()
        self.seen: list[Observation] = []

    async def begin(self) -> bool:
        """To where a logon would follow; False when it does not come so far. Raises `Broken`."""
        protection = self._scene.target.conversation.protection
        if protection is Protection.TLS and not await self._secure():
            return False
        self.lines.stage = "greeting"
        said = await self._speech.greeting(self.lines, patience(self._scene))
        port = self._scene.target.port
        self.seen.append(Greeted(port=port, text=said.text, welcome=said.accepted, code=max(said.code, 0)))
        if not said.accepted:
            return False
        await self._list()
        return await self._upgrade() if protection in _STARTTLS else True

    async def _list(self) -> None:
        self.lines.stage = "features"
        self.features = await self._speech.features(self.lines)
        self.seen.append(Offered(features=self.features, secured=self.lines.secured))

    async def _upgrade(self) -> bool:
        """Change to TLS where it is offered; whether the way goes on."""
        optional = self._scene.target.conversation.protection is Protection.OPTIONAL
        if self._speech.upgrade not in (one.upper() for one in self.features):
            return optional
        self.lines.stage = "starttls"
        said = await self._speech.start_tls(self.lines)
        self.seen.append(StartTlsAnswered(agreed=said.accepted, text=said.text))
        if not said.accepted:
            return optional
        if not await self._secure():
            return False
        await self._list()
        return True

    async def _secure(self) -> bool:
        link = TlsLink(self._connection, self._context, self._server)
        self.lines.renew(link)
        fact = await shaken(self._scene, link)
        self.seen.append(fact)
        return fact.good

    def ended(self, broken: Broken) -> TalkEnded:
        """The end of it, as a fact."""
        text = self.lines.last[:100] if broken.problem == "garbled" else ""
        return TalkEnded(stage=self.lines.stage, problem=broken.problem, secured=self.lines.secured, text=text)


def patience(scene: Scene) -> float:
    """Seconds for a greeting."""
    return min(PATIENCE, scene.seconds / 2)


def _me(connection: Any) -> str:
    """Our address, as RFC 5321 §4.1.3 writes it. Within the TLS of a connector the near end has none."""
    name = connection.getsockname()
    address = name[0] if isinstance(name, tuple) else "127.0.0.1"
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


async def _dialog(speech: Speech, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """Greeting, abilities, TLS, abilities again."""
    connection = await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds)
    talk = Talk(scene, speech, connection, any_server(scene.logon), sni(scene.target.host))
    try:
        if await talk.begin():
            await _leave(speech, talk.lines)
        else:
            talk.seen.append(talk.ended(Broken("left")))
    except Broken as broken:
        talk.seen.append(talk.ended(broken))
    finally:
        connection.close()
    if talk.seen == [TalkEnded(stage="greeting", problem="silent")]:
        return [*talk.seen, *await speaks_tls(scene, reachable(evidence), scene.target.port)]
    return talk.seen


async def speaks_tls(scene: Scene, address: str, port: int) -> Sequence[Observation]:
    """Whether a port that says nothing in plain text was waiting for TLS."""
    connection = await scene.dialler.open(address, port, scene.seconds)
    try:
        link = TlsLink(connection, any_server(scene.logon), sni(scene.target.host))
        if await link.shake(patience(scene)):
            return []
        line = await Lines(link, patience(scene)).line()
    except Broken:
        line = ""
    finally:
        connection.close()
    return [SpeaksTls(text=line[:300])]


async def _leave(speech: Speech, lines: Lines) -> None:
    """Say good-bye; nobody minds when the server does not."""
    with contextlib.suppress(Broken, TimeoutError):
        async with asyncio.timeout(1):
            await speech.farewell(lines)


async def _logon(speech: Speech, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    """Log on if a user was given, and look further."""
    connection = await scene.dialler.open(reachable(evidence), scene.target.port, scene.seconds)
    user = scene.logon.user
    context = trusted_server(scene.logon, scene.trust) if user else any_server(scene.logon)
    talk = Talk(scene, speech, connection, context, scene.target.host if user else sni(scene.target.host))
    try:
        if not await talk.begin():
            return [_kept(talk)]
        seen = await _log_on(speech, scene, talk) if user else []
        if all(fact.good for fact in seen):
            talk.lines.stage = "addresses" if scene.target.conversation.sender else "content"
            seen = [*seen, *await speech.look(talk.lines, scene, bool(user))]
        await _leave(speech, talk.lines)
    except Broken as broken:
        return [talk.ended(broken)]
    finally:
        connection.close()
    return seen


def _kept(talk: Talk) -> SecretKept:
    if any(isinstance(fact, TlsHandshake) for fact in talk.seen):
        return SecretKept(reason="the server's certificate is not trusted here; see --trust and --public-trust")
    return SecretKept(reason="the way does not lead so far")


async def _log_on(speech: Speech, scene: Scene, talk: Talk) -> list[Observation]:
    """One logon, no more: failed ones count towards a lock."""
    wish = scene.target.conversation
    wanted = sasl.NAMES[wish.mechanism]
    mechanism = sasl.chosen(wanted, speech.mechanisms(talk.features))
    if not mechanism:
        return [LogonTried(wanted=wanted)]
    if not (talk.lines.secured or wish.protection is Protection.OFF or sasl.keeps_the_secret(mechanism)):
        return [SecretKept(reason="the connection is not protected; with --protection off it would be tried")]
    talk.lines.stage = "logon"
    said = await speech.log_on(talk.lines, mechanism, scene.logon)
    return [LogonTried(wanted=wanted, mechanism=mechanism, accepted=said.accepted, code=said.code, text=said.text)]


def _asked_for(scene: Scene, evidence: Evidence) -> str:
    """Why there is no second conversation; empty when there is one."""
    if ended := evidence.first(TalkEnded):
        return f"the first conversation ended: {ended.line}"
    if not scene.logon.user and not scene.target.conversation.sender:
        return "neither a user nor a sender was given"
    return ""


def talking(speech: Speech) -> tuple[Probe, Probe]:
    """The probes of a protocol: one that listens and asks, one that logs on."""
    dialog = Probe("dialog", Layer.PROTOCOL, Effect.SAFE, partial(_dialog, speech), after=("tcp",))
    logon = Probe(
        "logon", Layer.AUTHENTICATION, Effect.INTRUSIVE, partial(_logon, speech), after=("dialog",), ready=_asked_for
    )
    return dialog, logon
