"""The tables of the cloud side. A change here needs a migration (`migrations/versions`), a test compares the two.

Names, labels and times are in the clear; whatever can be a secret is a sealed blob (destination-service §1.8). Times
are seconds since the epoch, `created` and `modified` of content milliseconds, as the API shows them.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _bytewise(kind: String) -> TypeEngine[str]:
    """Text that PostgreSQL orders as SQLite does: by bytes, whatever the locale of the server."""
    return kind.with_variant(type(kind)(kind.length, collation="C"), "postgresql")


def _of_subaccount(primary_key: bool = False) -> Column[str]:
    """The owner of a row: it goes away with its subaccount."""
    owner = ForeignKey("subaccounts.id", ondelete="CASCADE")
    return Column("subaccount_id", String(36), owner, nullable=False, primary_key=primary_key)


subaccounts = Table(
    "subaccounts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("subdomain", _bytewise(String(63)), nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    _of_subaccount(primary_key=True),
    Column("name", _bytewise(String(255)), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("profile", JSON, nullable=False),
)

instances = Table(
    "instances",
    metadata,
    Column("id", String(36), primary_key=True),
    _of_subaccount(),
    Column("name", _bytewise(String(255)), nullable=False),
    Column("service", String(32), nullable=False),
    Column("plan", String(64), nullable=False),
    Column("xsappname", Text, nullable=False),
    Column("redirect_uris", JSON, nullable=True),
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
    Column("binding_name", _bytewise(String(255)), nullable=False),
    Column("xsappname", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("more_credentials", LargeBinary, nullable=True),
)


def _instance_owner() -> Column[str]:
    """The instance whose own level it is; a subscriber's content goes away with the provider's instance, too."""
    owner = ForeignKey("instances.id", ondelete="CASCADE")
    return Column("instance_id", String(36), owner, nullable=True, index=True)


def _level_key() -> tuple[Column[str], Column[str], Column[str]]:
    """What names something on a level. `level` is the instance id, or empty for the subaccount's own level: NULL
    would make every row unique."""
    return (
        _of_subaccount(primary_key=True),
        Column("level", String(36), primary_key=True),
        Column("name", _bytewise(String(200)), primary_key=True),
    )


def _content(name: str) -> Table:
    return Table(
        name,
        metadata,
        *_level_key(),
        _instance_owner(),
        Column("etag", String(64), nullable=False),
        Column("created", BigInteger, nullable=False),
        Column("modified", BigInteger, nullable=False),
        Column("properties", LargeBinary, nullable=False),
        Column("shared", Boolean, nullable=False, server_default=false()),
    )


destinations = _content("destinations")
fragments = _content("fragments")
certificates = _content("certificates")
certificates.append_column(Column("renews", Boolean, nullable=False))

labels = Table(
    "labels",
    metadata,
    Column("subaccount_id", String(36), ForeignKey("subaccounts.id", ondelete="CASCADE"), primary_key=True),
    Column("level", String(36), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", _bytewise(String(200)), primary_key=True),
    # A row for each value, numbered through: keys and values come back in their order.
    Column("position", Integer, primary_key=True),
    _instance_owner(),
    Column("key", Text, nullable=False),
    Column("value", Text, nullable=False),
)

trust_keys = Table(
    "trust_keys",
    metadata,
    _of_subaccount(primary_key=True),
    Column("slot", String(16), primary_key=True),
    Column("certificate", Text, nullable=False),
    Column("private_key", LargeBinary, nullable=False),
    Column("created", Float, nullable=False),
)

check_reports = Table(
    "check_reports",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("subaccount_id", String(36), ForeignKey("subaccounts.id", ondelete="CASCADE"), nullable=True),
    Column("name", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("healthy", Boolean, nullable=False),
    Column("evidence", Text, nullable=False),
    Index("ix_check_reports_subaccount_id", "subaccount_id", "name"),
)

service_mappings = Table(
    "service_mappings",
    metadata,
    _of_subaccount(primary_key=True),
    Column("service_id", String(255), primary_key=True),
    Column("internal_host", String(255), nullable=False),
    Column("internal_port", Integer, nullable=False),
    Column("location_ids", JSON, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("provider_id", String(36), ForeignKey("subaccounts.id", ondelete="CASCADE"), primary_key=True),
    Column("subscriber_id", String(36), ForeignKey("subaccounts.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("application", _bytewise(Text()), primary_key=True),
)

trusted_issuers = Table(
    "trusted_issuers",
    metadata,
    _of_subaccount(primary_key=True),
    Column("issuer", _bytewise(Text()), primary_key=True),
    Column("jwks", Text, nullable=False),
    Column("jwks_uri", Text, nullable=False),
    Column("discovery", Text, nullable=False),
    Column("audience", Text, nullable=False),
)

# No foreign key to users: people may come from another identity provider.
role_assignments = Table(
    "role_assignments",
    metadata,
    _of_subaccount(primary_key=True),
    Column("person", _bytewise(String(255)), primary_key=True),
    Column("role", String(64), primary_key=True),
    Column("level", String(36), primary_key=True),
    _instance_owner(),
)

subscriber_access = Table(
    "subscriber_access",
    metadata,
    Column("instance_id", String(36), ForeignKey("instances.id", ondelete="CASCADE"), primary_key=True),
    Column("scopes", JSON, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("secret_hash", String(64), primary_key=True),
    Column("kind", String(32), nullable=False),
    _of_subaccount(),
    Column("client_id", String(255), ForeignKey("clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("user", Text, nullable=False),
    Column("expires", Float, nullable=False, index=True),
    Column("content", LargeBinary, nullable=False),
)

administrators = Table(
    "administrators",
    metadata,
    Column("name", _bytewise(String(255)), primary_key=True),
    Column("password_hash", Text, nullable=False),
    # No foreign key: who administers a subaccount does so again when a reset has made it anew.
    Column("subaccount_id", String(36), nullable=True),
)

# No foreign key: a version must not begin anew when a subaccount is deleted and made again.
versions = Table(
    "versions",
    metadata,
    Column("subaccount_id", String(36), primary_key=True),
    Column("version", BigInteger, nullable=False),
)

# The keys that values are sealed with, themselves sealed with the master key. `owner` is a subaccount, or empty for
# what belongs to the installation. A key goes away with its subaccount: what remains in old pages stays shut.
data_keys = Table(
    "data_keys",
    metadata,
    Column("owner", String(36), primary_key=True),
    Column("subaccount_id", String(36), ForeignKey("subaccounts.id", ondelete="CASCADE"), nullable=True, unique=True),
    Column("wrapped", LargeBinary, nullable=False),
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
    Column("location_id", _bytewise(String(100)), primary_key=True),
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
