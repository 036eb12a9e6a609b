"""`landbridge probe oauth`: whether a token service gives a client its token."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from landbridge.checks.manner import Manner, Style
from landbridge.cli.asking import Headers, SecretFile, asking, headers_of, secret_of
from landbridge.cli.conversing import plain
from landbridge.cli.probe_options import Behind, Judging, Telling, looked
from landbridge.cli.probing import Where, addressed
from landbridge.cli.spread import spread

HELP = """Ask a token service for a token, as a client does with its own credentials (client_credentials).

\b
Examples:
  landbridge probe oauth https://auth.example.com/oauth/token --client sb-shop --secret-file secret.txt --public-trust
  landbridge probe oauth https://auth.example.com/oauth/token --client sb-shop --certificate me.pem --key me.key
  landbridge probe oauth https://auth.example.com/oauth/token --public-trust

Without --client only the address is tried. The client is sent as --style says; when it is refused, in the other way as
well, which tells a wrong way from a wrong secret. A token is never shown, only what it says of issuer, audience, client
and times.
"""

Client = Annotated[str | None, typer.Option("--client", "--login", "--user", metavar="ID", help="Client id.")]
How = Annotated[Style, typer.Option("--style", help="How the client is sent: as Basic header, or in the body.")]
Scope = Annotated[str, typer.Option("--scope", help="Scopes to ask for, with blanks between.")]


@spread
def oauth(
    where: Where,
    client: Client = None,
    secret: SecretFile = None,
    style: How = Style.HEADER,
    scope: Scope = "",
    header: Headers = None,
    *,
    judging: Judging,
    behind: Behind,
    telling: Telling,
) -> None:
    """Probe, and tell."""
    logon = judging.logon
    if client is not None:
        logon = replace(logon, user=plain(client, "--client"))
        if judging.certificate is None or secret is not None:
            logon = replace(logon, password=secret_of(secret))
    manner = Manner(headers=headers_of(header), style=style, scope=scope)
    scene = asking(where, "oauth", judging.anchors, logon, manner, post=False, seconds=telling.timeout)
    looked(scene, addressed(where, "http"), behind, telling)
