"""What an HTTP target answers: without a logon, with it, and again when it was not there.

HEAD comes first, as in the official check, and GET where HEAD tells nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.http.client import Answer, Hourglass
from landbridge.checks.http.jwt import expiry
from landbridge.checks.http.redirects import asked
from landbridge.checks.http.request import Header, Request
from landbridge.checks.http.url import Url, is_secure, of_target
from landbridge.checks.observations import HttpAnswer, LogonGiven, Observation
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.model.secret import Secret

Try = tuple[str, Url]
"""Method and URL."""
Describe = Callable[[Answer], Sequence[Observation]]
"""What an answer is, for those who know its protocol."""

_ACCEPTED = {
    "odata": "application/json, application/atomsvc+xml;q=0.9, application/xml;q=0.8",
    "soap": "text/xml, application/soap+xml, application/xml",
}
"""What clients of a protocol want."""
_CONCLUSIVE = frozenset((401, 407, 429, 503))
"""Statuses of 400 and above that say the same for HEAD and GET."""


def accepted(scene: Scene) -> str:
    """The kind of content that the client wants."""
    return scene.manner.accept or _ACCEPTED.get(scene.target.protocol, "*/*")


def headers(scene: Scene) -> tuple[Header, ...]:
    """Those that the client sends with every request, without a logon."""
    return (("Accept", accepted(scene)), *scene.manner.headers)


def scheme_of(scene: Scene) -> str:
    """How the client logs on; empty: not at all."""
    if scene.logon.token:
        return "Bearer"
    if scene.logon.user:
        return "Basic"
    return "certificate" if scene.logon.certificate and is_secure(scene.target) else ""


def logged_on(scene: Scene) -> tuple[Header, ...]:
    """The headers with the logon, if there is one that is sent in a header."""
    scheme = scheme_of(scene)
    if scheme == "Bearer":
        return (*headers(scene), ("Authorization", Secret(f"Bearer {scene.logon.token.reveal()}")))
    if scheme == "Basic":
        pair = f"{scene.logon.user}:{scene.logon.password.reveal()}".encode()
        return (*headers(scene), ("Authorization", Secret(f"Basic {base64.b64encode(pair).decode()}")))
    return headers(scene)


async def tried(
    scene: Scene, evidence: Evidence, purpose: str, tries: Sequence[Try], describe: Describe = lambda answer: ()
) -> list[Observation]:
    """Ask in the ways that are given, until one is conclusive. What came of all of them."""
    address = reachable(evidence)
    with_logon = purpose not in ("answer", "again", "head")
    sent = logged_on(scene) if with_logon else headers(scene)
    scheme = scheme_of(scene) if with_logon else scheme_of(scene).replace("Bearer", "").replace("Basic", "")
    facts: list[Observation] = []
    time = Hourglass(scene)
    for method, url in tries:
        answers = await asked(time.scene, Request(purpose, method, url, sent, scheme), address)
        facts += [answer.fact for answer in answers]
        data = wants_data(accepted(scene)) or len(answers) > 1
        if conclusive(answers[-1].fact, data) or (method, url) == tries[-1]:
            facts += describe(answers[-1])
            break
    return facts


def conclusive(answer: HttpAnswer, data: bool) -> bool:
    """Whether another method would say nothing else, or there is no time for it.

    data  a page would not be what was wanted
    """
    if answer.method != "HEAD" or answer.problem == "silent":
        return True
    if data and answer.status == 200 and "html" in answer.header("content-type").lower():
        return False
    return bool(answer.status) and (answer.status < 400 or answer.status in _CONCLUSIVE)


def wants_data(accept: str) -> bool:
    """Whether the client wants anything but pages."""
    return "*/*" not in accept and "html" not in accept


def way_open(scene: Scene, evidence: Evidence) -> str:
    """Empty when there is TLS, or none is needed."""
    step = evidence.step("tls")
    return "tls did not pass" if is_secure(scene.target) and step is not None and not step.passed else ""


def may_log_on(scene: Scene, evidence: Evidence) -> str:
    """Empty when there is a logon, and it may be sent: its secret goes to nobody whom nothing vouches for."""
    if scheme_of(scene) not in ("Basic", "Bearer"):
        return "no user and no token was given"
    if is_secure(scene.target) and not scene.trust.certificates:
        return "no trust was given, and a secret goes only to a server that is vouched for"
    return way_open(scene, evidence)


def secure_only(scene: Scene, evidence: Evidence) -> str:
    """Empty when TLS is to be looked at."""
    return "" if is_secure(scene.target) else "the URL is one without TLS"


def last(evidence: Evidence, purpose: str) -> HttpAnswer | None:
    """The last answer to requests of that purpose."""
    return next((one for one in reversed(evidence.all(HttpAnswer)) if one.purpose == purpose), None)


def given(scene: Scene) -> LogonGiven:
    """What the client logs on with, as a fact."""
    logon = scene.logon
    secret = logon.token if logon.token else logon.password
    return LogonGiven(
        scheme=scheme_of(scene),
        user=logon.user,
        outside_ascii=not (logon.user + secret.reveal()).isascii(),
        sap_client=scene.manner.sap_client,
        expires=expiry(logon.token),
    )


async def _answer(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    url = of_target(scene.target)
    return await tried(scene, evidence, "answer", (("HEAD", url), ("GET", url)))


async def _again(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    facts: list[Observation] = []
    time = Hourglass(scene)
    for method in ("HEAD", "GET"):
        facts += await tried(time.scene, evidence, "again", ((method, of_target(scene.target)),))
    return facts


def _was_unavailable(scene: Scene, evidence: Evidence) -> str:
    before = last(evidence, "answer")
    return "" if before is not None and before.status == 503 else "the first answer stands"


async def _logon(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    before = last(evidence, "answer")
    url = of_target(scene.target)
    methods = ("HEAD", "GET") if before is None or before.method == "HEAD" else ("GET",)
    return [given(scene), *await tried(scene, evidence, "logon", [(method, url) for method in methods])]


SAFE, WAITS = Effect.SAFE, ("tls",)
ANSWER = Probe("answer", Layer.PROTOCOL, SAFE, _answer, after=("tcp",), waits=WAITS, ready=way_open)
AGAIN = Probe("again", Layer.APPLICATION, SAFE, _again, after=("tcp",), waits=("answer",), ready=_was_unavailable)
LOGON = Probe("logon", Layer.AUTHENTICATION, SAFE, _logon, after=("answer",), ready=may_log_on)
