"""`landbridge issuer ...`: whose tokens and assertions a subaccount accepts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.listing import done, made, path, show
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName

app = typer.Typer(
    help="Trusted issuers: list, create, delete.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Issuer = Annotated[str, typer.Argument(help="What stands in 'iss', or in Issuer of an assertion.")]


@app.command("list")
def list_all(subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """List the issuers that a subaccount trusts."""
    from landbridge.cli.running import RunningSide

    rows = RunningSide(data).get(path("subaccounts", subaccount, "issuers"))
    show(rows, ("issuer", "discovery", "jwksUri", "audience"), as_json, "It trusts nobody but itself.")


@app.command("create")
def create(
    issuer: Issuer,
    subaccount: SubaccountName,
    discovery: Annotated[str, typer.Option(help="Address of the OpenID configuration.")] = "",
    jwks_uri: Annotated[str, typer.Option(help="Address of the key set.")] = "",
    jwks: Annotated[Path | None, typer.Option(help="File with the key set (JSON).")] = None,
    certificate: Annotated[Path | None, typer.Option(help="File with the certificate (PEM), for SAML.")] = None,
    audience: Annotated[str, typer.Option(help="What 'aud' must contain. Default: anything.")] = "",
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Trust an issuer. Give one source of its keys."""
    from landbridge.cli.running import RunningSide
    from landbridge.cli.text_file import read_text

    wish = {
        "issuer": issuer,
        "discovery": discovery,
        "jwksUri": jwks_uri,
        "jwks": read_text(jwks) if jwks else "",
        "certificate": read_text(certificate) if certificate else "",
        "audience": audience,
    }
    created = RunningSide(data).post(path("subaccounts", subaccount, "issuers"), wish)
    made(created, f"{issuer} is trusted.", as_json)


@app.command("delete")
def delete(issuer: Issuer, subaccount: SubaccountName, data: Data = DATA, as_json: AsJson = False) -> None:
    """Trust an issuer no longer."""
    from landbridge.cli.running import RunningSide

    RunningSide(data).delete(path("subaccounts", subaccount, "issuers"), issuer=issuer)
    done(f"{issuer} is no longer trusted.", as_json)
