"""`landbridge destination find`: what an application gets when it looks a destination up."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from landbridge.cli.destination_api import HIDDEN, DestinationApi, Instance, Secrets, masked
from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give, give_json

HELP = """Look a destination up as an application does, with its tokens.

\b
Examples:
  landbridge destination find ERP --subaccount acme
  landbridge destination find ERP --subaccount acme --header "X-tenant: shop" --json

First the level of the instance is searched, then that of the subaccount. When the tokens cannot be fetched, the
command prints what it got and ends with the fault.
"""


def find(
    name: Annotated[str, typer.Argument(help="Name of the destination; upper and lower case matter.")],
    subaccount: SubaccountName,
    instance: Instance = "",
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", help="Header to send, like 'X-tenant: shop'. Repeatable.")
    ] = None,
    secrets: Secrets = False,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Print the answer, secrets and tokens masked."""
    from landbridge.cli.running import reported
    from landbridge.faults import FaultError, fault

    headers = dict(_header(text) for text in header or [])
    answer = _masked(DestinationApi(data, subaccount, instance).find(name, headers), secrets)
    if as_json:
        give_json(answer)
    else:
        _print(answer)
    for token in answer.get("authTokens", []):
        if token.get("error"):
            said = {**token, "message": token["error"]}
            reason = str(token["error"]).rstrip(".")
            raise FaultError(reported(said) or fault("destination.tokens-failed", name=name, reason=reason))


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise typer.BadParameter("a header is written 'Name: value'", param_hint="--header")
    return name.strip(), value.strip()


def _masked(answer: dict[str, Any], secrets: bool) -> dict[str, Any]:
    shown = {**answer, "destinationConfiguration": masked(answer["destinationConfiguration"], secrets)}
    if secrets:
        return shown
    if "authTokens" in answer:
        shown["authTokens"] = [_hidden_token(token) for token in answer["authTokens"]]
    if "certificates" in answer:
        shown["certificates"] = [{**one, "Content": HIDDEN} for one in answer["certificates"]]
    return shown


def _hidden_token(token: dict[str, Any]) -> dict[str, Any]:
    hidden = {key: HIDDEN if key in ("value", "refresh_token") and value else value for key, value in token.items()}
    if "http_header" in token:
        hidden["http_header"] = {**token["http_header"], "value": f"{token.get('type', '')} {HIDDEN}".strip()}
    return hidden


def _print(answer: dict[str, Any]) -> None:
    owner = answer.get("owner", {})
    where = f"instance {owner['InstanceId']}" if owner.get("InstanceId") else f"subaccount {owner.get('SubaccountId')}"
    lines = {"found on": where, **answer["destinationConfiguration"]}
    for number, token in enumerate(answer.get("authTokens", []), 1):
        if not token.get("error"):
            lines[f"token {number}"] = f"{token['http_header']['key']}: {token['http_header']['value']}"
            lines[f"expires {number}"] = f"{token['expires_in']} s" if token.get("expires_in") else "unknown"
    for one in answer.get("certificates", []):
        lines[f"certificate {one['Name']}"] = one["Content"]
    width = max(map(len, lines))
    for key, value in lines.items():
        give(f"{key:<{width}}  {value}")
