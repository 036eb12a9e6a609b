"""Authentication data: what an operator carries from the cloud side to a new connector (design §5, enrolment)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from landbridge.faults import FaultError, fault
from landbridge.model.secret import Secret

_PREFIX = "landbridge1."

CONNECTOR_ORGANISATION = "landbridge connector"
"""O of a connector's certificate. The authority signs others too, so it is what makes one good for a tunnel."""


@dataclass(frozen=True, slots=True)
class AuthenticationData:
    """One-time credentials of a connector.

    gateways       addresses `host:port` of tunnel listeners
    ca_pem         the authority that signs the listeners' certificates: the pin of the gateway's identity
    subaccount_id  the subaccount the connector will belong to
    location_id    the location id it shall use
    secret         one-time secret
    expires        seconds since the epoch
    """

    gateways: tuple[str, ...]
    ca_pem: str
    subaccount_id: str
    location_id: str
    secret: Secret
    expires: float

    def to_text(self) -> str:
        """One line of text to paste. Holds the secret: print it only to the operator."""
        fields = {
            "gateways": list(self.gateways),
            "ca": self.ca_pem,
            "subaccount": self.subaccount_id,
            "location": self.location_id,
            "secret": self.secret.reveal(),
            "expires": self.expires,
        }
        return _PREFIX + base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


def parse_authentication_data(text: str) -> AuthenticationData:
    """The data that `to_text` wrote. Raises `FaultError` (`enrolment.data-malformed`)."""
    text = "".join(text.split())
    if not text.startswith(_PREFIX):
        raise FaultError(fault("enrolment.data-malformed", reason=f"it does not begin with '{_PREFIX}'"))
    encoded = text[len(_PREFIX) :]
    try:
        fields = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        return AuthenticationData(
            gateways=tuple(str(address) for address in fields["gateways"]),
            ca_pem=str(fields["ca"]),
            subaccount_id=str(fields["subaccount"]),
            location_id=str(fields["location"]),
            secret=Secret(str(fields["secret"])),
            expires=float(fields["expires"]),
        )
    except (ValueError, KeyError, TypeError):
        raise FaultError(fault("enrolment.data-malformed", reason="it is cut short or altered")) from None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a connector gets for its one-time secret: its id and its certificate, all PEM."""

    connector_id: str
    certificate_pem: str
    ca_pem: str
    subaccount_id: str
    location_id: str
