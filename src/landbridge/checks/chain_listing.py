"""Lists the certificates of a run, each with its dates, names and fingerprint, however they were judged. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from landbridge.checks import chains
from landbridge.checks.chains import Certificate
from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import IssuerFetched, TlsHandshake


@dataclass(frozen=True, slots=True)
class Listed:
    """One certificate.

    source     how it came: in which handshake, or fetched
    place      in what was presented, 1 for the server's own
    days_left  until it ends; negative when it ended; None: it cannot be read
    """

    source: str
    place: int
    pem: str
    subject: str = "cannot be read"
    issuer: str = ""
    begins: str = ""
    ends: str = ""
    days_left: int | None = None
    names: tuple[str, ...] = ()
    sha256: str = ""
    signature: str = ""
    key: str = ""

    @property
    def line(self) -> str:
        """In a few words."""
        if self.days_left is None:
            return f"{self.place} {self.subject}"
        left = f"{self.days_left} days left" if self.days_left >= 0 else f"ended {-self.days_left} days ago"
        names = f"; for {', '.join(self.names[:6])}" if self.names else ""
        dates = f"{self.begins[:10]} to {self.ends[:10]} ({left})"
        return f"{self.place} {self.subject}, by {self.issuer}; {dates}{names}; SHA-256 {self.sha256}"

    def as_json(self) -> dict[str, object]:
        """For machines. The keys are stable."""
        return {
            "source": self.source,
            "place": self.place,
            "subject": self.subject,
            "issuer": self.issuer,
            "notBefore": self.begins,
            "notAfter": self.ends,
            "daysLeft": self.days_left,
            "names": list(self.names),
            "sha256": self.sha256,
            "signature": self.signature,
            "key": self.key,
            "pem": self.pem,
        }


def listed(evidence: Evidence) -> tuple[Listed, ...]:
    """Every chain that was presented, once each, and the issuers that were fetched."""
    found: list[Listed] = []
    seen: set[tuple[str, ...]] = set()
    for shaken in evidence.all(TlsHandshake):
        if shaken.chain not in seen:
            seen.add(shaken.chain)
            found += [_one(evidence, _source(shaken), place, pem) for place, pem in enumerate(shaken.chain, 1)]
    issuers = [one for one in evidence.all(IssuerFetched) if one.good]
    return (*found, *(_one(evidence, f"from {one.address}", 0, one.certificate) for one in issuers))


def _source(shaken: TlsHandshake) -> str:
    name = f"with the name {shaken.server_name}" if shaken.server_name else "without a name"
    return f"{name}, through {shaken.through}" if shaken.through else name


def _one(evidence: Evidence, source: str, place: int, pem: str) -> Listed:
    one = chains.certificate(pem)
    if one is None:
        return Listed(source, place, pem)
    left = one.not_valid_after_utc - datetime.fromtimestamp(evidence.at, UTC)
    return Listed(
        source,
        place,
        pem,
        chains.name(one),
        chains.issuer_name(one),
        one.not_valid_before_utc.isoformat(),
        one.not_valid_after_utc.isoformat(),
        left.days,
        chains.names(one),
        chains.fingerprint(one),
        *_algorithms(one),
    )


def _algorithms(one: Certificate) -> tuple[str, str]:
    """Of the signature and of the key."""
    try:
        digest = one.signature_hash_algorithm
        key = one.public_key()
    except chains.UNREADABLE:
        return "", "cannot be read"
    kind = type(key).__name__.removeprefix("_").removesuffix("PublicKey")
    if isinstance(key, rsa.RSAPublicKey):
        kind = f"RSA {key.key_size}"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        kind = f"EC {key.curve.name}"
    return digest.name if digest is not None else "", kind
