"""`landbridge probe imap`: whether mails could be fetched by IMAP."""

from __future__ import annotations

from landbridge.checks.conversation import Conversation, Mechanism
from landbridge.cli.conversing import (
    How,
    Login,
    Protected,
    SecretFile,
    conversing,
    logon_with,
)
from landbridge.cli.probe_options import Behind, Judging, Telling, looked
from landbridge.cli.probing import Where
from landbridge.cli.spread import spread

HELP = """Talk with a mailbox server (IMAP): greeting, abilities before and after STARTTLS, certificate.

\b
Examples:
  landbridge probe imap mail.example.com --public-trust
  landbridge probe imap imaps://mail.example.com --trust authorities.pem
  landbridge probe imap mail.example.com --login shop --secret-file password.txt --public-trust

With --login it logs on once, and only where the certificate is trusted; then it counts folders and mails.
"""


@spread
def imap(
    where: Where,
    protection: Protected = None,
    login: Login = None,
    secret: SecretFile = None,
    mechanism: How = Mechanism.PLAIN,
    *,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    from landbridge.checks.talk_target import talk_target

    target = talk_target(where, "imap", Conversation(mechanism=mechanism), protection)
    logon = logon_with(judging.logon, login, secret, mechanism)
    looked(conversing(target, logon, judging.anchors, telling.timeout), where, behind, telling)
