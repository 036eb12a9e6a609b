"""From a server's certificate to an anchor: which certificate leads to which, and what is missing. Pure.

Each link is found by name and proven by signature. Validity, names and algorithms are for the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import islice

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

Certificate = x509.Certificate
Address = IPv4Address | IPv6Address
UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises where a part of a certificate cannot be read."""
_OLD = frozenset(("md5", "sha1"))
MOST_LINKS = 12
MOST_WAYS = 200
"""Ways that are looked at: chains of a hostile server may lead in very many."""


@lru_cache(maxsize=512)
def certificate(pem: str) -> Certificate | None:
    """The certificate in a PEM text; None when it cannot be read, or one of the parts that every judgement needs."""
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        # The library reads parts when they are asked for.
        _ = name(found), issuer_name(found), found.not_valid_before_utc, found.not_valid_after_utc, found.version
    except UNREADABLE:
        return None
    return found


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

    @property
    def whole(self) -> tuple[Certificate, ...]:
        """The links, and the anchor behind them."""
        return self.links if self.anchor is None or self.anchor in self.links else (*self.links, self.anchor)


def path(
    presented: Sequence[Certificate],
    anchors: Sequence[Certificate],
    trouble: Callable[[tuple[Certificate, ...]], int] = lambda whole: 0,
) -> Path:
    """The way from the first presented certificate to one of the anchors, or as far as it goes.

    trouble  how much is wrong with a way; of several ways the one with the least is taken, as clients do

    Raises `ValueError` when nothing was presented.
    """
    if not presented:
        raise ValueError("no certificate was presented")
    best, least = Path((presented[0],), None), (True, MOST_WAYS, 0)
    for way in islice(_ways((presented[0],), presented, anchors), MOST_WAYS):
        cost = (way.anchor is None, trouble(way.whole), -len(way.links) if way.anchor is None else 0)
        if cost < least:
            best, least = way, cost
        if cost[:2] == (False, 0):
            break
    return best


def _ways(
    links: tuple[Certificate, ...], presented: Sequence[Certificate], anchors: Sequence[Certificate]
) -> Iterator[Path]:
    """Every way up that there is: to anchors first, and those that end nowhere as well."""
    for anchor in anchors:
        if anchor == links[-1] or issued(links[-1], anchor):
            yield Path(links, anchor)
    if len(links) < MOST_LINKS:
        for upper in presented:
            if upper not in links and issued(links[-1], upper):
                yield from _ways((*links, upper), presented, anchors)
    yield Path(links, None)


@lru_cache(maxsize=4096)
def issued(lower: Certificate, upper: Certificate) -> bool:
    """Whether `upper` signed `lower`."""
    try:
        if lower.issuer != upper.subject:
            return False
        if _digest(lower) in _OLD:
            _verify_old(lower, upper)
        else:
            lower.verify_directly_issued_by(upper)
    except (*UNREADABLE, TypeError, InvalidSignature):
        return False
    return True


def _digest(one: Certificate) -> str:
    used = one.signature_hash_algorithm
    return used.name if used is not None else ""


def _verify_old(lower: Certificate, upper: Certificate) -> None:
    """The library refuses old digests, and with them to say who issued what. Raises `InvalidSignature`."""
    key, used = upper.public_key(), lower.signature_hash_algorithm
    assert used is not None
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(lower.signature, lower.tbs_certificate_bytes, padding.PKCS1v15(), used)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(lower.signature, lower.tbs_certificate_bytes, ec.ECDSA(used))
    else:
        raise InvalidSignature


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
    except (x509.ExtensionNotFound, *UNREADABLE):
        return ""
    wanted = x509.oid.AuthorityInformationAccessOID.CA_ISSUERS
    places = [entry.access_location for entry in access if entry.access_method == wanted]
    return next((place.value for place in places if isinstance(place, x509.UniformResourceIdentifier)), "")


def names(one: Certificate) -> tuple[str, ...]:
    """The host names and addresses that a certificate is for."""
    return (*_hosts(one), *map(str, _addresses(one)))


def _alternatives(one: Certificate) -> x509.SubjectAlternativeName:
    try:
        return one.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return x509.SubjectAlternativeName([])


def _hosts(one: Certificate) -> list[str]:
    return _alternatives(one).get_values_for_type(x509.DNSName)


def _addresses(one: Certificate) -> list[Address]:
    found = _alternatives(one).get_values_for_type(x509.IPAddress)
    return [address for address in found if isinstance(address, Address)]


def is_for(one: Certificate, host: str) -> bool:
    """Whether a certificate is for that host (RFC 9525 §6: exact, or `*` as the whole leftmost label).

    An address has to be there as an address: clients do not look for it among the names.
    """
    wanted = host.rstrip(".").lower()
    try:
        return ip_address(wanted) in _addresses(one)
    except ValueError:
        return any(_matches(found.rstrip(".").lower(), wanted) for found in _hosts(one))


def _matches(pattern: str, wanted: str) -> bool:
    if pattern == wanted:
        return True
    label, _, rest = pattern.partition(".")
    head, _, tail = wanted.partition(".")
    return label == "*" and bool(head) and bool(rest) and rest == tail


def weakness(one: Certificate) -> str:
    """Why a signature or key is below what is accepted today; empty when it is not. Of roots the signature is idle."""
    try:
        if _digest(one) in _OLD and not is_self_signed(one):
            return f"signed with {_digest(one).upper()}"
        key = one.public_key()
    except UNREADABLE:
        return "its key or its signature cannot be read"
    return f"an RSA key of {key.key_size} bits" if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048 else ""
