from __future__ import annotations

from pathlib import Path

import pytest

from landbridge.faults import FaultError
from landbridge.landscape.problems import LandscapeInvalid
from landbridge.landscape.read import SIZE_LIMIT, problems_of, read, read_text
from landbridge.model.landscape import Landscape
from landbridge.model.mapping import AuthenticationMode, HostInHeader, Mapping, Protocol, Resource
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Service, User

ID = "11111111-aaaa-4bbb-8ccc-222222222222"
OTHER = "22222222-aaaa-4bbb-8ccc-222222222222"
PATH = Path("/somewhere/landscape.yaml")

FULL = f"""\
landbridge: 1
subaccounts:
  - id: {ID}
    subdomain: acme
    name: Acme
    users:
      - name: alice@acme.example
        password: 0815
        email: alice@acme.example
        given_name: Alice
        family_name: Arden
        scopes: [my-app.Read]
        groups: [buyers]
        attributes: {{costcenter: ["1000", 2000]}}
    instances:
      - {{name: my-destination, service: destination, plan: lite, id: {OTHER}, destinations: [
          {{Name: MAIL, Type: MAIL, mail.smtp.host: mail}}]}}
      - {{name: my-connectivity, service: CONNECTIVITY}}
      - {{name: my-app, service: xsuaa, plan: broker, xsappname: shop}}
    destinations:
      - {{Name: ERP, Type: HTTP, URL: "http://erp.virtual:80", Password: 0012, TrustAll: TRUE, sap-client: 100}}
connectors:
  - name: plant-1
    subaccount: acme
    location_id: plant-1
    description: the first one
    trusted_ca_files: [certs/ca.pem]
    mappings:
      - virtual: erp.virtual:80
        internal: "[fd00::1]:8001"
        protocol: https
        authentication_mode: NONE_RESTRICTED
        host_in_header: internal
        description: ERP
        resources:
          - {{path: /sap/opu/odata, enabled: false, exact_match_only: true, websocket_upgrade_allowed: true}}
          - {{path: /}}
"""


def read_full() -> Landscape:
    return read_text(FULL, PATH, need_files=False)


def problems(text: str) -> list[tuple[str, str, str, str]]:
    """(line, field, found, expected) of every problem."""
    with pytest.raises(LandscapeInvalid) as caught:
        read_text(text, PATH)
    faults = caught.value.faults
    assert caught.value.fault is faults[0]
    assert all(fault.code == "landscape.invalid" and fault.params["file"] == str(PATH) for fault in faults)
    return [tuple(fault.params[name] for name in ("line", "field", "found", "expected")) for fault in faults]  # type: ignore[misc]


def the_problem(text: str) -> tuple[str, str, str, str]:
    found = problems(text)
    assert len(found) == 1, found
    return found[0]


def subaccount(body: str, subaccount_id: str = ID, subdomain: str = "acme") -> str:
    """A landscape with one subaccount; `body` begins at line 5."""
    head = f"landbridge: 1\nsubaccounts:\n  - id: {subaccount_id}\n    subdomain: {subdomain}\n"
    return head + "".join(f"    {line}\n" for line in body.splitlines())


def connector(body: str) -> str:
    """A landscape with one connector; `body` begins at line 5."""
    head = f"landbridge: 1\nconnectors:\n  - name: plant-1\n    subaccount: {ID}\n"
    return head + "".join(f"    {line}\n" for line in body.splitlines())


def mapping(fields: str) -> str:
    """A landscape with one mapping in line 6."""
    return connector(f"mappings:\n  - {{virtual: 'erp:80', internal: 'localhost:8001', {fields}}}")


def test_users() -> None:
    (content,) = read_full().subaccounts
    assert content.users == (
        User(
            "alice@acme.example",
            Secret("0815"),
            "alice@acme.example",
            "Alice",
            "Arden",
            scopes=("my-app.Read",),
            groups=("buyers",),
            attributes={"costcenter": ("1000", "2000")},
        ),
    )


