"""The cloud side's storage: tables, migrations, one small repository per noun. SQL lives nowhere else.

For: identity, destinations, landscape and whatever else keeps something on the cloud side.
Enters: `Database.open(url, vault)`; then `async with database.begin() as session` (writes) or `database.read()` (reads
only), and repositories built on that session. Leaves: frozen nouns; secrets as `Secret`.
Must never: hold a secret in the clear in the database, hand rows or SQL to its callers, decide who may see what.
"""

from landbridge.store.administrators import AdministratorCheck, AdministratorRepository
from landbridge.store.certificates import CertificateRepository
from landbridge.store.check_reports import CheckReportRepository
from landbridge.store.clients import ClientRepository
from landbridge.store.connector_certificates import ConnectorCertificate, ConnectorCertificateRepository
from landbridge.store.connectors import ConnectorRepository, ExpectedConnector
from landbridge.store.database import Database, sqlite_url
from landbridge.store.destinations import DestinationRepository
from landbridge.store.fragments import FragmentRepository
from landbridge.store.grants import GrantRepository
from landbridge.store.installation import Rotated, open_installation, rotate_master_key
from landbridge.store.instances import InstanceRepository
from landbridge.store.invitations import Invitation, InvitationRepository
from landbridge.store.key_files import load_or_create_vault
from landbridge.store.keys import KeyKind, KeyRepository, StoredKey
from landbridge.store.labels import LabelRepository, Level
from landbridge.store.passwords import Passwords
from landbridge.store.read_model import ReadModel
from landbridge.store.roles import RoleRepository
from landbridge.store.service_mappings import ServiceMappingRepository
from landbridge.store.session import Session
from landbridge.store.stored import Stored
from landbridge.store.subaccounts import SubaccountRepository
from landbridge.store.subscriptions import SubscriberAccessRepository, SubscriptionRepository
from landbridge.store.trust_keys import TrustKeyRepository
from landbridge.store.trusted_issuers import TrustedIssuerRepository
from landbridge.store.users import UserRepository
from landbridge.store.vault import Vault
from landbridge.store.versions import VersionRepository

__all__ = [
    "AdministratorCheck",
    "AdministratorRepository",
    "CertificateRepository",
    "CheckReportRepository",
    "ClientRepository",
    "ConnectorCertificate",
    "ConnectorCertificateRepository",
    "ConnectorRepository",
    "Database",
    "DestinationRepository",
    "ExpectedConnector",
    "FragmentRepository",
    "GrantRepository",
    "InstanceRepository",
    "Invitation",
    "InvitationRepository",
    "KeyKind",
    "KeyRepository",
    "LabelRepository",
    "Level",
    "Passwords",
    "ReadModel",
    "RoleRepository",
    "Rotated",
    "ServiceMappingRepository",
    "Session",
    "Stored",
    "StoredKey",
    "SubaccountRepository",
    "SubscriberAccessRepository",
    "SubscriptionRepository",
    "TrustKeyRepository",
    "TrustedIssuerRepository",
    "UserRepository",
    "Vault",
    "VersionRepository",
    "load_or_create_vault",
    "open_installation",
    "rotate_master_key",
    "sqlite_url",
]
