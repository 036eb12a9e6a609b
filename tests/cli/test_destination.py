"""`landbridge destination …`, `export` and `diff` as a user meets them, against a running cloud side."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cli.command import landbridge
from tests.cli.test_commands import Up, started
from tests.cloud_side import ACME, LANDSCAPE, landscape_in
from tests.destinations.keystores.files import a_p12

CONTENT = LANDSCAPE.replace(
    "connectors:",
    """\
      - {Name: crm, Type: HTTP, URL: "http://crm:8000", Authentication: BasicAuthentication, User: u, Password: geheim}
      - {Name: broken, Type: HTTP, URL: "http://x", Authentication: OAuth2ClientCredentials, clientId: c}
  - {id: 22222222-2222-3333-4444-555555555555, subdomain: bare}
connectors:""",
)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with started(folder, "--landscape", str(landscape_in(folder, CONTENT))) as running:
        yield Up(folder / "data", running.said())


def destination(up: Up, *words: str, subaccount: str = "acme") -> CompletedProcess[str]:
    verb, *rest = words
    return landbridge("destination", verb, "--subaccount", subaccount, "--data", str(up.data), *rest)


def given(printed: CompletedProcess[str]) -> Any:
    assert printed.returncode == 0, printed.stderr
    return json.loads(printed.stdout)


def code_of(printed: CompletedProcess[str]) -> str:
    assert printed.returncode != 0
    return str(json.loads(printed.stderr.splitlines()[-1])["error"]["code"])


def test_list(up: Up) -> None:
    printed = destination(up, "list")
    lines = [line.split() for line in printed.stdout.splitlines()]
    assert lines[0] == ["NAME", "TYPE", "AUTHENTICATION", "PROXYTYPE", "URL"]
    assert ["crm", "HTTP", "BasicAuthentication", "http://crm:8000"] in lines
    found = {item["Name"]: item for item in given(destination(up, "list", "--json"))}
    assert found["crm"]["Password"] == "•••"
    shown = {item["Name"]: item for item in given(destination(up, "list", "--json", "--secrets"))}
    assert shown["crm"]["Password"] == "geheim"
    assert given(destination(up, "list", "--json", "--level", "instance")) == []


def test_show(up: Up) -> None:
    printed = destination(up, "show", "crm")
    assert "geheim" not in printed.stdout
    assert ["User", "u"] in [line.split() for line in printed.stdout.splitlines()]
    assert given(destination(up, "show", "crm", "--json", "--secrets"))["Password"] == "geheim"
    assert code_of(destination(up, "show", "CRM", "--json")) == "destination.not-found"


def test_find(up: Up) -> None:
    printed = destination(up, "find", "crm")
    assert printed.returncode == 0
    assert f"subaccount {ACME}" in printed.stdout
    assert "Authorization: Basic •••" in printed.stdout
    answer = given(destination(up, "find", "crm", "--json", "--secrets"))
    assert answer["authTokens"][0]["http_header"]["value"].startswith("Basic ")


def test_find_ends_with_the_fault_of_the_tokens(up: Up) -> None:
    printed = destination(up, "find", "broken", "--json")
    (token,) = json.loads(printed.stdout)["authTokens"]
    assert token["error"]
    assert code_of(printed) == token["code"] == "destination.property-missing"
    assert printed.returncode == 43


@pytest.mark.parametrize("level", ["subaccount", "instance"])
def test_set_and_delete(up: Up, level: str) -> None:
    name = "it's 100% new"
    at = ("--level", level)
    created = given(destination(up, "set", name, "URL=http://a?b=c", "User=x", "Password=geheim", "--json", *at))
    assert created["created"]
    assert created["destination"]["Password"] == "•••"
    assert not given(destination(up, "set", name, "User=y", "--unset", "Password", "--json", *at))["created"]
    found = given(destination(up, "show", name, "--json", *at))
    assert found == {"Name": name, "Type": "HTTP", "URL": "http://a?b=c", "User": "y"}
    assert given(destination(up, "delete", name, "--json", *at)) == {"deleted": [name]}
    assert code_of(destination(up, "delete", name, "--json", *at)) == "destination.not-found"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("set", "x", "nonsense"), "destination.assignment-invalid"),
        (("set", "x", "Type=PIGEON"), "destination.content-invalid"),
        (("import", "/no/such.json"), "file.missing"),
        (("import", "/etc/hostname"), "file.format-unknown"),
        (("find", "x", "--header", "X"), "platform.usage"),
        (("list", "--instance", "nope"), "platform.unknown-instance"),
    ],
)
def test_what_is_refused_is_named(up: Up, words: tuple[str, ...], code: str) -> None:
    assert code_of(destination(up, *words, "--json")) == code


def test_a_subaccount_without_a_destination_instance(up: Up) -> None:
    assert code_of(destination(up, "list", "--json", subaccount="bare")) == "destination.no-binding"


def test_import_and_export(up: Up, tmp_path: Path) -> None:
    file = tmp_path / "d.properties"
    file.write_text("Name=imp\nType=HTTP\nURL=http\\://a\nPassword=geheim\n")
    assert given(destination(up, "import", str(file), "--json"))["created"] == 1
    again = destination(up, "import", str(file), "--json")
    assert code_of(again) == "destination.import-incomplete"
    assert json.loads(again.stdout)["failed"][0]["name"] == "imp"
    assert given(destination(up, "import", str(file), "--existing", "ignore", "--json"))["ignored"] == 1
    file.write_text(file.read_text() + "User=x\n")
    assert given(destination(up, "import", str(file), "--existing", "update", "--json"))["updated"] == 1
    exported = destination(up, "export", "imp", "--format", "properties")
    assert exported.stdout == "Name=imp\nType=HTTP\nURL=http\\://a\nUser=x\n"
    assert "geheim" in destination(up, "export", "imp", "--format", "yaml", "--secrets").stdout
    destination(up, "delete", "imp")


def test_export_into_a_file(up: Up, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    said = given(destination(up, "export", "--format", "properties", "--output", str(archive), "--json"))
    assert said["destinations"] == 3
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert sorted(zipfile.ZipFile(io.BytesIO(archive.read_bytes())).namelist()) == [
        "broken.properties",
        "crm.properties",
        "erp.properties",
    ]
    assert given(destination(up, "import", str(archive), "--existing", "ignore", "--json"))["ignored"] == 3


def test_export_for_the_environment(up: Up) -> None:
    assert json.loads(destination(up, "export", "erp", "--format", "env-approuter").stdout) == [
        {"name": "erp", "url": "http://erp:8000", "proxyType": "OnPremise"}
    ]
    for form in ("env-js", "env-java"):
        (entry,) = json.loads(destination(up, "export", "erp", "--format", form).stdout)
        assert entry["URL"] == "http://erp:8000"


def test_landscapes_are_compared_applied_and_exported(up: Up, tmp_path: Path) -> None:
    data = ("--data", str(up.data))
    same = landscape_in(tmp_path, CONTENT)
    unchanged = landbridge("diff", str(same), *data)
    assert (unchanged.returncode, unchanged.stdout) == (0, "")
    (tmp_path / "client.p12").write_bytes(a_p12())
    more = CONTENT.replace(
        "    destinations:", "    certificates: [{name: c.p12, file: client.p12}]\n    destinations:"
    )
    changed = landscape_in(tmp_path, more.replace("User: u", "User: v"))
    printed = landbridge("diff", str(changed), *data)
    assert printed.returncode == 1
    assert printed.stdout.splitlines() == [f"+ certificate c.p12  ({ACME})", f"~ destination crm  ({ACME})"]
    as_json = landbridge("diff", str(changed), "--json", *data)
    assert json.loads(as_json.stdout)["created"] == [{"kind": "certificate", "subaccount": ACME, "name": "c.p12"}]
    assert given(landbridge("apply", str(changed), "--json", *data))["created"] == 1
    exported = tmp_path / "exported.yaml"
    assert landbridge("export", "--secrets", "--output", str(exported), *data).returncode == 0
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert landbridge("diff", str(exported), *data).returncode == 0
    public = landbridge("export", *data).stdout
    assert "geheim" not in public
    assert "c.p12" not in public
    assert landbridge("apply", str(landscape_in(tmp_path, CONTENT)), *data).returncode == 0


@pytest.mark.parametrize(
    "words", [("up", "--landscape"), ("apply",), ("diff",), ("connector", "run", "--name", "x", "--landscape")]
)
def test_every_problem_of_a_landscape_is_shown(words: tuple[str, ...], tmp_path: Path) -> None:
    broken = landscape_in(tmp_path, LANDSCAPE.replace('erp:8000"', 'erp:0"').replace(ACME, "nonsense"))
    more = ("--state" if words[0] == "connector" else "--data", str(tmp_path / "data"))
    printed = landbridge(*words, str(broken), *more)
    assert printed.returncode == 2
    assert printed.stderr.count("code: landscape.invalid") >= 2
    assert printed.stderr.count(str(broken)) >= 2


def test_a_connector_needs_no_certificates_of_the_cloud_side(tmp_path: Path) -> None:
    text = LANDSCAPE.replace(
        "    destinations:", "    certificates: [{name: c.p12, file: none.p12}]\n    destinations:"
    )
    file = landscape_in(tmp_path, text)
    printed = landbridge(
        "connector", "run", "--name", "x", "--landscape", str(file), "--state", str(tmp_path), "--json"
    )
    assert code_of(printed) == "platform.connector-not-described"
    assert code_of(landbridge("apply", str(file), "--data", str(tmp_path), "--json")) == "landscape.invalid"