def test_instances() -> None:
    (content,) = read_full().subaccounts
    destination, connectivity, app = (item.instance for item in content.instances)
    assert (destination.id, destination.service, destination.plan) == (OTHER, Service.DESTINATION, "lite")
    assert (connectivity.service, connectivity.plan, connectivity.xsappname) == (Service.CONNECTIVITY, "lite", "")
    assert (app.service, app.plan, app.xsappname, app.subaccount_id) == (Service.XSUAA, "broker", "shop", ID)
    assert [item.name for item in content.instances[0].destinations] == ["MAIL"]


def test_an_instance_without_id_gets_a_stable_one() -> None:
    first, second = (read_full().subaccounts[0].instances[1].instance.id for _ in range(2))
    assert first == second == "93e7b53c-1f0f-5a03-84a2-a968de77a350"


def test_values_of_a_destination_are_text_as_it_is_spelled() -> None:
    (erp,) = read_full().subaccounts[0].destinations
    assert dict(erp.properties) == {
        "Name": "ERP",
        "Type": "HTTP",
        "URL": "http://erp.virtual:80",
        "Password": "0012",
        "TrustAll": "TRUE",
        "sap-client": "100",
    }


def test_connectors() -> None:
    (plant,) = read_full().connectors
    assert (plant.name, plant.subaccount_id, plant.location_id) == ("plant-1", ID, "plant-1")
    assert plant.trusted_ca_files == ("/somewhere/certs/ca.pem",)
    assert plant.mappings == (
        Mapping(
            "erp.virtual",
            80,
            "fd00::1",
            8001,
            Protocol.HTTPS,
            AuthenticationMode.NONE_RESTRICTED,
            HostInHeader.INTERNAL,
            (
                Resource("/sap/opu/odata", enabled=False, exact_match_only=True, websocket_upgrade_allowed=True),
                Resource("/"),
            ),
            "ERP",
        ),
    )
    assert plant.mappings[0].internal == "[fd00::1]:8001"


def test_the_smallest_landscape() -> None:
    assert read_text("landbridge: 1", PATH) == Landscape()


def test_several_connectors_of_one_subaccount_have_different_location_ids() -> None:
    text = f"landbridge: 1\nconnectors:\n  - {{name: a, subaccount: {ID}}}\n  - {{name: b, subaccount: {ID}%s}}\n"
    assert len(read_text(text % ", location_id: B", PATH).connectors) == 2
    assert the_problem(text % "")[:2] == ("4", "connectors[1].location_id")


