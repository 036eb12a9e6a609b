"""The administrator's commands, each in a process of its own, against a running cloud side (on uvloop)."""

from __future__ import annotations

import json
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.command import landbridge
from tests.cli.test_commands import Up, started
from tests.cloud_side import landscape_in


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with started(folder, "--landscape", str(landscape_in(folder))) as running:
        yield Up(folder / "data", running.said())


def run(up: Up, *words: str, exit_code: int = 0, **environment: str) -> str:
    """stdout of a command."""
    done = landbridge(*words, "--data", str(up.data), **environment)
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def answer(up: Up, *words: str, **environment: str) -> Any:
    return json.loads(run(up, *words, "--json", **environment))


def test_subaccounts_instances_and_subscriptions(up: Up) -> None:
    made = answer(up, "subaccount", "create", "fresh", "--name", "Fresh")
    assert made["subdomain"] == "fresh"
    assert "fresh" in run(up, "subaccount", "list")
    in_it = ("--subaccount", "fresh")
    instance = answer(
        up, "instance", "create", "uaa", *in_it, "--service", "xsuaa", "--redirect-uri", "https://a.test/cb"
    )
    assert instance["redirectUris"] == ["https://a.test/cb"]
    assert [row["name"] for row in answer(up, "instance", "list", *in_it)] == ["uaa"]
    wish = (*in_it, "--provider", "acme", "--application", "shop")
    assert answer(up, "subscription", "create", *wish)["provider"] == "acme"
    assert run(up, "subscription", "list", *in_it).split()[-3:] == ["fresh", "acme", "shop"]
    assert answer(up, "subscription", "delete", *wish) == {"deleted": True}
    assert answer(up, "instance", "delete", "uaa", *in_it) == {"deleted": True}
    config = up.data.parent / "config.json"
    for command, url in (("create", "http://first"), ("configure", "http://second")):
        item = {"Name": "init", "Type": "HTTP", "URL": url}
        level = {"existing_destinations_policy": "update", "destinations": [item]}
        config.write_text(json.dumps({"init_data": {"instance": level}}))
        words = ("--service", "destination") if command == "create" else ()
        answer(up, "instance", command, "configured", *in_it, *words, "--config", str(config))
        assert url in run(up, "export")
    assert run(up, "subaccount", "delete", "fresh") == ""
    assert landbridge("subaccount", "delete", "fresh", "--data", str(up.data)).returncode == 33


def test_people(up: Up) -> None:
    in_it = ("--subaccount", "acme")
    made = answer(up, "user", "create", "bob", *in_it, "--scope", "a", "--scope", "b", LANDBRIDGE_PASSWORD="builder")
    assert made["scopes"] == ["a", "b"]
    assert "bob" in run(up, "user", "list", *in_it)
    answer(up, "role", "give", "bob", "Destination Viewer", *in_it, "--instance", "dest")
    (row,) = answer(up, "role", "list", *in_it)
    assert (row["person"], row["role"]) == ("bob", "Destination Viewer")
    answer(up, "role", "take", "bob", "Destination Viewer", *in_it, "--instance", "dest")
    answer(up, "user", "delete", "bob", *in_it)
    assert answer(up, "role", "list", *in_it) == []


def test_administrators(up: Up) -> None:
    secret = {"LANDBRIDGE_PASSWORD": "correct horse battery"}
    assert answer(up, "administrator", "create", "root", "--subaccount", "acme", **secret)["name"] == "root"
    assert "root" in run(up, "administrator", "list")
    run(up, "administrator", "create", "short", exit_code=2, LANDBRIDGE_PASSWORD="short")
    answer(up, "administrator", "delete", "root")
    assert run(up, "administrator", "list") == ""


def test_issuers_and_keys(up: Up) -> None:
    in_it = ("--subaccount", "acme")
    answer(up, "issuer", "create", "https://idp.test", *in_it, "--jwks-uri", "https://idp.test/keys")
    assert [row["issuer"] for row in answer(up, "issuer", "list", *in_it)] == ["https://idp.test"]
    answer(up, "issuer", "create", "saml", *in_it, "--certificate", str(up.data / "ca.pem"))
    answer(up, "issuer", "delete", "https://idp.test", *in_it)
    run(up, "issuer", "create", "x", *in_it, "--certificate", str(up.data / "missing"), exit_code=2)
    before = answer(up, "key", "list")
    after = answer(up, "key", "rotate")
    assert (after["signing"], len(after["published"])) == (before["signing"], len(before["published"]) + 1)
    assert "signs" in run(up, "key", "list")
    now = answer(up, "key", "rotate", "--at-once")
    assert answer(up, "key", "retire", before["signing"]) == {"deleted": True}
    run(up, "key", "retire", now["signing"], exit_code=2)


def test_a_certificate_of_a_binding_opens_the_token_service(up: Up, tmp_path: Path) -> None:
    to = ("dest", "--subaccount", "acme", "--name", "certified")
    services = json.loads(run(up, "instance", "bind", *to, "--x509", "--days", "7"))
    found = services["destination"][0]["credentials"]
    (tmp_path / "client.pem").write_text(found["certificate"] + found["key"])
    trust = ssl.create_default_context(cafile=str(up.data / "ca.pem"))
    trust.load_cert_chain(tmp_path / "client.pem")
    form = {"grant_type": "client_credentials", "client_id": found["clientid"]}
    told = httpx.post(f"{found['certurl']}/oauth/token", data=form, verify=trust, trust_env=False)
    assert told.status_code == 200, told.text
    rotated = json.loads(run(up, "instance", "rotate", *to, "--minutes", "5"))
    assert rotated["destination"][0]["credentials"]["certificate"] != found["certificate"]
    assert "x509" in run(up, "instance", "bindings", "dest", "--subaccount", "acme")
    answer(up, "instance", "unbind", *to)


@pytest.mark.parametrize(
    ("layout", "folder"),
    [
        ("service-binding", "dest"),
        ("sapcp", "destination/dest"),
        ("sapbtp", "destination/dest"),
        ("appfnd", "destination/dest"),
    ],
)
def test_bindings_as_kubernetes_writes_them(up: Up, tmp_path: Path, layout: str, folder: str) -> None:
    out = tmp_path / "root"
    words = ("binding", "--subaccount", "acme", "--name", "default", "--format", "k8s", "--layout", layout)
    assert run(up, *words, "--out", str(out)) == ""
    place = out / folder
    (entry,) = json.loads(run(up, "binding", "--subaccount", "acme", "--instance", "dest"))["destination"]
    assert (place / "clientsecret").read_text() == entry["credentials"]["clientsecret"]
    assert stat.S_IMODE((place / "clientsecret").stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert (place / ".metadata").exists() == (place / "type").exists() == (layout == "service-binding")
    (place / "certificate").write_text("of an earlier binding")
    run(up, *words, "--out", str(out))
    assert not (place / "certificate").exists()


def test_secret_manifests(up: Up) -> None:
    manifest = json.loads(run(up, "binding", "--subaccount", "acme", "--format", "secret"))
    assert {item["kind"] for item in manifest["items"]} == {"Secret"}
    assert len(manifest["items"]) == 3


def test_a_folder_needs_its_format_and_the_format_its_folder(up: Up, tmp_path: Path) -> None:
    run(up, "binding", "--subaccount", "acme", "--out", str(tmp_path), exit_code=2)
    run(up, "binding", "--subaccount", "acme", "--format", "k8s", exit_code=2)
    (tmp_path / "file").write_text("")
    run(up, "binding", "--subaccount", "acme", "--format", "k8s", "--out", str(tmp_path / "file"), exit_code=2)
