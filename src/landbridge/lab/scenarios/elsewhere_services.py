"""Token services, OData, SOAP and POSTs as they are met elsewhere: errors in odd places, and good ones of odd shape."""

from __future__ import annotations

from landbridge.lab.scenario import HEALTHY, Scenario
from landbridge.lab.scenarios.http_answers import (
    EDMX,
    EDMX_V4,
    REQUIRED,
    TOKEN,
    fetched,
    in_session,
    is_fetch,
    protected,
)
from landbridge.lab.scenarios.http_stage import USER, HttpTarget, http_stage
from landbridge.lab.servers.web import Call, Respond, answer

LOGONS, CSRF, LENGTH = "outbound.http-401", "outbound.csrf-403", "outbound.http-411"
ODATA, GOOD, REFUSED, FAILED = "outbound.osci-conversion", "check.2xx3xx", "check.4xx", "check.5xx"
_CLIENT = ("--client", USER, "--secret-file", "SECRET-FILE")
_UNKNOWN = '<error xmlns="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"><code>MED/170</code></error>'
_ATOM = '\ufeff<app:service xmlns:app="http://www.w3.org/2007/app"><app:workspace/></app:service>'
_V2 = '{"d":{"EntitySets":["Orders"]}}'
_FAULT_12 = (
    '<env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body><env:Fault><env:Code>'
    "<env:Value>env:Sender</env:Value></env:Code></env:Fault></env:Body></env:Envelope>"
)


def _says(body: str, status: int = 200, kind: str = "application/json") -> Respond:
    return lambda call: answer(status, body=body, kind=kind) if call.method == "POST" else answer(405, "Allow: POST")


def _token(variant: str, respond: Respond, failure: str = LOGONS, cause: str = "oauth-token-fetch") -> Scenario:
    target = HttpTarget(respond, protocol="oauth", path="/oauth/token", options=_CLIENT)
    return Scenario(failure, cause, http_stage("A token service with words of its own.", lambda: target), variant)


def _odata(
    failure: str, cause: str, variant: str, service: Respond, metadata: Respond, path: str = "/odata/orders/"
) -> Scenario:
    def respond(call: Call) -> bytes:
        return metadata(call) if "$metadata" in call.path else service(call)

    target = HttpTarget(respond, protocol="odata", path=path)
    return Scenario(failure, cause, http_stage("A service with ways of its own.", lambda: target), variant)


def _document(body: str, kind: str = "application/json", status: int = 200, *headers: str) -> Respond:
    return lambda call: answer(status, *headers, body=body, kind=kind)


def _unknown(call: Call) -> bytes:
    """A gateway that has no such service."""
    return answer(404, body=_UNKNOWN, kind="application/xml")


def _xml_alone(call: Call) -> bytes:
    """Gives metadata to those who take XML."""
    accepted = call.headers.get("accept", "*/*")
    return answer(200, body=EDMX, kind="application/xml") if "xml" in accepted or "*/*" in accepted else answer(406)


def _to_the_slash(call: Call) -> bytes:
    return answer(307, "Location: /odata/orders/") if call.path == "/odata/orders" else answer(200, body=_V2)


def _in_the_body_alone(call: Call) -> bytes:
    """Refuses for the token, and a gateway took the header that says so."""
    if call.method != "POST":
        return fetched() if is_fetch(call) else answer(200)
    return answer(201) if in_session(call) else answer(403, body="CSRF token validation failed")


def _to_a_login(call: Call) -> bytes:
    return REQUIRED if call.method == "POST" else answer(302, "Location: https://idp.example.test/sso?SAMLRequest=fVJ")


def _dumps(call: Call) -> bytes:
    if call.method == "POST":
        return REQUIRED
    return answer(500, body="<h1>Dump</h1>", kind="text/html") if is_fetch(call) else answer(200)


def _get_alone(call: Call) -> bytes:
    return answer(200) if call.method == "HEAD" else protected()(call)


def _with_prefixes(call: Call) -> bytes:
    cookies = {"__Host-SESSION=1", "mapping=2"}
    if call.method != "POST":
        return fetched(cookies=sorted(cookies)) if is_fetch(call) else answer(200)
    return answer(201) if cookies <= call.cookies and call.headers.get("x-csrf-token") == TOKEN else REQUIRED