@pytest.mark.parametrize(
    ("text", "line", "field", "expected"),
    [
        ("landbridge: 2", "1", "landbridge", "1, the version"),
        ("subaccounts: []", "1", "landbridge", "required"),
        ("landbridge: 1\nsubacounts: []", "2", "subacounts", "'subaccounts' perhaps"),
        ("landbridge: 1\nsubaccounts: {}", "2", "subaccounts", "a list"),
        ("landbridge: 1\nsubaccounts: [5]", "2", "subaccounts[0]", "a mapping"),
        ("- landbridge", "1", "the file", "a mapping"),
        ("landbridge: 1\nlandbridge: 1", "2", "landbridge", "each key once"),
        (subaccount("", subaccount_id="1234"), "3", "subaccounts[0].id", "GUID"),
        (subaccount("", subaccount_id=ID.upper()), "3", "subaccounts[0].id", ID),
        (subaccount("", subdomain="Acme"), "4", "subaccounts[0].subdomain", "lower-case"),
        (subaccount("", subdomain="a.b"), "4", "subaccounts[0].subdomain", "one DNS label"),
        (subaccount("", subdomain="-a"), "4", "subaccounts[0].subdomain", "one DNS label"),
        (subaccount("nmae: x"), "5", "subaccounts[0].nmae", "'name' perhaps"),
        (subaccount("users: [{name: a}]"), "5", "subaccounts[0].users[0].password", "required"),
        (subaccount("users: [{name: a, password: ''}]"), "5", "subaccounts[0].users[0].password", "not empty"),
        (
            subaccount("users:\n- {name: a, password: b}\n- {name: a, password: b}"),
            "7",
            "subaccounts[0].users[1].name",
            "a value of its own",
        ),
        (subaccount("users: [{name: a, password: b, scopes: x}]"), "5", "subaccounts[0].users[0].scopes", "a list"),
        (subaccount("users: [{name: a, password: b, groups: [[]]}]"), "5", "subaccounts[0].users[0].groups[0]", "text"),
        (
            subaccount("users: [{name: a, password: b, attributes: {c: d}}]"),
            "5",
            "subaccounts[0].users[0].attributes.c",
            "a list",
        ),
        (subaccount("instances: [{name: a}]"), "5", "subaccounts[0].instances[0].service", "required"),
        (
            subaccount("instances: [{name: a, service: html5}]"),
            "5",
            "subaccounts[0].instances[0].service",
            "one of destination, connectivity, xsuaa",
        ),
        (
            subaccount("instances: [{name: a, service: xsuaa}, {name: a, service: connectivity}]"),
            "5",
            "subaccounts[0].instances[1].name",
            "a value of its own",
        ),
        (
            subaccount(f"instances:\n- {{name: a, service: destination, id: {ID.upper()}}}"),
            "6",
            "subaccounts[0].instances[0].id",
            ID,
        ),
        (
            subaccount(
                f"instances: [{{name: a, service: xsuaa, id: {OTHER}}}, {{name: b, service: xsuaa, id: {OTHER}}}]"
            ),
            "5",
            "subaccounts[0].instances[1].id",
            "a value of its own",
        ),
        (
            subaccount("instances: [{name: a, service: xsuaa}, {name: b, service: xsuaa, xsappname: a}]"),
            "5",
            "subaccounts[0].instances[1].xsappname",
            "a value of its own",
        ),
        (
            subaccount("instances: [{name: a, service: xsuaa, xsappname: a b}]"),
            "5",
            "subaccounts[0].instances[0].xsappname",
            "letters, digits",
        ),
        (
            subaccount("instances: [{name: a, service: destination, xsappname: a}]"),
            "5",
            "subaccounts[0].instances[0].xsappname",
            "xsuaa instances only",
        ),
        (
            subaccount("instances: [{name: a, service: xsuaa, destinations: []}]"),
            "5",
            "subaccounts[0].instances[0].destinations",
            "only 'destination' has them",
        ),
        (
            subaccount("destinations: [{Type: HTTP, URL: 'http://x'}]"),
            "5",
            "subaccounts[0].destinations[0].Name",
            "empty",
        ),
        (
            subaccount("destinations:\n- {Name: A, Type: TCP}\n- {Name: A, Type: TCP}"),
            "7",
            "subaccounts[0].destinations[1].Name",
            "a value of its own",
        ),
        (
            subaccount("destinations:\n- {Name: A, Type: HTTPS}"),
            "6",
            "subaccounts[0].destinations[0].Type",
            "one of HTTP, LDAP, MAIL, RFC, TCP",
        ),
        (subaccount("destinations:\n- {Name: A, Type: HTTP}"), "6", "subaccounts[0].destinations[0].URL", "a URL"),
        (
            subaccount("destinations:\n- {Name: A, Type: HTTP, URL: 'http://erp:99999'}"),
            "6",
            "subaccounts[0].destinations[0].URL",
            "a URL like",
        ),
        (
            subaccount("destinations:\n- {Name: A/B, Type: TCP}"),
            "6",
            "subaccounts[0].destinations[0].Name",
            "a text without '/'",
        ),
        (
            subaccount("destinations:\n- {Name: A, Type: TCP, x: [1]}"),
            "6",
            "subaccounts[0].destinations[0].x",
            "a single value",
        ),
        (
            subaccount("destinations:\n- {Name: A, Type: TCP, x: }"),
            "6",
            "subaccounts[0].destinations[0].x",
            "'' for an empty one",
        ),
        (connector("location_id: a/b"), "5", "connectors[0].location_id", "letters"),
        (connector("locationId: a"), "5", "connectors[0].locationId", "'location_id' perhaps"),
        (
            f"landbridge: 1\nconnectors:\n  - {{name: a, subaccount: {ID}}}\n  - {{name: a, subaccount: {OTHER}}}\n",
            "4",
            "connectors[1].name",
            "a value of its own",
        ),
        (
            "landbridge: 1\nconnectors:\n  - {name: a, subaccount: acme}",
            "3",
            "connectors[0].subaccount",
            "any lower-case GUID",
        ),
        (connector("trusted_ca_files: [no.pem]"), "5", "connectors[0].trusted_ca_files", "a PEM file"),
        (connector("mappings: [{virtual: 'a:80'}]"), "5", "connectors[0].mappings[0].internal", "required"),
        (mapping("protocol: FTP"), "6", "connectors[0].mappings[0].protocol", "one of HTTP, HTTPS"),
        (mapping("protocol: RFC"), "6", "connectors[0].mappings[0].protocol", "RFC is not supported yet"),
        (
            mapping("authentication_mode: KERBEROS"),
            "6",
            "connectors[0].mappings[0].authentication_mode",
            "KERBEROS is not supported yet",
        ),
        (
            mapping("authentication_mode: X509_GENERAL"),
            "6",
            "connectors[0].mappings[0].authentication_mode",
            "NONE or NONE_RESTRICTED with HTTP",
        ),
        (mapping("backend_type: sapsys"), "6", "connectors[0].mappings[0].backend_type", "one of abapSys, netweaverCE"),
        (
            mapping("backend_type: hana, protocol: LDAP"),
            "6",
            "connectors[0].mappings[0].backend_type",
            "nonSAPsys with",
        ),
        (
            mapping("backend_type: PI, protocol: TCP"),
            "6",
            "connectors[0].mappings[0].backend_type",
            "hana, otherSAPsys",
        ),
        (mapping("host_in_header: foo"), "6", "connectors[0].mappings[0].host_in_header", "one of VIRTUAL, INTERNAL"),
        (
            mapping("protocol: TCP, host_in_header: INTERNAL"),
            "6",
            "connectors[0].mappings[0].host_in_header",
            "TCP has no headers",
        ),
        (mapping("resources: [{path: sap}]"), "6", "connectors[0].mappings[0].resources[0].path", "begins with '/'"),
        (mapping("resources: [{path: '/a?b'}]"), "6", "connectors[0].mappings[0].resources[0].path", "no query"),
        (
            mapping("resources: [{path: /a, enabled: yes}]"),
            "6",
            "connectors[0].mappings[0].resources[0].enabled",
            "true or false",
        ),
        (
            mapping("resources: [{path: /a}, {path: /a}]"),
            "6",
            "connectors[0].mappings[0].resources[1].path",
            "a value of its own",
        ),
        (
            connector("mappings:\n- {virtual: 'ERP:80', internal: 'a:1'}\n- {virtual: 'erp:80', internal: 'b:1'}"),
            "7",
            "connectors[0].mappings[1].virtual",
            "a value of its own",
        ),
    ],
)
def test_a_problem_names_line_field_and_what_was_expected(text: str, line: str, field: str, expected: str) -> None:
    problem = the_problem(text)
    assert problem[:2] == (line, field)
    assert expected in problem[3]


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "", "80 ", "8_0", "００"])
def test_bad_ports(port: str) -> None:
    found = the_problem(connector(f"mappings: [{{virtual: 'erp:{port}', internal: 'localhost:8001'}}]"))
    assert found[:2] == ("5", "connectors[0].mappings[0].virtual")
    assert "port from 1 to 65535" in found[3]


