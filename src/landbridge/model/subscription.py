"""Subscriptions, and what a provider lets its subscribers read (destination-service §1.1, §8.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subscription:
    """Subaccount `subscriber_id` uses `application` (an xsappname) of subaccount `provider_id`."""

    subscriber_id: str
    provider_id: str
    application: str


@dataclass(frozen=True, slots=True)
class AccessScopes:
    """Scopes of which a subscriber's user needs all; with none of them there is no access."""

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubscriberAccess:
    """What users of subscribers need to reach an instance's shared content."""

    instance_id: str
    destination: AccessScopes = AccessScopes()
    certificate: AccessScopes = AccessScopes()
