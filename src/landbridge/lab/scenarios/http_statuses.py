"""What targets answer to a check: check.2xx3xx, check.4xx, check.5xx, outbound.http-503, and documents of OData."""

from __future__ import annotations

import itertools
import socket

from landbridge.lab.scenario import Scenario
from landbridge.lab.scenarios.http_answers import LOGIN
from landbridge.lab.scenarios.http_stage import HttpTarget, http_stage
from landbridge.lab.servers.blocking import Serve, read_on
from landbridge.lab.servers.web import Call, Respond, answer, fixed

GOOD, REFUSED, FAILED, AWAY = "check.2xx3xx", "check.4xx", "check.5xx", "outbound.http-503"
ODATA = "outbound.osci-conversion"
_SAML = "Location: https://idp.example.test/saml2?SAMLRequest=fVJNT&RelayState=x"
_OAUTH = "Location: https://auth.example.test/oauth/authorize?response_type=code&client_id=sb-shop&redirect_uri=y"
_PAGE = "<html><title>Application Server Error</title><h1>503 Service Unavailable</h1></html>"


def _to_login(call: Call) -> bytes:
    """A site that sends everybody to its login page."""
    if call.path == "/j_security":
        return answer(200, body=LOGIN, kind="text/html")
    return answer(302, "Location: /j_security")


def _page(call: Call) -> bytes:
    return answer(200, body=LOGIN, kind="text/html; charset=utf-8")


def _metadata_refused(call: Call) -> bytes:
    if call.path.endswith("/$metadata"):
        return answer(403, body="not for everybody")
    return answer(200, body='{"d":{"EntitySets":["Orders"]}}', kind="application/json")


def _metadata_page(call: Call) -> bytes:
    if call.path.endswith("/$metadata"):
        return answer(200, body="<html>sorry</html>", kind="text/html")
    return answer(200, body='{"@odata.context":"$metadata","value":[]}', kind="application/json")


def _news(call: Call) -> bytes:
    return answer(200, body="<html>News of today</html>", kind="text/html")


def _now_and_then() -> Respond:
    """Refuses every other call."""
    numbers = itertools.count()
    return lambda call: answer(503) if next(numbers) % 2 == 0 else answer(200)


def _closing(connection: socket.socket) -> None:
    connection.recv(100)


def _one(failure: str, cause: str, story: str, target: HttpTarget, variant: str = "") -> Scenario:
    return Scenario(failure, cause, http_stage(story, lambda: target), variant)


def _status(failure: str, cause: str, status: int, *headers: str, body: str = "") -> Scenario:
    target = HttpTarget(lambda call: answer(status, *headers, body=body))
    return _one(failure, cause, f"The target answers {status}.", target, str(status))


def _login(variant: str, respond: Respond, *options: str, protocol: str = "http") -> Scenario:
    target = HttpTarget(respond, protocol=protocol, options=options)
    return _one(GOOD, "redirect-to-login", "A login page is in the way.", target, variant)


def _silence(variant: str, story: str, serve: Serve, *options: str) -> Scenario:
    return _one(FAILED, "no-answer", story, HttpTarget(serve=serve, options=options), variant)


SCENARIOS = (
    _login("saml", lambda call: answer(302, _SAML)),
    _login("oauth", lambda call: answer(302, _OAUTH)),
    _login("path", lambda call: answer(307, "Location: /app/login?next=orders")),
    _login("followed", _to_login, "--follow"),
    _login("page", _page, "--accept", "application/json"),
    _login("odata", _page, protocol="odata"),
    _login("soap", _page, protocol="soap"),
    _one(GOOD, "not-the-service", "A page instead of a description.", HttpTarget(_news, protocol="soap")),
    _one(
        GOOD,
        "not-the-service",
        "A page of something between, instead of data.",
        HttpTarget(_news, options=("--accept", "application/json")),
        "page",
    ),
    _one(ODATA, "response-not-odata", "A page instead of data.", HttpTarget(_news, protocol="odata")),
    _one(ODATA, "metadata-call", "The metadata are refused.", HttpTarget(_metadata_refused, protocol="odata"), "403"),
    _one(ODATA, "metadata-call", "The metadata are a page.", HttpTarget(_metadata_page, protocol="odata"), "page"),
    _status(REFUSED, "url-incomplete", 400),
    _status(REFUSED, "not-authenticated", 401, "WWW-Authenticate: Basic realm=orders"),
    _status(REFUSED, "forbidden", 403),
    _one(
        REFUSED,
        "forbidden",
        "Reading is permitted, writing is not.",
        HttpTarget(lambda call: answer(403 if call.method == "POST" else 200), options=("--post",)),
        "post",
    ),
    _status(REFUSED, "url-incomplete", 404),
    _status(REFUSED, "method", 405, "Allow: PUT"),
    _status(REFUSED, "proxy-authentication", 407, "Proxy-Authenticate: Basic realm=proxy"),
    _status(REFUSED, "throttled", 429, "Retry-After: 30"),
    _status(FAILED, "server-error", 500, body="<h1>Dump</h1>"),
    _status(FAILED, "server-error", 501),
    _status(FAILED, "server-error", 502, "Server: nginx/1.24.0"),
    _status(FAILED, "server-error", 504, "Server: nginx/1.24.0"),
    _one(
        FAILED,
        "no-answer",
        "A token service says nothing.",
        HttpTarget(serve=_closing, protocol="oauth"),
        "token-service",
    ),
    _silence("silent", "It takes connections and says nothing.", read_on, "--timeout", "1"),
    _silence("closed", "It closes each connection.", _closing),
    _silence("other-protocol", "Something else listens there.", fixed(b"SSH-2.0-OpenSSH_9.6\r\n")),
    _silence("loop", "It leads in a circle.", fixed(b"HTTP/1.1 302 Found\r\nLocation: /orders\r\n\r\n"), "--follow"),
    _one(
        AWAY,
        "backend-down-web-tier",
        "The web tier answers for a system that is down.",
        HttpTarget(lambda call: answer(503, "Server: SAP Web Dispatcher", body=_PAGE, kind="text/html")),
    ),
    _status(AWAY, "maintenance-or-overload", 503, "Retry-After: 120"),
    _one(
        AWAY,
        "backend-down-web-tier",
        "The token service is down.",
        HttpTarget(lambda call: answer(503, "Server: nginx"), protocol="oauth"),
        "token-service",
    ),
    Scenario(
        AWAY,
        "maintenance-or-overload",
        http_stage("It refuses every other call.", lambda: HttpTarget(_now_and_then())),
        "now-and-then",
    ),
    _one(
        AWAY,
        "external-waf",
        "A filter before the target answers with its own page.",
        HttpTarget(lambda call: answer(503, "Server: cloudflare", "CF-RAY: 8f2b-FRA", body="<h1>blocked</h1>")),
    ),
)