@pytest.mark.parametrize("host", ["http://erp", "a b", "[fd00::1]", "a/b", "user@erp", ".erp", "a..b", "x" * 64, "ä"])
def test_bad_virtual_hosts(host: str) -> None:
    found = the_problem(connector(f"mappings: [{{virtual: '{host}:80', internal: 'localhost:8001'}}]"))
    assert found[1] == "connectors[0].mappings[0].virtual"


def test_everything_is_reported_at_once_in_the_order_of_lines() -> None:
    text = subaccount("nmae: x\nusers: [{name: a}]\ninstances: [{name: b, service: c}]", subdomain="A")
    text += "connectors:\n  - {name: p, subaccount: nobody, mappings: [{virtual: x, internal: 'y:0'}]}\n"
    found = problems(text)
    assert [problem[0] for problem in found] == ["4", "5", "6", "7", "9", "9", "9"]


def test_a_password_is_never_shown() -> None:
    text = subaccount("users: [{name: a, password: [geheim]}]\ndestinations: [{Name: A, Type: x, Password: geheim}]")
    with pytest.raises(LandscapeInvalid) as caught:
        read_text(text, PATH)
    assert not any("geheim" in str(fault) for fault in caught.value.faults)
    url = subaccount("destinations: [{Name: A, Type: HTTP, URL: 'http://user:geheim@erp virtual:80'}]")
    assert "geheim" not in the_problem(url)[2]


