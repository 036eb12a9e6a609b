"""outbound.cert-path: the server's certificate is not accepted (failure-catalogue, row 12)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer, Perspective
from landbridge.checks.observations import TlsHandshake
from landbridge.checks.rules import tls, tls_sender, tls_session
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.on_premise import spoken_with
from landbridge.checks.rules.tls_session import unless_default


def _applies(evidence: Evidence) -> bool:
    return (
        evidence.target.perspective is Perspective.RECEIVER
        and evidence.target.protocol != "smtp"  # outbound.smtp-port/tls-trust
        and spoken_with(evidence, "dialog")
        and evidence.first(TlsHandshake) is not None
    )


def _nothing_in_common(evidence: Evidence) -> Verdict:
    """Target and caller have no version or cipher in common. A port without TLS is another matter."""
    shaken = tls.main(evidence)
    if shaken is None or isinstance(tls_session.plain_port(evidence), Holds) or shaken.problem == "not-tls":
        return Not("there is no TLS on this port") if shaken is not None else None
    if shaken.problem == "protocol" and not shaken.offered:
        return None  # what cannot be read may be anything
    return tls_sender.nothing_in_common(evidence)


SERVER, CLIENT, PROTOCOL = Layer.TLS_SERVER, Layer.TLS_CLIENT, Layer.PROTOCOL

BOOK = Book(
    "outbound.cert-path",
    _applies,
    (
        Rule("rotated", SERVER, "TLS client", tls.rotated),
        Rule("expired", SERVER, "TLS client", tls.expired),
        Rule("not-yet-valid", SERVER, "TLS client", tls.not_yet_valid),
        Rule("sni", SERVER, "TLS client", tls_session.depends_on_name),
        Rule("name", SERVER, "TLS client", tls_session.name_unknown(unless_default(tls.other_name))),
        Rule("self-signed", SERVER, "TLS client", unless_default(tls.self_signed)),
        Rule("intermediate-not-sent", SERVER, "TLS client", unless_default(tls.intermediate_not_sent)),
        Rule("root-missing", SERVER, "TLS client", unless_default(tls.root_missing)),
        Rule("unusable-link", SERVER, "TLS client", tls.unusable),
        Rule("inspection-proxy", SERVER, "proxy", tls_session.inspected),
        Rule("client-cert-needed", CLIENT, "target", tls_session.client_certificate_needed),
        Rule("nothing-in-common", PROTOCOL, "target", _nothing_in_common),
        Rule("plain-port", PROTOCOL, "target", tls_session.plain_port),
        Rule("starttls-port", PROTOCOL, "target", tls_session.starttls_port),
        Rule("weak-algorithm", SERVER, "TLS client", tls.weak),
    ),
)
