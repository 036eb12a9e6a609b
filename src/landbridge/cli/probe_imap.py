"""`landbridge probe imap`: whether mails could be fetched by IMAP."""

from __future__ import annotations

from landbridge.checks.conversation import Conversation, Mechanism
from landbridge.cli.conversing import (
    How,
    Login,
    Protected,
    SecretFile,
    conversation_of,
    conversing,
    logon_with,
    protected,
)
from landbridge.cli.options import AsJson
from landbridge.cli.probing import (
    CertificateFile,
    HtmlFile,
    KeyFile,
    PublicTrust,
    Seconds,
    TrustFile,
    Where,
    probed,
    trust_of,
)

HELP = """Talk with a mailbox server (IMAP): greeting, abilities before and after STARTTLS, certificate.

\b
Examples:
  landbridge probe imap mail.example.com --public-trust
  landbridge probe imap imaps://mail.example.com --trust authorities.pem
  landbridge probe imap mail.example.com --login shop --secret-file password.txt --public-trust

With --login it logs on once, and only where the certificate is trusted; then it counts folders and mails.
"""

PORTS = {"imap": 143, "imaps": 993}


def imap(
    where: Where,
    protection: Protected = None,
    login: Login = None,
    secret: SecretFile = None,
    mechanism: How = Mechanism.PLAIN,
    trust: TrustFile = None,
    public_trust: PublicTrust = False,
    certificate: CertificateFile = None,
    key: KeyFile = None,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    target = protected(conversation_of(where, "imap", PORTS, Conversation(mechanism=mechanism)), protection)
    logon = logon_with(certificate, key, login, secret, mechanism)
    probed(conversing(target, logon, trust_of(trust, public_trust), timeout), as_json, html)
