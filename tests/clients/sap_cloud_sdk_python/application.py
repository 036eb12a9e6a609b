"""An application with the SAP Cloud SDK for Python. Plays its scenes; the last line of its output is what it saw."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sap_cloud_sdk.destination import (
    AccessStrategy,
    Certificate,
    ConsumptionLevel,
    ConsumptionOptions,
    Destination,
    DestinationConfig,
    Fragment,
    Label,
    Level,
    ListOptions,
    PatchLabels,
    create_certificate_client,
    create_client,
    create_fragment_client,
)

SCENES: dict[str, Callable[[], Any]] = {}
SUBSCRIBER = "globex"
OWN = AccessStrategy.PROVIDER_ONLY


def scene(work: Callable[[], Any]) -> Callable[[], Any]:
    SCENES[work.__name__] = work
    return work


def use_hosts(file: str) -> None:
    """Names of a file like /etc/hosts lead to this machine, as `landbridge hosts` says."""
    names = {name for line in Path(file).read_text().splitlines() for name in line.split()[1:]}
    ask = socket.getaddrinfo

    def answer(host: Any, *more: Any, **rest: Any) -> Any:
        return ask("127.0.0.1" if host in names else host, *more, **rest)

    socket.getaddrinfo = answer


use_hosts(os.environ["HOSTS"])
given = json.loads(os.environ["BINDING"])
CONFIG = DestinationConfig(
    url=given["uri"],
    token_url=given["url"] + "/oauth/token",
    client_id=given["clientid"],
    client_secret=given["clientsecret"],
    identityzone=given["identityzone"],
)
destinations = create_client(config=CONFIG)
fragments = create_fragment_client(config=CONFIG)
certificates = create_certificate_client(config=CONFIG)


def tokens(found: Any) -> list[Any]:
    return [[token.type, token.value, token.http_header] for token in found.auth_tokens]


def paging(found: Any) -> list[Any]:
    page = found.pagination
    return [page.page_count, page.entity_count, page.next_page_url, page.previous_page_url] if page else []


def names(found: Any) -> list[str]:
    return [one.name for one in found.items]


@scene
def levels() -> Any:
    seen = {}
    for tenant in (None, SUBSCRIBER):
        for level in (None, *ConsumptionLevel):
            found = destinations.get_destination("both", level=level, tenant=tenant)
            seen[f"{tenant}/{level.value if level else None}"] = found.properties["at"] if found else None
    return seen


@scene
def missing() -> Any:
    return destinations.get_destination("nobody")


@scene
def basic() -> Any:
    return tokens(destinations.get_destination("basic", level=ConsumptionLevel.SUBACCOUNT))


@scene
def client_credentials() -> Any:
    found = destinations.get_destination("credentials", level=ConsumptionLevel.SUBACCOUNT)
    return [found.get_headers(), found.auth_tokens[0].scope]


@scene
def authorization_code() -> Any:
    options = ConsumptionOptions(code="c-1", redirect_uri="https%3A%2F%2Fapp.test%2Fcb", code_verifier="v-1")
    return tokens(destinations.get_destination("code", level=ConsumptionLevel.SUBACCOUNT, options=options))


@scene
def token_exchange() -> Any:
    kind = "urn:ietf:params:oauth:token-type:access_token"
    options = ConsumptionOptions(subject_token="s-1", subject_token_type=kind)
    return tokens(destinations.get_destination("exchange", level=ConsumptionLevel.SUBACCOUNT, options=options))


@scene
def chain() -> Any:
    variables = {
        "samlProviderDestinationName": "exchange",
        "subjectToken": "s-2",
        "subjectTokenType": "urn:ietf:params:oauth:token-type:access_token",
    }
    options = ConsumptionOptions(chain_name="com.sap.iasGeneratedOAuth2SamlBearerAssertion", chain_vars=variables)
    return tokens(destinations.get_destination("bearer", level=ConsumptionLevel.SUBACCOUNT, options=options))


@scene
def refused() -> Any:
    return destinations.get_destination("refused", level=ConsumptionLevel.SUBACCOUNT)


@scene
def skipped() -> Any:
    options = ConsumptionOptions(skip_token_retrieval=True)
    return tokens(destinations.get_destination("refused", level=ConsumptionLevel.SUBACCOUNT, options=options))


@scene
def life_of_destinations() -> Any:
    seen = []
    for number in range(12):
        made = Destination(name=f"made-{number:02}", type="HTTP", url="http://x.test", properties={"n": str(number)})
        destinations.create_destination(made, level=Level.SERVICE_INSTANCE)
    seen.append(names(destinations.list_instance_destinations(filter=ListOptions(filter_names=["made-03", "none"]))))
    options = ListOptions(page=2, page_size=5, page_count=True, entity_count=True)
    page = destinations.list_instance_destinations(filter=options)
    seen.append([names(page), paging(page)])
    made.properties["n"] = "new"
    destinations.update_destination(made, level=Level.SERVICE_INSTANCE)
    seen.append(destinations.get_instance_destination(made.name).properties)
    where = {"level": Level.SERVICE_INSTANCE}
    destinations.update_destination_labels("made-01", [Label("env", ["prod"])], **where)
    destinations.patch_destination_labels("made-01", PatchLabels("ADD", [Label("env", ["qa"])]), **where)
    destinations.patch_destination_labels("made-01", PatchLabels("DELETE", [Label("env", ["prod"])]), **where)
    seen.append([label.to_dict() for label in destinations.get_destination_labels("made-01", **where)])
    options = ListOptions(filter_labels=[Label("env", ["qa", "x"])])
    seen.append(names(destinations.list_instance_destinations(filter=options)))
    destinations.delete_destination("made-01", **where)
    seen.append(destinations.get_instance_destination("made-01"))
    return seen


@scene
def taken() -> Any:
    destinations.create_destination(Destination(name="basic", type="HTTP", url="http://x.test"))


@scene
def life_of_fragments() -> Any:
    fragments.create_fragment(Fragment(name="f-1", properties={"URL": "http://fragment.test"}))
    fragments.update_fragment_labels("f-1", [Label("env", ["prod"])])
    level = ConsumptionLevel.SUBACCOUNT
    options = ListOptions(filter_labels=[Label("env", ["prod"])])
    seen = [[one.name for one in fragments.list_subaccount_fragments(OWN, filter=options)]]
    wishes = (
        ConsumptionOptions(fragment_name="f-1"),
        ConsumptionOptions(fragment_name="f-1", fragment_level=level),
        ConsumptionOptions(fragment_name="none", fragment_optional=True),
    )
    seen += [destinations.get_destination("basic", level=level, options=options).url for options in wishes]
    fragments.delete_fragment("f-1")
    seen.append(fragments.get_subaccount_fragment("f-1", OWN))
    return seen


@scene
def life_of_certificates() -> Any:
    certificates.create_certificate(Certificate(name="a.pem", content=os.environ["CERTIFICATE"], type="PEM"))
    certificates.update_certificate_labels("a.pem", [Label("env", ["prod"])])
    options = ListOptions(filter_labels=[Label("env", ["prod"])])
    seen = [names(certificates.list_subaccount_certificates(OWN, filter=options))]
    seen.append(names(certificates.list_subaccount_certificates(OWN, filter=ListOptions(filter_names=["a.pem"]))))
    seen.append(certificates.get_subaccount_certificate("a.pem", OWN).content == os.environ["CERTIFICATE"])
    certificates.delete_certificate("a.pem")
    seen.append(certificates.get_subaccount_certificate("a.pem", OWN))
    return seen


def played(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"result": work()}
    except Exception as error:  # noqa: BLE001  whatever the SDK raises is what the scene saw
        return {"error": [f"{type(one).__name__}: {one}" for one in causes(error)]}


def causes(error: BaseException | None) -> list[BaseException]:
    return [error, *causes(error.__cause__ or error.__context__)] if error else []


print(json.dumps({name: played(work) for name, work in SCENES.items()}))
