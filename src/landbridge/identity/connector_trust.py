"""Whose user tokens the connectors of a subaccount shall accept: our own, and those of trusted issuers.

The cloud side tells, the connector decides: it verifies every user token itself (cloud-connector §3.6).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from landbridge.identity.foreign import KeySets, KeysUnavailable
from landbridge.identity.issuer import Issuer
from landbridge.identity.keys import KeyRing
from landbridge.model.propagation import TrustEntry
from landbridge.model.trust import TrustedIssuer
from landbridge.store import Database, SubaccountRepository, TrustedIssuerRepository

_log = logging.getLogger(__name__)


class ConnectorTrust:
    """The trust list of a subaccount, as its connectors get it."""

    def __init__(self, db: Database, keyring: KeyRing, issuer: Issuer, key_sets: KeySets) -> None:
        self._db = db
        self._keyring = keyring
        self._issuer = issuer
        self._key_sets = key_sets

    @property
    def epoch(self) -> int:
        """Rises when any list may have changed."""
        return self._keyring.epoch

    async def trusted_issuers(self, subaccount_id: str) -> Sequence[TrustEntry]:
        """Our token service first. An issuer whose keys cannot be fetched now is left out, and the log says so."""
        async with self._db.read() as session:
            subaccount = await SubaccountRepository(session).get(subaccount_id)
            foreign = await TrustedIssuerRepository(session).list(subaccount_id)
        if subaccount is None:
            return ()
        own = TrustEntry(
            "landbridge", self._issuer.iss(subaccount.subdomain), json.dumps(self._keyring.jwks()), description="own"
        )
        entries = [own]
        for issuer in foreign:
            try:
                entries.append(TrustEntry(issuer.issuer, issuer.issuer, await self._keys(issuer)))
            except KeysUnavailable as error:
                _log.warning("keys of a trusted issuer: %s", error, extra={"issuer": issuer.issuer})
        return entries

    async def _keys(self, issuer: TrustedIssuer) -> str:
        if issuer.jwks:
            return issuer.jwks
        if issuer.jwks_uri:
            keys = await self._key_sets.at(issuer.jwks_uri)
        else:
            keys = await self._key_sets.discovered(issuer.discovery, issuer.issuer)
        return json.dumps(keys.as_dict(private=False))
