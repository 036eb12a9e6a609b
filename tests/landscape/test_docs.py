"""docs/landscape.md and examples/quickstart.yaml say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landbridge.destinations.auth.types import TYPES
from landbridge.landscape.certificates import FileUse
from landbridge.landscape.problems import LandscapeInvalid
from landbridge.landscape.read import read, read_text
from landbridge.model.mapping import Mapping, Resource
from landbridge.model.subaccount import Service

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "landscape.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "quickstart.yaml"

UNKNOWN_KEYS_EVERYWHERE = """\
landbridge: 1
QQ: 1
subaccounts:
  - {QQ: 1, id: 11111111-aaaa-4bbb-8ccc-222222222222, subdomain: acme, users: [{QQ: 1, name: a, password: b}],
     roles: [{QQ: 1, person: a, role: Destination Viewer}], trusted_issuers: [{QQ: 1, issuer: a, jwks_uri: 'https://a'}],
     subscriptions: [{QQ: 1, provider: 22222222-aaaa-4bbb-8ccc-222222222222, application: a}],
     certificates: [{QQ: 1, name: a.pem, file: x}], destinations: [{Name: a, Type: LDAP}],
     subscription_content: [{QQ: 1, provider: 22222222-aaaa-4bbb-8ccc-222222222222, instance: a}],
     labels: [{QQ: 1, on: destination, name: a}], service_mappings: [{QQ: 1, service: a, internal: 'a:1'}],
     instances: [{QQ: 1, name: a, service: destination}]}
connectors:
  - {QQ: 1, name: a, subaccount: acme, cookie_domains: [{QQ: 1, virtual: a, internal: a}],
     service_channels: [{QQ: 1, service: a}], system_certificate: {QQ: 1, certificate: a, key: a},
     principal_propagation: {QQ: 1, subject_rules: [{QQ: 1, subject: {CN: a}}]},
     mappings: [{QQ: 1, virtual: 'a:1', internal: 'a:1', resources: [{QQ: 1, path: /}]}]}
"""


def documented(heading: str) -> set[str]:
    """The first column of the table below a heading."""
    section = re.split(r"^#+ ", PAGE.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))


def known() -> dict[str, set[str]]:
    """Path of a mapping → the keys that the reader knows there."""
    with pytest.raises(LandscapeInvalid) as caught:
        read_text(UNKNOWN_KEYS_EVERYWHERE, Path("x.yaml"), need_files=False, certificate_files=FileUse.SKIP)
    found = {}
    for fault in caught.value.faults:
        path = re.sub(r"\[\d+\]", "[]", fault.params["field"]).removesuffix("QQ").rstrip(".")
        found[path] = set(fault.params["expected"].removeprefix("one of ").split(", "))
    return found


def test_every_field_is_documented_and_no_other() -> None:
    fields = known()
    assert {"subaccounts[].roles[]", "subaccounts[].certificates[]", "connectors[].mappings[]"} <= fields.keys()
    assert documented("The file") == fields.pop("")
    for path, keys in fields.items():
        heading = re.sub(r".*(certificates|labels)", r"\1", path)
        assert documented(f"`{heading}`") == keys, path


def test_every_authentication_type_is_named() -> None:
    (paragraph,) = re.findall(r"^The types of `Authentication`.*?\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(\w+)`", paragraph)) == {"Authentication", *TYPES}


def test_the_page_shows_the_example() -> None:
    shown = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]
    example = "".join(line for line in EXAMPLE.read_text(encoding="utf-8").splitlines(True) if not line.startswith("#"))
    assert shown == example


def test_the_example() -> None:
    landscape = read(EXAMPLE)
    (content,) = landscape.subaccounts
    assert (content.subaccount.id, content.subaccount.subdomain) == ("11111111-aaaa-4bbb-8ccc-222222222222", "acme")
    assert [item.instance.service for item in content.instances] == list(Service)
    (erp,) = content.destinations
    assert (erp.name, erp.get("URL"), erp.proxy_type) == ("ERP", "http://erp.virtual:80", "OnPremise")
    assert (erp.authentication, erp.get("CloudConnectorLocationId")) == ("NoAuthentication", "")
    (plant,) = landscape.connectors
    assert (plant.name, plant.subaccount_id, plant.location_id) == ("plant-1", content.subaccount.id, "")
    assert plant.mappings == (Mapping("erp.virtual", 80, "localhost", 8001, resources=(Resource("/"),)),)
