"""What servers of the HTTP scenarios say: backends with sessions, token services, documents."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from urllib.parse import parse_qs

from landbridge.lab.scenarios.http_stage import PAIR, SECRET, USER
from landbridge.lab.servers.web import Call, Respond, answer

LOGIN = "<html><form method=post><input name=j_username><input type='password' name=j_password></form></html>"
EDMX = (
    '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx">'
    "<edmx:DataServices/></edmx:Edmx>"
)
EDMX_V4 = (
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices/></edmx:Edmx>'
)
WSDL = '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" name="Orders"/>'
FAULT = (
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault>'
    "<faultcode>soap:Client</faultcode><faultstring>no operation</faultstring></soap:Fault></soap:Body></soap:Envelope>"
)
COOKIES = ("SAP_SESSIONID_ABC_100=session", "sap-usercontext=sap-client")
TOKEN = "token-of-the-session"
REQUIRED = answer(403, "X-CSRF-Token: Required", body="CSRF token validation failed")
"""A refusal that is about the token."""


def basic(call: Call) -> bool:
    """Whether the right user is there with the right password."""
    return call.basic == PAIR


def fetched(cookies: Iterable[str] = COOKIES, attributes: str = "; path=/; HttpOnly") -> bytes:
    """A token with its cookies."""
    return answer(200, f"X-CSRF-Token: {TOKEN}", *(f"Set-Cookie: {cookie}{attributes}" for cookie in cookies))


def protected(attributes: str = "; path=/; HttpOnly", granted: bytes = answer(201)) -> Respond:
    """A backend that changes something only with a token and all cookies of its session."""

    def respond(call: Call) -> bytes:
        if call.method != "POST":
            return fetched(attributes=attributes) if is_fetch(call) else answer(200)
        return granted if in_session(call) else REQUIRED

    return respond


def is_fetch(call: Call) -> bool:
    """Whether a token is asked for."""
    return call.headers.get("x-csrf-token", "").lower() == "fetch"


def in_session(call: Call) -> bool:
    """Whether token and all cookies are there."""
    return call.headers.get("x-csrf-token") == TOKEN and call.cookies >= set(COOKIES)


def token_service(accepted: str, expires_in: int = 43_199, secret: str = SECRET) -> Respond:
    """A token service that reads the client in the header, or in the body."""

    def respond(call: Call) -> bytes:
        if call.method != "POST":
            return answer(405, "Allow: POST")
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if accepted == "header":
            user, _, password = call.basic.decode().partition(":")
            given = (user, password.replace("+", " "))
        if given != (USER, secret):
            return refused(401, "invalid_client", "Bad credentials")
        return granted(expires_in)

    return respond


def refused(status: int, error: str, description: str = "") -> bytes:
    """A refusal as RFC 6749 writes it."""
    body = json.dumps({"error": error, "error_description": description})
    return answer(status, body=body, kind="application/json")


def granted(expires_in: int) -> bytes:
    """A token."""
    claims = {"iss": "http://auth.example.test", "aud": ["orders"], "cid": USER, "email": "someone@example.test"}
    token = ".".join(map(_part, ({"alg": "RS256", "kid": "key-1"}, claims, "signature")))
    body = json.dumps({"access_token": token, "token_type": "bearer", "expires_in": expires_in, "scope": "orders.read"})
    return answer(200, body=body, kind="application/json")


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
