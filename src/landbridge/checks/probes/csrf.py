"""Does the target give a session token (X-CSRF-Token), and with which cookies?

Asked with HEAD first, as many clients do, and with GET where HEAD brings none (integration §7.2).
"""

from __future__ import annotations

from collections.abc import Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.http.client import Answer, Hourglass, ask
from landbridge.checks.http.connection import Connection
from landbridge.checks.http.request import Jar, Request
from landbridge.checks.http.showing import token_of
from landbridge.checks.http.url import of_target
from landbridge.checks.observations import Observation
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.http import last, logged_on, may_log_on, scheme_of, way_open

FETCH = ("X-CSRF-Token", "Fetch")


async def fetch(scene: Scene, address: str, method: str, *, keep: bool = False) -> Answer:
    """Ask for a token, with the logon."""
    purpose = f"csrf-{method.lower()}"
    request = Request(purpose, method, of_target(scene.target), (*logged_on(scene), FETCH), scheme_of(scene))
    return await ask(scene, request, address, keep=keep)


class Session:
    """A token with its cookies. Their values never leave the probe."""

    def __init__(self, answer: Answer) -> None:
        self.token = token_of(answer.head) if answer.head is not None else ""
        self.jar = Jar()
        if answer.head is not None:
            self.jar.take(answer.head.all("set-cookie"))
        self.connection: Connection | None = answer.connection


def may_ask(scene: Scene, evidence: Evidence) -> str:
    """Empty when requests of a session make sense: nothing is asked twice with a logon that was refused."""
    if scheme_of(scene) in ("Basic", "Bearer"):
        refused = may_log_on(scene, evidence)
        answer = last(evidence, "logon")
        return refused or ("" if answer is not None and answer.good else "logon did not pass")
    return way_open(scene, evidence)


def _wanted(scene: Scene, evidence: Evidence) -> str:
    return may_ask(scene, evidence) if scene.manner.csrf else "no token was asked for"


async def _look(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    address = reachable(evidence)
    facts: list[Observation] = []
    time = Hourglass(scene)
    for method in ("HEAD", "GET"):
        answer = await fetch(time.scene, address, method)
        facts.append(answer.fact)
        if answer.fact.token:
            break
    return facts


CSRF = Probe("csrf", Layer.SESSION, Effect.SAFE, _look, after=("answer",), waits=("logon",), ready=_wanted)
