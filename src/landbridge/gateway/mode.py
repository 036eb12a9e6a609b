"""The four modes of a door: who vouches for a request, and whose it is (connectivity-proxy §3.6)."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.settings import Settings


@dataclass(frozen=True, slots=True)
class DoorMode:
    """How a door knows its callers.

    authorization  whether callers prove themselves; without it, whoever reaches the door is trusted
    tenant         id of the one subaccount that the door serves (dedicated); empty: that of the token (shared)
    """

    authorization: bool = True
    tenant: str = ""

    @property
    def needs_no_token(self) -> bool:
        """Whether a request may come without any token: trusted, and its tenant is known."""
        return not self.authorization and bool(self.tenant)


def modes_of(settings: Settings) -> tuple[DoorMode, DoorMode]:
    """The modes of the HTTP door and of the SOCKS5 door."""
    tenant = settings.dedicated_subaccount
    return DoorMode(settings.http_authorization, tenant), DoorMode(settings.socks_authorization, tenant)
