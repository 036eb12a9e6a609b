"""People who call the API themselves, with a user token of an application and roles (docs/token-service.md).

The rule: a user token whose client is one of a destination instance is the application's business, as ever. A user
token of any other client speaks for its person: on the level of the token's subaccount, or on that of the instance that
the header `X-Instance-Id` names, for what the person's roles allow. Who may only read sees no secrets.

An instance of a provider to which the subaccount is subscribed means the level of the subscription. There the scopes
that the provider lists in `subscriber_access` decide, and only the shared zone exists (destination-service §1.1, §8.3).
"""

from __future__ import annotations

from landbridge.destinations.levels import Level, Place
from landbridge.faults import FaultError, fault
from landbridge.identity.roles import Action, allows
from landbridge.model.label import EntityKind
from landbridge.model.subaccount import Service, ServiceInstance
from landbridge.model.subscription import SubscriberAccess
from landbridge.model.token import VerifiedToken
from landbridge.store import (
    ClientRepository,
    InstanceRepository,
    Session,
    SubscriberAccessRepository,
    SubscriptionRepository,
)

INSTANCE_HEADER = "x-instance-id"


async def is_person(session: Session, token: VerifiedToken) -> bool:
    """Whether the token speaks for a person, and not for an application with a destination instance."""
    if not token.is_user_token:
        return False
    client = await ClientRepository(session).get(token.client_id)
    return client is not None and client.service is not Service.DESTINATION


async def place_for_person(
    session: Session, token: VerifiedToken, level: Level, kind: EntityKind, instance_id: str, *, write: bool
) -> Place:
    """The place that a level means for the person, if the roles allow it there.

    Raises `FaultError`: `destination.instance-unnamed`, `destination.role-missing`, `destination.subscriber-access`,
    `destination.subscriber-closed`.
    """
    instance = await _instance(session, token, instance_id) if level.endswith("instance") else None
    if instance is not None and instance.subaccount_id != token.tenant:
        return await _subscription(session, token, kind, instance, write=write)
    key = (token.tenant, instance.id if instance else None)
    may_write = allows(token, _action(kind, write=True), key)
    if not may_write and (write or not allows(token, _action(kind, write=False), key)):
        wanted = _action(kind, write=write)
        person = str(token.claims["user_name"])
        raise FaultError(fault("destination.role-missing", person=person, action=wanted.value, place=Place(*key)))
    return Place(*key, shows_secrets=may_write)


async def _instance(session: Session, token: VerifiedToken, instance_id: str) -> ServiceInstance:
    """An instance of another subaccount, one that is no provider, is missed like one that does not exist."""
    instance = await InstanceRepository(session).get(instance_id) if instance_id else None
    if instance is None or instance.service is not Service.DESTINATION:
        raise FaultError(fault("destination.instance-unnamed"))
    owner = instance.subaccount_id
    if owner != token.tenant and not await SubscriptionRepository(session).is_subscribed(token.tenant, owner):
        raise FaultError(fault("destination.instance-unnamed"))
    return instance


async def _subscription(
    session: Session, token: VerifiedToken, kind: EntityKind, instance: ServiceInstance, *, write: bool
) -> Place:
    """What the provider shares with people of the subscriber who have all the scopes that it lists."""
    access = await SubscriberAccessRepository(session).get(instance.id) or SubscriberAccess(instance.id)
    section = access.certificate if kind is EntityKind.CERTIFICATE else access.destination
    needed, doing = (section.write, "change") if write else (section.read, "read")
    if not needed:
        raise FaultError(fault("destination.subscriber-closed", doing=doing))
    if not set(needed) <= _scopes(token):
        raise FaultError(fault("destination.subscriber-access", doing=doing, scopes=", ".join(needed)))
    may_write = bool(section.write) and set(section.write) <= _scopes(token)
    return Place(token.tenant, instance.id, shows_secrets=may_write, of_subscription=True, shared_only=True)


def _scopes(token: VerifiedToken) -> set[str]:
    scopes = token.claims.get("scope")
    return {str(scope) for scope in scopes} if isinstance(scopes, list | tuple) else set()


def _action(kind: EntityKind, *, write: bool) -> Action:
    if kind is EntityKind.CERTIFICATE:
        return Action.WRITE_CERTIFICATES if write else Action.READ_CERTIFICATES
    return Action.WRITE_DESTINATIONS if write else Action.READ_DESTINATIONS
