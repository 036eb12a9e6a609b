"""A token whose signature, time and issuer were checked. Only `identity/verify.py` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, repr=False)
class VerifiedToken:
    """Claims of a verified token (destination-service §5.5). Times are seconds since the epoch."""

    claims: Mapping[str, Any]
    tenant: str
    client_id: str
    expires: float

    @property
    def is_user_token(self) -> bool:
        """Whether a person stands behind it, not only a client (connectivity-proxy §3.4)."""
        return self.claims.get("grant_type") != "client_credentials" and "user_name" in self.claims

    @property
    def subdomain(self) -> str:
        extra = self.claims.get("ext_attr")
        return str(extra.get("zdn", "")) if isinstance(extra, Mapping) else ""

    def __repr__(self) -> str:
        return f"<VerifiedToken tenant={self.tenant} client={self.client_id}>"
