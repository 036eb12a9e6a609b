"""outbound.cert-path: the server's certificate is not accepted (failure-catalogue, row 12)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer, Perspective
from landbridge.checks.observations import TlsHandshake
from landbridge.checks.rules import tls
from landbridge.checks.rules.book import Book, Rule


def _applies(evidence: Evidence) -> bool:
    return (
        evidence.target.perspective is Perspective.RECEIVER
        and evidence.target.protocol != "smtp"  # outbound.smtp-port/tls-trust
        and not evidence.target.location
        and evidence.first(TlsHandshake) is not None
    )


SERVER, CLIENT, PROTOCOL = Layer.TLS_SERVER, Layer.TLS_CLIENT, Layer.PROTOCOL

BOOK = Book(
    "outbound.cert-path",
    _applies,
    (
        Rule("rotated", SERVER, "TLS client", tls.rotated),
        Rule("expired", SERVER, "TLS client", tls.expired),
        Rule("not-yet-valid", SERVER, "TLS client", tls.not_yet_valid),
        Rule("name", SERVER, "TLS client", tls.other_name),
        Rule("self-signed", SERVER, "TLS client", tls.self_signed),
        Rule("intermediate-not-sent", SERVER, "TLS client", tls.intermediate_not_sent),
        Rule("root-missing", SERVER, "TLS client", tls.root_missing),
        Rule("sni", SERVER, "TLS client", tls.depends_on_name),
        Rule("client-cert-needed", CLIENT, "target", tls.client_certificate_needed),
        Rule("plain-port", PROTOCOL, "target", tls.plain_port),
        Rule("starttls-port", PROTOCOL, "target", tls.starttls_port),
        Rule("weak-algorithm", SERVER, "TLS client", tls.weak),
    ),
)