def _length_or(refusal: bytes) -> Respond:
    return lambda call: answer(200) if call.method != "POST" or "content-length" in call.headers else refusal


def _soap_12(call: Call) -> bytes:
    """Keeps its description to itself, and says that a message without an operation is the sender's mistake."""
    if call.method == "POST":
        return answer(400, body=_FAULT_12, kind="application/soap+xml")
    return answer(403) if "wsdl" in call.path else answer(405, "Allow: POST")


def _one(failure: str, cause: str, variant: str, target: HttpTarget) -> Scenario:
    return Scenario(failure, cause, http_stage("As it is met elsewhere.", lambda: target), variant)


def _session(failure: str, cause: str, variant: str, respond: Respond, *options: str) -> Scenario:
    return _one(failure, cause, variant, HttpTarget(respond, options=options or ("--csrf", "--post")))


FAILING = (
    _token("html", lambda call: answer(401, body="<h1>Bad credentials</h1>", kind="text/html")),
    _token("status-200", _says('{"error":"incorrect_client_credentials"}')),
    _token("form", _says("access_token=abc&token_type=bearer", kind="application/x-www-form-urlencoded")),
    _token("to-login", lambda call: answer(302, "Location: http://127.0.0.1/login")),
    _token("null", _says('{"access_token":null,"token_type":"bearer"}')),
    _token("audience", _says('{"error":"access_denied","error_description":"audience"}', 403)),
    _token("throttled", _says('{"error":"slow_down"}', 429), REFUSED, "throttled"),
    _token("failing", _says('{"error":"server_error"}', 500), FAILED, "server-error"),
    _odata(REFUSED, "url-incomplete", "gateway", _unknown, _unknown),
    _odata(ODATA, "metadata-call", "500", _document(_V2), _document("dump", status=500)),
    _odata(ODATA, "metadata-call", "cut", _document(_V2), _document(EDMX[:60], "application/xml")),
    _odata(ODATA, "response-not-odata", "json", _document('{"status":"UP"}'), _document("", status=404)),
    _odata(ODATA, "response-not-odata", "error", _document('{"error":{"code":"1"}}'), _document(EDMX)),
    _session(CSRF, "no-token", "body", _in_the_body_alone, "--post"),
    _session(CSRF, "token-without-cookie", "body", _in_the_body_alone, "--csrf", "--post", "--cookies", "none"),
    _session(CSRF, "fetch-failed", "login", _to_a_login),
    _session(CSRF, "fetch-failed", "dump", _dumps),
    _session(LENGTH, "null-body", "400", _length_or(answer(400)), "--post", "--framing", "none"),
    _session(LENGTH, "chunked-refused", "501", _length_or(answer(501)), "--post", "--framing", "chunked"),
    _one(GOOD, "not-the-service", "soap-json", HttpTarget(_document('{"ok":true}'), protocol="soap")),
)
HEALTHY_ONES = (
    _token("text", _says('{"access_token":"a","token_type":"Bearer","expires_in":"3600"}'), HEALTHY, "oauth"),
    _token("created", _says('\n {"access_token":"a","token_type":"bearer"}', 201, "text/plain"), HEALTHY, "oauth"),
    _odata(HEALTHY, "odata", "xml-alone", _document(_V2), _xml_alone),
    _odata(HEALTHY, "odata", "slash", _to_the_slash, _document(EDMX), "/odata/orders"),
    _odata(HEALTHY, "odata", "mark", _document(_ATOM, "application/atomsvc+xml"), _document(EDMX)),
    _odata(HEALTHY, "odata", "context", _document('{"@odata.context":"x/$metadata","value":[]}'), _document(EDMX_V4)),
    _session(HEALTHY, "http", "csrf-by-get", _get_alone),
    _session(HEALTHY, "http", "csrf-prefixes", _with_prefixes),
    _one(HEALTHY, "soap", "1.2", HttpTarget(_soap_12, protocol="soap", options=("--post",))),
)
SCENARIOS = (*FAILING, *HEALTHY_ONES)
