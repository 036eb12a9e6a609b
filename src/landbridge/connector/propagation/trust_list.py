"""Whose tokens count: the subaccount's trusted issuers, as the cloud side told them (cloud-connector §3.6)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from landbridge.model.propagation import TrustEntry


class TrustList:
    """Issuers with their keys. `epoch` rises with every change, so that verdicts of old keys are void."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[TrustEntry, KeySet]] = {}
        self.epoch = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def disabled(self) -> tuple[str, ...]:
        """The issuers that are in the list and switched off."""
        return tuple(issuer for issuer, (entry, _) in self._entries.items() if not entry.enabled)

    def replace(self, entries: Iterable[TrustEntry]) -> tuple[str, ...]:
        """Take a new list over; returns the names of entries whose keys cannot be read."""
        unreadable = []
        fresh: dict[str, tuple[TrustEntry, KeySet]] = {}
        for entry in entries:
            keys = _keys(entry.jwks)
            if keys is None:
                unreadable.append(entry.name)
            else:
                fresh[entry.issuer] = (entry, keys)
        self._entries = fresh
        self.epoch += 1
        return tuple(unreadable)

    def entry(self, issuer: str) -> TrustEntry | None:
        """The entry of an issuer, as `iss` names it."""
        found = self._entries.get(issuer)
        return found[0] if found is not None else None

    def keys(self, issuer: str) -> KeySet | None:
        """The keys of an issuer."""
        found = self._entries.get(issuer)
        return found[1] if found is not None else None


def _keys(jwks: str) -> KeySet | None:
    """Asymmetric keys only: with a symmetric one anybody who can verify could also sign."""
    try:
        keys = KeySet.import_key_set(json.loads(jwks))
    except (ValueError, KeyError, TypeError, JoseError):
        return None
    return keys if all(isinstance(key, RSAKey | ECKey) for key in keys.keys) else None
