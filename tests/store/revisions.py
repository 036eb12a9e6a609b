"""Databases as earlier releases left them: for each earlier revision, rows in the tables that it had."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, column, insert, table

from landbridge.store import Vault
from tests.store.nouns import ACME, ALICE, CLIENT, INSTANCE, orders

CONNECTOR = "33333333-2222-4333-8444-555555555555"
PASSWORD_HASH = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$ciO0wF1wF1wF1wF1wF1wF1wF1wF1wF1wF1wF1wF1wF0"
DESTINATIONS = (("", None), (INSTANCE.id, INSTANCE.id))
MANY = 250


def _rows(connection: Connection, name: str, *rows: dict[str, Any]) -> None:
    connection.execute(insert(table(name, *map(column, rows[0]))), list(rows))


def first(connection: Connection, vault: Vault) -> None:
    """Revision 0001: values are sealed with the master key itself, content has no times."""
    _begin(connection)
    _client_and_key(connection, vault, vault)
    _rows(connection, "destinations", *(row for level in DESTINATIONS for row in _destinations(vault, *level)))
    _connectors(connection)
    _check(connection, vault)


def second(connection: Connection, vault: Vault) -> None:
    """Revision 0002: values are sealed with data keys, and there is all the rest of the content."""
    _begin(connection)
    installation, acme = _data_key(connection, vault, None), _data_key(connection, vault, ACME.id)
    _client_and_key(connection, acme, installation)
    rows = [row for level in DESTINATIONS for row in _destinations(acme, *level)]
    _rows(connection, "destinations", *({**row, "created": 0, "modified": 0} for row in rows))
    _connectors(connection)
    _check(connection, vault)
    level = {"subaccount_id": ACME.id, "level": "", "instance_id": None}
    content = {**level, "etag": "0" * 64, "created": 1000, "modified": 2000}
    sealed = acme.seal('{"FragmentName":"f","URL":"http://f"}', context=f"fragment/{ACME.id}//f")
    _rows(connection, "fragments", {**content, "name": "f", "properties": sealed})
    text = '{"type":"CERTIFICATE","content":"QQ==","generation":null}'
    sealed = acme.seal(text, context=f"certificate/{ACME.id}//c.pem")
    _rows(connection, "certificates", {**content, "name": "c.pem", "properties": sealed, "renews": False})
    label = {"kind": "destination", "name": "orders-0", "position": 0, "key": "env", "value": "dev"}
    _rows(connection, "labels", {**level, **label})
    sealed = acme.seal("private", context=f"trust/{ACME.id}/certificate")
    pair = {"slot": "active", "certificate": "certificate", "private_key": sealed, "created": 1.0}
    _rows(connection, "trust_keys", {"subaccount_id": ACME.id, **pair})
    _rows(connection, "role_assignments", {**level, "person": ALICE.name, "role": "Destination Viewer"})
    sealed = acme.seal("{}", context=f"grant/{ACME.id}/{'a' * 64}")
    grant = {"kind": "refresh_token", "client_id": CLIENT.id, "user": "", "expires": 9e9, "content": sealed}
    _rows(connection, "grants", {"secret_hash": "a" * 64, "subaccount_id": ACME.id, **grant})
    _rows(connection, "administrators", {"name": "root", "password_hash": PASSWORD_HASH})
    _rows(connection, "versions", {"subaccount_id": ACME.id, "version": 7})


def third(connection: Connection, vault: Vault) -> None:
    """Revision 0003: logins lead back to somewhere, and an administrator may be one of a single subaccount."""
    second(connection, vault)
    connection.exec_driver_sql(f"UPDATE administrators SET subaccount_id = '{ACME.id}' WHERE name = 'root'")


def fourth(connection: Connection, vault: Vault) -> None:
    """Revision 0004: connectors may reach services; the levels of subscriptions have one zone."""
    third(connection, vault)
    connection.exec_driver_sql(
        "INSERT INTO service_mappings (subaccount_id, service_id, internal_host, internal_port, location_ids) VALUES "
        f"('{ACME.id}', 'db', 'db.test', 5432, '[]')"
    )


def fifth(connection: Connection, vault: Vault) -> None:
    """Revision 0005: subscriptions may share content with the subscriber's people."""
    fourth(connection, vault)
    connection.exec_driver_sql(f"UPDATE destinations SET shared = true WHERE subaccount_id = '{ACME.id}'")


