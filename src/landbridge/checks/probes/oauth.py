"""What a token service says to a client: asked in the way in which the client asks, and in the other one if refused.

The token never leaves the probe: what it says of itself does, without its signature.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from urllib.parse import quote_plus, urlencode

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.http.client import Answer, Hourglass, ask
from landbridge.checks.http.jwt import told
from landbridge.checks.http.request import Header, Request
from landbridge.checks.http.url import is_secure, of_target
from landbridge.checks.manner import Style
from landbridge.checks.observations import Observation, TokenAnswered
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.http import way_open
from landbridge.checks.quotation import quoted
from landbridge.model.secret import Secret

_FORM = ("Content-Type", "application/x-www-form-urlencoded")
_CERTIFICATE, _NONE = "certificate", "none"
_LOGONS = {Style.HEADER.value: "Basic", _CERTIFICATE: "certificate"}
_DIFFERENTLY = frozenset(("invalid_client", "invalid_request"))
"""Errors that may be about the way in which the client was sent."""


async def _look(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    address = reachable(evidence)
    facts: list[Observation] = []
    time = Hourglass(scene)
    for style in _styles(scene):
        answer = await ask(time.scene, _request(scene, style), address)
        facts.append(answer.fact)
        if not _speaks(answer):
            break
        read = _read(answer, style)
        facts.append(read)
        if answer.fact.status != 401 and read.error not in _DIFFERENTLY:
            break
    return facts


def _speaks(answer: Answer) -> bool:
    """Whether it is the token service's word, and not a failure of the server or of something before it."""
    return 200 <= answer.fact.status < 500 and answer.fact.status not in (407, 429)


def _styles(scene: Scene) -> tuple[str, ...]:
    """The client's own way first, then the other one."""
    if not scene.logon.user:
        return (_NONE,)
    if not scene.logon.password:
        return (_CERTIFICATE,)
    other = Style.BODY if scene.manner.style is Style.HEADER else Style.HEADER
    return (scene.manner.style.value, other.value)


def _request(scene: Scene, style: str) -> Request:
    logon = scene.logon
    fields = {"grant_type": "client_credentials"}
    if scene.manner.scope:
        fields["scope"] = scene.manner.scope
    headers: list[Header] = [("Accept", "application/json"), _FORM, *scene.manner.headers]
    if style == Style.HEADER:
        pair = f"{quote_plus(logon.user)}:{quote_plus(logon.password.reveal())}"
        headers.append(("Authorization", Secret(f"Basic {base64.b64encode(pair.encode()).decode()}")))
    elif style != _NONE:
        fields["client_id"] = logon.user
    if style == Style.BODY:
        fields["client_secret"] = logon.password.reveal()
    body = urlencode(fields).encode()
    open_ = style in (_NONE, _CERTIFICATE)
    return Request(
        "token", "POST", of_target(scene.target), tuple(headers), _LOGONS.get(style, ""), body, open_body=open_
    )


def _read(answer: Answer, style: str) -> TokenAnswered:
    """What the answer says, as a fact."""
    found = _object(answer.content)
    token = found.get("access_token") if found is not None else None
    has_token = isinstance(token, str) and bool(token) and 200 <= answer.fact.status < 300
    header, claims = told(Secret(token)) if isinstance(token, str) else ({}, {})
    return TokenAnswered(
        style=style,
        status=answer.fact.status,
        is_json=found is not None,
        error=_text(found, "error"),
        description=_text(found, "error_description"),
        has_token=has_token,
        token_type=_text(found, "token_type"),
        expires_in=_seconds(found),
        scope=_text(found, "scope"),
        header=header,
        claims=claims,
    )


def _object(content: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(found: dict[str, object] | None, name: str) -> str:
    value = found.get(name) if found is not None else None
    return quoted(value) if isinstance(value, str) else ""


def _seconds(found: dict[str, object] | None) -> int:
    value = found.get("expires_in") if found is not None else None
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else -1


def _ready(scene: Scene, evidence: Evidence) -> str:
    if scene.logon.user and scene.logon.password and is_secure(scene.target) and not scene.trust.certificates:
        return "no trust was given, and a secret goes only to a server that is vouched for"
    return way_open(scene, evidence)


TOKEN = Probe("token", Layer.TOKEN, Effect.SAFE, _look, after=("tcp",), waits=("tls",), ready=_ready)
