"""Bindings as folders, as each consumer of destination-service §6.4 reads them."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

import pytest

from landbridge.identity.binding import vcap_services
from landbridge.identity.kubernetes import Layout, files, secret_manifests
from landbridge.model.subaccount import Service
from tests.identity.test_binding import LAPTOP, bound

SERVICES = vcap_services([bound(Service.DESTINATION), bound(Service.CONNECTIVITY)], LAPTOP)
(ENTRY,) = SERVICES["destination"]
CREDENTIALS = ENTRY["credentials"]
assert isinstance(CREDENTIALS, dict)


def read(folder: dict[str, str]) -> dict[str, object]:
    """A folder as btp-environment-variable-access reads it: by what `.metadata` says."""
    metadata = json.loads(folder[".metadata"])
    found: dict[str, object] = {}
    for kind in ("metaDataProperties", "credentialProperties"):
        for item in metadata[kind]:
            text = folder[item.get("sourceName", item["name"])]
            found[f"{kind}.{item['name']}"] = json.loads(text) if item["format"] == "json" else text
    return found


def folder_of(contents: dict[str, str], folder: str) -> dict[str, str]:
    return {PurePosixPath(path).name: text for path, text in contents.items() if path.startswith(f"{folder}/")}


def test_service_binding_root() -> None:
    contents = files(SERVICES, Layout.SERVICE_BINDING)
    folder = folder_of(contents, "my-destination")
    assert folder["type"] == "destination"
    found = read(folder)
    for name, value in CREDENTIALS.items():
        assert found[f"credentialProperties.{name}"] == value
    assert found["metaDataProperties.tags"] == ["destination", "conn", "connsvc"]
    assert found["metaDataProperties.instance_name"] == "my-destination"
    connectivity = read(folder_of(contents, "my-connectivity"))
    assert connectivity["credentialProperties.token-type"] == ["xsuaa", "ias"]
    assert connectivity["credentialProperties.onpremise_proxy_port"] == "20003"


@pytest.mark.parametrize("layout", [Layout.SAPCP, Layout.SAPBTP])
def test_a_file_for_each_key_below_service_and_instance(layout: Layout) -> None:
    folder = folder_of(files(SERVICES, layout), "destination/my-destination")
    assert folder == CREDENTIALS


def test_python_reads_five_files() -> None:
    folder = folder_of(files(SERVICES, Layout.APPFND), "destination/my-destination")
    assert set(folder) == {"clientid", "clientsecret", "url", "uri", "identityzone"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", ".", "", "Grüße & Co", "x\ny"])
@pytest.mark.parametrize("layout", list(Layout))
def test_no_name_leads_out_of_the_folder(name: str, layout: Layout) -> None:
    services = {"destination": [{**ENTRY, "name": name}]}
    for path in files(services, layout):
        parts = PurePosixPath(path).parts
        assert ".." not in parts
        assert not PurePosixPath(path).is_absolute()
        assert len(parts) == (2 if layout is Layout.SERVICE_BINDING else 3)


def test_secret_manifests() -> None:
    manifests = secret_manifests(SERVICES)
    assert [manifest["kind"] for manifest in manifests] == ["Secret", "Secret"]
    data = manifests[0]["stringData"]
    assert isinstance(data, dict)
    assert {*CREDENTIALS, "type", "label", "plan", "tags", "instance_name", "instance_guid", ".metadata"} == set(data)
    assert all(isinstance(value, str) for value in data.values())
    metadata = manifests[0]["metadata"]
    assert isinstance(metadata, dict)
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", metadata["name"])
