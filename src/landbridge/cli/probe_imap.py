"""`landbridge probe imap`: whether mails could be fetched by IMAP."""

from __future__ import annotations

from landbridge.checks.conversation import Conversation
from landbridge.cli.conversing import Talker, talked
from landbridge.cli.probe_options import Behind, Judging, Telling
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
def imap(where: Where, *, talker: Talker, judging: Judging, behind: Behind, telling: Telling) -> None:
    """Probe, and tell."""
    talked(where, "imap", Conversation(), talker, judging, behind, telling)
