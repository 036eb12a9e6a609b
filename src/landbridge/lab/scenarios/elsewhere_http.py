"""HTTP as products of all kinds speak it: gateways, load balancers, logins, and servers of unusual manners."""

from __future__ import annotations

import time

from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.http_answers import LOGIN, protected
from landbridge.lab.scenarios.http_stage import LOGON, USER, HttpTarget, http_stage
from landbridge.lab.servers.blocking import Serve
from landbridge.lab.servers.web import Call, Respond, answer, fixed, once

GOOD, REFUSED, FAILED = "check.2xx3xx", "check.4xx", "check.5xx"
LOGONS, AWAY = "outbound.http-401", "outbound.http-503"
_JSON = ("--accept", "application/json")
_TOKEN = ("--bearer", "--secret-file", "SECRET-FILE")
_SCRIPT = (
    '<html><script>document.cookie="locationAfterLogin=%2Forders;path=/";location="https://auth.example.test/oauth/'
    'authorize?response_type=code&client_id=sb-shop!t1&redirect_uri=https%3A%2F%2Fapp%2Fcallback"</script></html>'
)
_FORM = (
    '<html><body onload="document.forms[0].submit()"><form method="post" action="https://idp.example.test/sso">'
    '<input type="hidden" name="SAMLRequest" value="PHNhbWw="></form></body></html>'
)
_REFRESH = '<meta http-equiv="refresh" content="0;url=https://idp.example.test/saml2?SAMLRequest=fVJ&amp;RelayState=x">'
_REJECTED = "<html><title>Request Rejected</title>Your support ID is: 123456789</html>"


def _page(title: str) -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


def _html(body: str, status: int = 200, *headers: str) -> Respond:
    return lambda call: answer(status, *headers, body=body, kind="text/html; charset=UTF-8")


def _moved(address: str, *headers: str) -> Respond:
    return lambda call: answer(302, f"Location: {address}", *headers)


def _wants(*challenges: str) -> Respond:
    return lambda call: answer(401, *(f"WWW-Authenticate: {one}" for one in challenges))


def _raw(head: str) -> Serve:
    return fixed(head.replace("\n", "\r\n").encode())


def _from_place_to_place(call: Call) -> bytes:
    """First to the slash, then to the login of another product."""
    if call.path == "/orders":
        return answer(301, "Location: /orders/")
    if call.path == "/orders/":
        return answer(302, "Location: /nidp/app?id=shop")
    return answer(200, body=LOGIN, kind="text/html")


def _only_get(status: int) -> Respond:
    """Says to HEAD something else than to GET; 0: nothing."""

    def respond(call: Call) -> bytes:
        if call.method != "HEAD":
            return answer(200, body="{}", kind="application/json")
        return answer(status) if status else b""

    return respond


def _slow(call: Call) -> bytes:
    time.sleep(1)
    return answer(200, body="at last")


def _reading_utf8(call: Call) -> bytes:
    """Says how it reads Basic, and does so (RFC 7617 §2.1)."""
    good = call.basic.decode("utf-8", "replace") == f"{USER}:öffne dich"
    return answer(200) if good else answer(401, 'WWW-Authenticate: Basic realm="x", charset="UTF-8"')


def _one(failure: str, cause: str, variant: str, target: HttpTarget, story: str = "") -> Scenario:
    return Scenario(failure, cause, http_stage(story or f"As {variant} does it.", lambda: target), variant)


def _login(variant: str, respond: Respond, *options: str, protocol: str = "http") -> Scenario:
    return _one(GOOD, "redirect-to-login", variant, HttpTarget(respond, protocol=protocol, options=options))


def _refused(cause: str, variant: str, respond: Respond, *options: str) -> Scenario:
    return _one(LOGONS, cause, variant, HttpTarget(respond, options=options or LOGON))


def _away(cause: str, variant: str, target: HttpTarget) -> Scenario:
    return _one(AWAY, cause, variant, target)


def _healthy(variant: str, respond: Respond | None = None, *options: str, serve: Serve | None = None) -> Scenario:
    target = HttpTarget(respond, serve=serve, options=options)
    return _one(HEALTHY, "http", variant, target, f"Nothing is wrong: {variant}.")


_LOWER = b'HTTP/1.1 401 Unauthorized\r\nwww-authenticate: basic realm="x"\r\ncontent-length: 0\r\n\r\n'
_UNREACHABLE = "upstream connect error or disconnect/reset before headers. reset reason: connection failure"

