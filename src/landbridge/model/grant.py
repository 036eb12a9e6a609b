"""What the token service gave away and will take back: refresh tokens and authorization codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class GrantKind(StrEnum):
    """What the secret is."""

    REFRESH_TOKEN = "refresh_token"
    AUTHORIZATION_CODE = "authorization_code"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a refresh token or an authorization code stands for.

    user     name of the person, empty for none
    expires  seconds since the epoch
    content  whatever else the token service has to remember (JSON): claims, redirect URI, code challenge
    """

    kind: GrantKind
    subaccount_id: str
    client_id: str
    expires: float
    user: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
