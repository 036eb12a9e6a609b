"""`landbridge probe tls`: what a TLS server shows."""

from __future__ import annotations

from landbridge.cli.options import AsJson
from landbridge.cli.probing import (
    CertificateFile,
    HtmlFile,
    KeyFile,
    PublicTrust,
    Seconds,
    TrustFile,
    Where,
    logon_of,
    probed,
    target_of,
    trust_of,
)

HELP = """Shake hands with a TLS server: chain, names, dates, version, whether it wants our certificate.

\b
Examples:
  landbridge probe tls erp.example.com --public-trust
  landbridge probe tls 192.0.2.7:8443 --trust authorities.pem --certificate me.pem --key me.key

Without --trust nothing is trusted: the chain is shown and not judged. With --certificate the probe sees whether the
server takes it, also in TLS 1.3, where the refusal comes after the handshake.
"""


def tls(
    where: Where,
    trust: TrustFile = None,
    public_trust: PublicTrust = False,
    certificate: CertificateFile = None,
    key: KeyFile = None,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    from landbridge.checks.diallers import DirectDialler
    from landbridge.checks.probe import Scene
    from landbridge.net.clock import system_clock

    scene = Scene(
        target=target_of(where, "tls", 443, ("tls", "https")),
        dialler=DirectDialler(),
        clock=system_clock,
        logon=logon_of(certificate, key),
        trust=trust_of(trust, public_trust),
        seconds=timeout,
    )
    probed(scene, as_json, html)
