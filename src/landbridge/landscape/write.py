"""From nouns to the text of a landscape file: the cloud part, in the form that `read` reads."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from landbridge.destinations.certificates.loading import content_of
from landbridge.landscape.formats.yaml_text import dump, readable
from landbridge.landscape.instance_config import config_json
from landbridge.landscape.read import VERSION
from landbridge.model.certificate import StoredCertificate
from landbridge.model.content import LabelledEntity, LevelContent, SubscriptionContent
from landbridge.model.destination import SECRET_KEYS
from landbridge.model.landscape import ConnectorContent, Landscape
from landbridge.model.role import RoleAssignment
from landbridge.model.service_channel import ServiceMapping
from landbridge.model.subaccount import InstanceContent, SubaccountContent, User
from landbridge.model.trust import TrustedIssuer

_PRIVATE = b"PRIVATE KEY-----"
_PEM_NAMES = (".pem", ".crt", ".cer")


def render(landscape: Landscape, *, secrets: bool) -> str:
    """The text. Of connectors, only what the cloud side knows.

    secrets  whether passwords, secret properties and files with private keys are written; without them the text is
             for reading and comparing
    """
    content = {
        "landbridge": int(VERSION),
        "subaccounts": [_subaccount(one, secrets) for one in landscape.subaccounts],
        "connectors": [_connector(one) for one in landscape.connectors],
    }
    return dump(readable({key: value for key, value in content.items() if value}))


def _subaccount(content: SubaccountContent, secrets: bool) -> dict[str, object]:
    own = content.subaccount
    names = {one.instance.id: one.instance.name for one in content.instances}
    return _filled(
        id=own.id,
        subdomain=own.subdomain,
        name=own.name,
        users=[_user(user, secrets) for user in content.users],
        roles=[_role(role, names) for role in content.roles],
        trusted_issuers=[_issuer(issuer) for issuer in content.issuers],
        subscriptions=[{"provider": one.provider_id, "application": one.application} for one in content.subscriptions],
        service_mappings=[_service(one) for one in content.service_mappings],
        subscription_content=[_subscription_content(one, secrets) for one in content.subscription_content],
        instances=[_instance(one, secrets) for one in content.instances],
        **_level(content.level, secrets),
    )


def _subscription_content(content: SubscriptionContent, secrets: bool) -> dict[str, object]:
    zone = {"shared": True} if content.shared else {}
    named = {"provider": content.provider_id, "instance": content.instance, **zone}
    return _filled(**named, **_level(content.level, secrets))


def _service(mapping: ServiceMapping) -> dict[str, object]:
    host = f"[{mapping.internal_host}]" if ":" in mapping.internal_host else mapping.internal_host
    return {
        "service": mapping.service_id,
        "internal": f"{host}:{mapping.internal_port}",
        "location_ids": list(mapping.location_ids),
    }


def _user(user: User, secrets: bool) -> dict[str, object]:
    known = secrets and user.password
    password = {"password": user.password.reveal()} if known else {"keep_password": True}
    return _filled(
        name=user.name,
        **password,
        email=user.email,
        given_name=user.given_name,
        family_name=user.family_name,
        scopes=list(user.scopes),
        groups=list(user.groups),
        attributes={key: list(values) for key, values in user.attributes.items()},
    )


def _role(role: RoleAssignment, names: Mapping[str, str]) -> dict[str, object]:
    return _filled(person=role.person, role=role.role.value, instance=names.get(role.instance_id or "", ""))


def _issuer(issuer: TrustedIssuer) -> dict[str, object]:
    return _filled(
        issuer=issuer.issuer,
        jwks=issuer.jwks,
        jwks_uri=issuer.jwks_uri,
        discovery=issuer.discovery,
        audience=issuer.audience,
    )


def _instance(content: InstanceContent, secrets: bool) -> dict[str, object]:
    own = content.instance
    return _filled(
        name=own.name,
        service=own.service.value,
        plan=own.plan,
        id=own.id,
        xsappname=own.xsappname,
        redirect_uris=list(own.redirect_uris),
        config=config_json(content.config, secrets=secrets),
        **_level(content.level, secrets),
    )


def _level(level: LevelContent, secrets: bool) -> dict[str, Sequence[object]]:
    certificates = [one for one in level.certificates if secrets or not _holds_key(one)]
    names = {one.name for one in certificates}
    left_out = {one.name for one in level.certificates} - names
    return {
        "destinations": [_shown(one.properties, secrets) for one in level.destinations],
        "fragments": [_shown(one.properties, secrets) for one in level.fragments],
        "certificates": [_certificate(one) for one in certificates],
        "labels": [_labels(one) for one in level.labels if one.kind != "certificate" or one.name not in left_out],
    }


def _shown(properties: Mapping[str, str], secrets: bool) -> dict[str, str]:
    return {key: value for key, value in properties.items() if secrets or key not in SECRET_KEYS}


def _certificate(stored: StoredCertificate) -> dict[str, object]:
    content = content_of(stored)
    named = {"name": stored.name, "type": stored.type}
    if stored.name.lower().endswith(_PEM_NAMES) and content.startswith(b"-----BEGIN") and content.isascii():
        return {**named, "pem": content.decode("ascii")}
    return {**named, "base64": base64.b64encode(content).decode()}


def _holds_key(stored: StoredCertificate) -> bool:
    """Keystores count as holding one: nobody can tell without their password."""
    return stored.name.lower().endswith((".p12", ".pfx", ".jks")) or _PRIVATE in content_of(stored)


def _labels(entity: LabelledEntity) -> dict[str, object]:
    labels = {label.key: list(label.values) for label in entity.labels}
    return {"on": entity.kind.value, "name": entity.name, "labels": labels}


def _connector(content: ConnectorContent) -> dict[str, object]:
    return _filled(
        name=content.name,
        subaccount=content.subaccount_id,
        location_id=content.location_id,
        description=content.description,
    )


def _filled(**fields: object) -> dict[str, object]:
    """The fields that say something."""
    return {key: value for key, value in fields.items() if value or value is False}
