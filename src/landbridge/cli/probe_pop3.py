"""`landbridge probe pop3`: whether mails could be fetched by POP3."""

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

HELP = """Talk with a mailbox server (POP3): greeting, abilities before and after STLS, certificate.

\b
Examples:
  landbridge probe pop3 mail.example.com --public-trust
  landbridge probe pop3 pop3s://mail.example.com --trust authorities.pem
  landbridge probe pop3 mail.example.com --login shop --secret-file password.txt --public-trust

With --login it logs on once, and only where the certificate is trusted; then it counts the mails.
"""

PORTS = {"pop3": 110, "pop3s": 995}


def pop3(
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
    target = protected(conversation_of(where, "pop3", PORTS, Conversation(mechanism=mechanism)), protection)
    logon = logon_with(certificate, key, login, secret, mechanism)
    probed(conversing(target, logon, trust_of(trust, public_trust), timeout), as_json, html)