FAILING = (
    _login("f5-apm", _moved("/my.policy", "Set-Cookie: MRHSession=x; path=/; secure")),
    _login("cas", _moved("https://cas.example.test/cas/login?service=http%3A%2F%2Fx%2Forders")),
    _login("adfs", _moved("https://adfs.example.test/adfs/ls/?wa=wsignin1.0&wtrealm=urn%3Ashop")),
    _login("siteminder", _moved("https://sso.example.test/siteminderagent/forms/login.fcc?TYPE=33554433")),
    _login("citrix", _moved("/logon/LogonPoint/index.html")),
    _login("ping", _moved("https://sso.example.test/idp/startSSO.ping?PartnerSpId=shop")),
    _login("asp-net", _moved("../Account/Login?ReturnUrl=%2Forders")),
    _login("net-iq", _from_place_to_place, "--follow"),
    _login("nowhere", _moved("https://idp.invalid/saml2?SAMLRequest=fVJ&RelayState=x"), "--follow"),
    _login("approuter", _html(_SCRIPT), *_JSON),
    _login("saml-form", _html(_FORM), *_JSON),
    _login("refresh", _html(_REFRESH), *_JSON),
    _login("odata-form", _html(_FORM), protocol="odata"),
    _one(GOOD, "not-the-service", "f5-asm", HttpTarget(_html(_REJECTED), options=_JSON)),
    _one(GOOD, "not-the-service", "error-page", HttpTarget(_html(_page("Error 500")), options=_JSON)),
    _refused("bad-credentials", "no-challenge", lambda call: answer(401, body="{}", kind="application/json")),
    _refused("bad-credentials", "several", _wants('Negotiate, Basic realm="a, b", charset="UTF-8"')),
    _refused("bad-credentials", "lower-case", lambda call: _LOWER),
    _refused("scheme-unsupported", "digest", _wants('Digest realm="x", nonce="a", qop="auth"')),
    _refused("scheme-unsupported", "bearer", _wants('Bearer realm="api", scope="read"')),
    _refused("oauth-stale", "opaque", _wants('Bearer error="invalid_token", error_description="expired"'), *_TOKEN),
    _refused(
        "proxy-401",
        "kong",
        lambda call: answer(401, "Server: kong/3.4", "X-Kong-Response-Latency: 1", 'WWW-Authenticate: Key realm="k"'),
    ),
    _away("backend-down-web-tier", "aws", HttpTarget(_html(_page("503"), 503, "Server: awselb/2.0"))),
    _away("backend-down-web-tier", "cloud-foundry", HttpTarget(_html("", 503, "X-Cf-Routererror: no_endpoints"))),
    _away("backend-down-web-tier", "kubernetes", HttpTarget(_html(_page("503 Service Temporarily Unavailable"), 503))),
    _away("backend-down-web-tier", "envoy", HttpTarget(_html(_UNREACHABLE, 503, "server: envoy"))),
    _away(
        "backend-down-web-tier",
        "big-ip",
        HttpTarget(serve=_raw("HTTP/1.0 503 Service Unavailable\nServer: BigIP\nContent-Length: 0\n\n")),
    ),
    _away(
        "backend-down-web-tier",
        "haproxy",
        HttpTarget(
            serve=_raw("HTTP/1.0 503 Service Unavailable\nConnection: close\n\n<h1>No server is available</h1>")
        ),
    ),
    _away("external-waf", "imperva", HttpTarget(_html("Incapsula incident", 503, "X-Iinfo: 8-1-0 0NNN RT(1)"))),
    _away("external-waf", "akamai", HttpTarget(_html(_page("Service Unavailable"), 503, "Server: AkamaiGHost"))),
    _away(
        "maintenance-or-overload",
        "date",
        HttpTarget(_html(_page("Maintenance"), 503, "Retry-After: Sat, 21 Nov 2026 08:00:00 GMT")),
    ),
    _one(FAILED, "server-error", "cloud-foundry", HttpTarget(_html("", 502, "X-Cf-Routererror: endpoint_failure"))),
    _one(FAILED, "server-error", "captive", HttpTarget(_html(_page("Network Authentication Required"), 511))),
    _one(FAILED, "server-error", "squid", HttpTarget(_html("", 504, "X-Squid-Error: ERR_CONNECT_FAIL 110"))),
    _one(FAILED, "no-answer", "http-2", HttpTarget(serve=fixed(bytes.fromhex("000012040000000000000300000064")))),
    _one(FAILED, "no-answer", "half", HttpTarget(serve=fixed(b"HTTP/1.1 200 OK\r\nContent-Le"))),
    _one(REFUSED, "url-incomplete", "cloud-foundry", HttpTarget(_html("", 404, "X-Cf-Routererror: unknown_route"))),
    _one(REFUSED, "url-incomplete", "https-port", HttpTarget(_html(_page("400 sent to HTTPS port"), 400))),
    _one(REFUSED, "forbidden", "cloudflare", HttpTarget(_html("", 403, "cf-mitigated: challenge", "CF-RAY: 8-FRA"))),
    _one(REFUSED, "throttled", "date", HttpTarget(_html("", 429, "Retry-After: Sat, 21 Nov 2026 08:00:00 GMT"))),
)
HEALTHY_ONES = (
    _healthy("head-forbidden", _only_get(403)),
    _healthy("head-unknown", _only_get(404)),
    _healthy("head-fails", _only_get(500)),
    _healthy("head-unanswered", _only_get(0)),
    _healthy("slow", _slow),
    _healthy("not-modified", lambda call: answer(304, 'ETag: "1"')),
    _healthy("part", lambda call: answer(206, "Content-Range: bytes 0-1/10", body="ab")),
    _healthy("big-headers", lambda call: answer(200, *(f"X-Large-{one}: {'x' * 900}" for one in range(50)))),
    _healthy("line-feeds", serve=fixed(b"HTTP/1.1 200 OK\nContent-Length: 2\nConnection: close\n\nok")),
    _healthy("no-phrase", serve=_raw("HTTP/1.1 200\nContent-Length: 2\nConnection: close\n\nok")),
    _healthy("length-twice", serve=_raw("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2\n\nok")),
    _healthy("to-https", _moved("https://127.0.0.1/orders")),
    _one(HEALTHY, "http", "utf-8", HttpTarget(_reading_utf8, options=LOGON, secret="öffne dich"), "It reads UTF-8."),
    _healthy("closing", None, "--csrf", "--post", serve=once(protected())),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
