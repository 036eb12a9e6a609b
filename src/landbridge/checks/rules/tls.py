"""What a TLS handshake shows: the judgements that several failures share."""

from __future__ import annotations

from datetime import UTC, datetime

from landbridge.checks import chains
from landbridge.checks.chains import Certificate, Path
from landbridge.checks.evidence import Evidence
from landbridge.checks.finding import Confidence
from landbridge.checks.fitness import unfit
from landbridge.checks.observations import IssuerFetched, SpeaksPlain, TlsHandshake, TrustAnchors
from landbridge.checks.rules.book import Holds, Not, Verdict


def main(evidence: Evidence) -> TlsHandshake | None:
    """The handshake in the way of traffic: the direct one, else the one through the proxy."""
    shaken = evidence.all(TlsHandshake)
    return next((one for one in shaken if not one.through), shaken[0] if shaken else None)


def speaks_plain(evidence: Evidence) -> bool:
    """Whether a port without an answer for a handshake has one for a request in plain text."""
    return any(one.text.startswith("HTTP/") for one in evidence.all(SpeaksPlain))


def presented(evidence: Evidence) -> tuple[Certificate, ...]:
    """The certificates of that handshake that can be read; none when the server's own cannot."""
    shaken = main(evidence)
    if shaken is None or not shaken.chain or chains.certificate(shaken.chain[0]) is None:
        return ()
    return chains.certificates(shaken.chain)


def fetched(evidence: Evidence) -> tuple[Certificate, ...]:
    """Issuers that were not sent, and were found where certificates say that they are."""
    return chains.certificates([one.certificate for one in evidence.all(IssuerFetched) if one.good])


def anchors(evidence: Evidence) -> TrustAnchors | None:
    """What to trust; None when nothing was said about it, or nothing is trusted."""
    found = evidence.first(TrustAnchors)
    return found if found is not None and found.certificates else None


def called(evidence: Evidence) -> str:
    """The name that the certificate has to be for."""
    shaken = main(evidence)
    return (shaken.server_name if shaken is not None else "") or evidence.target.host


def way(evidence: Evidence, more: tuple[Certificate, ...] = ()) -> Path | None:
    """The way up, as clients find it; with `more` certificates than were sent, if somebody adds them."""
    chain, trusted = presented(evidence), anchors(evidence)
    if not chain or trusted is None:
        return None
    return leading(evidence, (*chain, *more), chains.certificates(trusted.certificates))


def leading(evidence: Evidence, chain: tuple[Certificate, ...], trusted: tuple[Certificate, ...]) -> Path:
    """The way from the first certificate of a chain to trusted ones."""
    now = _moment(evidence)

    def trouble(whole: tuple[Certificate, ...]) -> int:
        over = [one for one in whole if not one.not_valid_before_utc <= now <= one.not_valid_after_utc]
        return len(over) + len(unfit(whole))

    return chains.path(chain, trusted, trouble)


def _links(evidence: Evidence) -> tuple[Certificate, ...]:
    """All certificates that count: the path with its anchor, else what was presented."""
    found = way(evidence)
    return found.whole if found is not None else presented(evidence)


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
    host = called(evidence)
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
    found = way(evidence)
    if found is None or found.anchor is not None:
        return Not("the certificate itself is trusted") if found is not None else None
    print_ = chains.fingerprint(chain[0])
    return Holds((f"{chains.name(chain[0])} is its own issuer, SHA-256 {print_}",))


def intermediate_not_sent(evidence: Evidence) -> Verdict:
    """The chain ends before its root, and a link is missing."""
    found = way(evidence)
    if found is None:
        return None
    if found.anchor is not None:
        return Not(f"the chain leads to {chains.name(found.anchor)}")
    if chains.is_self_signed(found.end):
        return Not(f"the chain is complete up to its root {chains.name(found.end)}")
    added = _added(evidence, found)
    if added is not None:
        links = [one for one in added.links[len(found.links) :] if not chains.is_self_signed(one)]
        return _not_sent(found, links, added) if links else Not("all that is missing is the root")
    if strays := _strays(evidence):
        return _others_sent(found, strays)
    address = chains.issuer_address(found.end)
    if len(found.links) > 1 or not address:
        return None  # What is missing may be the root, which nobody sends.
    missing = chains.issuer_name(found.end)
    said = (
        f"presented: {'; '.join(map(chains.name, found.links))}",
        f"missing: {missing}",
        f"it can be fetched from {address}",
    )
    action = f"Have the target send {missing} as well, or add it to the trust. {_SURE}"
    return Holds(said, Confidence.CONSISTENT, action=action)


_SURE = "Look with --fetch-issuers to be sure."


def _strays(evidence: Evidence) -> list[Certificate]:
    """Intermediates that were sent, lead to something trusted, and have not issued what they stand behind."""
    found, trusted = way(evidence), anchors(evidence)
    if found is None or trusted is None or len(found.links) > 1:
        return []
    roots = chains.certificates(trusted.certificates)
    others = [one for one in presented(evidence)[1:] if one not in found.links and one not in roots]
    return [one for one in others if leading(evidence, (one, *others), roots).anchor is not None]


