"""Certificates and keystores that clients keep in the Destination service (destination-service §1.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.model.properties import etag_of
from landbridge.model.secret import Secret

NO_PASSWORD = Secret("")


class TimeUnit(StrEnum):
    """What a validity counts."""

    DAYS = "DAYS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"


@dataclass(frozen=True, slots=True)
class CertificateGeneration:
    """How the service made a certificate itself, so that it can make it again.

    common_name      CN of the subject
    unit, value      how long each one is valid
    automatic_renew  whether it is made anew before its end
    expires          end of the present one, seconds since the epoch
    csr              the request it answers (PEM); empty when the service made the key
    password         protects the key or the keystore; empty for none
    """

    common_name: str
    unit: TimeUnit
    value: int
    automatic_renew: bool
    expires: float
    csr: str = ""
    password: Secret = NO_PASSWORD


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A file with certificates, often with private keys: `content` is its base64. The extension of `name` decides
    the format. `generation` is None for a file that somebody uploaded."""

    name: str
    type: str
    content: Secret
    generation: CertificateGeneration | None = None

    @property
    def etag(self) -> str:
        """64 hex characters that change with every change of what a client reads."""
        return etag_of([self.name, self.type, self.content.reveal()])
