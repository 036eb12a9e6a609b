"""`landbridge binding`: the credentials of an application, in the form it reads them."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote

import typer

from landbridge.cli.options import DATA, Data, SubaccountName, give

HELP = """Print VCAP_SERVICES for an application.

\b
Examples:
  landbridge binding --subaccount acme --format default-env > default-env.json
  eval "$(landbridge binding --subaccount acme --format env)"
  landbridge binding --subaccount acme --instance my-destination

The output holds client secrets.
"""


class Format(StrEnum):
    """`vcap`: the value of VCAP_SERVICES; `env`: a line for a shell; `default-env`: the content of default-env.json."""

    VCAP = "vcap"
    ENV = "env"
    DEFAULT_ENV = "default-env"


def binding(
    subaccount: SubaccountName,
    instance: Annotated[str, typer.Option(help="Only this service instance. Default: all of the subaccount.")] = "",
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.VCAP,
    data: Data = DATA,
) -> None:
    """Print VCAP_SERVICES of a subaccount of the running cloud side."""
    from landbridge.cli.running import RunningSide
    from landbridge.identity.binding import default_env, environment_line

    query = {"instance": instance} if instance else {}
    services = RunningSide(data).get(f"/admin/subaccounts/{quote(subaccount, safe='')}/bindings", **query)
    if format is Format.ENV:
        give(environment_line(services))
    else:
        give(json.dumps(default_env(services) if format is Format.DEFAULT_ENV else services, indent=2))
