"""saml2-bearer: a SAML 2.0 assertion about a person is exchanged for a token (RFC 7522).

Trusted are the key pairs of the tenant's own Destination service (destination-service §2.7), whose assertions speak of
the tenant's own users, and the issuers that the tenant trusts by certificate, whose people are shadow users.
"""

from __future__ import annotations

import json

from anyio import to_thread

from landbridge.faults import FaultError, fault
from landbridge.identity import saml
from landbridge.identity.grants.assertion import expired
from landbridge.identity.issuer import Issuer
from landbridge.identity.people import Person, own_person, own_person_by_mail, shadow_person
from landbridge.identity.request import Granted, GrantRequest
from landbridge.model.clock import Clock
from landbridge.model.subaccount import Subaccount
from landbridge.model.trust import TrustedIssuer, TrustSlot
from landbridge.store import Database, Session, TrustedIssuerRepository, TrustKeyRepository

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:saml2-bearer"


class SamlAssertions:
    """Judges SAML assertions."""

    def __init__(self, db: Database, issuer: Issuer, clock: Clock) -> None:
        self._db = db
        self._issuer = issuer
        self._clock = clock

    async def person(self, encoded: str, request: GrantRequest) -> Person:
        """Whom the assertion speaks for. Raises `FaultError` (`identity.assertion-*`, `identity.user-unknown`)."""
        try:
            xml = saml.decode(encoded)
            issuer = saml.issuer_of(xml)
            async with self._db.read() as session:
                trusted, own = await _certificates(session, request.tenant, issuer)
            if not trusted and not own:
                raise saml.AssertionRejected(f"its issuer '{issuer[:200]}' is not trusted here")
            assertion = await to_thread.run_sync(self._verify, xml, [*trusted, *own], request)
        except saml.AssertionRejected as rejected:
            if rejected.expired is not None:
                raise expired(rejected.expired) from rejected
            raise FaultError(fault("identity.assertion-invalid", reason=rejected.detail)) from rejected
        async with self._db.read() as session:
            if trusted:
                return await shadow_person(session, request.tenant, issuer, _claims(assertion))
            return await _own_user(session, request.tenant, assertion)

    def _verify(self, xml: bytes, certificates: list[str], request: GrantRequest) -> saml.Assertion:
        subdomain = request.tenant.subdomain
        host, origin = self._issuer.host(subdomain), self._issuer.origin(subdomain)
        audiences = (host, f"https://{host}", origin, self._issuer.iss(subdomain))
        recipients = (f"{origin}/oauth/token/alias/{host}", f"{origin}/oauth/token", f"{origin}/oauth2/token")
        return saml.verify(xml, certificates, audiences, recipients, self._clock())


class Saml2BearerGrant:
    """The grant over such an assertion."""

    def __init__(self, assertions: SamlAssertions) -> None:
        self._assertions = assertions

    async def __call__(self, request: GrantRequest) -> Granted:
        """Raises `FaultError`: `identity.parameter-missing`, `identity.assertion-*`."""
        person = await self._assertions.person(request.required("assertion"), request)
        return Granted(person.subject, person.scopes, person.claims, person.user)


async def _certificates(session: Session, tenant: Subaccount, issuer: str) -> tuple[list[str], list[str]]:
    """The certificates of a trusted issuer, or else those of the tenant's own key pairs: never both."""
    trusted = await TrustedIssuerRepository(session).get(tenant.id, issuer)
    if trusted is not None:
        return _embedded(trusted), []
    repository = TrustKeyRepository(session)
    pairs = [await repository.get(tenant.id, slot) for slot in TrustSlot]
    return [], [pair.certificate for pair in pairs if pair is not None]


def _embedded(trusted: TrustedIssuer) -> list[str]:
    """The certificates (`x5c`) in the key set of an issuer that is trusted for SAML."""
    keys = json.loads(trusted.jwks or "{}").get("keys", [])
    return [certificate for key in keys for certificate in key.get("x5c", [])[:1]]


def _claims(assertion: saml.Assertion) -> dict[str, object]:
    """A SAML assertion in the words of an OpenID token."""
    single = {name: values[0] for name, values in assertion.attributes.items() if values}
    mail = assertion.name if assertion.name_format == saml.EMAIL_FORMAT else single.get("mail", single.get("email", ""))
    groups = [*assertion.attributes.get("Groups", ()), *assertion.attributes.get("groups", ())]
    return {
        "sub": assertion.name,
        "user_name": assertion.name,
        "email": mail,
        "given_name": single.get("given_name", single.get("first_name", "")),
        "family_name": single.get("family_name", single.get("last_name", "")),
        "groups": groups,
    }


async def _own_user(session: Session, tenant: Subaccount, assertion: saml.Assertion) -> Person:
    by_mail = assertion.name_format == saml.EMAIL_FORMAT
    found = await own_person(session, tenant, assertion.name)
    if found is None and by_mail:
        found = await own_person_by_mail(session, tenant, assertion.name)
    if found is None:
        raise FaultError(fault("identity.user-unknown", tenant=tenant.subdomain, user=assertion.name[:100]))
    return found
