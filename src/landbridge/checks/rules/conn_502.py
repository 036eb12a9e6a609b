"""conn.502: the connector cannot get an answer from the backend (failure-catalogue, row 24)."""

from __future__ import annotations

from collections.abc import Callable

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.observations.tls import ALERTS
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import Way, met, through_connector, way

CONNECTOR, BACKEND = "connector", "backend"
CLIENT_REFUSALS = frozenset((42, 43, 44, 45, 46, 48, 49))
"""Alerts by which a server refuses the certificate that it got (RFC 8446 §6.2)."""
OTHER_HOST = frozenset((62, 64))
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
_FIREWALL = frozenset({"backend.connect-timeout", "backend.unreachable"})
_UNMET = frozenset({"backend.refused", "backend.unresolved", *_FIREWALL})
_VERIFY = {
    9: "it is not valid yet",
    10: "it has expired",
    18: "it is its own issuer, and not trusted itself",
    19: "its root is not in the connector's trust store",
    20: "its issuer is not in the connector's trust store, or an intermediate was not sent",
    21: "its issuer is not in the connector's trust store, and an intermediate was not sent",
    62: "it is for another host than the internal one of the mapping",
    64: "it is for another address than the internal one of the mapping",
}
"""Why a certificate is not accepted, by OpenSSL's number (X509_V_ERR_*)."""


def _applies(evidence: Evidence) -> bool:
    seen = way(evidence)
    if not through_connector(evidence):
        return False
    trouble = seen.trouble not in ("", "backend.silent", "backend.upload-stalled")
    theirs = refused_certificate(seen) or keeps_user_back(seen)
    return (trouble and not theirs) or seen.door_code == "principal.not-mutual"


def refused_certificate(seen: Way) -> bool:
    """Whether the backend refuses the connector's own certificate."""
    return seen.shaken is not None and seen.shaken.certificate_sent and seen.shaken.alert in CLIENT_REFUSALS


def keeps_user_back(seen: Way) -> bool:
    """Whether the connector shows a user to nobody here, because the backend's certificate is for another host."""
    if seen.seen is None or seen.seen.authentication != "PrincipalPropagation" or seen.claims("user") is None:
        return False
    return seen.connected is not None and seen.connected.verify_error in OTHER_HOST


def _by_code(codes: frozenset[str], otherwise: str) -> Callable[[Evidence], Verdict]:
    def judge(evidence: Evidence) -> Verdict:
        seen = way(evidence)
        if seen.trouble not in codes:
            return Not(otherwise)
        return Holds(_seen(seen))

    return judge


def _tls(evidence: Evidence) -> Verdict:
    """Certificate or handshake."""
    seen = way(evidence)
    if seen.trouble == "backend.certificate-untrusted":
        number = seen.connected.verify_error if seen.connected else 0
        why = _VERIFY.get(number, f"OpenSSL's number for it is {number}")
        return Holds((f"the backend's certificate is not accepted: {why}", *_seen(seen)))
    shaken = seen.shaken
    if shaken is not None and shaken.alert == 116:
        said = "the backend insists on a client certificate, and the connector has none"
        action = "Give the connector a system certificate that the backend trusts."
        return Holds((said, *_seen(seen)), emitter=BACKEND, action=action)
    if seen.trouble != "backend.tls-failed" or _plain(seen):
        return Not("the handshake is not what fails")
    alert = (
        () if shaken is None or shaken.alert < 0 else (f"it ends with alert {ALERTS.get(shaken.alert, shaken.alert)}",)
    )
    return Holds(("the handshake with the backend fails", *alert, *_seen(seen)))


