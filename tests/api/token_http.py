"""The token service over HTTP, in this process, for the tests of its grants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from landbridge.api.app import create_app
from landbridge.api.authorize import router as login_router
from landbridge.api.tokens import router
from landbridge.identity.authorization import AuthorizationService
from landbridge.identity.sessions import Sessions
from tests.identity.seed import ALICE, APP_CLIENT, DESTINATION_CLIENT, OTHER_CLIENT, Installation

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SAML2_BEARER = "urn:ietf:params:oauth:grant-type:saml2-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
CLIENT = {"client_id": DESTINATION_CLIENT.id, "client_secret": DESTINATION_CLIENT.secret.reveal()}
APP = {"client_id": APP_CLIENT.id, "client_secret": APP_CLIENT.secret.reveal()}
OTHER_APP = {"client_id": OTHER_CLIENT.id, "client_secret": OTHER_CLIENT.secret.reveal()}
AS_ALICE = {"grant_type": "password", "username": ALICE.name, "password": ALICE.password.reveal()}


@asynccontextmanager
async def token_http(installation: Installation, loopback: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the token service and its login."""
    login = AuthorizationService(installation.parts, Sessions(installation.clock), loopback)
    routers = [router(installation.service), login_router(login)]
    app = create_app(routers, missing=lambda *_: [], metrics=[], body_limit=100_000)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as http:
        yield http


async def token(http: httpx.AsyncClient, **form: str) -> dict[str, Any]:
    """The answer to a token request that succeeds."""
    answer = await http.post("/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def claims(installation: Installation, answer: dict[str, Any]) -> dict[str, Any]:
    """The claims of the access token in an answer."""
    return dict(installation.verifier.verify(answer["access_token"]).claims)


def assert_refused(answer: httpx.Response, status: int, error: str, code: str) -> None:
    assert answer.headers.get("x-internal-error-code") == code, answer.text
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.headers["x-error-message"]
    assert answer.headers["cache-control"] == "no-store"
