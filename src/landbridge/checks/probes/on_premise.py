"""What is looked at on the way of a destination through a connector."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from landbridge.checks.evidence import Effect, Evidence, Layer, Step, Target, restored
from landbridge.checks.http.request import Header
from landbridge.checks.http.url import Url
from landbridge.checks.inquiry import Inquiry, written
from landbridge.checks.observations import ConnectorAsked, DoorAnswered, NothingSeen, Observation, TunnelPinged
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.claims import claims_seen
from landbridge.checks.probes.door import Passage, headers_of_tokens
from landbridge.checks.probes.retrieval import fixed_headers, logon_given, retrieved
from landbridge.checks.surroundings import AuthTokens, Found, Surroundings, Wish
from landbridge.faults import FaultError
from landbridge.model.secret import Secret

TOO_OLD = "connector.probes-unknown"
_NOT_ASKED = "the connector does not ask systems in their own protocols; update it"
SOON = 0.5
"""Seconds above its own time that the connector has for its answer."""
AGAIN = 1.3
"""Seconds for a ping to a connector that left a question without an answer."""
PAUSE = 0.2
"""Seconds until a busy connector is asked again."""
BRIEFLY = 1.0
"""Seconds for which it is asked again when traffic will be tried anyway."""
PINGS = 3
"""Round trips that are measured: the fastest says how long the line is."""


@dataclass(slots=True)
class OnPremise:
    """One run. What the connector saw is kept here until it is joined with the rest.

    inquiry  what the connector is to ask the backend in its own protocol
    """

    surroundings: Surroundings
    wish: Wish
    found: Found
    target: Target
    inquiry: Inquiry | None = None
    _tokens: AuthTokens = ()
    _remote: tuple[Step, ...] = field(default=())

    def probes(self) -> tuple[Probe, ...]:
        """In the order in which reports show them."""
        return (
            Probe("claims", Layer.TOKEN, Effect.PASSIVE, self._claims, ready=self._has_tokens),
            Probe("token", Layer.TOKEN, Effect.SAFE, self._token),
            Probe("connectors", Layer.TUNNEL, Effect.PASSIVE, self._connectors),
            Probe("tunnel", Layer.TUNNEL, Effect.SAFE, self._ping, after=("connectors",)),
            Probe("look", Layer.TUNNEL, Effect.SAFE, self._look, after=("tunnel",)),
            Probe("door", Layer.APPLICATION, Effect.SAFE, self._door, waits=("token",), ready=self._may_ask),
            Probe(
                "traffic",
                Layer.APPLICATION,
                Effect.PASSIVE,
                self._traffic,
                after=("connectors",),
                longer=self.wish.watch,
                wanted=lambda scene: self.wish.watch > 0,
            ),
            Probe(
                "idle",
                Layer.APPLICATION,
                Effect.SAFE,
                self._rest,
                after=("door",),
                longer=self.wish.idle + self.wish.seconds,
                wanted=lambda scene: self.wish.idle > 0,
            ),
        )

    def joined(self, steps: Sequence[Step]) -> tuple[Step, ...]:
        """The steps of this run, with those of the connector behind the question to it."""
        joined: list[Step] = []
        for step in steps:
            joined.append(step)
            if step.probe == "look":
                joined += self._remote
        return tuple(joined)

    def _has_tokens(self, scene: Scene, evidence: Evidence) -> str:
        wish = self.wish
        given = wish.user_token.reveal() or wish.proxy_token is not None or wish.service_token is not None
        return "" if given else "no token was given to the check"

    def _may_ask(self, scene: Scene, evidence: Evidence) -> str:
        if self.inquiry is not None:
            return "connectors ask such systems themselves, in their own protocol"
        token = evidence.step("token")
        if token is not None and not token.passed:
            return "token did not pass"
        return "" if self.found.seen.type == "HTTP" else "the destination is not for HTTP; the connector looked at it"

    async def _claims(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        return claims_seen(self.wish)

    async def _token(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        facts, self._tokens = await retrieved(self.surroundings, self.wish, self.found)
        return facts

    async def _connectors(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        return [await self.surroundings.connectors(self.found.seen.location, self.target.address)]

    async def _ping(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        return await self._pinged(max(self.wish.seconds / 2, 0.5))

    async def _pinged(self, limit: float) -> Sequence[Observation]:
        """Round trips to the connector; `limit`: seconds for each."""
        times: list[float] = []
        location = self.found.seen.location
        try:
            links = await self.surroundings.links(location, limit)
            took = min((one.round_trip / 1000 for one in links if one.good), default=None)
            while took is not None:
                times.append(round(took * 1000, 1))
                if took > limit / PINGS or len(times) == PINGS:
                    break
                took = await self.surroundings.ping(location, limit)
        except FaultError as error:
            return [ConnectorAsked(code=error.fault.code, reason=error.fault.sentence)]
        waited = limit if not all(one.good for one in links) else 0.0
        return [TunnelPinged(round_trips=tuple(times), seconds=waited, links=tuple(links))]

    async def _traffic(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        """Count what goes to the connector, while somebody does what is slow."""
        try:
            return [await self.surroundings.traffic(self.found.seen.location, self.wish.watch)]
        except FaultError as error:
            return [NothingSeen(reason=error.fault.sentence, seconds=self.wish.watch)]

    async def _rest(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        """Let a connection rest. The connector keeps its connection to the backend as long as this one stays."""
        return [await (await self._passage()).rested(self.wish.idle, self.wish.seconds)]

    async def _look(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        """Ask the connector. It gets more time than the caller has: so a slow backend is told from a dead one."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            inquiry = written(self.inquiry) if self.inquiry is not None else ""
        except ValueError as error:
            return [ConnectorAsked(code="platform.request-invalid", reason=str(error))]
        try:
            patience = self.wish.seconds if inquiry else BRIEFLY
            async with asyncio.timeout(scene.seconds + SOON):
                text = await self._answer(inquiry, scene.seconds, began + patience)
            self._remote = restored(text.encode()).steps
            if self.inquiry is not None and not {one.name for one in self.inquiry.probes} & self._names:
                took = _since(loop, began)
                return [ConnectorAsked(code=TOO_OLD, reason=_NOT_ASKED, alone=True, milliseconds=took)]
        except TimeoutError:
            reason = f"the connector does not answer within {scene.seconds:g} seconds"
            silent = ConnectorAsked(code="connector.probe-unanswered", reason=reason, milliseconds=_since(loop, began))
            return [silent, *await self._pinged(AGAIN)]  # it may have been lost since
        except FaultError as error:
            reason, took = error.fault.sentence, _since(loop, began)
            alone = bool(inquiry) or self.found.seen.type != "HTTP"
            return [ConnectorAsked(code=error.fault.code, reason=reason, alone=alone, milliseconds=took)]
        except ValueError:
            code = "connector.probe-unreadable"
            return [ConnectorAsked(code=code, reason="what it answered cannot be read")]
        return [ConnectorAsked(milliseconds=_since(loop, began))]

    @property
    def _names(self) -> set[str]:
        """Of the probes that the connector made, or skipped."""
        return {step.probe for step in self._remote}

    async def _answer(self, inquiry: str, seconds: float, deadline: float) -> str:
        """What the connector says. One that looks at too much at once is asked again until `deadline`, of the loop.

        Raises `FaultError`.
        """
        target, kind = self.target, "http" if self.found.seen.type == "HTTP" else "tcp"
        location, place = self.found.seen.location, (target.host, target.port, target.path)
        each = self.wish.seconds if inquiry else seconds  # a conversation has several measurements
        while True:
            try:
                return await self.surroundings.look(location, kind, *place, each, inquiry)
            except FaultError as error:
                if error.fault.code != "connector.probes-busy" or asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(PAUSE)

    async def _door(self, scene: Scene, evidence: Evidence) -> Sequence[Observation]:
        passage = await self._passage()
        seen = list(await passage.answers(self.wish.seconds))
        first = seen[0]
        if passage.sent == "both" and isinstance(first, DoorAnswered) and first.status in (401, 403):
            alone = tuple(header for header in passage.headers if header[0].lower() != "authorization")
            seen += (await replace(passage, headers=alone, sent="user").answers(self.wish.seconds))[:1]
        return seen

    async def _passage(self) -> Passage:
        """A request as an application of this destination makes it."""
        target = self.target
        url = Url(target.scheme or "http", target.host, target.port, target.path)
        fixed = fixed_headers(self.found.properties)
        identity, sent = self._identity(fixed)
        headers = (*fixed, *identity, *headers_of_tokens(self._tokens))
        user = next((fact.user for fact in claims_seen(self.wish) if fact.purpose == "user"), "")
        door = await self.surroundings.door(self.wish)
        logon = logon_given(self.found, self._tokens)
        return Passage(url, door, headers, sent, user, self.found.seen.location, self.wish.websocket, logon)

    def _identity(self, fixed: tuple[Header, ...]) -> tuple[tuple[Header, ...], str]:
        """The header that carries a user to the connector, and a word for it."""
        user = self.wish.user_token.reveal()
        header = any(name.lower() == "authorization" for name, _ in fixed)
        if user and self.found.seen.authentication == "PrincipalPropagation":
            carried: tuple[Header, ...] = (("SAP-Connectivity-Authentication", Secret(f"Bearer {user}")),)
            return carried, "both" if header else "user"
        if header:
            return (), "header"
        return (), "basic" if self.found.seen.authentication == "BasicAuthentication" else ""


def _since(loop: asyncio.AbstractEventLoop, began: float) -> float:
    return round((loop.time() - began) * 1000, 1)
