"""Judgements about a sender: what it trusts elsewhere, what it saw itself, what it keeps back."""

from __future__ import annotations

from landbridge.checks import chains
from landbridge.checks.chains import Certificate
from landbridge.checks.evidence import Evidence
from landbridge.checks.observations import OtherTrust, SenderSaw, SpeaksPlain, TlsHandshake
from landbridge.checks.observations.tls import ALERTS
from landbridge.checks.rules import tls
from landbridge.checks.rules.book import Holds, Not, Verdict

_NOTHING_IN_COMMON = frozenset((40, 70, 71, 86, 120))
"""Alerts by which servers say that version, cipher or protocol do not fit."""


def other_identity(evidence: Evidence) -> Verdict:
    """The chain is trusted, by another identity of the sender than the one that calls."""
    found, other = tls.way(evidence), evidence.first(OtherTrust)
    if found is None or other is None:
        return None
    if found.anchor is not None:
        return Not(f"the identity that calls trusts {chains.name(found.anchor)}")
    chain = (*tls.presented(evidence), *tls.fetched(evidence))
    elsewhere = tls.leading(evidence, chain, chains.certificates(other.certificates))
    if elsewhere.anchor is None:
        return Not("the other identity does not trust it either")
    root = f"{chains.name(elsewhere.anchor)}, SHA-256 {chains.fingerprint(elsewhere.anchor)}"
    return Holds(
        (f"the other identity trusts {root}", "the one that calls does not"),
        action=f"Import {root} into the identity that the destination uses.",
    )


def root_missing(evidence: Evidence) -> Verdict:
    """As for us, unless another identity of the sender has the root. What is its own issuer is its own root."""
    if isinstance(other_identity(evidence), Holds):
        return Not("another identity of the sender trusts the root")
    alone = tls.self_signed(evidence)
    return alone if isinstance(alone, Holds) else tls.root_missing(evidence)


def inspected(evidence: Evidence) -> Verdict:
    """The sender saw another chain than the endpoint shows, with or without a name."""
    saw = evidence.first(SenderSaw)
    mine = tls.presented(evidence)
    if saw is None or not mine:
        return None
    theirs = chains.certificates(saw.chain)
    if not theirs:
        return None
    if theirs[0] == mine[0]:
        return Not("the sender saw the certificate that the endpoint shows")
    if shown := _shown_without_name(evidence, theirs[0]):
        return Not(f"the endpoint shows what the sender saw {shown}")
    if theirs[0].issuer == mine[0].issuer:
        return Not("what the sender saw has the same issuer as the endpoint's certificate")
    return Holds(
        (
            f"the sender saw {chains.name(theirs[0])}, issued by {chains.issuer_name(theirs[0])}",
            f"the endpoint shows {chains.name(mine[0])}, issued by {chains.issuer_name(mine[0])}",
        ),
        emitter="network of the sender",
        action=f"Exempt {evidence.target.host} from inspection, or let the sender trust what inspects.",
    )


def _shown_without_name(evidence: Evidence, certificate: Certificate) -> str:
    """How the endpoint showed that certificate too; empty when it did not."""
    for shaken in evidence.all(TlsHandshake):
        if chains.certificates(shaken.chain)[:1] == (certificate,):
            return f"with the name {shaken.server_name}" if shaken.server_name else "without a name"
    return ""


def no_name_sent(evidence: Evidence) -> Verdict:
    """The sender does not say which host it wants, and so gets the certificate of another one."""
    with_name, without = _pair(evidence)
    if with_name is None or without is None:
        return None
    if with_name.chain[:1] == without.chain[:1]:
        return Not("the certificate is the same with and without a name")
    kept_back = tls.main(evidence) is without
    saw = evidence.first(SenderSaw)
    theirs = chains.certificates(saw.chain[:1]) if saw is not None else ()
    saw_default = bool(theirs) and theirs == chains.certificates(without.chain[:1])
    if not kept_back and not saw_default:
        return Not("the name was sent") if saw is not None else None
    found = chains.certificates(with_name.chain[:1])
    other = chains.certificates(without.chain[:1])
    said = (
        f"with the name {with_name.server_name}: {', '.join(map(chains.name, found)) or with_name.line}",
        f"without a name: {', '.join(map(chains.name, other)) or without.line}",
    )
    return Holds(said, emitter="sender")


def _pair(evidence: Evidence) -> tuple[TlsHandshake | None, TlsHandshake | None]:
    """The handshakes with and without a name."""
    direct = [one for one in evidence.all(TlsHandshake) if not one.through]
    named = next((one for one in direct if one.server_name), None)
    return named, next((one for one in direct if not one.server_name), None)


def nothing_in_common(evidence: Evidence) -> Verdict:
    """No version or cipher fits, or this is no TLS at all."""
    shaken = tls.main(evidence)
    if shaken is None:
        return None
    newest = next((one for one in evidence.all(TlsHandshake) if not one.offered and not one.problem), None)
    better = (f"with every version offered: {newest.line}",) if newest is not None and shaken.offered else ()
    limit = (f"TLS {shaken.offered} is the newest that was offered",) if shaken.offered else ()
    if shaken.problem == "alert" and shaken.alert in _NOTHING_IN_COMMON and not shaken.certificate_asked:
        return Holds((f"alert {ALERTS[shaken.alert]} in the handshake", *limit, *better))
    if tls.speaks_plain(evidence):
        return Holds((shaken.line, *(one.line for one in evidence.all(SpeaksPlain))))
    if shaken.problem in ("protocol", "not-tls") or (shaken.problem and better):
        return Holds((shaken.line, *limit, *better))
    return Not(f"both speak {shaken.version}") if shaken.version and not shaken.problem else None
