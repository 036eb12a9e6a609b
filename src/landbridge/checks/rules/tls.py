"""What a TLS handshake shows: the judgements that several failures share."""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from landbridge.checks import chains
from landbridge.checks.chains import Certificate, Path
from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import TlsHandshake, TrustAnchors
from landbridge.checks.observations.tls import ALERTS
from landbridge.checks.rules.book import Holds, Not, Verdict

_REFUSALS = frozenset((40, 42, 43, 44, 45, 46, 48, 49, 116))
"""Alerts by which servers refuse a client's certificate, or that there is none."""
_BAD_CERTIFICATE = frozenset((42, 43, 44, 45, 46, 48, 116))
_GREETINGS = ("220", "* OK", "+OK")
"""First words of servers that begin in plain text and offer STARTTLS: SMTP, IMAP, POP3."""


def main(evidence: Evidence) -> TlsHandshake | None:
    """The handshake in the way of traffic."""
    return evidence.first(TlsHandshake)


def presented(evidence: Evidence) -> tuple[Certificate, ...]:
    """The certificates of that handshake."""
    shaken = main(evidence)
    return chains.certificates(shaken.chain) if shaken is not None else ()


def anchors(evidence: Evidence) -> TrustAnchors | None:
    """What to trust; None when nothing was said about it, or nothing is trusted."""
    found = evidence.first(TrustAnchors)
    return found if found is not None and found.certificates else None


def _path(evidence: Evidence) -> Path | None:
    chain, trusted = presented(evidence), anchors(evidence)
    return chains.path(chain, chains.certificates(trusted.certificates)) if chain and trusted is not None else None


def _links(evidence: Evidence) -> tuple[Certificate, ...]:
    """All certificates that count: the path with its anchor, else what was presented."""
    way = _path(evidence)
    if way is None:
        return presented(evidence)
    return way.links if way.anchor is None or way.anchor in way.links else (*way.links, way.anchor)


def _moment(evidence: Evidence) -> datetime:
    return datetime.fromtimestamp(evidence.at, UTC)


def expired(evidence: Evidence) -> Verdict:
    """A link is past its end."""
    links, now = _links(evidence), _moment(evidence)
    over = [one for one in links if one.not_valid_after_utc < now]
    if over:
        said = tuple(f"{chains.name(one)} ended on {one.not_valid_after_utc:%Y-%m-%d %H:%M} UTC" for one in over)
        return Holds(said, action=f"Renew {chains.name(over[0])} at the target; remove an expired copy from the trust.")
    return Not(f"the first of them ends on {min(_ends(links)):%Y-%m-%d}") if links else None


def _ends(links: tuple[Certificate, ...]) -> list[datetime]:
    return [one.not_valid_after_utc for one in links]


def not_yet_valid(evidence: Evidence) -> Verdict:
    """A link is before its beginning."""
    links, now = _links(evidence), _moment(evidence)
    early = [one for one in links if one.not_valid_before_utc > now]
    if early:
        return Holds(
            tuple(f"{chains.name(one)} begins on {one.not_valid_before_utc:%Y-%m-%d %H:%M} UTC" for one in early)
        )
    return Not("every certificate has begun") if links else None


def other_name(evidence: Evidence) -> Verdict:
    """The certificate is for another host."""
    chain = presented(evidence)
    if not chain:
        return None
    host = evidence.target.host
    if chains.is_for(chain[0], host):
        return Not(f"the certificate is for {host}")
    found = ", ".join(chains.names(chain[0])[:10]) or "no name at all"
    return Holds((f"{host} was called; the certificate is for {found}",), action=f"Call the target by one of: {found}.")


def self_signed(evidence: Evidence) -> Verdict:
    """The server's certificate vouches for itself, and nobody trusts it."""
    chain = presented(evidence)
    if not chain:
        return None
    if not chains.is_self_signed(chain[0]):
        return Not(f"it was issued by {chains.issuer_name(chain[0])}")
    way = _path(evidence)
    if way is None or way.anchor is not None:
        return Not("the certificate itself is trusted") if way is not None else None
    print_ = chains.fingerprint(chain[0])
    return Holds((f"{chains.name(chain[0])} is its own issuer, SHA-256 {print_}",))


def intermediate_not_sent(evidence: Evidence) -> Verdict:
    """The chain ends before its root, and a link is missing."""
    way = _path(evidence)
    if way is None:
        return None
    if way.anchor is not None:
        return Not(f"the chain leads to {chains.name(way.anchor)}")
    if chains.is_self_signed(way.end):
        return Not(f"the chain is complete up to its root {chains.name(way.end)}")
    missing = chains.issuer_name(way.end)
    address = chains.issuer_address(way.end)
    where = (f"it can be fetched from {address}",) if address else ()
    said = (f"presented: {'; '.join(map(chains.name, way.links))}", f"missing: {missing}", *where)
    return Holds(said, action=f"Have the target send {missing} as well, or add it to the trust.")


