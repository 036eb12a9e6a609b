"""The list `subscription_content`: what a subscriber keeps for its providers (destination-service §1.1)."""

from __future__ import annotations

from collections.abc import Mapping

from landbridge.landscape.certificates import CertificateFiles
from landbridge.landscape.fields import Fields, Once
from landbridge.landscape.level import LISTS, read_level
from landbridge.landscape.trust import provider_of
from landbridge.model.content import LevelContent, SubscriptionContent
from landbridge.model.label import EntityKind


def read_subscription_content(
    owner: Fields, subscriber: str, subdomains: Mapping[str, str], files: CertificateFiles
) -> tuple[SubscriptionContent, ...]:
    """One entry for each zone of each level. `subdomains`: subdomain → id of the subaccounts of the same file."""
    zones, names = Once(), Once()
    found = []
    for fields in owner.tables("subscription_content"):
        fields.only("provider", "instance", "shared", *LISTS)
        content = SubscriptionContent(
            provider_of(fields, subscriber, subdomains),
            fields.text("instance"),
            fields.flag("shared", default=False),
            read_level(fields, files),
        )
        zones.check((content.provider_id, content.instance, content.shared), fields, "instance")
        for key, kind, name in _names(content.level):
            names.check((content.provider_id, content.instance, kind, name), fields, key)
        found.append(content)
    return tuple(found)


def _names(level: LevelContent) -> list[tuple[str, EntityKind, str]]:
    """Every name once, for a list that names one twice says so itself."""
    kinds = (
        ("destinations", EntityKind.DESTINATION, level.destinations),
        ("fragments", EntityKind.FRAGMENT, level.fragments),
        ("certificates", EntityKind.CERTIFICATE, level.certificates),
    )
    return list(dict.fromkeys((key, kind, noun.name) for key, kind, nouns in kinds for noun in nouns))
