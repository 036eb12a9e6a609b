"""The four modes of a door: who vouches for a request, and whose it is (connectivity-proxy §3.6)."""

from __future__ import annotations

from dataclasses import dataclass

SERVICE_TOKEN_HEADER = "SAP-CP-Connectivity-Service-Token"


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


@dataclass(frozen=True, slots=True)
class DoorModes:
    """The modes of both doors.

    allowed_client  the only OAuth client whose tokens count; empty: every client of the connectivity service
    """

    http: DoorMode = DoorMode()
    socks: DoorMode = DoorMode()
    allowed_client: str = ""
