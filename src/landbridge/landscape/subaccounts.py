"""The section `subaccounts`: tenants with their users, service instances and everything on their levels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from landbridge.landscape.certificates import CertificateFiles
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.instance_config import read_config
from landbridge.landscape.level import LISTS, read_level
from landbridge.landscape.services import read_service_mappings
from landbridge.landscape.source import Scalar
from landbridge.landscape.subscription_content import read_subscription_content
from landbridge.landscape.trust import read_issuers, read_roles, read_subscriptions
from landbridge.model.identifiers import is_guid, is_subdomain
from landbridge.model.secret import Secret
from landbridge.model.subaccount import InstanceContent, Service, ServiceInstance, Subaccount, SubaccountContent, User

_PLANS = {Service.DESTINATION: "lite", Service.CONNECTIVITY: "lite", Service.XSUAA: "application"}
_CLAIMS = ("email", "given_name", "family_name", "scopes", "groups", "attributes")
_LISTS = ("subscriptions", "trusted_issuers", "roles", "service_mappings", "subscription_content")
_APP_NAME = re.compile(r"[A-Za-z0-9_\-/\\]{1,100}")


@dataclass(frozen=True, slots=True)
class _Unique:
    """What must not occur twice in one file, whatever the subaccount."""

    ids: Once = field(default_factory=Once)
    subdomains: Once = field(default_factory=Once)
    instances: Once = field(default_factory=Once)
    apps: Once = field(default_factory=Once)


def read_subaccounts(root: Fields, files: CertificateFiles) -> tuple[SubaccountContent, ...]:
    """The subaccounts of a landscape. `files`: what happens to files that it names."""
    unique = _Unique()
    listed = tuple(root.tables("subaccounts"))
    subdomains = {_plain_text(fields, "subdomain"): _plain_text(fields, "id") for fields in listed}
    return tuple(_subaccount(fields, unique, files, subdomains) for fields in listed)


def instance_id(subaccount_id: str, name: str) -> str:
    """The id of an instance that has none in the file: the same for the same subaccount and name, for ever."""
    return str(uuid5(UUID(subaccount_id), f"instance:{name}"))


def _subaccount(
    fields: Fields, unique: _Unique, files: CertificateFiles, subdomains: Mapping[str, str]
) -> SubaccountContent:
    fields.only("id", "subdomain", "name", "users", "instances", *_LISTS, *LISTS)
    subaccount = Subaccount(
        fields.text("id", check=_guid_rule),
        fields.text("subdomain", check=_subdomain_rule),
        fields.text("name", ""),
    )
    if subaccount.id:
        unique.ids.check(subaccount.id, fields, "id")
    if subaccount.subdomain:
        unique.subdomains.check(subaccount.subdomain, fields, "subdomain")
    users, names = Once(), Once()
    instances = tuple(_instance(item, subaccount, names, unique, files) for item in fields.tables("instances"))
    ids = {content.instance.name: content.instance.id for content in instances}
    return SubaccountContent(
        subaccount,
        users=tuple(_user(user, users) for user in fields.tables("users")),
        instances=instances,
        level=read_level(fields, files),
        subscriptions=read_subscriptions(fields, subaccount.id, subdomains),
        issuers=read_issuers(fields, subaccount.id),
        roles=read_roles(fields, subaccount.id, ids),
        service_mappings=read_service_mappings(fields, subaccount.id),
        subscription_content=read_subscription_content(fields, subaccount.id, subdomains, files),
    )


def _plain_text(fields: Fields, key: str) -> str:
    """A text that is looked at ahead; what is wrong with it is reported where it is read."""
    node = fields.node(key)
    return node.text if isinstance(node, Scalar) else ""


def _user(fields: Fields, once: Once) -> User:
    fields.only("name", "password", "keep_password", *_CLAIMS)
    user = User(
        name=fields.text("name"),
        password=_password(fields),
        email=fields.text("email", ""),
        given_name=fields.text("given_name", ""),
        family_name=fields.text("family_name", ""),
        scopes=fields.texts("scopes"),
        groups=fields.texts("groups"),
        attributes=fields.text_lists("attributes"),
    )
    if user.name:
        once.check(user.name, fields, "name")
    return user


def _password(fields: Fields) -> Secret:
    """Required, unless the one that the store has is to stay: that is how a landscape is exported."""
    if not fields.flag("keep_password", default=False):
        return Secret(fields.text("password", hidden=True))
    if fields.has("password"):
        fields.wrong("keep_password", "a password as well", "one of the two")
    return Secret("")


def _instance(
    fields: Fields, subaccount: Subaccount, names: Once, unique: _Unique, files: CertificateFiles
) -> InstanceContent:
    fields.only("name", "service", "plan", "id", "xsappname", "redirect_uris", "config", *LISTS)
    name = fields.text("name")
    service = fields.choice("service", Service, Service.DESTINATION, required=True)
    instance = ServiceInstance(
        id=_id(fields, subaccount, name),
        name=name,
        service=service,
        plan=fields.text("plan", _PLANS[service]),
        subaccount_id=subaccount.id,
        xsappname=_app_name(fields, service, name, unique.apps),
        redirect_uris=fields.texts("redirect_uris"),
    )
    fresh = bool(name) and names.check(name, fields, "name")
    if instance.id and (fresh or fields.has("id")):  # of one name comes one id: no need to say it twice
        unique.instances.check(instance.id, fields, "id")
    if service is not Service.XSUAA and fields.has("redirect_uris"):
        fields.wrong("redirect_uris", f"redirect URIs of a {service.value} instance", "them at xsuaa instances only")
    for key in ("config", *LISTS):
        if service is not Service.DESTINATION and fields.has(key):
            fields.wrong(key, f"{key} of a {service.value} instance", "none; only 'destination' has them")
    return InstanceContent(instance, read_level(fields, files), read_config(fields))


def _id(fields: Fields, subaccount: Subaccount, name: str) -> str:
    if fields.has("id"):
        return fields.text("id", check=_guid_rule)
    return instance_id(subaccount.id, name) if name and is_guid(subaccount.id) else ""


def _app_name(fields: Fields, service: Service, name: str, once: Once) -> str:
    """`xsappname` becomes part of the client id, so it is unique in the installation."""
    if service is not Service.XSUAA:
        if fields.has("xsappname"):
            fields.wrong(
                "xsappname", f"an application name at a {service.value} instance", "it at xsuaa instances only"
            )
        return ""
    given = fields.text("xsappname", name, check=_app_rule)
    if given:
        once.check(given, fields, "xsappname" if fields.has("xsappname") else "name")
    return given


def _app_rule(given: str) -> str | None:
    return None if _APP_NAME.fullmatch(given) else "at most 100 letters, digits, '_', '-', '/', '\\'"


def _guid_rule(given: str) -> str | None:
    if is_guid(given):
        return None
    return f"a lower-case GUID: '{given.lower()}'" if is_guid(given.lower()) else "a GUID (8-4-4-4-12 hex digits)"


def _subdomain_rule(given: str) -> str | None:
    return None if is_subdomain(given) else "at most 63 lower-case letters, digits and '-', one DNS label"
