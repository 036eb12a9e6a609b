"""`landbridge probe ldap`: what a directory shows."""

from __future__ import annotations

from landbridge.checks.conversation import Conversation, Mechanism
from landbridge.cli.conversing import Login, Protected, SecretFile, conversing, logon_with
from landbridge.cli.probe_options import Behind, Judging, Telling, looked
from landbridge.cli.probing import Where
from landbridge.cli.spread import spread

HELP = """Talk with a directory (LDAP): TLS or STARTTLS, certificate, the entry about itself.

\b
Examples:
  landbridge probe ldap ldap.example.com --public-trust
  landbridge probe ldap ldaps://ldap.example.com --trust authorities.pem
  landbridge probe ldap ldap.example.com --login cn=app,dc=example --secret-file password.txt --public-trust

With --login it binds once with that name, and only where the certificate is trusted.
"""


@spread
def ldap(
    where: Where,
    protection: Protected = None,
    login: Login = None,
    secret: SecretFile = None,
    *,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    from landbridge.checks.talk_target import talk_target

    target = talk_target(where, "ldap", Conversation(), protection)
    logon = logon_with(judging.logon, login, secret, Mechanism.PLAIN)
    looked(conversing(target, logon, judging.anchors, telling.timeout), where, behind, telling)
