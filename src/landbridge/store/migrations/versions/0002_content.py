"""Everything of the Destination service and the token service; a data key for each subaccount.

Values that 0001 sealed with the master key are sealed anew by `landbridge.store.reseal`, which has the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LONG_AGO = "0"
"""When content was made that was there before the times were kept: unknown, so the beginning of the epoch."""

_ORDERED = (
    ("subaccounts", "subdomain", 63),
    ("users", "name", 255),
    ("instances", "name", 255),
    ("clients", "binding_name", 255),
    ("expected_connectors", "location_id", 100),
    ("destinations", "name", 200),
)
"""Text that lists are ordered by."""


def upgrade() -> None:
    _order_bytewise()
    op.add_column("clients", sa.Column("more_credentials", sa.LargeBinary, nullable=True))
    for column in ("created", "modified"):
        op.add_column("destinations", sa.Column(column, sa.BigInteger, nullable=False, server_default=_LONG_AGO))
    with op.batch_alter_table("destinations") as batch:
        batch.alter_column("created", server_default=None)
        batch.alter_column("modified", server_default=None)
    _create_content()
    _create_trust()
    _create_people()
    _create_keys()


def downgrade() -> None:
    raise NotImplementedError("what 0002 seals, 0001 cannot open")


def _order_bytewise() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column, length in _ORDERED:
            op.alter_column(table, column, type_=sa.String(length, collation="C"))


def _bytewise(kind: Any) -> Any:
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


def _reference(table: str, column: str, target: str, **how: Any) -> sa.Column[str]:
    key = sa.ForeignKey(f"{target}.id", name=f"fk_{table}_{column}", ondelete="CASCADE")
    return sa.Column(column, sa.String(36), key, **how)


def _level(table: str, *before_name: sa.Column[Any]) -> Iterable[sa.Column[Any]]:
    return (
        _reference(table, "subaccount_id", "subaccounts", primary_key=True),
        sa.Column("level", sa.String(36), primary_key=True),
        *before_name,
        sa.Column("name", _bytewise(sa.String(200)), primary_key=True),
    )


def _instance(table: str) -> sa.Column[str]:
    return _reference(table, "instance_id", "instances", nullable=True)


def _create_content() -> None:
    for table, more in (("fragments", ()), ("certificates", (sa.Column("renews", sa.Boolean, nullable=False),))):
        op.create_table(
            table,
            *_level(table),
            _instance(table),
            sa.Column("etag", sa.String(64), nullable=False),
            sa.Column("created", sa.BigInteger, nullable=False),
            sa.Column("modified", sa.BigInteger, nullable=False),
            sa.Column("properties", sa.LargeBinary, nullable=False),
            *more,
        )
        op.create_index(f"ix_{table}_instance_id", table, ["instance_id"])
    op.create_table(
        "labels",
        *_level("labels", sa.Column("kind", sa.String(16), primary_key=True)),
        sa.Column("position", sa.Integer, primary_key=True),
        _instance("labels"),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_index("ix_labels_instance_id", "labels", ["instance_id"])


def _create_trust() -> None:
    op.create_table(
        "trust_keys",
        _reference("trust_keys", "subaccount_id", "subaccounts", primary_key=True),
        sa.Column("slot", sa.String(16), primary_key=True),
        sa.Column("certificate", sa.Text, nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "subscriptions",
        _reference("subscriptions", "provider_id", "subaccounts", primary_key=True),
        _reference("subscriptions", "subscriber_id", "subaccounts", primary_key=True),
        sa.Column("application", _bytewise(sa.Text()), primary_key=True),
    )
    op.create_index("ix_subscriptions_subscriber_id", "subscriptions", ["subscriber_id"])
    op.create_table(
        "trusted_issuers",
        _reference("trusted_issuers", "subaccount_id", "subaccounts", primary_key=True),
        sa.Column("issuer", _bytewise(sa.Text()), primary_key=True),
        sa.Column("jwks", sa.Text, nullable=False),
        sa.Column("jwks_uri", sa.Text, nullable=False),
        sa.Column("discovery", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
    )


def _create_people() -> None:
    op.create_table(
        "role_assignments",
        _reference("role_assignments", "subaccount_id", "subaccounts", primary_key=True),
        sa.Column("person", _bytewise(sa.String(255)), primary_key=True),
        sa.Column("role", sa.String(64), primary_key=True),
        sa.Column("level", sa.String(36), primary_key=True),
        _instance("role_assignments"),
    )
    op.create_index("ix_role_assignments_instance_id", "role_assignments", ["instance_id"])
    op.create_table(
        "subscriber_access",
        _reference("subscriber_access", "instance_id", "instances", primary_key=True),
        sa.Column("scopes", sa.JSON, nullable=False),
    )
    client = sa.ForeignKey("clients.id", name="fk_grants_client_id", ondelete="CASCADE")
    op.create_table(
        "grants",
        sa.Column("secret_hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        _reference("grants", "subaccount_id", "subaccounts", nullable=False),
        sa.Column("client_id", sa.String(255), client, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_grants_client_id", "grants", ["client_id"])
    op.create_index("ix_grants_expires", "grants", ["expires"])
    op.create_table(
        "administrators",
        sa.Column("name", _bytewise(sa.String(255)), primary_key=True),
        sa.Column("password_hash", sa.Text, nullable=False),
    )


def _create_keys() -> None:
    op.create_table(
        "versions",
        sa.Column("subaccount_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "data_keys",
        sa.Column("owner", sa.String(36), primary_key=True),
        _reference("data_keys", "subaccount_id", "subaccounts", nullable=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("subaccount_id", name="uq_data_keys_subaccount_id"),
    )
