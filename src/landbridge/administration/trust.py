"""Whom subaccounts trust, and the keys that this installation signs with."""

from __future__ import annotations

import json

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from landbridge.administration.desk import Desk
from landbridge.api.admin_bodies import Answer
from landbridge.api.admin_trust import IssuerWish
from landbridge.faults import FaultError, fault
from landbridge.identity.foreign import KeysUnavailable, parse_keys
from landbridge.model.trust import TrustedIssuer
from landbridge.store import TrustedIssuerRepository


class Trust:
    """See `landbridge.api.admin_trust.TrustDesk`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def issuers(self, subaccount: str) -> list[Answer]:
        async with self._desk.parts.db.read() as session:
            found = await self._desk.subaccount(session, subaccount)
            return [_shown(one) for one in await TrustedIssuerRepository(session).list(found.id)]

    async def put_issuer(self, subaccount: str, wish: IssuerWish) -> Answer:
        """An issuer with exactly one source of keys."""
        async with self._desk.parts.db.begin() as session:
            found = await self._desk.subaccount(session, subaccount)
            issuer = _issuer(found.id, wish)
            await TrustedIssuerRepository(session).put(issuer)
        return _shown(issuer)

    async def delete_issuer(self, subaccount: str, issuer: str) -> None:
        async with self._desk.parts.db.begin() as session:
            found = await self._desk.subaccount(session, subaccount)
            if not await TrustedIssuerRepository(session).delete(found.id, issuer):
                raise FaultError(fault("platform.unknown-issuer", subaccount=found.subdomain, issuer=issuer[:200]))

    async def keys(self) -> Answer:
        keyring = self._desk.parts.keyring
        published = [key["kid"] for key in keyring.jwks()["keys"]]
        return {"signing": keyring.token_key()["kid"], "published": published}

    async def rotate_key(self, at_once: bool) -> Answer:
        self._desk.demand_installation("Rotating the signing key")
        await self._desk.parts.keyring.rotate(at_once)
        return await self.keys()

    async def retire_key(self, kid: str) -> None:
        self._desk.demand_installation("Retiring a signing key")
        if not await self._desk.parts.keyring.retire(kid):
            raise FaultError(fault("platform.unknown-key", kid=kid[:100]))


def _issuer(subaccount_id: str, wish: IssuerWish) -> TrustedIssuer:
    sources = [wish.jwks, wish.jwks_uri, wish.discovery, wish.certificate]
    if sum(bool(source) for source in sources) != 1:
        raise _invalid("give exactly one of jwks, jwksUri, discovery and certificate")
    jwks = _of_certificate(wish.certificate) if wish.certificate else wish.jwks
    try:
        if jwks:
            parse_keys(jwks)
    except KeysUnavailable as error:
        raise _invalid(f"jwks: {error}") from error
    return TrustedIssuer(subaccount_id, wish.issuer, jwks, wish.jwks_uri, wish.discovery, wish.audience)


def _of_certificate(pem: str) -> str:
    """A key set that carries the certificate (`x5c`): SAML needs it, JWT takes its key."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        spki = certificate.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        key = _key(spki.decode())
    except (ValueError, JoseError):
        raise _invalid("certificate: it is no X.509 certificate in PEM with an RSA or EC key") from None
    body = "".join(pem.partition("-----END")[0].partition("CERTIFICATE-----")[2].split())
    return json.dumps({"keys": [{**key.as_dict(private=False), "use": "sig", "x5c": [body]}]})


def _key(pem: str) -> RSAKey | ECKey:
    try:
        return RSAKey.import_key(pem)
    except (JoseError, ValueError, TypeError):
        return ECKey.import_key(pem)


def _shown(issuer: TrustedIssuer) -> Answer:
    sources = {"jwks": issuer.jwks, "jwksUri": issuer.jwks_uri, "discovery": issuer.discovery}
    return {
        "issuer": issuer.issuer,
        **{name: value for name, value in sources.items() if value},
        "audience": issuer.audience,
    }


def _invalid(reason: str) -> FaultError:
    return FaultError(fault("platform.request-invalid", reason=reason))
