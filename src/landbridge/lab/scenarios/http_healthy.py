"""HTTP, OAuth, OData and SOAP targets with which nothing is wrong."""

from __future__ import annotations

import gzip
import json

from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.http_answers import EDMX, EDMX_V4, FAULT, LOGIN, WSDL, basic, protected, token_service
from landbridge.lab.scenarios.http_stage import LOGON, HttpTarget, http_stage
from landbridge.lab.servers.web import Call, answer, fixed

_V2 = '{"d":{"EntitySets":["Orders"]}}'
_V4 = '{"@odata.context":"$metadata","value":[{"name":"Orders","url":"Orders"}]}'
_ATOM = '<service xmlns="http://www.w3.org/2007/app"><workspace/></service>'


def _moved(call: Call) -> bytes:
    return answer(302, "Location: /shop/orders/") if call.path == "/orders" else answer(200, body="here")


def _no_head(call: Call) -> bytes:
    return answer(405, "Allow: GET") if call.method == "HEAD" else answer(200, body="here")


def _compressed(call: Call) -> bytes:
    return answer(200, "Content-Encoding: gzip", body=gzip.compress(b"orders " * 1000))


def _bearer(call: Call) -> bytes:
    good = call.headers.get("authorization") == "Bearer open sesame"
    return answer(200) if good else answer(401, 'WWW-Authenticate: Bearer realm="orders"')


def _odata(service: str, metadata: str, kind: str) -> HttpTarget:
    def respond(call: Call) -> bytes:
        if call.path.endswith("/$metadata"):
            return answer(200, body=metadata, kind="application/xml")
        return answer(200, body=service, kind=kind)

    return HttpTarget(respond, protocol="odata", path="/odata/orders/")


def _odata_logon() -> HttpTarget:
    def respond(call: Call) -> bytes:
        if not basic(call):
            return answer(401, 'WWW-Authenticate: Basic realm="SAP NetWeaver Application Server [ABC/100]"')
        metadata = call.path.endswith("/$metadata")
        kind = "application/xml" if metadata else "application/json"
        return answer(200, body=EDMX if metadata else _V2, kind=kind)

    return HttpTarget(respond, protocol="odata", path="/odata/orders", options=LOGON)


def _soap(call: Call) -> bytes:
    if call.method == "HEAD":
        return answer(405, "Allow: GET, POST")
    if call.method == "POST":
        return answer(500, body=FAULT, kind="text/xml")
    return answer(200, body=WSDL, kind="text/xml") if "wsdl" in call.path else answer(405)


def _mutual_token(call: Call) -> bytes:
    given = json.dumps({"access_token": "opaque", "token_type": "bearer", "expires_in": 43199})
    good = call.method == "POST" and b"client_id=shop" in call.body
    return answer(200, body=given, kind="application/json") if good else answer(400)


def _session() -> HttpTarget:
    return HttpTarget(protected(), options=("--csrf", "--post", *LOGON))


_CLIENT = ("--client", "shop", "--secret-file", "SECRET-FILE")


def _token(accepted: str, style: str) -> HttpTarget:
    return HttpTarget(token_service(accepted), protocol="oauth", options=(*_CLIENT, "--style", style))


def _one(variant: str, story: str, target: HttpTarget) -> Scenario:
    return Scenario(HEALTHY, target.protocol, http_stage(story, lambda: target), variant)


SCENARIOS = (
    _one("", "A server as it should be.", HttpTarget(lambda call: answer(200, body="here"))),
    _one("no-content", "It has no content.", HttpTarget(lambda call: answer(204))),
    _one("redirect", "It leads elsewhere.", HttpTarget(_moved)),
    _one("redirect-followed", "It leads elsewhere, and there is something.", HttpTarget(_moved, options=("--follow",))),
    _one("no-head", "It does not know HEAD.", HttpTarget(_no_head)),
    _one("http-1.0", "It speaks HTTP/1.0.", HttpTarget(serve=fixed(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"))),
    _one(
        "chunked",
        "It sends chunks.",
        HttpTarget(lambda call: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhere\r\n0\r\n\r\n"),
    ),
    _one("gzip", "It compresses.", HttpTarget(_compressed)),
    _one(
        "early-hints",
        "It says something before its answer.",
        HttpTarget(serve=fixed(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")),
    ),
    _one(
        "website",
        "A site for people, with its own login.",
        HttpTarget(lambda call: answer(200, body=LOGIN, kind="text/html")),
    ),
    _one(
        "basic", "It takes the password.", HttpTarget(lambda call: answer(200 if basic(call) else 401), options=LOGON)
    ),
    _one("bearer", "It takes the token.", HttpTarget(_bearer, options=("--bearer", "--secret-file", "SECRET-FILE"))),
    _one(
        "tls",
        "It takes the password in TLS.",
        HttpTarget(lambda call: answer(200 if basic(call) else 401), options=LOGON, secure="server"),
    ),
    _one("mutual", "Both sides have certificates.", HttpTarget(lambda call: answer(200), secure="mutual")),
    _one("csrf", "It gives a token, and takes the POST with it.", _session()),
    _one("post", "It takes an empty POST.", HttpTarget(lambda call: answer(201), options=("--post",))),
    _one(
        "no-body", "It needs no length.", HttpTarget(lambda call: answer(201), options=("--post", "--framing", "none"))
    ),
    _one("header", "The client is sent in the header.", _token("header", "header")),
    _one("body", "The client is sent in the body.", _token("body", "body")),
    _one("address", "Only the address is tried.", HttpTarget(token_service("body"), protocol="oauth")),
    _one(
        "mutual",
        "The client has a certificate.",
        HttpTarget(_mutual_token, protocol="oauth", options=("--client", "shop"), secure="mutual"),
    ),
    _one("v2", "A service of OData V2.", _odata(_V2, EDMX, "application/json")),
    _one("v2-atom", "A service of OData V2 in XML.", _odata(_ATOM, EDMX, "application/atomsvc+xml")),
    _one("v4", "A service of OData V4.", _odata(_V4, EDMX_V4, "application/json;odata.metadata=minimal")),
    _one("logon", "A service that wants a logon, and gets it.", _odata_logon()),
    _one("wsdl", "An endpoint with its description.", HttpTarget(_soap, protocol="soap")),
    _one("message", "An endpoint that answers.", HttpTarget(_soap, protocol="soap", options=("--post",))),
)
