"""A SOAP endpoint: its description, what it says to HEAD, and on request what it answers to a message.

HEAD is answered with 405 by many endpoints that work well: it is shown, and stands for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from landbridge.checks.evidence import Effect, Evidence, Layer
from landbridge.checks.http.client import Answer, ask
from landbridge.checks.http.request import Request
from landbridge.checks.http.url import Url, of_target
from landbridge.checks.observations import Observation, SoapDescribed
from landbridge.checks.probe import Probe, Scene
from landbridge.checks.probes.address import reachable
from landbridge.checks.probes.csrf import may_ask
from landbridge.checks.probes.http import given, logged_on, may_log_on, scheme_of, tried, way_open

EMPTY = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body/></soap:Envelope>'
)
"""A message without an operation: whoever speaks SOAP answers with a fault."""
_WSDL = re.compile(
    rb"<(?:\w{1,20}:)?(?:definitions|description)\b[^>]{0,4000}(?:schemas\.xmlsoap\.org/wsdl|w3\.org/ns/wsdl)"
)
_ENVELOPE = re.compile(
    rb"<(?:\w{1,20}:)?Envelope\b[^>]{0,4000}(?:schemas\.xmlsoap\.org/soap/envelope|w3\.org/2003/05/soap-envelope)"
)
_FAULTS = frozenset((400, 500))
"""Statuses of faults: 500, and 400 for those that the sender caused (SOAP 1.2 part 2 §7.5.2.2)."""
_FAULT = re.compile(rb"<(?:\w{1,20}:)?Fault\b")
_CODE = re.compile(rb"<faultcode[^>]{0,200}>\s*([\w:.-]{1,100})|<(?:\w{1,20}:)?Value[^>]{0,200}>\s*([\w:.-]{1,100})")


def described(part: str, answer: Answer) -> Sequence[Observation]:
    """The answer, seen as SOAP; nothing when there is none that could be."""
    if answer.head is None or not (200 <= answer.fact.status < 300 or answer.fact.status in _FAULTS):
        return ()
    content = answer.content[:65_536]
    form, fault = "", ""
    if _ENVELOPE.search(content):
        form = "fault" if _FAULT.search(content) else "envelope"
        code = _CODE.search(content)
        fault = (code[1] or code[2]).decode("ascii", "replace") if form == "fault" and code else ""
    elif _WSDL.search(content):
        form = "wsdl"
    elif answer.fact.status == 202 and not content:
        form = "envelope"
    if not form and answer.fact.status in _FAULTS:
        return ()
    return [SoapDescribed(part=part, form=form, fault=fault, content_type=answer.head.get("content-type")[:100])]


def _wsdl_url(scene: Scene) -> Url:
    url = of_target(scene.target)
    path, _, query = url.path.partition("?")
    return url if "wsdl" in query.lower() else url.at(f"{path}?{query}&wsdl" if query else f"{path}?wsdl")


def _endpoint(scene: Scene) -> Url:
    """Where messages go: the URL without `wsdl`."""
    url = of_target(scene.target)
    path, _, query = url.path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and part.lower() not in ("wsdl", "singlewsdl"))
    return url.at(f"{path}?{kept}" if kept else path)


async def _head(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return await tried(scene, evidence, "head", (("HEAD", _endpoint(scene)),))


async def _answer(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    return await tried(scene, evidence, "answer", (("GET", _wsdl_url(scene)),), partial(described, "wsdl"))


async def _logon(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    found = await tried(scene, evidence, "logon", (("GET", _wsdl_url(scene)),), partial(described, "wsdl"))
    return [given(scene), *found]


async def _message(scene: Scene, evidence: Evidence) -> Sequence[Observation]:
    request = Request("post", "POST", _endpoint(scene), logged_on(scene), scheme_of(scene), scene.manner.body or EMPTY)
    kind = scene.manner.content_type or "text/xml; charset=utf-8"
    headers = (*request.headers, ("Content-Type", kind), ("SOAPAction", '""'))
    framing = scene.manner.framing
    asked = replace(request, headers=headers, framing=framing, open_body=not scene.manner.body)
    answer = await ask(scene, asked, reachable(evidence))
    return [answer.fact, *described("message", answer)]


SAFE = Effect.SAFE
HEAD = Probe("head", Layer.PROTOCOL, SAFE, _head, after=("tcp",), waits=("tls",), ready=way_open)
ANSWER = Probe("answer", Layer.PROTOCOL, SAFE, _answer, after=("tcp",), waits=("tls",), ready=way_open)
LOGON = Probe("logon", Layer.AUTHENTICATION, SAFE, _logon, after=("answer",), ready=may_log_on)
MESSAGE = Probe(
    "message", Layer.APPLICATION, Effect.INTRUSIVE, _message, after=("answer",), waits=("logon",), ready=may_ask
)
