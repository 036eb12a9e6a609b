"""inbound.peer-cert-untrusted: senders do not trust the certificate of our entrance (failure-catalogue, row 2)."""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer, Perspective
from landbridge.checks.observations import TlsHandshake
from landbridge.checks.rules import tls, tls_sender
from landbridge.checks.rules.book import Book, Rule
from landbridge.checks.rules.tls_session import name_unknown, unless_default


def _applies(evidence: Evidence) -> bool:
    return evidence.target.perspective is Perspective.ENDPOINT and evidence.first(TlsHandshake) is not None


SERVER, SENDER = Layer.TLS_SERVER, "TLS client of the sender"

BOOK = Book(
    "inbound.peer-cert-untrusted",
    _applies,
    (
        Rule("root-rotated", SERVER, SENDER, tls.rotated),
        Rule("expired", SERVER, SENDER, tls.expired),
        Rule("not-yet-valid", SERVER, SENDER, tls.not_yet_valid),
        Rule("tls-inspection", SERVER, SENDER, tls_sender.inspected),
        Rule("no-sni", SERVER, SENDER, tls_sender.no_name_sent),
        Rule("name-mismatch", SERVER, SENDER, name_unknown(unless_default(tls.other_name))),
        Rule("our-chain-incomplete", SERVER, SENDER, unless_default(tls.intermediate_not_sent)),
        Rule("wrong-pse", SERVER, SENDER, unless_default(tls_sender.other_identity)),
        Rule("root-missing", SERVER, SENDER, unless_default(tls_sender.root_missing)),
        Rule("unusable-link", SERVER, SENDER, tls.unusable),
        Rule("protocol-or-closed", Layer.PROTOCOL, SENDER, tls_sender.nothing_in_common),
    ),
)
