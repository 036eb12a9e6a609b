"""Certificates that go along with a destination, because it refers to them (destination-service §3.5)."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.destinations.find import Found
from landbridge.destinations.levels import Place
from landbridge.destinations.request import FindRequest
from landbridge.model.certificate import StoredCertificate
from landbridge.model.destination import Destination
from landbridge.store import ReadModel

_SAML = frozenset({"OAuth2SAMLBearerAssertion", "SAMLAssertion"})


@dataclass(frozen=True, slots=True)
class Attached:
    """A certificate, and where it was found."""

    certificate: StoredCertificate
    place: Place

    def as_json(self) -> dict[str, str]:
        """With capital keys, whatever the documentation says: real answers have them (§10)."""
        stored = self.certificate
        return {"Name": stored.name, "Content": stored.content.reveal(), "Type": "CERTIFICATE"}


async def attached(model: ReadModel, found: Found, request: FindRequest) -> list[Attached]:
    """The certificates that exist; one that does not is left out, and clients that need it will say so."""
    result = []
    skips = {"skip_tokens": request.skip_tokens, "skip_credentials": request.skip_credentials}
    for name in references(found.destination, **skips):
        for place in found.certificates_at:
            certificate = await model.certificate(*place.key, name)
            request.trail.add(f"certificate '{name}'", place, "there" if certificate else "nothing of this name")
            if certificate is not None:
                result.append(Attached(certificate.noun, place))
                break
    return result


def references(destination: Destination, *, skip_tokens: bool, skip_credentials: bool) -> tuple[str, ...]:
    """Names of the certificates that belong into the answer, each once.

    skip_tokens       the caller fetches tokens itself, so it needs the key for the token service
    skip_credentials  the caller wants no secrets, so it gets no file that holds a private key
    """
    names = []
    if destination.type == "HTTP" and not skip_credentials:
        authentication = destination.authentication
        by_client = destination.get("KeyStore.Source").lower() == "clientprovided"
        if (authentication == "ClientCertificateAuthentication" and not by_client) or authentication in _SAML:
            names.append(destination.get("KeyStoreLocation"))
        if skip_tokens:
            names.append(destination.get("tokenService.KeyStoreLocation"))
    if destination.type == "HTTP":
        names.append(destination.get("TrustStoreLocation"))
    return tuple(dict.fromkeys(name for name in names if name))
