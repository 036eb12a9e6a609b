"""`landbridge probe ldap`: what a directory shows."""

from __future__ import annotations

from landbridge.checks.conversation import Conversation, Mechanism
from landbridge.cli.conversing import Login, Protected, SecretFile, conversation_of, conversing, logon_with, protected
from landbridge.cli.options import DATA, AsJson, Data
from landbridge.cli.probing import (
    CertificateFile,
    HtmlFile,
    KeyFile,
    Location,
    PublicTrust,
    Seconds,
    Through,
    TrustFile,
    Where,
    addressed,
    probed,
    through,
    trust_of,
)

HELP = """Talk with a directory (LDAP): TLS or STARTTLS, certificate, the entry about itself.

\b
Examples:
  landbridge probe ldap ldap.example.com --public-trust
  landbridge probe ldap ldaps://ldap.example.com --trust authorities.pem
  landbridge probe ldap ldap.example.com --login cn=app,dc=example --secret-file password.txt --public-trust

With --login it binds once with that name, and only where the certificate is trusted.
"""

PORTS = {"ldap": 389, "ldaps": 636}


def ldap(
    where: Where,
    protection: Protected = None,
    login: Login = None,
    secret: SecretFile = None,
    trust: TrustFile = None,
    public_trust: PublicTrust = False,
    certificate: CertificateFile = None,
    key: KeyFile = None,
    subaccount: Through = "",
    location: Location = "",
    data: Data = DATA,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    if subaccount:
        through(addressed(where, "ldap"), subaccount, location, timeout, data, as_json, html)
        return
    target = protected(conversation_of(where, "ldap", PORTS, Conversation()), protection)
    logon = logon_with(certificate, key, login, secret, Mechanism.PLAIN)
    probed(conversing(target, logon, trust_of(trust, public_trust), timeout), as_json, html)
