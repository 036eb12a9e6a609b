"""`landbridge probe smtp`: whether a mail server would take mail."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.checks.conversation import Conversation
from landbridge.checks.mail_destination import SUBMISSION
from landbridge.cli.conversing import Talker, plain, talked
from landbridge.cli.probe_options import Behind, Judging, Telling
from landbridge.cli.probing import Where
from landbridge.cli.spread import spread

HELP = """Talk with a mail server: greeting, abilities before and after STARTTLS, certificate. No mail is sent.

\b
Examples:
  landbridge probe smtp mail.example.com:587 --public-trust
  landbridge probe smtp smtps://mail.example.com --trust authorities.pem
  landbridge probe smtp mail.example.com:587 --login shop --secret-file password.txt --public-trust
  landbridge probe smtp mail.example.com:587 --from shop@example.com --to someone@example.com

Without a port 25 is taken, as mail adapters do. Ports 587, 465 and 25 are greeted next to it, to compare. With --login
it logs on once, and only where the certificate is trusted; with --from and --to it asks whether these are taken, and
takes the question back.
"""

Beside = Annotated[
    list[int] | None,
    typer.Option("--beside", min=1, max=65535, help="Other port to compare with; once for each. Usually 587, 465, 25."),
]
Sender = Annotated[str, typer.Option("--from", help="Ask whether this sender is taken.")]
Recipient = Annotated[str, typer.Option("--to", help="Ask whether this recipient is taken; needs --from.")]


@spread
def smtp(
    where: Where,
    beside: Beside = None,
    sender: Sender = "",
    recipient: Recipient = "",
    *,
    talker: Talker,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    wish = Conversation(
        sender=plain(sender, "--from"),
        recipient=plain(recipient, "--to"),
        beside=tuple(beside) if beside else SUBMISSION,
    )
    talked(where, "smtp", wish, talker, judging, behind, telling)