def test_long_values_are_cut_and_control_characters_replaced() -> None:
    assert len(the_problem(subaccount("", subdomain="A" * 5000))[2]) < 100
    assert the_problem(subaccount("", subdomain='"a\\e[31m"'))[2] == "'a?[31m'"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FaultError) as caught:
        read(tmp_path / "no.yaml")
    assert caught.value.fault.code == "landscape.file-missing"
    assert problems_of(caught.value) == (caught.value.fault,)


def test_a_folder_is_no_landscape(tmp_path: Path) -> None:
    with pytest.raises(FaultError) as caught:
        read(tmp_path)
    assert caught.value.fault.code == "landscape.file-unreadable"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "landscape.yaml"
    path.write_bytes("# wörds\n".encode() + b"landbridge: \xff\n")
    with pytest.raises(FaultError) as caught:
        read(path)
    assert caught.value.fault.code == "landscape.file-unreadable"
    assert "line 2 is not UTF-8 text" in caught.value.fault.sentence


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "landscape.yaml"
    path.write_text("landbridge: 1\n" + "#" * SIZE_LIMIT)
    with pytest.raises(FaultError) as caught:
        read(path)
    assert caught.value.fault.code == "landscape.file-too-large"


def test_bad_yaml_is_reported_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "landscape.yaml"
    path.write_text("landbridge: 1\nsubaccounts: [\n")
    with pytest.raises(FaultError) as caught:
        read(path)
    fault = caught.value.fault
    assert fault.code == "landscape.syntax"
    assert (fault.params["file"], fault.params["line"], fault.params["column"]) == (str(path), "3", "1")


def test_files_are_found_beside_the_landscape(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----")
    path = tmp_path / "landscape.yaml"
    path.write_text("\ufeff" + connector("trusted_ca_files: [ca.pem]"))
    assert read(path).connectors[0].trusted_ca_files == (str(tmp_path / "ca.pem"),)


def test_a_file_without_certificates_trusts_nobody(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN PRIVATE KEY-----")
    path = tmp_path / "landscape.yaml"
    path.write_text(connector("trusted_ca_files: [ca.pem]"))
    with pytest.raises(LandscapeInvalid, match=r"'ca.pem' \(item 0\), which holds no PEM certificate"):
        read(path)


def test_the_error_says_everything_in_one_sentence() -> None:
    with pytest.raises(LandscapeInvalid) as caught:
        read_text(subaccount("", subdomain="Acme"), PATH)
    assert caught.value.fault.sentence == (
        "/somewhere/landscape.yaml, line 4: subaccounts[0].subdomain: found 'Acme', expected at most 63 lower-case "
        "letters, digits and '-', one DNS label."
    )
