"""What HTTP answers show: who gave them, which one counts, and the judgements that several failures share."""

from __future__ import annotations

import re

from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.http.challenges import Challenge, challenges
from landbridge.checks.observations import HttpAnswer, LogonGiven, TokenAnswered
from landbridge.checks.rules.book import Holds, Not, Verdict

OURS = "x-internal-error-code"
"""Header of answers that this software gives itself."""
_PROTECTIONS = (
    ("cf-ray", "Cloudflare"),
    ("cf-mitigated", "Cloudflare"),
    ("x-iinfo", "Imperva"),
    ("x-sucuri-id", "Sucuri"),
    ("x-akamai-request-id", "Akamai"),
    ("x-azure-ref", "Azure Front Door"),
    ("x-amz-cf-id", "Amazon CloudFront"),
    ("x-amzn-waf-action", "AWS WAF"),
    ("x-fastly-request-id", "Fastly"),
    ("x-dosarrest-incident", "DOSarrest"),
)
"""Headers that protections and delivery networks put on what passes them."""
_PROTECTING_SERVERS = ("cloudflare", "akamaighost", "imperva", "sucuri", "cloudfront")
_BALANCERS = frozenset(("awselb", "big-ip", "bigip", "haproxy"))
"""Servers that spread requests, and answer themselves when nobody is behind them."""
_BETWEEN = frozenset(("squid", "kong", "oauth2-proxy", "traefik", "zscaler", "bluecoat", "mitmproxy", "tinyproxy"))
"""Servers that are never the application itself."""
_PRODUCT = re.compile(r"[A-Za-z][\w-]{2,40}")


def answers(evidence: Evidence, purpose: str) -> tuple[HttpAnswer, ...]:
    """The answers to requests of that purpose: those of redirects follow the one that redirects."""
    return tuple(one for one in evidence.all(HttpAnswer) if one.purpose == purpose)


def last(evidence: Evidence, purpose: str) -> HttpAnswer | None:
    """The last of them; None when there is none."""
    return next(iter(answers(evidence, purpose)[::-1]), None)


def decisive(evidence: Evidence) -> HttpAnswer | None:
    """The answer that traffic would get: to the POST, else to the request with the logon, else to the one without.

    What a token service says for itself is told in `TokenAnswered`; where it says nothing, the answer counts.
    """
    purposes = ("post", "logon", "answer") if evidence.first(TokenAnswered) else ("post", "logon", "answer", "token")
    return next((found for purpose in purposes if (found := last(evidence, purpose))), None)


def logon(evidence: Evidence) -> LogonGiven:
    """What was given to log on with."""
    return evidence.first(LogonGiven) or LogonGiven()


def said(answer: HttpAnswer) -> str:
    """An answer as evidence."""
    asked = f"{answer.method} {answer.url}" + (f" as {answer.logon}" if answer.logon else "")
    return f"{asked}: {answer.status} {answer.phrase}".rstrip() if answer.status else answer.line


def is_ours(answer: HttpAnswer) -> bool:
    """Whether this software gave the answer itself, and so has named what happened."""
    return bool(answer.header(OURS))


def offered(answer: HttpAnswer) -> tuple[Challenge, ...]:
    """The ways to log on that it offers."""
    return challenges(answer.headers_of("www-authenticate"))


def protection(answer: HttpAnswer) -> str:
    """The protection or delivery network that put its mark on an answer; empty when there is none."""
    marked = next((name for header, name in _PROTECTIONS if answer.header(header)), "")
    server = answer.header("server")
    return marked or (server if server.lower().startswith(_PROTECTING_SERVERS) else "")


def between(answer: HttpAnswer) -> str:
    """Who gave the answer, when it was a proxy or gateway before the target; empty when nothing shows that."""
    server = answer.header("server").split("/")[0].lower()
    via = {found.lower() for value in answer.headers_of("via") for found in _PRODUCT.findall(value)}
    if answer.header("x-squid-error"):
        return f"proxy ({answer.header('server') or 'squid'})"
    if answer.header("proxy-authenticate") or answer.status == 407:
        return f"proxy ({answer.header('server') or answer.header('via') or 'without a name'})"
    if answer.header("x-kong-response-latency") and not answer.header("x-kong-upstream-latency"):
        return "gateway (kong)"
    if server and (server in via or server in _BETWEEN or server in _BALANCERS):
        return f"gateway ({answer.header('server')})"
    return ""


def emitter(answer: HttpAnswer) -> str:
    """Who gave the answer, as far as its headers show."""
    if is_ours(answer):
        origin = answer.header("x-error-origin")
        return f"landbridge (origin {origin})" if origin else "landbridge"
    return between(answer) or protection(answer) or server(answer)


def server(answer: HttpAnswer) -> str:
    """The target, with the name that it gives itself."""
    realm = next((one.abap for one in offered(answer) if one.abap), None)
    name = answer.header("server")
    if realm:
        return f"target ({realm[0]}, client {realm[1]})"
    return f"target ({name})" if name else "target"


def way(answer: HttpAnswer) -> tuple[str, ...]:
    """What stood between, as evidence."""
    return tuple(f"it came by way of {value}" for value in answer.headers_of("via")[:3])


def wants_token(answer: HttpAnswer) -> bool:
    """Whether a refusal says that a session token is missing or wrong."""
    return answer.status == 403 and answer.header("x-csrf-token").lower() == "required"


def backend_csrf(evidence: Evidence) -> Verdict:
    """The backend itself demands a session token."""
    answer = decisive(evidence)
    if answer is None or not answer.status:
        return None
    if wants_token(answer):
        return Holds((said(answer), "it carries x-csrf-token: Required"), emitter=emitter(answer))
    return Not("the answer does not ask for a session token")


def backend_inactive(evidence: Evidence) -> Verdict:
    """The backend forbids everybody, before it asks who calls: its service is inactive, or insists on TLS."""
    first, answer = last(evidence, "answer"), decisive(evidence)
    if first is None or answer is None or not answer.status or is_ours(answer):
        return None
    if answer.status == 403 and first.status == 403 and not wants_token(answer):
        who = () if answer is first else ("with the logon it is the same",)
        return Holds((f"{said(first)}: without a logon, instead of 401", *who), Confidence.CONSISTENT, emitter(first))
    return Not(f"without a logon the answer is {first.status}")


def backend_forbids(evidence: Evidence) -> Verdict:
    """The backend asks for a logon, takes it, and forbids: the user lacks an authorisation."""
    first, answer = last(evidence, "answer"), decisive(evidence)
    if first is None or answer is None or not answer.status or is_ours(answer):
        return None
    if answer.status == 403 and answer.logon and first.status == 401 and not wants_token(answer):
        user = logon(evidence).user or answer.logon
        return Holds((said(first), said(answer), f"{user} is known, and may not do this"), emitter=emitter(answer))
    return Not("no logon was taken and then forbidden")
