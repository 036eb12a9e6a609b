"""`landbridge probe smtp`: whether a mail server would take mail."""

from __future__ import annotations

from typing import Annotated

import typer

from landbridge.checks.conversation import Conversation, Mechanism
from landbridge.cli.conversing import (
    How,
    Login,
    Protected,
    SecretFile,
    conversation_of,
    conversing,
    logon_with,
    plain,
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

PORTS = {"smtp": 25, "smtps": 465}
BESIDE = (587, 465, 25)

Beside = Annotated[
    list[int] | None,
    typer.Option("--beside", min=1, max=65535, help="Other port to compare with; once for each. Usually 587, 465, 25."),
]
Sender = Annotated[str, typer.Option("--from", help="Ask whether this sender is taken.")]
Recipient = Annotated[str, typer.Option("--to", help="Ask whether this recipient is taken; needs --from.")]


def smtp(
    where: Where,
    protection: Protected = None,
    beside: Beside = None,
    login: Login = None,
    secret: SecretFile = None,
    mechanism: How = Mechanism.PLAIN,
    sender: Sender = "",
    recipient: Recipient = "",
    trust: TrustFile = None,
    public_trust: PublicTrust = False,
    certificate: CertificateFile = None,
    key: KeyFile = None,
    timeout: Seconds = 10.0,
    html: HtmlFile = None,
    as_json: AsJson = False,
) -> None:
    """Probe, and tell."""
    wish = Conversation(
        mechanism=mechanism,
        sender=plain(sender, "--from"),
        recipient=plain(recipient, "--to"),
        beside=tuple(beside) if beside else BESIDE,
    )
    target = protected(conversation_of(where, "smtp", PORTS, wish), protection)
    logon = logon_with(certificate, key, login, secret, mechanism)
    probed(conversing(target, logon, trust_of(trust, public_trust), timeout), as_json, html)
