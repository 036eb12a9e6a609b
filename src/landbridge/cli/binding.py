"""`landbridge binding`: the credentials of an application, in the form it reads them."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from landbridge.cli.options import DATA, AsJson, Data, SubaccountName, give, give_json, say
from landbridge.faults import FaultError, fault
from landbridge.identity.kubernetes import Layout

HELP = """Print VCAP_SERVICES for an application, or write it as Kubernetes would.

\b
Examples:
  landbridge binding --subaccount acme --format default-env > default-env.json
  eval "$(landbridge binding --subaccount acme --format env)"
  landbridge binding --subaccount acme --instance my-destination
  landbridge binding --subaccount acme --format k8s --out bindings   # SERVICE_BINDING_ROOT=bindings
  landbridge binding --subaccount acme --format k8s --layout sapcp --out /etc/secrets/sapcp
  landbridge binding --subaccount acme --format secret | kubectl apply -f -

The output holds client secrets.
"""


class Format(StrEnum):
    """`vcap`: the value of VCAP_SERVICES; `env`: a line for a shell; `default-env`: the content of default-env.json;
    `k8s`: folders with a file for each credential; `secret`: manifests of Kubernetes Secrets."""

    VCAP = "vcap"
    ENV = "env"
    DEFAULT_ENV = "default-env"
    K8S = "k8s"
    SECRET = "secret"


def binding(
    subaccount: SubaccountName,
    instance: Annotated[str, typer.Option(help="Only this service instance. Default: all of the subaccount.")] = "",
    name: Annotated[str, typer.Option(help="Only bindings of this name. Default: all.")] = "",
    format: Annotated[Format, typer.Option(help="How to write it.")] = Format.VCAP,
    out: Annotated[Path | None, typer.Option(help="Folder for --format k8s.")] = None,
    layout: Annotated[Layout, typer.Option(help="Which programs read the folder.")] = Layout.SERVICE_BINDING,
    data: Data = DATA,
    as_json: AsJson = False,
) -> None:
    """Print VCAP_SERVICES of a subaccount of the running cloud side."""
    from landbridge.cli.running import RunningSide

    if (format is Format.K8S) != (out is not None):
        problem = "--format k8s and --out go together"
        raise FaultError(fault("platform.usage", problem=problem, command="landbridge binding"))
    query = {key: value for key, value in (("instance", instance), ("name", name)) if value}
    services = RunningSide(data).get(f"/admin/subaccounts/{quote(subaccount, safe='')}/bindings", **query)
    if out is not None:
        count = _write_folders(services, layout, out)
        if as_json:
            give_json({"bindings": count, "out": str(out)})
        else:
            say(f"Wrote {count} bindings to {out}.")
        return
    text = _written(services, format)
    if as_json:  # what is JSON already in one line, and a shell's line as a text
        give_json(text if format is Format.ENV else json.loads(text))
    else:
        give(text)


def _written(services: Any, format: Format) -> str:
    from landbridge.identity.binding import default_env, environment_line
    from landbridge.identity.kubernetes import secret_manifests

    if format is Format.ENV:
        return environment_line(services)
    if format is Format.SECRET:
        # JSON is YAML, too; a list of documents needs an object around it.
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": secret_manifests(services)}, indent=2)
    return json.dumps(default_env(services) if format is Format.DEFAULT_ENV else services, indent=2)


def _write_folders(services: Any, layout: Layout, out: Path) -> int:
    """A file for each credential, for this user alone; secrets that an earlier binding left there are removed.

    Returns how many folders there are.
    """
    from landbridge.data_folder import replace_file
    from landbridge.identity.kubernetes import SECRETS, files

    contents = files(services, layout)
    folders = {path.rpartition("/")[0] for path in contents}
    try:
        for folder in sorted(folders):
            (out / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
            for stale in SECRETS - {path.rpartition("/")[2] for path in contents if path.startswith(f"{folder}/")}:
                (out / folder / stale).unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FaultError(fault("platform.file-unwritable", file=out, reason=reason)) from error
    for path, content in contents.items():
        replace_file(out / path, content).chmod(0o600)
    return len(folders)
