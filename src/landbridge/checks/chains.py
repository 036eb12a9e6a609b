"""From a server's certificate to an anchor: which certificate leads to which, and what is missing. Pure.

Each link is found by name and proven by signature. Validity, names and algorithms are for the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes

Certificate = x509.Certificate
MOST_LINKS = 12


@lru_cache(maxsize=512)
def certificate(pem: str) -> Certificate | None:
    """The certificate in a PEM text; None when it cannot be read."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None


def certificates(pems: Sequence[str]) -> tuple[Certificate, ...]:
    """Those that can be read."""
    return tuple(found for found in map(certificate, pems) if found is not None)


@dataclass(frozen=True, slots=True)
class Path:
    """The way up from the server's certificate.

    links     the server's certificate first, each followed by its issuer; all of them were presented
    anchor    the trusted certificate at which it ends; None when it ends before
    """

    links: tuple[Certificate, ...]
    anchor: Certificate | None

    @property
    def end(self) -> Certificate:
        """The last presented link."""
        return self.links[-1]


def path(presented: Sequence[Certificate], anchors: Sequence[Certificate]) -> Path:
    """The way from the first presented certificate to one of the anchors, or as far as it goes.

    Raises `ValueError` when nothing was presented.
    """
    if not presented:
        raise ValueError("no certificate was presented")
    links = [presented[0]]
    while len(links) < MOST_LINKS:
        anchor = next((one for one in anchors if one == links[-1] or issued(links[-1], one)), None)
        if anchor is not None:
            return Path(tuple(links), anchor)
        upper = next((one for one in presented if one not in links and issued(links[-1], one)), None)
        if upper is None:
            break
        links.append(upper)
    return Path(tuple(links), None)


def issued(lower: Certificate, upper: Certificate) -> bool:
    """Whether `upper` signed `lower`."""
    if lower.issuer != upper.subject:
        return False
    try:
        lower.verify_directly_issued_by(upper)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def is_self_signed(one: Certificate) -> bool:
    """Whether a certificate vouches for itself."""
    return issued(one, one)


def fingerprint(one: Certificate) -> str:
    """SHA-256, as people compare it."""
    return one.fingerprint(hashes.SHA256()).hex(":").upper()


def name(one: Certificate) -> str:
    """The subject, as people write it."""
    return one.subject.rfc4514_string() or f"serial {one.serial_number:x}"


def issuer_name(one: Certificate) -> str:
    """The issuer, as people write it."""
    return one.issuer.rfc4514_string() or "an issuer without a name"


def issuer_address(one: Certificate) -> str:
    """Where the issuer's certificate can be fetched (Authority Information Access); empty when it does not say."""
    try:
        access = one.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return ""
    wanted = x509.oid.AuthorityInformationAccessOID.CA_ISSUERS
    places = [entry.access_location for entry in access if entry.access_method == wanted]
    return next((place.value for place in places if isinstance(place, x509.UniformResourceIdentifier)), "")


def names(one: Certificate) -> tuple[str, ...]:
    """The host names and addresses that a certificate is for."""
    try:
        alternative = one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = [str(address) for address in alternative.get_values_for_type(x509.IPAddress)]
    return (*alternative.get_values_for_type(x509.DNSName), *addresses)


def is_for(one: Certificate, host: str) -> bool:
    """Whether a certificate is for that host (RFC 9525 §6: exact, or `*` as the whole leftmost label)."""
    wanted = host.rstrip(".").lower()
    return any(_matches(found.rstrip(".").lower(), wanted) for found in names(one))


def _matches(pattern: str, wanted: str) -> bool:
    if pattern == wanted:
        return True
    label, _, rest = pattern.partition(".")
    head, _, tail = wanted.partition(".")
    return label == "*" and bool(head) and bool(rest) and rest == tail and not wanted.replace(".", "").isdigit()
