"""A token service of somebody else. The first part of the path says who wants a token, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.testing.sample_backend.messages import Answer, as_json
from tests.clients.recorder import Arrived

REFUSAL = {"error": "invalid_client", "error_description": "Nobody here knows you"}


@dataclass(frozen=True)
class TokenService:
    """`/NAME/oauth/token` gives the token `token-of-NAME`, or a `special` one; `/refused/oauth/token` gives none."""

    special: Mapping[str, str]

    def __call__(self, arrived: Arrived) -> Answer:
        name = arrived.path.split("/")[1]
        if name == "refused":
            return as_json(REFUSAL, 401)
        if arrived.form["grant_type"] == "user_token":  # the first of its two steps has no access token
            return as_json({"access_token": None, "token_type": "bearer", "refresh_token": f"refresh-of-{name}"})
        token = self.special.get(name, token_of(name))
        return as_json({"access_token": token, "token_type": "bearer", "expires_in": 3599, "scope": "orders.read"})


def token_of(name: str) -> str:
    return f"token-of-{name}"
