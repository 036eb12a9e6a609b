"""Subaccounts and what belongs to them: users, service instances, the credentials that applications get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from landbridge.model.content import LevelContent, SubscriptionContent
from landbridge.model.destination import Destination
from landbridge.model.instance_config import InstanceConfig
from landbridge.model.role import RoleAssignment
from landbridge.model.secret import Secret
from landbridge.model.service_channel import ServiceMapping
from landbridge.model.subscription import Subscription
from landbridge.model.trust import TrustedIssuer


class Service(StrEnum):
    """The services an instance can be of."""

    DESTINATION = "destination"
    CONNECTIVITY = "connectivity"
    XSUAA = "xsuaa"


@dataclass(frozen=True, slots=True)
class User:
    """A person of a subaccount. `attributes` become `xs.user.attributes`, `scopes` are granted as they stand.

    Without a password, a user who is there keeps his, and a new one cannot log on with any.
    """

    name: str
    password: Secret
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    scopes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceInstance:
    """A service instance. `id` is a GUID; `xsappname` names the application (xsuaa only).

    redirect_uris  where a login may lead back to (xsuaa only); `*` stands for any text without '/', `**` for any text
    """

    id: str
    name: str
    service: Service
    plan: str
    subaccount_id: str
    xsappname: str = ""
    redirect_uris: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A client certificate with its chain and its private key, both PEM; the key is empty when we never had it."""

    pem: str
    key: Secret


@dataclass(frozen=True, slots=True)
class RetiringCredentials:
    """What a client proved itself with before the last rotation; good until `until` (seconds since the epoch)."""

    until: float
    secret: Secret
    certificate_pem: str = ""


@dataclass(frozen=True, slots=True)
class Client:
    """The OAuth client of one binding: what an application proves itself with (destination-service §6)."""

    id: str
    secret: Secret
    binding_id: str
    binding_name: str
    instance_id: str
    subaccount_id: str
    service: Service
    xsappname: str
    certificate: ClientCertificate | None = None
    retiring: RetiringCredentials | None = None


@dataclass(frozen=True, slots=True)
class Subaccount:
    """The tenant. `id` is a lower-case GUID, `subdomain` one DNS label."""

    id: str
    subdomain: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class InstanceContent:
    """A service instance as a landscape describes it. `config` is what it is created with."""

    instance: ServiceInstance
    level: LevelContent = field(default_factory=LevelContent)
    config: InstanceConfig = field(default_factory=InstanceConfig)

    @property
    def destinations(self) -> tuple[Destination, ...]:
        return self.level.destinations


@dataclass(frozen=True, slots=True)
class SubaccountContent:
    """A subaccount as a landscape describes it.

    level                 what stands on its own level
    subscriptions         those that it has as a subscriber
    subscription_content  what it keeps for the applications of its providers
    """

    subaccount: Subaccount
    users: tuple[User, ...] = ()
    instances: tuple[InstanceContent, ...] = ()
    level: LevelContent = field(default_factory=LevelContent)
    subscriptions: tuple[Subscription, ...] = ()
    issuers: tuple[TrustedIssuer, ...] = ()
    roles: tuple[RoleAssignment, ...] = ()
    service_mappings: tuple[ServiceMapping, ...] = ()
    subscription_content: tuple[SubscriptionContent, ...] = ()

    @property
    def destinations(self) -> tuple[Destination, ...]:
        return self.level.destinations
