"""outbound.csrf-403 and outbound.http-411: what is wrong with a POST (failure-catalogue, rows 21 and 22)."""

from __future__ import annotations

from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios.http_answers import COOKIES, REQUIRED, basic, fetched, in_session, is_fetch, protected
from landbridge.lab.scenarios.http_stage import LOGON, HttpTarget, http_stage
from landbridge.lab.servers.web import Call, Respond, answer

CSRF, LENGTH = "outbound.csrf-403", "outbound.http-411"
_SESSION = ("--csrf", "--post")


def _no_head(call: Call) -> bytes:
    return answer(405, "Allow: GET, POST") if call.method == "HEAD" else protected()(call)


def _no_fetch(call: Call) -> bytes:
    return answer(403, body="not for everybody") if is_fetch(call) else answer(200)


def _two_nodes(call: Call) -> bytes:
    """Each connection gets to another node; no cookie says to which."""
    node = f"node={call.connection}"
    if call.method != "POST":
        return fetched(cookies=(*COOKIES, node)) if is_fetch(call) else answer(200)
    return answer(201) if in_session(call) and node in call.cookies else REQUIRED


def _forbidden(call: Call) -> bytes:
    if not basic(call):
        return answer(401, "WWW-Authenticate: Basic realm=orders")
    return protected(granted=answer(403, body="no authorisation for orders"))(call)


def _without_tokens(call: Call) -> bytes:
    return answer(201 if call.method == "POST" else 200)


def _once_more() -> Respond:
    """The first session is over when the POST comes; the second one is not."""
    posts = []

    def respond(call: Call) -> bytes:
        if call.method == "POST":
            posts.append(call)
        return REQUIRED if call.method == "POST" and len(posts) == 1 else protected()(call)

    return respond


def _strict(call: Call) -> bytes:
    """Wants a length, and no other way."""
    if call.method != "POST":
        return answer(200)
    if "transfer-encoding" in call.headers:
        return answer(400 if "content-length" in call.headers else 411)
    return answer(201) if "content-length" in call.headers else answer(411)


def _deaf_to_length(call: Call) -> bytes:
    """Behind something that takes the length away."""
    return answer(411) if call.method == "POST" else answer(200)


def _one(failure: str, cause: str, story: str, target: HttpTarget, variant: str = "") -> Scenario:
    return Scenario(failure, cause, http_stage(story, lambda: target), variant)


def _csrf(
    cause: str, story: str, respond: Respond, *options: str, variant: str = "", host: str = "127.0.0.1"
) -> Scenario:
    return _one(CSRF, cause, story, HttpTarget(respond, options=options, host=host), variant)


SCENARIOS = (
    _csrf("no-token", "The POST carries no token.", protected(), "--post"),
    _csrf(
        "token-without-cookie", "No cookie is sent back.", protected(), *_SESSION, "--cookies", "none", variant="none"
    ),
    _csrf(
        "token-without-cookie",
        "One of two cookies is sent back.",
        protected(),
        *_SESSION,
        "--cookies",
        "sap-usercontext",
        variant="some",
    ),
    _csrf("cookie-domain", "The cookies are for the internal host.", protected("; Domain=erp.internal.test"), "--csrf"),
    _csrf("secure-cookie", "The cookies are for TLS only.", protected("; Secure"), "--csrf"),
    _csrf("dotless-host", "The host has no dot.", protected(), "--csrf", host="localhost"),
    _csrf("other-host", "The POST gets to another node.", _two_nodes, *_SESSION),
    _csrf("fetch-failed", "HEAD is refused.", _no_head, "--csrf", variant="head"),
    _csrf("fetch-failed", "The fetch is forbidden.", _no_fetch, "--csrf", variant="forbidden"),
    _csrf("real-authorisation", "The user may not do it.", _forbidden, *_SESSION, *LOGON),
    _csrf("no-csrf-at-receiver", "The receiver gives no tokens.", _without_tokens, *_SESSION),
    _csrf("expired", "The session lives for five seconds.", protected("; Max-Age=5"), "--csrf", variant="cookie"),
    Scenario(
        CSRF,
        "expired",
        http_stage("The session is over when the POST comes.", lambda: HttpTarget(_once_more(), options=_SESSION)),
        "refetched",
    ),
    _one(LENGTH, "null-body", "The POST says no length.", HttpTarget(_strict, options=("--post", "--framing", "none"))),
    _one(
        LENGTH,
        "chunked-refused",
        "It comes in chunks.",
        HttpTarget(_strict, options=("--post", "--framing", "chunked")),
    ),
    _one(LENGTH, "both-headers", "It says both.", HttpTarget(_strict, options=("--post", "--framing", "both"))),
    _one(LENGTH, "proxy-strips", "The length is taken away.", HttpTarget(_deaf_to_length, options=("--post",))),
)
