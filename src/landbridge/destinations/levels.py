"""Where things are kept (destination-service §1.1): names of levels, and the place that each means for a caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landbridge.destinations.caller import Caller
from landbridge.faults import FaultError, fault


class Level(StrEnum):
    """The levels by their names in `name@level`. The provider's differ from the plain ones for a subscriber only."""

    SUBACCOUNT = "subaccount"
    INSTANCE = "instance"
    PROVIDER_SUBACCOUNT = "provider_subaccount"
    PROVIDER_INSTANCE = "provider_instance"


@dataclass(frozen=True, slots=True)
class Place:
    """One level of one owner; `instance_id` is None for the level of the subaccount.

    shows_secrets    whether the one who asks may see passwords and private keys there
    of_subscription  whether it is the level of a subscription: that one has a shared and a private zone (§1.1)
    shared_only      whether nothing but the shared zone exists for the one who asks

    The subscription level has no key of its own: it is the subscriber's subaccount with the provider's instance.
    """

    subaccount_id: str
    instance_id: str | None
    shows_secrets: bool = True
    of_subscription: bool = False
    shared_only: bool = False

    @property
    def owner(self) -> dict[str, str | None]:
        """As answers show it. One of the two is always there: a client takes an answer without both for a miss."""
        return {"SubaccountId": self.subaccount_id, "InstanceId": self.instance_id}

    @property
    def key(self) -> tuple[str, str | None]:
        """What repositories take."""
        return self.subaccount_id, self.instance_id

    def __str__(self) -> str:
        subaccount = f"subaccount {self.subaccount_id}"
        return f"instance {self.instance_id} in {subaccount}" if self.instance_id else subaccount


def place_of(level: Level, caller: Caller) -> Place:
    """What a level means for this caller: the token's tenant decides, unless the level names the provider."""
    subaccount = caller.provider_id if level.startswith("provider") else caller.tenant
    if not level.endswith("instance"):
        return Place(subaccount, None)
    return Place(subaccount, caller.instance_id, of_subscription=subaccount != caller.provider_id)


def split_level(text: str, default: Level) -> tuple[str, Level]:
    """Name and level of `name` or `name@level`. Raises `FaultError` (400) for a level that does not exist (§2.3)."""
    name, at, level = text.rpartition("@")
    if not at:
        return text, default
    try:
        return name, Level(level)
    except ValueError:
        known = ", ".join(Level)
        raise FaultError(fault("destination.level-unknown", level=level[:50], known=known)) from None
