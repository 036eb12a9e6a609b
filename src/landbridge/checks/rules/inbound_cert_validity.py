"""inbound.cert-validity: our entrance refuses the sender's client certificate (failure-catalogue, row 1).

Seen from the sender's side, with its certificate: the alert says that it is refused, the certificate itself says why.
What the entrance has registered, only its owner can see.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from landbridge.checks import chains
from landbridge.checks.chains import UNREADABLE, Certificate
from landbridge.checks.evidence import Evidence, Layer, Perspective
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import IssuerFetched, OurCertificate, TlsHandshake
from landbridge.checks.observations.tls import ALERTS
from landbridge.checks.rules import tls
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.tls_session import REFUSALS

_FOR_CLIENTS = frozenset((ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE))
UNKNOWN_CA = 48
_NONE = Not("no certificate was sent")
OWN_ISSUERS = "own-issuers"
"""The probe that fetches what is missing in the sender's chain."""


def _applies(evidence: Evidence) -> bool:
    shaken = tls.main(evidence)
    return evidence.target.perspective is Perspective.ENDPOINT and shaken is not None and _is_refused(shaken)


def _is_refused(shaken: TlsHandshake) -> bool:
    """Whether the entrance asked for a certificate, and then ended it; some do so without a word."""
    ended = shaken.problem in ("closed", "reset") or (not shaken.problem and shaken.ended in ("closed", "reset"))
    return shaken.certificate_asked and (shaken.alert in REFUSALS or ended)


def _met(evidence: Evidence) -> str:
    """How it was refused, as evidence."""
    shaken = tls.main(evidence)
    if shaken is None or shaken.alert < 0:
        return "the entrance asked for a client certificate, and ended the connection without a word"
    return f"the entrance ends it with alert {ALERTS.get(shaken.alert, str(shaken.alert))}"


def _sure(evidence: Evidence) -> Confidence:
    """An alert is said about the certificate; an end without a word may be about anything."""
    shaken = tls.main(evidence)
    return Confidence.PROVEN if shaken is not None and shaken.alert >= 0 else Confidence.CONSISTENT


def _chain(evidence: Evidence) -> tuple[Certificate, ...]:
    """What the sender showed."""
    ours, shaken = evidence.first(OurCertificate), tls.main(evidence)
    return (
        chains.certificates(ours.chain) if ours is not None and shaken is not None and shaken.certificate_sent else ()
    )


def _with_chain(judge: Callable[[Evidence, tuple[Certificate, ...]], Verdict]) -> Callable[[Evidence], Verdict]:
    def judged(evidence: Evidence) -> Verdict:
        chain = _chain(evidence)
        return judge(evidence, chain) if chain else _NONE

    return judged


def _none_sent(evidence: Evidence) -> Verdict:
    """The entrance insists on one, and there is none."""
    shaken = tls.main(evidence)
    if shaken is None or shaken.certificate_sent:
        return Not("a certificate was sent")
    wanted = "; ".join(shaken.authorities) or "it names no authorities"
    return Holds((_met(evidence), "no certificate was sent", f"authorities: {wanted}"), _sure(evidence))