def _others_sent(found: Path, strays: list[Certificate]) -> Holds:
    """An intermediate was sent that belongs to another certificate, mostly to the one before the last renewal."""
    missing = chains.issuer_name(found.end)
    said = (
        f"{chains.name(found.end)} was issued by {missing}",
        f"sent with it: {'; '.join(map(chains.name, strays))}, which did not sign it",
    )
    action = f"Have the target send the {missing} that signed its certificate, instead of what it sends now."
    return Holds(said, Confidence.CONSISTENT, action=action)


def _added(evidence: Evidence, found: Path) -> Path | None:
    """The way with fetched issuers, when they lead further."""
    more = way(evidence, fetched(evidence))
    return more if more is not None and len(more.links) > len(found.links) else None


def _not_sent(found: Path, links: list[Certificate], added: Path) -> Holds:
    missing = ", ".join(map(chains.name, links))
    end = f"with it the chain leads to {chains.name(added.anchor or added.end)}"
    trusted = "" if added.anchor is not None else ", which is not trusted either"
    said = (
        f"presented: {'; '.join(map(chains.name, found.links))}",
        f"missing: {missing}, fetched from {chains.issuer_address(found.end)}, SHA-256 {chains.fingerprint(links[0])}",
        end + trusted,
    )
    return Holds(said, action=f"Have the target send {missing} as well, or add it to the trust.")


def root_missing(evidence: Evidence) -> Verdict:
    """The chain is complete, and its root is not trusted."""
    found, trusted = way(evidence), anchors(evidence)
    if found is None or trusted is None:
        return None
    if found.anchor is not None:
        return Not(f"{chains.name(found.anchor)} is trusted")
    found = _added(evidence, found) or found
    if found.anchor is not None:
        return Not(f"{chains.name(found.anchor)} is trusted, and the chain would lead to it")
    if not chains.is_self_signed(found.end):
        other = Not("what is missing is an intermediate: the target sends another one instead")
        return other if _strays(evidence) else _root_not_seen(found, trusted)
    if len(found.links) == 1:
        return Not("there is no issuer: the certificate is its own")
    root = f"{chains.name(found.end)}, SHA-256 {chains.fingerprint(found.end)}"
    return Holds(
        (f"the chain ends in {root}", f"{trusted.source} does not hold it"),
        action=f"Trust {root}, once its owner confirmed it.",
    )


def _root_not_seen(found: Path, trusted: TrustAnchors) -> Verdict:
    """Roots are mostly not sent. Behind an intermediate that was, a root is what is missing; else nobody knows."""
    missing = chains.issuer_name(found.end)
    action = f"Trust {missing}, once its owner confirmed it; if it is no root, have the target send it."
    said = f"the issuer {missing} was not sent, and {trusted.source} does not hold it"
    if len(found.links) > 1:
        end = f"the chain ends with the intermediate {chains.name(found.end)}"
        return Holds((end, said), Confidence.CONSISTENT, action=action)
    return None if chains.issuer_address(found.end) else Holds((said,), Confidence.POSSIBLE, action=action)


def unusable(evidence: Evidence) -> Verdict:
    """A certificate of the chain may not be what it is there, or cannot be read."""
    shaken = main(evidence)
    if shaken is None or not shaken.chain:
        return None
    unread = [number for number, pem in enumerate(shaken.chain, 1) if chains.certificate(pem) is None]
    if unread:
        numbers = ", ".join(map(str, unread[:10]))
        return Holds((f"of {len(shaken.chain)} certificates these cannot be read: {numbers}",), emitter="TLS client")
    found = way(evidence)
    reasons = unfit(found.whole if found is not None else presented(evidence)[:1])
    if reasons:
        return Holds(reasons)
    return Not("each certificate may be what it is there") if found is not None and found.anchor is not None else None


def rotated(evidence: Evidence) -> Verdict:
    """It was trusted when it was last seen; since then the target has another certificate, of another issuer."""
    found, before, shaken = way(evidence), evidence.last_good, main(evidence)
    known = before.seen.get(f"certificate{shaken.kind}") if before is not None and shaken is not None else None
    if found is None or before is None or known is None:
        return None
    now = chains.fingerprint(found.links[0])
    if known == now:
        return Not("the certificate is the one that was seen when nothing was wrong")
    if found.anchor is not None:
        return Not("there is a new certificate, and it leads to one that is trusted")
    when = f"{datetime.fromtimestamp(before.at, UTC):%Y-%m-%d %H:%M} UTC"
    said = (f"on {when} the certificate was {known}, and it was trusted", f"now it is {now}")
    issuer = chains.name(found.end) if chains.is_self_signed(found.end) else chains.issuer_name(found.end)
    return Holds(said, action=f"Trust the new issuer {issuer}, once the target's owner confirmed the change.")


def weak(evidence: Evidence) -> Verdict:
    """Version, signature or key are below what is accepted today."""
    shaken, chain = main(evidence), presented(evidence)
    if shaken is None or not chain:
        return None
    said = [f"{chains.name(one)}: {reason}" for one in chain if (reason := chains.weakness(one))]
    if shaken.version in ("SSLv3", "TLSv1", "TLSv1.1"):
        said.append(f"the server speaks {shaken.version} and nothing newer")
    return Holds(tuple(said)) if said else Not(f"{shaken.version}, and signatures and keys are strong enough")
