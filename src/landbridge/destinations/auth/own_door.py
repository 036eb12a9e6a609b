"""The way to token services behind a connector: our own HTTP door, entered with a token of our own (§3.7)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from landbridge.destinations.auth.token_call import Door
from landbridge.model.clock import Clock

CLIENT = "sb-landbridge|connectivity!b1"
"""Who we are at the door; no binding has this client."""

LIFE = 120
"""Seconds that a token for the door lives: it serves one request."""

Sign = Callable[[Mapping[str, Any]], str]
"""Makes an access token of our token service from claims."""


class OwnDoor:
    """Opens the door at `url` for any subaccount, with short-lived tokens."""

    def __init__(self, url: str, sign: Sign, clock: Clock) -> None:
        self._url = url
        self._sign = sign
        self._clock = clock

    async def __call__(self, subaccount_id: str) -> Door:
        now = int(self._clock())
        claims = {
            "jti": uuid.uuid4().hex,
            "sub": CLIENT,
            "cid": CLIENT,
            "client_id": CLIENT,
            "azp": CLIENT,
            "grant_type": "client_credentials",
            "scope": ["uaa.resource"],
            "zid": subaccount_id,
            "iat": now,
            "exp": now + LIFE,
        }
        return Door(self._url, self._sign(claims))