def _wrong_protocol(evidence: Evidence) -> Verdict:
    """TLS to a plain port, or plain HTTP to a TLS port, or no HTTP at all."""
    seen = way(evidence)
    if _plain(seen) and seen.shaken is not None:
        said = f"the mapping has TLS, and the backend says {seen.shaken.first_bytes[:60]!r}"
        return Holds(
            (said, *_seen(seen)), action="Set the mapping's protocol to HTTP, or its port to the one with TLS."
        )
    if _is_tls(seen):
        said = "the mapping has no TLS, and the backend completes a TLS handshake"
        return Holds((said, *_seen(seen)), action="Set the mapping's protocol to HTTPS.")
    if _speaks_otherwise(seen) and seen.shaken is not None:
        return Holds((f"the backend says {seen.shaken.first_bytes[:60]!r}, which is no HTTP", *_seen(seen)))
    if seen.trouble == "backend.answer-invalid":
        return Holds(("what the backend says is no HTTP", *_seen(seen)))
    if seen.connected is not None and seen.connected.code in _UNMET:
        return Not("there was no connection in which anything was spoken")
    return Not("the backend speaks the protocol of the mapping")


def _closed(evidence: Evidence) -> Verdict:
    """It hangs up."""
    seen = way(evidence)
    if seen.trouble != "backend.closed":
        return Not("the backend does not hang up")
    if _is_tls(seen) or _speaks_otherwise(seen) or (seen.shaken is not None and seen.shaken.alert >= 0):
        return Not("it hangs up because it speaks another protocol")
    return Holds(_seen(seen), emitter=BACKEND)


def _not_mutual(evidence: Evidence) -> Verdict:
    """The user may not be shown."""
    seen = way(evidence)
    if seen.door_code != "principal.not-mutual":
        return Not("no user's identity is withheld")
    certificate = seen.state is not None and seen.state.certificate_until > 0
    why = "the backend did not ask for the connector's certificate" if certificate else "it has no system certificate"
    return Holds((met(seen.door_code), f"the connector shows no user: {why}"))


def _plain(seen: Way) -> bool:
    return seen.shaken is not None and seen.shaken.problem == "not-tls" and bool(seen.mapping and _has_tls(seen))


def _speaks_otherwise(seen: Way) -> bool:
    """Whether a port without TLS says something that is no HTTP."""
    shaken = seen.shaken
    if shaken is None or _has_tls(seen) or shaken.problem != "not-tls":
        return False
    return bool(shaken.first_bytes) and not shaken.first_bytes.startswith("HTTP/")


def _is_tls(seen: Way) -> bool:
    """Whether a port that is mapped without TLS speaks it."""
    return seen.shaken is not None and bool(seen.shaken.version) and not _has_tls(seen)


def _has_tls(seen: Way) -> bool:
    return seen.connected is not None and seen.connected.tls


def _seen(seen: Way) -> tuple[str, ...]:
    """What connector and traffic met."""
    tried = tuple(one.line for one in seen.tried if not one.good)
    own = (seen.connected.line,) if seen.connected is not None and seen.connected.code else ()
    answer = (seen.answered.line,) if seen.answered is not None and seen.answered.code else ()
    return (*tried, *own, *answer, *((met(seen.door_code),) if seen.door_code else ()))


TCP, NAME, TLS, PROTOCOL = Layer.TCP, Layer.NAME, Layer.TLS_SERVER, Layer.PROTOCOL

BOOK = Book(
    "conn.502",
    _applies,
    (
        Rule("internal-dns", NAME, CONNECTOR, _by_code(frozenset({"backend.unresolved"}), "the name has addresses")),
        Rule("backend-down", TCP, CONNECTOR, _by_code(frozenset({"backend.refused"}), "the port is not closed")),
        Rule("on-premise-firewall", TCP, CONNECTOR, _by_code(_FIREWALL, "an answer comes at once")),
        Rule("tls", TLS, CONNECTOR, _tls),
        Rule("wrong-protocol", PROTOCOL, CONNECTOR, _wrong_protocol),
        Rule("closed-early", PROTOCOL, CONNECTOR, _closed),
        Rule("not-mutual", Layer.AUTHENTICATION, CONNECTOR, _not_mutual),
    ),
)