def root_missing(evidence: Evidence) -> Verdict:
    """The chain is complete, and its root is not trusted."""
    way, trusted = _path(evidence), anchors(evidence)
    if way is None or trusted is None:
        return None
    if way.anchor is not None:
        return Not(f"{chains.name(way.anchor)} is trusted")
    if not chains.is_self_signed(way.end):
        return Not("the chain does not reach a root")
    if len(way.links) == 1:
        return Not("there is no issuer: the certificate is its own")
    root = f"{chains.name(way.end)}, SHA-256 {chains.fingerprint(way.end)}"
    return Holds(
        (f"the chain ends in {root}", f"{trusted.source} does not hold it"),
        action=f"Trust {root}, once its owner confirmed it.",
    )


def rotated(evidence: Evidence) -> Verdict:
    """It was trusted when it was last seen; since then the target has another certificate, of another issuer."""
    way, before = _path(evidence), evidence.last_good
    if way is None or before is None or "certificate" not in before.seen:
        return None
    now = chains.fingerprint(way.links[0])
    if before.seen["certificate"] == now:
        return Not("the certificate is the one that was seen when nothing was wrong")
    if way.anchor is not None:
        return Not("there is a new certificate, and it leads to one that is trusted")
    when = f"{datetime.fromtimestamp(before.at, UTC):%Y-%m-%d %H:%M} UTC"
    said = (f"on {when} the certificate was {before.seen['certificate']}, and it was trusted", f"now it is {now}")
    issuer = chains.name(way.end) if chains.is_self_signed(way.end) else chains.issuer_name(way.end)
    return Holds(said, action=f"Trust the new issuer {issuer}, once the target's owner confirmed the change.")


def depends_on_name(evidence: Evidence) -> Verdict:
    """Without SNI the server shows another certificate. Traffic to a name sends it, so it is never what hinders us."""
    shaken = evidence.all(TlsHandshake)
    with_name = next((one for one in shaken if one.server_name), None)
    if with_name is None:
        return None
    without = next((one for one in shaken if not one.server_name), None)
    if without is not None and without.chain == with_name.chain:
        return Not("the certificate is the same with and without a name in the handshake")
    return Not(f"the name {with_name.server_name} was sent in the handshake")


def client_certificate_needed(evidence: Evidence) -> Verdict:
    """The server wants a certificate of ours, or another one."""
    shaken = main(evidence)
    if shaken is None:
        return None
    if shaken.alert in _REFUSALS and shaken.certificate_asked:
        what = "it was refused" if shaken.certificate_sent else "none was sent"
        wanted = "; ".join(shaken.authorities) or "it names no issuers"
        said = (f"alert {ALERTS[shaken.alert]}: a client certificate was asked for and {what}", f"issuers: {wanted}")
        return Holds(said, action=f"Give a client certificate with its chain, of one of these issuers: {wanted}.")
    if shaken.good and shaken.certificate_asked:
        return (
            Not("a client certificate was asked for, and the connection stayed open without one")
            if not shaken.certificate_sent
            else Not("the client certificate was taken")
        )
    return Not("no client certificate was asked for") if shaken.chain else None


def plain_port(evidence: Evidence) -> Verdict:
    """There is no TLS on this port."""
    shaken = main(evidence)
    if shaken is None:
        return None
    if shaken.problem == "not-tls" and not shaken.first_bytes.startswith(_GREETINGS):
        return Holds((f"the server answers {shaken.first_bytes[:60]!r}",))
    return Not("the server speaks TLS") if shaken.chain or shaken.alert >= 0 else None


def starttls_port(evidence: Evidence) -> Verdict:
    """The port begins in plain text and changes to TLS when asked."""
    shaken = main(evidence)
    if shaken is None:
        return None
    if shaken.problem == "not-tls" and shaken.first_bytes.startswith(_GREETINGS):
        return Holds((f"the server greets with {shaken.first_bytes[:60]!r}",))
    return Not("the server speaks TLS from the first byte") if shaken.chain or shaken.alert >= 0 else None


def weak(evidence: Evidence) -> Verdict:
    """Version, signature or key are below what is accepted today."""
    shaken, chain = main(evidence), presented(evidence)
    if shaken is None or not chain:
        return None
    said = [f"{chains.name(one)}: {reason}" for one in chain if (reason := _weakness(one))]
    if shaken.version in ("SSLv3", "TLSv1", "TLSv1.1"):
        said.append(f"the server speaks {shaken.version} at most")
    return Holds(tuple(said)) if said else Not(f"{shaken.version}, and signatures and keys are strong enough")


def _weakness(one: Certificate) -> str:
    used = one.signature_hash_algorithm
    if used is not None and used.name in ("md5", "sha1") and not chains.is_self_signed(one):
        return f"signed with {used.name.upper()}"
    key = one.public_key()
    return f"an RSA key of {key.key_size} bits" if isinstance(key, rsa.RSAPublicKey) and key.key_size < 2048 else ""
