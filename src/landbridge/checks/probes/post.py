"""A POST as the client makes it; and where it is refused, the same in other ways, until one of them tells why.

Only made when somebody asks for it: it may change something at the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.http.client import Answer, Hourglass, ask
from landbridge.checks.http.connection import Connection
from landbridge.checks.http.request import Header, Jar, Request
from landbridge.checks.http.url import of_target
from landbridge.checks.manner import Framing
from landbridge.checks.observations import Observation
from landbridge.checks.observations.http import HttpAnswer
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.csrf import Session, fetch, may_ask
from landbridge.checks.probes.http import logged_on, scheme_of
from landbridge.model.secret import Secret

_LENGTH = frozenset((400, 411, 501))
"""Statuses by which servers refuse how the length of a body is said."""


class Poster:
    """Makes the requests and keeps what they saw."""

    def __init__(self, scene: Scene, address: str) -> None:
        self._scene = scene
        self._time = Hourglass(scene)
        self._address = address
        self.facts: list[Observation] = []

    async def as_the_client(self) -> HttpAnswer:
        """The POST in the client's own way."""
        manner = self._scene.manner
        session = await self.session() if manner.csrf else None
        kept = tuple(name for name in session.jar.values if manner.returns(name)) if session is not None else ()
        jar = session.jar.only(kept) if session is not None else None
        return await self.post("post", session, jar, manner.framing)

    async def session(self, *, keep: bool = False) -> Session:
        """A fresh token with its cookies."""
        answer = await fetch(self._time.scene, self._address, "GET", keep=keep)
        self.facts.append(answer.fact)
        return Session(answer)

    async def post(
        self, purpose: str, session: Session | None, jar: Jar | None, framing: Framing, on: Connection | None = None
    ) -> HttpAnswer:
        """One POST."""
        scene = self._time.scene
        kind = scene.manner.content_type
        headers: tuple[Header, ...] = (*logged_on(scene), *((("Content-Type", kind),) if kind else ()))
        if session is not None and session.token:
            headers = (*headers, ("X-CSRF-Token", Secret(session.token)))
        headers = (*headers, *(jar.header if jar is not None else ()))
        request = Request(purpose, "POST", of_target(scene.target), headers, scheme_of(scene))
        answer = await ask(scene, replace(request, body=scene.manner.body, framing=framing), self._address, on=on)
        return self._kept(answer)

    def _kept(self, answer: Answer) -> HttpAnswer:
        self.facts.append(answer.fact)
        return answer.fact

    async def differently(self, first: HttpAnswer) -> None:
        """What tells why the first one was refused."""
        framing = self._scene.manner.framing
        if first.status in _LENGTH and framing is not Framing.LENGTH:
            await self.post("post-length", None, None, Framing.LENGTH)
        elif first.status == 403:
            session = await self.session()
            if session.token:
                again = await self.post("post-session", session, session.jar, framing)
                if again.status == 403:
                    await self._on_one_connection(framing)

    async def _on_one_connection(self, framing: Framing) -> None:
        session = await self.session(keep=True)
        if session.connection is not None:
            await self.post("post-same-connection", session, session.jar, framing, session.connection)


async def _look(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    poster = Poster(scene, reachable(evidence))
    await poster.differently(await poster.as_the_client())
    return poster.facts


POST = Probe(
    "post", Layer.APPLICATION, Effect.INTRUSIVE, _look, after=("answer",), waits=("logon", "csrf"), ready=may_ask
)