def _expired(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    over = [one for one in chain if one.not_valid_after_utc < _now(evidence)]
    if not over:
        return Not(f"it is valid until {chain[0].not_valid_after_utc:%Y-%m-%d}")
    said = tuple(f"{chains.name(one)} ended on {one.not_valid_after_utc:%Y-%m-%d %H:%M} UTC" for one in over)
    return Holds((_met(evidence), *said), _sure(evidence))


def _early(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    early = [one for one in chain if one.not_valid_before_utc > _now(evidence)]
    if not early:
        return Not("every certificate of it has begun")
    said = tuple(f"{chains.name(one)} begins on {one.not_valid_before_utc:%Y-%m-%d %H:%M} UTC" for one in early)
    return Holds((_met(evidence), *said), _sure(evidence))


def _now(evidence: Evidence) -> datetime:
    return datetime.fromtimestamp(evidence.at, UTC)


def _usage(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    uses = _uses(chain[0])
    if not uses or _FOR_CLIENTS & uses.keys():
        return Not("clients may use it")
    named = ", ".join(uses.values())
    return Holds((_met(evidence), f"{chains.name(chain[0])} is for {named} alone"), _sure(evidence))


def _uses(one: Certificate) -> dict[x509.ObjectIdentifier, str]:
    """What it may be used for, with names; empty: it does not say."""
    try:
        found = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, *UNREADABLE):
        return {}
    return {use: _USES.get(use, use.dotted_string) for use in found}


_USES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "servers",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clients",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "mail",
    ExtendedKeyUsageOID.CODE_SIGNING: "programs",
}


def _weak(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    said = [f"{chains.name(one)}: {reason}" for one in chain if (reason := chains.weakness(one))]
    return Holds((_met(evidence), *said), Confidence.CONSISTENT) if said else Not("its keys and signatures are strong")


def _self_signed(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    if not chains.is_self_signed(chain[0]):
        return Not(f"it was issued by {chains.issuer_name(chain[0])}")
    if len(chain) == 1 and _is_named(evidence, chain):
        return Not("the entrance names it among its authorities")
    return Holds((_met(evidence), f"{chains.name(chain[0])} is its own issuer"), _sure(evidence))


def _incomplete(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    """A link between the sender's certificate and an accepted authority stays at home."""
    if chains.is_self_signed(chain[-1]):
        return Not(f"it is complete up to {chains.name(chain[-1])}")
    if _is_named(evidence, chain):
        return Not("its issuer is among the authorities that the entrance names")
    if not _names_any(evidence) and not _is_unknown(evidence):
        return Not("the entrance does not say that it misses an issuer")
    added = _added(evidence)
    shown = f"sent: {'; '.join(map(chains.name, chain))}"
    if added and (_is_named(evidence, added) or not _names_any(evidence)):
        missing = ", ".join(map(chains.name, added))
        leads = ", which leads to an authority that the entrance names" if _names_any(evidence) else ""
        sure = Confidence.PROVEN if _names_any(evidence) else Confidence.CONSISTENT
        action = f"Install {missing} with the certificate and its key."
        return Holds((_met(evidence), shown, f"missing: {missing}{leads}"), sure, action=action)
    address = chains.issuer_address(chain[-1])
    if added or not address:
        return None
    said = (_met(evidence), shown, f"missing: {chains.issuer_name(chain[-1])}, which can be fetched from {address}")
    return Holds(said, Confidence.CONSISTENT, action="Send the whole chain; look with --fetch-issuers to be sure.")


def _unsupported(evidence: Evidence, chain: tuple[Certificate, ...]) -> Verdict:
    """The chain leads to an authority that the entrance does not accept."""
    shaken = tls.main(evidence)
    if shaken is None or not (_names_any(evidence) or _is_unknown(evidence)):
        return Not("the entrance does not say that it misses an authority")
    whole = (*chain, *_added(evidence))
    if _is_named(evidence, whole):
        return Not("the entrance names an authority above it")
    if isinstance(_self_signed(evidence, chain), Holds):
        return Not("there is no authority: the certificate is its own issuer")
    if isinstance(_incomplete(evidence, chain), Holds):
        return None
    said = (
        _met(evidence),
        f"the certificate leads to {chains.issuer_name(whole[-1])}",
        f"accepted: {'; '.join(shaken.authorities) or 'it does not say'}",
    )
    certain = chains.is_self_signed(whole[-1]) and _names_any(evidence)
    return Holds(said, _sure(evidence) if certain else Confidence.CONSISTENT)


def _names_any(evidence: Evidence) -> bool:
    """Whether the entrance says whom it accepts."""
    shaken = tls.main(evidence)
    return shaken is not None and bool(shaken.authorities)


def _is_unknown(evidence: Evidence) -> bool:
    """Whether the entrance says that it does not know the authority."""
    shaken = tls.main(evidence)
    return shaken is not None and shaken.alert == UNKNOWN_CA


def _is_named(evidence: Evidence, chain: tuple[Certificate, ...]) -> bool:
    """Whether the entrance names one of these, or an issuer of one, among its authorities."""
    shaken = tls.main(evidence)
    named = {one.lower() for one in shaken.authorities} if shaken is not None else set()
    return any({chains.name(one).lower(), chains.issuer_name(one).lower()} & named for one in chain)


def _added(evidence: Evidence) -> tuple[Certificate, ...]:
    """What was fetched above the sender's certificate."""
    step = evidence.step(OWN_ISSUERS)
    facts = step.seen if step is not None else ()
    return chains.certificates([one.certificate for one in facts if isinstance(one, IssuerFetched) and one.good])


CLIENT = Layer.TLS_CLIENT

BOOK = Book(
    "inbound.cert-validity",
    _applies,
    (
        Rule("client-expired", CLIENT, "entrance", _with_chain(_expired)),
        Rule("client-not-yet-valid", CLIENT, "entrance", _with_chain(_early)),
        Rule("eku-missing", CLIENT, "entrance", _with_chain(_usage)),
        Rule("self-signed-client", CLIENT, "entrance", _with_chain(_self_signed)),
        Rule("chain-incomplete", CLIENT, "entrance", _with_chain(_incomplete)),
        Rule("ca-unsupported", CLIENT, "entrance", _with_chain(_unsupported)),
        Rule("none-sent", CLIENT, "entrance", _none_sent),
        Rule("weak", CLIENT, "entrance", _with_chain(_weak)),
    ),
)
