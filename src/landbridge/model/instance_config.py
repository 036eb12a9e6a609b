"""The configuration that a service instance is created with (destination-service §8.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.model.certificate import StoredCertificate
from landbridge.model.destination import Destination
from landbridge.model.subscription import AccessScopes


class ExistingPolicy(StrEnum):
    """What happens to an entity of the configuration whose name is taken."""

    FAIL = "fail"
    UPDATE = "update"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class InitialContent:
    """What is created on one level together with the instance."""

    destinations: tuple[Destination, ...] = ()
    certificates: tuple[StoredCertificate, ...] = ()
    existing_destinations: ExistingPolicy = ExistingPolicy.FAIL
    existing_certificates: ExistingPolicy = ExistingPolicy.FAIL


@dataclass(frozen=True, slots=True)
class InstanceConfig:
    """The configuration.

    subaccount, instance  content of the two levels
    destination_access    scopes that subscribers need; None: as it is
    certificate_access    the same for certificates
    """

    subaccount: InitialContent = InitialContent()
    instance: InitialContent = InitialContent()
    destination_access: AccessScopes | None = None
    certificate_access: AccessScopes | None = None
