"""The tables of the cloud side. A change here needs a migration (`migrations/versions`), a test compares the two.

Names, labels and times are in the clear; whatever can be a secret is a sealed blob (destination-service §1.8). Times
are seconds since the epoch.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, LargeBinary, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of_subaccount(primary_key: bool = False) -> Column[str]:
    """The owner of a row: it goes away with its subaccount."""
    owner = ForeignKey("subaccounts.id", ondelete="CASCADE")
    return Column("subaccount_id", String(36), owner, nullable=False, primary_key=primary_key)


subaccounts = Table(
    "subaccounts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("subdomain", String(63), nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    _of_subaccount(primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("profile", JSON, nullable=False),
)

instances = Table(
    "instances",
    metadata,
    Column("id", String(36), primary_key=True),
    _of_subaccount(),
    Column("name", String(255), nullable=False),
    Column("service", String(32), nullable=False),
    Column("plan", String(64), nullable=False),
    Column("xsappname", Text, nullable=False),
    Index("ix_instances_name", "subaccount_id", "name", unique=True),
)

clients = Table(
    "clients",
    metadata,
    Column("id", String(255), primary_key=True),
    _of_subaccount(),
    Column("instance_id", String(36), ForeignKey("instances.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("service", String(32), nullable=False),
    Column("binding_id", String(36), nullable=False),
    Column("binding_name", String(255), nullable=False),
    Column("xsappname", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
)

destinations = Table(
    "destinations",
    metadata,
    _of_subaccount(primary_key=True),
    # The instance id, or empty for the subaccount level: NULL would make every row unique.
    Column("level", String(36), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("instance_id", String(36), ForeignKey("instances.id", ondelete="CASCADE"), nullable=True, index=True),
    Column("etag", String(64), nullable=False),
    Column("properties", LargeBinary, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("public_pem", Text, nullable=False),
    Column("private_pem", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
)

expected_connectors = Table(
    "expected_connectors",
    metadata,
    _of_subaccount(primary_key=True),
    Column("location_id", String(100), primary_key=True),
    Column("name", String(255), nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    _of_subaccount(),
    Column("location_id", String(100), nullable=False),
    Column("expires", Float, nullable=False),
    Column("used", Float, nullable=True),
    Column("connector_id", String(36), nullable=True),
)

# No foreign key: an enrolled connector stays enrolled, and a revoked one revoked, when subaccounts are cleared.
connector_certificates = Table(
    "connector_certificates",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("connector_id", String(36), nullable=False),
    Column("subaccount_id", String(36), nullable=False, index=True),
    Column("location_id", String(100), nullable=False),
    Column("issued", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("revoked", Float, nullable=True),
)

vault_check = Table(
    "vault_check",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)
