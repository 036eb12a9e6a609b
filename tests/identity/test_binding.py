"""Bindings hold every field that destination-service §6.1-6.3 and connectivity-proxy §2.1 name."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import pytest

from landbridge.identity.binding import Addresses, Binding, credentials, default_env, environment_line, vcap_services
from landbridge.model.secret import Secret
from landbridge.model.subaccount import Client, ClientCertificate, Service, ServiceInstance, Subaccount

PEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
LAPTOP = Addresses(
    api="http://localhost:8080",
    token_service="http://localhost:8080",
    uaadomain="localhost:8444",
    door_host="localhost",
    door_port=20003,
    socks_port=20004,
    certified="https://localhost:8444",
    verification_key=PEM,
)
SUBACCOUNT = Subaccount("11111111-2222-3333-4444-555555555555", "acme")

ENTRY_FIELDS = {
    "label", "provider", "plan", "name", "tags", "instance_guid", "instance_name", "binding_guid", "binding_name",
    "credentials", "syslog_drain_url", "volume_mounts",
}  # fmt: skip
DESTINATION_FIELDS = {
    "clientid", "clientsecret", "credential-type", "uri", "url", "uaadomain", "identityzone", "tenantid", "tenantmode",
    "instanceid", "xsappname", "verificationkey",
}  # fmt: skip
CONNECTIVITY_FIELDS = {
    "onpremise_proxy_host", "onpremise_proxy_port", "onpremise_proxy_http_port", "onpremise_proxy_ldap_port",
    "onpremise_proxy_rfc_port", "onpremise_socks5_proxy_port", "clientid", "clientsecret", "token_service_url", "url",
    "token_service_domain", "uaadomain", "xsappname", "identityzone", "identityzoneid", "tenantid", "subaccountid",
    "tenantmode", "verificationkey", "credential-type", "token-type", "instance_id",
}  # fmt: skip
XSUAA_FIELDS = {
    "clientid", "clientsecret", "url", "uaadomain", "xsappname", "identityzone", "identityzoneid", "tenantid", "zoneid",
    "subaccountid", "tenantmode", "sburl", "apiurl", "verificationkey", "serviceInstanceId", "credential-type",
}  # fmt: skip


def bound(service: Service, name: str = "") -> Binding:
    name = name or f"my-{service}"
    instance = ServiceInstance(f"i-{name}", name, service, "lite", SUBACCOUNT.id)
    client = Client(
        f"sb-{name}", Secret("it's secret"), "b-1", "default", instance.id, SUBACCOUNT.id, service, f"{name}!b1"
    )
    return Binding(SUBACCOUNT, instance, client)


@pytest.mark.parametrize(
    ("service", "fields"),
    [
        (Service.DESTINATION, DESTINATION_FIELDS),
        (Service.CONNECTIVITY, CONNECTIVITY_FIELDS),
        (Service.XSUAA, XSUAA_FIELDS),
    ],
)
def test_each_service_has_exactly_the_documented_fields(service: Service, fields: set[str]) -> None:
    (entry,) = vcap_services([bound(service)], LAPTOP)[service.value]
    assert set(entry) == ENTRY_FIELDS
    assert isinstance(entry["credentials"], dict)
    assert set(entry["credentials"]) == fields


@pytest.mark.parametrize(
    ("service", "tags"),
    [
        (Service.DESTINATION, ["destination", "conn", "connsvc"]),
        (Service.CONNECTIVITY, ["connectivity", "conn", "connsvc"]),
        (Service.XSUAA, ["xsuaa"]),
    ],
)
def test_applications_find_the_service_by_label_and_tags(service: Service, tags: list[str]) -> None:
    (entry,) = vcap_services([bound(service)], LAPTOP)[service.value]
    assert entry["label"] == service.value
    assert entry["tags"] == tags


def test_every_value_of_a_credential_is_text_or_a_list_of_text() -> None:
    """Ports above all: the approuter does not start with a number."""
    services = vcap_services([bound(service) for service in Service], LAPTOP)
    for (entry,) in services.values():
        for value in entry["credentials"].values():  # type: ignore[attr-defined]
            assert isinstance(value, str) or value == ["xsuaa", "ias"]


def test_nothing_makes_it_look_like_an_identity_service_binding() -> None:
    """`domain` and `app_tid` would (client-behaviour, Bindings)."""
    for service in Service:
        (entry,) = vcap_services([bound(service)], LAPTOP)[service.value]
        assert not {"domain", "app_tid", "authenticationType"} & set(entry["credentials"])  # type: ignore[call-overload]


def test_the_connectivity_binding_leads_to_the_doors() -> None:
    (entry,) = vcap_services([bound(Service.CONNECTIVITY)], LAPTOP)["connectivity"]
    found = entry["credentials"]
    assert isinstance(found, dict)
    assert found["onpremise_proxy_host"] == "localhost"
    assert found["onpremise_proxy_port"] == found["onpremise_proxy_http_port"] == "20003"
    assert found["onpremise_socks5_proxy_port"] == "20004"
    assert found["clientsecret"] == "it's secret"
    assert found["token_service_url"] == found["url"] == "http://localhost:8080"
    assert found["token_service_domain"] == found["uaadomain"] == "localhost:8444"


def test_a_domain_of_its_own_puts_the_tenant_into_the_url() -> None:
    server = Addresses(
        api="https://bridge.example.com",
        token_service="https://{subdomain}.authentication.example.com",
        uaadomain="authentication.example.com",
        door_host="bridge.example.com",
        door_port=20003,
        socks_port=20004,
        certified="https://{subdomain}.authentication.cert.example.com",
        verification_key=PEM,
    )
    (entry,) = vcap_services([bound(Service.DESTINATION)], server)["destination"]
    found = entry["credentials"]
    assert isinstance(found, dict)
    assert found["url"] == "https://acme.authentication.example.com"
    assert found["identityzone"] in str(found["url"])


def test_several_instances_of_one_service_stand_in_one_list_in_order() -> None:
    services = vcap_services([bound(Service.DESTINATION, "one"), bound(Service.DESTINATION, "two")], LAPTOP)
    assert [entry["name"] for entry in services["destination"]] == ["one", "two"]


def test_a_certificate_takes_the_place_of_the_secret() -> None:
    one = bound(Service.DESTINATION)
    client = replace(one.client, secret=Secret(""), certificate=ClientCertificate("PEM", Secret("KEY")))
    found = credentials(replace(one, client=client), LAPTOP)
    assert "clientsecret" not in found
    expected = {"certificate": "PEM", "key": "KEY", "certurl": "https://localhost:8444", "credential-type": "x509"}
    assert {name: found[name] for name in expected} == expected
    keyless = replace(one, client=replace(one.client, certificate=ClientCertificate("PEM", Secret(""))))
    assert "key" not in credentials(keyless, LAPTOP)


def test_an_application_for_subscribers_says_so() -> None:
    one = bound(Service.XSUAA)
    assert credentials(one, LAPTOP)["tenantmode"] == "dedicated"
    shared = replace(one, instance=replace(one.instance, plan="broker"))
    assert credentials(shared, LAPTOP)["tenantmode"] == "shared"


def test_default_env_holds_an_object_not_a_text() -> None:
    services = vcap_services([bound(Service.XSUAA)], LAPTOP)
    assert default_env(services) == {"VCAP_SERVICES": services}


def test_a_shell_reads_the_environment_line_whatever_the_secret_holds() -> None:
    services = vcap_services([bound(Service.XSUAA)], LAPTOP)
    script = environment_line(services) + '\nprintf %s "$VCAP_SERVICES"'
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert json.loads(printed) == services


def plan(name: str) -> dict[str, object]:
    """Credentials of a connectivity instance of this plan."""
    binding = bound(Service.CONNECTIVITY)
    binding = replace(binding, instance=replace(binding.instance, plan=name))
    credentials: dict[str, object] = vcap_services([binding], LAPTOP)["connectivity"][0]["credentials"]  # type: ignore[assignment]
    return credentials


def test_only_the_plan_lite_names_the_doors() -> None:
    assert plan("lite")["onpremise_proxy_host"] == "localhost"
    information, pairing = plan("api_access"), plan("connectivity_proxy")
    for given in (information, pairing):
        assert not [name for name in given if name.startswith("onpremise_")]
        assert given["token_service_url"] == LAPTOP.token_service
    service = {"url": LAPTOP.api, "scc_info_path": "/api/v1/connectors"}
    assert information["connectivity_service"] == service
    assert pairing["subaccount_id"] == SUBACCOUNT.id
    assert pairing["subaccount_subdomain"] == "acme"
