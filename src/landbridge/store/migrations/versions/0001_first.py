"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_owners()
    _create_content()
    _create_keys()
    _create_connectors()


def downgrade() -> None:
    for name in (
        "vault_check",
        "connector_certificates",
        "invitations",
        "expected_connectors",
        "keys",
        "destinations",
        "clients",
        "instances",
        "users",
        "subaccounts",
    ):
        op.drop_table(name)


def _owned(table: str, primary_key: bool = False) -> sa.Column[str]:
    owner = sa.ForeignKey("subaccounts.id", name=f"fk_{table}_subaccount_id", ondelete="CASCADE")
    return sa.Column("subaccount_id", sa.String(36), owner, nullable=False, primary_key=primary_key)


def _instance(table: str, nullable: bool) -> sa.Column[str]:
    owner = sa.ForeignKey("instances.id", name=f"fk_{table}_instance_id", ondelete="CASCADE")
    return sa.Column("instance_id", sa.String(36), owner, nullable=nullable)


def _create_owners() -> None:
    op.create_table(
        "subaccounts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("subdomain", sa.String(63), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subaccounts"),
        sa.UniqueConstraint("subdomain", name="uq_subaccounts_subdomain"),
    )
    op.create_table(
        "users",
        _owned("users", primary_key=True),
        sa.Column("name", sa.String(255), primary_key=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("profile", sa.JSON, nullable=False),
    )
    op.create_table(
        "instances",
        sa.Column("id", sa.String(36), primary_key=True),
        _owned("instances"),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("plan", sa.String(64), nullable=False),
        sa.Column("xsappname", sa.Text, nullable=False),
    )
    op.create_index("ix_instances_name", "instances", ["subaccount_id", "name"], unique=True)


def _create_content() -> None:
    op.create_table(
        "clients",
        sa.Column("id", sa.String(255), primary_key=True),
        _owned("clients"),
        _instance("clients", nullable=False),
        sa.Column("service", sa.String(32), nullable=False),
        sa.Column("binding_id", sa.String(36), nullable=False),
        sa.Column("binding_name", sa.String(255), nullable=False),
        sa.Column("xsappname", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_clients_instance_id", "clients", ["instance_id"])
    op.create_table(
        "destinations",
        _owned("destinations", primary_key=True),
        sa.Column("level", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        _instance("destinations", nullable=True),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.Column("properties", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_destinations_instance_id", "destinations", ["instance_id"])


def _create_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("public_pem", sa.Text, nullable=False),
        sa.Column("private_pem", sa.LargeBinary, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.create_table(
        "vault_check",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def _create_connectors() -> None:
    op.create_table(
        "expected_connectors",
        _owned("expected_connectors", primary_key=True),
        sa.Column("location_id", sa.String(100), primary_key=True),
        sa.Column("name", sa.String(255), nullable=False),
    )
    op.create_table(
        "invitations",
        sa.Column("secret_hash", sa.String(64), primary_key=True),
        _owned("invitations"),
        sa.Column("location_id", sa.String(100), nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("used", sa.Float, nullable=True),
        sa.Column("connector_id", sa.String(36), nullable=True),
    )
    op.create_table(
        "connector_certificates",
        sa.Column("serial", sa.String(40), primary_key=True),
        sa.Column("connector_id", sa.String(36), nullable=False),
        sa.Column("subaccount_id", sa.String(36), nullable=False),
        sa.Column("location_id", sa.String(100), nullable=False),
        sa.Column("issued", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("revoked", sa.Float, nullable=True),
    )
    op.create_index("ix_connector_certificates_subaccount_id", "connector_certificates", ["subaccount_id"])
