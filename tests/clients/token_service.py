"""A token service of somebody else. The first part of the path says who wants a token, and what becomes of it."""

from __future__ import annotations

from landbridge.testing.sample_backend.messages import Answer, as_json
from tests.clients.recorder import Arrived

REFUSAL = {"error": "invalid_client", "error_description": "Nobody here knows you"}


def answer(arrived: Arrived) -> Answer:
    """`/NAME/oauth/token` gives the token `token-of-NAME`; `/refused/oauth/token` gives none."""
    name = arrived.path.split("/")[1]
    if name == "refused":
        return as_json(REFUSAL, 401)
    if arrived.form["grant_type"] == "user_token":  # the first of its two steps has no access token
        return as_json({"access_token": None, "token_type": "bearer", "refresh_token": f"refresh-of-{name}"})
    return as_json({"access_token": token_of(name), "token_type": "bearer", "expires_in": 3599, "scope": "orders.read"})


def token_of(name: str) -> str:
    return f"token-of-{name}"
