"""inbound.icm-connection-failed: the connection does not come about (failure-catalogue, row 3).

Rows 36 to 38 have no HTTP answer to judge when nothing connects; name and TCP trouble of such targets is this one too.
"""

from __future__ import annotations

from landbridge.checks.evidence import Evidence, Layer
from landbridge.checks.finding import Confidence
from landbridge.checks.observations import TenantHost, TlsHandshake
from landbridge.checks.rules import network
from landbridge.checks.rules.book import Book, Holds, Not, Rule, Verdict
from landbridge.checks.rules.tls import main, speaks_plain

PROTOCOLS = frozenset(("tls", "http", "oauth", "odata", "soap"))


def _applies(evidence: Evidence) -> bool:
    return evidence.target.protocol in PROTOCOLS and not evidence.target.location


def _other_host(evidence: Evidence) -> Verdict:
    """Another host than the tenant's was called, and somebody answers there."""
    recorded = evidence.first(TenantHost)
    if recorded is None:
        return None
    wanted, called = recorded.host.rstrip(".").lower(), evidence.target.host.rstrip(".").lower()
    if wanted == called:
        return Not(f"{called} is the host that is recorded for the tenant")
    if not network.connected(evidence):
        return None
    return Holds((f"{called} was called and answers; the tenant's host is {wanted}",), action=f"Call {wanted}.")


def _broken(evidence: Evidence) -> Verdict:
    """The connection opens and ends before TLS is done, without a word."""
    shaken = main(evidence)
    if shaken is None:
        return network.cut_off(evidence, "tls")
    if shaken.problem in ("closed", "reset") and shaken.certificate_asked:
        return Not("it ends when it has asked for a client certificate")
    if shaken.problem in ("closed", "reset", "timeout"):
        if any(one.good and not one.offered for one in evidence.all(TlsHandshake)) and shaken.offered:
            return Not("with newer versions of TLS the connection stays open")
        if speaks_plain(evidence):
            return Not("the port speaks plain text")
        return Holds((shaken.line, *_others(evidence, shaken)))
    if shaken.problem == "" and shaken.ended in ("closed", "reset") and not shaken.certificate_asked:
        return Holds((shaken.line,), Confidence.CONSISTENT)
    return Not("TLS is done, and the connection stays open") if shaken.good else None


def _others(evidence: Evidence, shaken: TlsHandshake) -> tuple[str, ...]:
    """What other handshakes with the target came to."""
    return tuple(one.line for one in evidence.all(TlsHandshake) if one is not shaken and one.good)


BOOK = Book(
    "inbound.icm-connection-failed",
    _applies,
    (
        Rule("proxy-needed", Layer.PROXY, "network", network.proxy_needed),
        Rule("proxy-wrong", Layer.PROXY, "proxy", network.proxy_wrong),
        Rule("dns", Layer.NAME, "name service", network.unknown_name),
        Rule("refused", Layer.TCP, "target", network.refused),
        Rule("filtered", Layer.TCP, "network", network.filtered),
        Rule("v6-only-path", Layer.TCP, "network", network.newer_addresses_dead),
        Rule("wrong-region-host", Layer.ROUTE, "sender", _other_host),
        Rule("broken-later", Layer.TLS_SERVER, "target", _broken),
    ),
)
