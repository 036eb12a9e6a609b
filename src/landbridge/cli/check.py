"""`landbridge check`: the whole way of a destination, and what stands in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, say
from landbridge.cli.probing import (
    Addresses,
    HtmlFile,
    PublicTrust,
    TrustFile,
    TrustPassword,
    numeric,
    reported,
    trust_of,
)

HELP = """Check a destination: its tokens, the connector, the mapping, the backend, and the answer to a real request.

\b
Examples:
  landbridge check ERP --subaccount acme
  landbridge check ERP --subaccount acme --path /sap/opu/odata --json
  landbridge check ERP --subaccount acme --user-token alice.jwt
  landbridge check ERP --subaccount acme --person alice@acme.example
  landbridge check ERP --subaccount acme --idle 60
  landbridge check MAILS --subaccount acme --login --trust authorities.pem

Systems behind a connector are measured from where the connector stands, and only if they are in its mappings. The
request is HEAD (GET where that is not served). Mail servers and directories are talked to without a logon; --login
logs on once, and asks whether the sender of a mail destination is taken: a failed logon counts towards a lock-out.
--idle lets a connection rest between two requests, and --watch counts requests through the tunnel while you repeat in
your application what is slow.
Certificates of other targets are judged by the destination's trust store, else by --trust. Next to our findings the
report says what the original's check would say. Ends with 0 when nothing was found, with 50 when something was.
"""

TokenFile = Path | None


def check(
    name: Annotated[str, typer.Argument(help="Name of the destination; upper and lower case matter.")],
    subaccount: SubaccountName,
    path: Annotated[str, typer.Option(help="Instead of the path in the destination's URL.")] = "",
    instance: Annotated[str, typer.Option(help="Destination instance whose binding finds it.")] = "",
    fragment: Annotated[str, typer.Option(help="Fragment to lay over the destination.")] = "",
    user_token: Annotated[TokenFile, typer.Option(help="File with the token of the user to be carried.")] = None,
    proxy_token: Annotated[TokenFile, typer.Option(help="File with what your application sends to the proxy.")] = None,
    service_token: Annotated[
        TokenFile, typer.Option(help="File with the token your application finds destinations with.")
    ] = None,
    person: Annotated[str, typer.Option(help="Why does the editor of destinations stay empty for this user?")] = "",
    changes: Annotated[bool, typer.Option(help="And may that user change destinations? Nothing is changed.")] = False,
    session: Annotated[TokenFile, typer.Option(help="File with the token of that user's session.")] = None,
    login: Annotated[bool, typer.Option("--login", help="Log on to the mail server or directory, once.")] = False,
    address: Addresses = None,
    websocket: Annotated[bool, typer.Option("--websocket", help="Ask for an upgrade to WebSocket.")] = False,
    idle: Annotated[float, typer.Option(min=0, max=270, help="Let a connection rest for so many seconds.")] = 0.0,
    watch: Annotated[float, typer.Option(min=0, max=270, help="Count requests for so many seconds.")] = 0.0,
    new: Annotated[TokenFile, typer.Option(help="Are the names in this file of destinations free?")] = None,
    trust: TrustFile = None,
    trust_password: TrustPassword = None,
    public_trust: PublicTrust = False,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, max=30, help="Seconds for each measurement.")] = 10.0,
    html: HtmlFile = None,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Check, and tell."""
    from landbridge.cli.listing import path as path_of
    from landbridge.cli.progress import busy
    from landbridge.cli.running import PATIENCE, RunningSide

    wish = {
        "path": path,
        "instance": instance,
        "fragment": fragment,
        "userToken": _content(user_token) or "",
        "proxyToken": _content(proxy_token),
        "serviceToken": _content(service_token),
        "person": person,
        "changes": changes,
        "session": _content(session) or "",
        "new": _names(new),
        "addresses": numeric(address),
        "websocket": websocket,
        "idle": idle,
        "watch": watch,
        "logon": login,
        "trust": "".join(trust_of(trust, False, trust_password).certificates),
        "publicTrust": public_trust,
        "seconds": timeout,
    }
    place = path_of("subaccounts", subaccount, "destinations", name, "check")
    side = RunningSide(data, PATIENCE + idle + watch)
    if watch:
        say(f"Counting for {watch:g} seconds: repeat now in your application what is slow.")
    with busy("checking"):
        answer = side.post(place, wish)
    reported(answer, as_json, html)


def _names(file: Path | None) -> list[str]:
    """The names of the destinations in a file, each as often as it stands there."""
    from landbridge.cli.files import read_some
    from landbridge.landscape.formats.reading import read_file

    return [] if file is None else [one.name for one in read_file(str(file), read_some(file))]


def _content(file: Path | None) -> str | None:
    from landbridge.cli.text_file import read_text

    return None if file is None else read_text(file).strip()
