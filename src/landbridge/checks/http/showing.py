"""From what was received to a fact: everything that tells something, nothing that is secret. Pure."""

from __future__ import annotations

import re

from landbridge.checks.http.head import Head
from landbridge.checks.http.received import Received
from landbridge.checks.http.request import Request
from landbridge.checks.http.url import shown
from landbridge.checks.observations.http import Cookie, HttpAnswer, Phases
from landbridge.checks.quotation import redacted
from landbridge.observe.redact import HIDDEN

MOST_HEADERS = 100
MOST_COOKIES = 50
_VALUE = 300
_BODY = 300
_SECRET_NAME = re.compile(
    r"token|cookie|session|secret|key|assertion|jwt|password|credential|authorization", re.IGNORECASE
)
_ADDRESSES = frozenset(("location", "content-location", "refresh", "link"))
_CHALLENGES = frozenset(("www-authenticate", "proxy-authenticate"))
_BLOB = re.compile(r"(?<![=\w\"])[A-Za-z0-9._~+/-]{40,}=*")
_PASSWORD = re.compile(rb"<input\b[^>]{0,500}\btype\s*=\s*[\"']?password", re.IGNORECASE)
_SAML = re.compile(rb"<input\b[^>]{0,500}\bname\s*=\s*[\"']?SAMLRequest", re.IGNORECASE)
_SEARCHED = 131_072
"""Bytes of a page in which its kind is looked for."""
_FORM = re.compile(rb"<form\b", re.IGNORECASE)
_AUTHORIZE = re.compile(
    rb"(?:\blocation\b|\burl\s*=)[^\n]{0,400}?[?&;](?:response_type=[^\n]{0,200}?client_id="
    rb"|client_id=[^\n]{0,200}?response_type=|SAMLRequest=)",
    re.IGNORECASE,
)
"""A script or a refresh that takes the browser to a request for authorisation (RFC 6749 §4.1.1) or of SAML."""
_FIELD = re.compile(
    r"(\"[^\"]{0,60}(?:token|secret|password|assertion|code|key)[^\"]{0,20}\"\s*:\s*\")[^\"]*", re.IGNORECASE
)
_INPUT = re.compile(r"(<input\b[^>]{0,500}\bvalue\s*=\s*[\"'])[^\"'>]*", re.IGNORECASE)


def fact(request: Request, address: str, received: Received, phases: Phases, detail: str = "") -> HttpAnswer:
    """What became of a request."""
    sent = {
        "purpose": request.purpose,
        "method": request.method,
        "url": request.url.shown,
        "address": address,
        "sent": request.shown,
        "logon": request.logon,
        "phases": phases,
    }
    head = received.head
    if head is None:
        first = received.first.decode("latin-1") if received.problem == "not-http" else ""
        return HttpAnswer(**sent, problem=received.problem, detail=detail or redacted(_line(first)))  # type: ignore[arg-type]
    content = received.content
    return HttpAnswer(
        **sent,  # type: ignore[arg-type]
        version=head.version,
        status=head.status,
        phrase=scrubbed(head.phrase, request)[:100],
        headers=tuple(
            (name[:100], _shown(name, scrubbed(value, request))) for name, value in head.headers[:MOST_HEADERS]
        ),
        cookies=tuple(cookie(value) for value in head.all("set-cookie")[:MOST_COOKIES]),
        token=bool(token_of(head)),
        body=excerpt(content, request),
        size=len(received.body.content),
        whole=received.body.done,
        page=page_of(head, content),
    )


def token_of(head: Head) -> str:
    """The CSRF token that an answer brings; empty when there is none."""
    value = head.get("x-csrf-token")
    return "" if value.lower() in ("required", "fetch") else value


def cookie(header: str) -> Cookie:
    """A Set-Cookie header without its value."""
    first, *attributes = header.split(";")
    found = {name.strip().lower(): value.strip() for name, _, value in (one.partition("=") for one in attributes)}
    age = found.get("max-age", "")
    return Cookie(
        name=first.partition("=")[0].strip()[:200],
        domain=found.get("domain", "")[:255],
        path=found.get("path", "")[:255],
        secure="secure" in found,
        http_only="httponly" in found,
        same_site=found.get("samesite", "")[:20],
        max_age=int(age) if re.fullmatch(r"-?[0-9]{1,12}", age) else None,
    )


def scrubbed(text: str, request: Request) -> str:
    """A text of the server without the secrets that it was sent."""
    for secret in request.secrets:
        text = text.replace(secret, HIDDEN)
    return text


def excerpt(content: bytes, request: Request) -> str:
    """The beginning of a content, on one line, without what may be secret."""
    text = scrubbed(content[:4000].decode("utf-8", "replace"), request)
    text = _INPUT.sub(rf"\1{HIDDEN}", _FIELD.sub(rf"\1{HIDDEN}", text))
    return redacted(_line(text))[:_BODY]


def page_of(head: Head, content: bytes) -> str:
    """What an HTML page is there for, as far as its forms tell."""
    if "html" not in head.get("content-type").lower():
        return ""
    for kind, mark in (("saml", _SAML), ("password", _PASSWORD), ("script", _AUTHORIZE), ("form", _FORM)):
        if mark.search(content, 0, _SEARCHED):
            return kind
    return ""


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _shown(name: str, value: str) -> str:
    """The value of an answer's header, as far as it may be seen."""
    lowered = name.lower()
    if lowered == "set-cookie":
        return f"{value.partition('=')[0].strip()[:200]}={HIDDEN}"
    if lowered == "x-csrf-token":
        return value if value.lower() in ("required", "fetch") else HIDDEN
    if lowered in _ADDRESSES:
        return shown(value)
    if lowered in _CHALLENGES:
        return _BLOB.sub(HIDDEN, value)[:_VALUE]
    return HIDDEN if value and _SECRET_NAME.search(name) else redacted(value)[:_VALUE]
