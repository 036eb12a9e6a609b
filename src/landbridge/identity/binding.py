"""Bindings: what an application gets to find and use a service (destination-service §6, connectivity-proxy §2.1).

Pure: nouns in, dictionaries out. The caller writes them where the application looks, because they hold a client secret.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.model.subaccount import Client, Service, ServiceInstance, Subaccount

Credentials = dict[str, object]
VcapServices = dict[str, list[dict[str, object]]]

LEGACY_PORT = 20001
"""RFC and LDAP listener of the original; clients read the field, even where nothing listens."""

CONNECTOR_INFO_PATH = "/api/v1/connectors"
"""Where the plan api_access reads what connectors are connected (connectivity-proxy §15)."""

SHARED_PLAN = "broker"
"""Plan of an xsuaa instance whose application serves the tenants that subscribe to it."""

_TAGS = {
    Service.DESTINATION: ("destination", "conn", "connsvc"),
    Service.CONNECTIVITY: ("connectivity", "conn", "connsvc"),
    Service.XSUAA: ("xsuaa",),
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where an application reaches this installation.

    api               origin of the destination service, without a slash at the end
    token_service     origin of the token service; `{subdomain}` in it becomes that of the subaccount
    certified         the same for clients with certificates
    uaadomain         host (with a port where it has to be) of the token service without a tenant in it
    door_host         host of the doors
    door_port         HTTP door
    socks_port        SOCKS5 door
    verification_key  PEM of the public key that tokens are signed with
    """

    api: str
    token_service: str
    certified: str
    uaadomain: str
    door_host: str
    door_port: int
    socks_port: int
    verification_key: str


@dataclass(frozen=True, slots=True)
class Binding:
    """One client together with the instance and the subaccount it belongs to."""

    subaccount: Subaccount
    instance: ServiceInstance
    client: Client


def credentials(binding: Binding, addresses: Addresses) -> Credentials:
    """The credentials of a binding. They hold the client secret in the clear."""
    if binding.instance.service is Service.DESTINATION:
        return _destination(binding, addresses)
    if binding.instance.service is Service.CONNECTIVITY:
        return _connectivity(binding, addresses)
    return _xsuaa(binding, addresses)


def vcap_services(bindings: Iterable[Binding], addresses: Addresses) -> VcapServices:
    """The value of VCAP_SERVICES: service label → its bindings, in the order given."""
    services: VcapServices = {}
    for binding in bindings:
        services.setdefault(binding.instance.service.value, []).append(_entry(binding, addresses))
    return services


def default_env(services: VcapServices) -> dict[str, VcapServices]:
    """The content of default-env.json, which local development tools read in place of the environment."""
    return {"VCAP_SERVICES": services}


def environment_line(services: VcapServices) -> str:
    """A line for a POSIX shell: `export VCAP_SERVICES=...`."""
    return f"export VCAP_SERVICES={shlex.quote(json.dumps(services))}"


def _entry(binding: Binding, addresses: Addresses) -> dict[str, object]:
    instance, client = binding.instance, binding.client
    return {
        "label": instance.service.value,
        "provider": None,
        "plan": instance.plan,
        "name": instance.name,
        "tags": list(_TAGS[instance.service]),
        "instance_guid": instance.id,
        "instance_name": instance.name,
        "binding_guid": client.binding_id,
        "binding_name": client.binding_name,
        "credentials": credentials(binding, addresses),
        "syslog_drain_url": None,
        "volume_mounts": [],
    }


def _common(binding: Binding, addresses: Addresses) -> Credentials:
    return {
        "clientid": binding.client.id,
        **_proof(binding, addresses),
        "url": _token_service(binding, addresses),
        "uaadomain": addresses.uaadomain,
        "identityzone": binding.subaccount.subdomain,
        "tenantid": binding.subaccount.id,
        "tenantmode": "shared" if binding.instance.plan == SHARED_PLAN else "dedicated",
        "xsappname": binding.client.xsappname,
        "verificationkey": addresses.verification_key,
    }


def _proof(binding: Binding, addresses: Addresses) -> Credentials:
    """What the client proves itself with: a certificate, or else its secret; never both (destination-service §6.1)."""
    certificate = binding.client.certificate
    if certificate is None:
        return {"clientsecret": binding.client.secret.reveal(), "credential-type": "binding-secret"}
    key = {"key": certificate.key.reveal()} if certificate.key else {}
    certurl = _of_tenant(addresses.certified, binding)
    return {"certificate": certificate.pem, **key, "certurl": certurl, "credential-type": "x509"}


def _destination(binding: Binding, addresses: Addresses) -> Credentials:
    return _common(binding, addresses) | {"uri": addresses.api, "instanceid": binding.instance.id}


def _connectivity(binding: Binding, addresses: Addresses) -> Credentials:
    """By plan (connectivity-proxy §2.2): only `lite` names the doors, so clients find no proxy in the others."""
    match binding.instance.plan:
        case "api_access":
            service = {"url": addresses.api, "scc_info_path": CONNECTOR_INFO_PATH}
            return _connectivity_token(binding, addresses) | {"connectivity_service": service}
        case "connectivity_proxy":
            more = {
                "subaccount_id": binding.subaccount.id,
                "subaccount_subdomain": binding.subaccount.subdomain,
                "connectivity_service": {"url": addresses.api},
            }
            return _connectivity_token(binding, addresses) | more
        case _:
            return _connectivity_token(binding, addresses) | _doors(addresses)


def _connectivity_token(binding: Binding, addresses: Addresses) -> Credentials:
    return _common(binding, addresses) | {
        "token_service_url": _token_service(binding, addresses),
        "token_service_domain": addresses.uaadomain,
        "identityzoneid": binding.subaccount.id,
        "subaccountid": binding.subaccount.id,
        "token-type": ["xsuaa", "ias"],
        "instance_id": binding.instance.id,
    }


def _doors(addresses: Addresses) -> Credentials:
    door = str(addresses.door_port)
    return {
        "onpremise_proxy_host": addresses.door_host,
        "onpremise_proxy_port": door,
        "onpremise_proxy_http_port": door,
        "onpremise_proxy_ldap_port": str(LEGACY_PORT),
        "onpremise_proxy_rfc_port": str(LEGACY_PORT),
        "onpremise_socks5_proxy_port": str(addresses.socks_port),
    }


def _xsuaa(binding: Binding, addresses: Addresses) -> Credentials:
    subaccount = binding.subaccount.id
    return _common(binding, addresses) | {
        "identityzoneid": subaccount,
        "zoneid": subaccount,
        "subaccountid": subaccount,
        "sburl": addresses.api,
        "apiurl": addresses.api,
        "serviceInstanceId": binding.instance.id,
    }


def _token_service(binding: Binding, addresses: Addresses) -> str:
    return _of_tenant(addresses.token_service, binding)


def _of_tenant(url: str, binding: Binding) -> str:
    return url.replace("{subdomain}", binding.subaccount.subdomain)
