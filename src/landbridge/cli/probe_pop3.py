"""`landbridge probe pop3`: whether mails could be fetched by POP3."""

from __future__ import annotations

from landbridge.checks.conversation import Conversation
from landbridge.cli.conversing import Talker, talked
from landbridge.cli.probe_options import Behind, Judging, Telling
from landbridge.cli.probing import Where
from landbridge.cli.spread import spread

HELP = """Talk with a mailbox server (POP3): greeting, abilities before and after STLS, certificate.

\b
Examples:
  landbridge probe pop3 mail.example.com --public-trust
  landbridge probe pop3 pop3s://mail.example.com --trust authorities.pem
  landbridge probe pop3 mail.example.com --login shop --secret-file password.txt --public-trust

With --login it logs on once, and only where the certificate is trusted; then it counts the mails.
"""


@spread
def pop3(where: Where, *, talker: Talker, judging: Judging, behind: Behind, telling: Telling) -> None:
    """Probe, and tell."""
    talked(where, "pop3", Conversation(), talker, judging, behind, telling)
