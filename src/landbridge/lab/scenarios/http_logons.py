"""outbound.http-401: logons that are not accepted (failure-catalogue, row 13)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from landbridge.lab.scenario import Scenario, Staged
from landbridge.lab.scenarios.http_answers import LOGIN, basic, refused, token_service
from landbridge.lab.scenarios.http_stage import LOGON, SECRET, USER, HttpTarget, http_stage
from landbridge.lab.servers.blocking import listening
from landbridge.lab.servers.web import Call, Respond, answer, web

FAILURE = "outbound.http-401"
_CLIENT = ("--client", USER, "--secret-file", "SECRET-FILE")
_BEARER = ("--bearer", "--secret-file", "SECRET-FILE")
_BASIC = 'WWW-Authenticate: Basic realm="orders"'


def _wants(*challenges: str) -> Respond:
    """Takes no logon."""
    return lambda call: answer(401, *(f"WWW-Authenticate: {one}" for one in challenges))


def _client_200(call: Call) -> bytes:
    return answer(401, 'WWW-Authenticate: Basic realm="SAP NetWeaver Application Server [ABC/200]"')


def _latin1(call: Call) -> bytes:
    """A server that reads Basic as it was before UTF-8."""
    good = call.basic.decode("latin-1") == f"{USER}:{_UMLAUT}"
    return answer(200) if good else answer(401, _BASIC)


_UMLAUT = "öffne dich"


def _squid(call: Call) -> bytes:
    """A forward proxy that wants a logon of its own."""
    return answer(
        401,
        'WWW-Authenticate: Basic realm="the way out"',
        "Server: squid/5.7",
        "Via: 1.1 proxy.example.test (squid/5.7)",
        "X-Squid-Error: ERR_ACCESS_DENIED 0",
        body="<html><h1>ERROR</h1></html>",
        kind="text/html",
    )


@asynccontextmanager
async def _moved_away(folder: Path) -> AsyncIterator[Staged]:
    """A redirect to another place, which wants the logon."""
    secret = folder / "secret"
    secret.write_text(SECRET)

    def there(call: Call) -> bytes:
        return answer(200) if basic(call) else answer(401, _BASIC)

    with listening(web(there)) as other:

        def here(call: Call) -> bytes:
            return answer(302, f"Location: http://127.0.0.1:{other}/orders") if basic(call) else answer(401, _BASIC)

        with listening(web(here)) as port:
            url = f"http://127.0.0.1:{port}/orders"
            command = ("probe", "http", url, "--follow", "--login", USER, "--secret-file", str(secret))
            yield Staged(command, "The target leads to another place, and the logon is not sent there.")


def _jwt(ended: float) -> str:
    parts = ({"alg": "RS256"}, {"iss": "http://auth.example.test", "exp": int(time.time() - ended)}, "signature")
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


def _expired() -> HttpTarget:
    return HttpTarget(_wants('Bearer realm="orders"'), options=_BEARER, secret=_jwt(ended=3600))


def _basic_only() -> HttpTarget:
    return HttpTarget(_wants("Basic realm=orders"), options=_BEARER, secret=_jwt(ended=-3600))


def _http(cause: str, story: str, target: HttpTarget, variant: str = "") -> Scenario:
    return Scenario(FAILURE, cause, http_stage(story, lambda: target), variant)


def _token(variant: str, story: str, respond: Respond, *options: str, cause: str = "oauth-token-fetch") -> Scenario:
    return _http(cause, story, HttpTarget(respond, protocol="oauth", path="/oauth/token", options=options), variant)


SCENARIOS = (
    _http("bad-credentials", "The password is wrong.", HttpTarget(_wants("Basic realm=orders"), options=LOGON)),
    _http(
        "bad-credentials",
        "The password is wrong in the client of the system that was reached.",
        HttpTarget(_client_200, options=(*LOGON, "--sap-client", "200")),
        "abap",
    ),
    _http(
        "bad-credentials",
        "The password is wrong, at a service of OData.",
        HttpTarget(_wants("Basic realm=orders"), protocol="odata", options=LOGON),
        "odata",
    ),
    _http("auth-none", "No logon is sent.", HttpTarget(_wants("Basic realm=orders"), protocol="odata"), "odata"),
    _http("auth-none", "No logon is sent.", HttpTarget(_wants("Basic realm=orders"), protocol="soap"), "soap"),
    _http(
        "scheme-unsupported",
        "The server offers Negotiate, and Basic is used.",
        HttpTarget(_wants("Negotiate", "NTLM"), options=LOGON),
    ),
    Scenario(FAILURE, "scheme-unsupported", http_stage("It wants Basic, a token is sent.", _basic_only), "token"),
    _http(
        "sap-client",
        "The user lives in client 100, and 200 is reached.",
        HttpTarget(_client_200, options=(*LOGON, "--sap-client", "100")),
    ),
    _http(
        "sap-client",
        "The URL asks for client 100, and 200 is reached.",
        HttpTarget(_client_200, path="/orders?sap-client=100", options=LOGON),
        "url",
    ),
    _http("encoding", "The password has an umlaut.", HttpTarget(_latin1, options=LOGON, secret=_UMLAUT)),
    _http("proxy-401", "A proxy wants a logon.", HttpTarget(_squid, options=LOGON)),
    Scenario(FAILURE, "redirect-stripped", _moved_away),
    Scenario(FAILURE, "oauth-stale", http_stage("The token ended an hour ago.", _expired), "expired"),
    _token("short", "Tokens live for a minute.", token_service("header", 60), *_CLIENT, cause="oauth-stale"),
    _token("secret", "The secret is wrong.", token_service("body", secret="another"), *_CLIENT),
    _token(
        "wants-header", "The client is read in the header only.", token_service("header"), *_CLIENT, "--style", "body"
    ),
    _token("wants-body", "The client is read in the body only.", token_service("body"), *_CLIENT),
    _token(
        "scope", "The scope is not given.", lambda call: refused(400, "invalid_scope"), *_CLIENT, "--scope", "admin"
    ),
    _token("grant", "The client may not do this.", lambda call: refused(400, "unauthorized_client"), *_CLIENT),
    _token("page", "A login page answers.", lambda call: answer(200, body=LOGIN, kind="text/html"), *_CLIENT),
    _token("address", "There is nothing at this path.", lambda call: answer(404, body="nothing here")),
    _token(
        "no-token",
        "JSON comes, without a token.",
        lambda call: answer(200, body="{}", kind="application/json"),
        *_CLIENT,
    ),
)