def _data_key(connection: Connection, vault: Vault, subaccount_id: str | None) -> Vault:
    key = secrets.token_bytes(32)
    owner = subaccount_id or ""
    wrapped = vault.seal(base64.b64encode(key).decode(), context=f"data-key/{owner}")
    _rows(connection, "data_keys", {"owner": owner, "subaccount_id": subaccount_id, "wrapped": wrapped})
    return Vault(key)


def _check(connection: Connection, vault: Vault) -> None:
    _rows(connection, "vault_check", {"id": "landbridge", "sealed": vault.seal("landbridge", context="vault-check")})


def _begin(connection: Connection) -> None:
    _rows(connection, "subaccounts", {"id": ACME.id, "subdomain": ACME.subdomain, "name": ACME.name})
    profile = {
        "email": ALICE.email,
        "given_name": ALICE.given_name,
        "family_name": ALICE.family_name,
        "scopes": list(ALICE.scopes),
        "groups": list(ALICE.groups),
        "attributes": {name: list(values) for name, values in ALICE.attributes.items()},
    }
    user = {"subaccount_id": ACME.id, "name": ALICE.name, "password_hash": PASSWORD_HASH}
    connection.exec_driver_sql(
        "INSERT INTO users (subaccount_id, name, password_hash, profile) VALUES "
        f"('{user['subaccount_id']}', '{user['name']}', '{PASSWORD_HASH}', '{json.dumps(profile)}')"
    )
    instance = {"id": INSTANCE.id, "subaccount_id": ACME.id, "name": INSTANCE.name}
    _rows(connection, "instances", {**instance, "service": "destination", "plan": "lite", "xsappname": ""})


def _client_and_key(connection: Connection, vault: Vault, installation: Vault) -> None:
    client = {
        "id": CLIENT.id,
        "subaccount_id": ACME.id,
        "instance_id": INSTANCE.id,
        "service": "destination",
        "binding_id": CLIENT.binding_id,
        "binding_name": CLIENT.binding_name,
        "xsappname": CLIENT.xsappname,
        "secret": vault.seal(CLIENT.secret, context=f"client/{CLIENT.id}"),
    }
    _rows(connection, "clients", client)
    key = {"id": "key-1", "kind": "signing", "public_pem": "public", "created": 1.0}
    _rows(connection, "keys", {**key, "private_pem": installation.seal("private", context="key/key-1")})


def _destinations(vault: Vault, level: str, instance_id: str | None) -> list[dict[str, Any]]:
    rows = []
    for number in range(MANY):
        noun = orders(Name=f"orders-{number}")
        text = json.dumps(dict(noun.properties), ensure_ascii=False, separators=(",", ":"))
        rows.append(
            {
                "subaccount_id": ACME.id,
                "level": level,
                "name": noun.name,
                "instance_id": instance_id,
                "etag": noun.etag,
                "properties": vault.seal(text, context=f"destination/{ACME.id}/{level}/{noun.name}"),
            }
        )
    return rows


def _connectors(connection: Connection) -> None:
    _rows(connection, "expected_connectors", {"subaccount_id": ACME.id, "location_id": "", "name": "plant"})
    _rows(
        connection,
        "connector_certificates",
        {
            "serial": "ab12",
            "connector_id": CONNECTOR,
            "subaccount_id": ACME.id,
            "location_id": "",
            "issued": 1.0,
            "expires": 2.0,
            "revoked": None,
        },
    )


SEEDS: dict[str, Callable[[Connection, Vault], None]] = {
    "0001": first,
    "0002": second,
    "0003": third,
    "0004": fourth,
    "0005": fifth,
}
"""By revision; a test demands one for every revision but the newest."""
