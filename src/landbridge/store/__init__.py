"""The cloud side's storage: tables, migrations, one small repository per noun. SQL lives nowhere else.

For: identity, destinations, landscape and whatever else keeps something on the cloud side.
Enters: `Database.open(url, vault)`; then `async with database.begin() as session` (writes) or `database.read()` (reads
only), and repositories built on that session. Leaves: frozen nouns; secrets as `Secret`.
Must never: hold a secret in the clear in the database, hand rows or SQL to its callers, decide who may see what.
"""

from landbridge.store.certificates import CertificateRepository, ConnectorCertificate
from landbridge.store.clients import ClientRepository
from landbridge.store.connectors import ConnectorRepository, ExpectedConnector
from landbridge.store.database import Database, sqlite_url
from landbridge.store.destinations import DestinationRepository
from landbridge.store.instances import InstanceRepository
from landbridge.store.invitations import Invitation, InvitationRepository
from landbridge.store.keys import KeyKind, KeyRepository, StoredKey
from landbridge.store.session import Session
from landbridge.store.subaccounts import SubaccountRepository
from landbridge.store.users import UserRepository
from landbridge.store.vault import Vault, load_or_create_vault

__all__ = [
    "CertificateRepository",
    "ClientRepository",
    "ConnectorCertificate",
    "ConnectorRepository",
    "Database",
    "DestinationRepository",
    "ExpectedConnector",
    "InstanceRepository",
    "Invitation",
    "InvitationRepository",
    "KeyKind",
    "KeyRepository",
    "Session",
    "StoredKey",
    "SubaccountRepository",
    "UserRepository",
    "Vault",
    "load_or_create_vault",
    "sqlite_url",
]
