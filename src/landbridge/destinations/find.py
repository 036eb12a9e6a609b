"""Which destination is meant: the levels in their order (destination-service §3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from landbridge.destinations.caller import Caller
from landbridge.destinations.request import FindRequest
from landbridge.faults import FaultError, fault
from landbridge.model.destination import SECRET_KEYS, Destination
from landbridge.store import DestinationRepository, Session


@dataclass(frozen=True, slots=True)
class Found:
    """A destination and the level it was found on; `instance_id` is None for the level of the subaccount."""

    destination: Destination
    subaccount_id: str
    instance_id: str | None

    @property
    def owner(self) -> dict[str, str | None]:
        return {"SubaccountId": self.subaccount_id, "InstanceId": self.instance_id}

    def properties(self, skip_credentials: bool) -> dict[str, str]:
        """What the caller sees: everything, or everything but secrets (destination-service §1.3)."""
        hidden = SECRET_KEYS if skip_credentials else frozenset()
        return {key: value for key, value in self.destination.properties.items() if key not in hidden}


async def find(session: Session, caller: Caller, request: FindRequest) -> Found:
    """The destination of that name on the instance's level, else on the subaccount's.

    Raises `FaultError` (404) when there is none, or when a fragment is asked for: none can be stored yet, so a name
    that is not optional is a name that does not exist (§3.4).
    """
    found = await _on_levels(session, caller, request.name)
    if found is None:
        place = f"of instance {caller.instance_id} or of subaccount {caller.subaccount_id}"
        raise not_found(request.name, place)
    for name in request.fragment_names:
        if not request.fragment_optional:
            raise FaultError(fault("destination.fragment-not-found", name=name))
    return found


async def _on_levels(session: Session, caller: Caller, name: str) -> Found | None:
    repository = DestinationRepository(session)
    for level in (caller.instance_id, None):
        destination = await repository.get(caller.subaccount_id, level, name)
        if destination is not None:
            return Found(destination, caller.subaccount_id, level)
    return None


def not_found(name: str, place: str) -> FaultError:
    """The 404 whose text clients compare literally (§2.1). `place` completes "there is no destination X ..."."""
    return FaultError(fault("destination.not-found", name=name[:200], place=place))
