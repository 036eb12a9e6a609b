"""People who call the API themselves, with a user token of an application and roles (docs/token-service.md).

The rule: a user token whose client is one of a destination instance is the application's business, as ever. A user
token of any other client speaks for its person: on the level of the token's subaccount, or on that of the instance that
the header `X-Instance-Id` names, for what the person's roles allow. Who may only read sees no secrets.
"""

from __future__ import annotations

from landbridge.destinations.levels import Level, Place
from landbridge.faults import FaultError, fault
from landbridge.identity.roles import Action, allows
from landbridge.model.label import EntityKind
from landbridge.model.subaccount import Service
from landbridge.model.token import VerifiedToken
from landbridge.store import ClientRepository, InstanceRepository, Session

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

    Raises `FaultError`: `destination.instance-unnamed`, `destination.role-missing`.
    """
    instance = await _instance(session, token, instance_id) if level.endswith("instance") else None
    key = (token.tenant, instance)
    may_write = allows(token, _action(kind, write=True), key)
    if not may_write and (write or not allows(token, _action(kind, write=False), key)):
        wanted = _action(kind, write=write)
        person = str(token.claims["user_name"])
        raise FaultError(fault("destination.role-missing", person=person, action=wanted.value, place=Place(*key)))
    return Place(*key, shows_secrets=may_write)


async def _instance(session: Session, token: VerifiedToken, instance_id: str) -> str:
    """An instance of another subaccount is missed like one that does not exist."""
    instance = await InstanceRepository(session).get(instance_id) if instance_id else None
    if instance is None or instance.subaccount_id != token.tenant or instance.service is not Service.DESTINATION:
        raise FaultError(fault("destination.instance-unnamed"))
    return instance.id


def _action(kind: EntityKind, *, write: bool) -> Action:
    if kind is EntityKind.CERTIFICATE:
        return Action.WRITE_CERTIFICATES if write else Action.READ_CERTIFICATES
    return Action.WRITE_DESTINATIONS if write else Action.READ_DESTINATIONS
